package calendlytest

import (
	"slices"
	"testing"
)

// attempt is a request that succeeds.
type attempt struct {
	operation string
	target    string
	body      any // nil for none
}

// firstOf returns the first index that fits.
func firstOf(t testing.TB, n int, fits func(int) bool) int {
	t.Helper()
	for i := range n {
		if fits(i) {
			return i
		}
	}
	t.Fatalf("none of %d fits", n)
	return 0
}

// attempts returns one request for each operation, made by the owner, that
// none of the others spoils.
func attempts(t testing.TB, s *Server) []attempt {
	t.Helper()
	return slices.Concat(peopleAttempts(t, s), typeAttempts(s), eventAttempts(t, s), formAttempts(s), contactAttempts(t, s), recapAttempts(t, s))
}

func peopleAttempts(t testing.TB, s *Server) []attempt {
	t.Helper()
	w, org := s.home, s.Organization
	pending := func(j int) bool { return w.invitations[j].status == "pending" }
	invitation := w.invitationURI(firstOf(t, len(w.invitations), pending))
	return []attempt{
		{"GET /users/me", "/users/me", nil},
		{"GET /users/{uuid}", w.uri(kindUser, 2), nil},
		{"GET /organizations/{uuid}", org, nil},
		{"GET /organization_memberships", with("/organization_memberships", "organization", org), nil},
		{"GET /organization_memberships/{uuid}", w.uri(kindMembership, 1), nil},
		{"DELETE /organization_memberships/{uuid}", w.uri(kindMembership, len(w.members)-1), nil},
		{"GET /organizations/{uuid}/invitations", org + "/invitations", nil},
		{"POST /organizations/{uuid}/invitations", org + "/invitations", object{"email": "schema@example.com"}},
		{"GET /organizations/{org_uuid}/invitations/{uuid}", w.invitationURI(0), nil},
		{"DELETE /organizations/{org_uuid}/invitations/{uuid}", invitation, nil},
		{"GET /teams", "/teams", nil},
		{"GET /teams/{team_uuid}", w.uri(kindTeam, 0), nil},
		{"GET /groups", with("/groups", "organization", org), nil},
		{"GET /groups/{uuid}", w.uri(kindGroup, 0), nil},
		{"GET /group_relationships", with("/group_relationships", "organization", org), nil},
		{"GET /group_relationships/{uuid}", w.uri(kindRelationship, 0), nil},
		{"GET /locations", with("/locations", "user", w.uri(kindUser, 0)), nil},
		{"GET /activity_log_entries", with("/activity_log_entries", "organization", org), nil},
		{"GET /outgoing_communications", with("/outgoing_communications", "organization", org), nil},
	}
}

func typeAttempts(s *Server) []attempt {
	w := s.home
	user, kind := w.uri(kindUser, 0), w.uri(kindEventType, 0)
	hours := object{"timezone": "Asia/Tokyo", "rules": []object{
		{"type": "wday", "wday": "monday", "intervals": []object{{"from": "09:00", "to": "17:00"}}}, {"type": "date", "date": "2026-12-24", "intervals": []object{}},
	}}
	dates := object{"type": "date_range", "start_date": "2026-12-01", "end_date": "2026-12-05"}
	return []attempt{
		{"GET /event_types", with("/event_types", "organization", s.Organization), nil},
		{"POST /event_types", "/event_types", object{"name": "Schema", "owner": user, "description": "As it says.", "locations": []object{{"kind": "ask_invitee", "location": "x"}}}},
		{"GET /event_types/{uuid}", kind, nil},
		{"PATCH /event_types/{uuid}", kind, object{"color": "#00ff7a"}},
		{"POST /one_off_event_types", "/one_off_event_types", object{"name": "Once", "host": user, "duration": 30, "date_setting": dates}},
		{"GET /event_type_available_times", with("/event_type_available_times", "event_type", kind, "start_time", "2026-11-24T00:00:00Z", "end_time", "2026-12-01T00:00:00Z"), nil},
		{"GET /event_type_memberships", with("/event_type_memberships", "event_type", kind), nil},
		{"GET /user_availability_schedules", with("/user_availability_schedules", "user", user), nil},
		{"GET /user_availability_schedules/{uuid}", w.uriSub(kindSchedule, 0, 0), nil},
		{"GET /event_type_availability_schedules", with("/event_type_availability_schedules", "event_type", kind), nil},
		{"PATCH /event_type_availability_schedules", with("/event_type_availability_schedules", "event_type", w.uri(kindEventType, 1)), object{"availability_rule": hours}},
		{"GET /user_busy_times", with("/user_busy_times", "user", user, "start_time", "2026-11-24T00:00:00Z", "end_time", "2026-12-01T00:00:00Z"), nil},
		{"GET /user_meeting_limits", with("/user_meeting_limits", "user", user), nil},
		{"PATCH /user_meeting_limits", with("/user_meeting_limits", "user", user), object{"daily_limit": 9000, "weekly_limit": nil}},
		{"POST /scheduling_links", "/scheduling_links", object{"max_event_count": 1, "owner": kind, "owner_type": "EventType"}},
		{"POST /shares", "/shares", object{"event_type": kind, "name": "Shared", "availability_rule": hours}},
	}
}

func eventAttempts(t testing.TB, s *Server) []attempt {
	t.Helper()
	w := s.home
	is := func(canceled bool, past bool) func(int) bool {
		return func(i int) bool { return w.isCanceled(i) == canceled && w.startOf(i) < w.now-day == past }
	}
	ahead := firstOf(t, w.events, func(i int) bool { return is(false, false)(i) && w.startOf(i) > w.now+day })
	held := firstOf(t, w.events, func(i int) bool { return is(false, true)(i) && !w.isNoShow(i, 0) })
	absent := firstOf(t, w.events, func(i int) bool { return w.isNoShow(i, 0) })
	other := firstOf(t, w.events, func(i int) bool { return i > absent && w.isNoShow(i, 0) })
	noShow := func(i int) string { return w.uriSub(kindNoShow, i, 0) }
	return []attempt{
		{"GET /scheduled_events", with("/scheduled_events", "organization", s.Organization), nil},
		{"GET /scheduled_events/{uuid}", w.uri(kindEvent, 1), nil},
		{"POST /scheduled_events/{uuid}/cancellation", w.uri(kindEvent, ahead) + "/cancellation", object{"reason": "none"}},
		{"GET /scheduled_events/{uuid}/invitees", w.uri(kindEvent, 1) + "/invitees", nil},
		{"GET /scheduled_events/{event_uuid}/invitees/{invitee_uuid}", w.inviteeURI(1, 0), nil},
		{"POST /invitees", "/invitees", slots(t, s, plainType)[0].booking("schema@example.com")},
		{"POST /invitee_no_shows", "/invitee_no_shows", object{"invitee": w.inviteeURI(held, 0)}},
		{"GET /invitee_no_shows/{uuid}", noShow(absent), nil},
		{"DELETE /invitee_no_shows/{uuid}", noShow(other), nil},
		{"POST /data_compliance/deletion/invitees", "/data_compliance/deletion/invitees", object{"emails": []string{"nobody@example.com"}}},
		{"POST /data_compliance/deletion/events", "/data_compliance/deletion/events", object{"start_time": "1999-01-01T00:00:00Z", "end_time": "1999-01-02T00:00:00Z"}},
	}
}

func formAttempts(s *Server) []attempt {
	w, org := s.home, s.Organization
	mine := []string{"organization", org, "scope", "organization"}
	return []attempt{
		{"GET /routing_forms", with("/routing_forms", "organization", org), nil},
		{"GET /routing_forms/{uuid}", w.uri(kindRoutingForm, 0), nil},
		{"GET /routing_form_submissions", with("/routing_form_submissions", "form", w.uri(kindRoutingForm, 0)), nil},
		{"GET /routing_form_submissions/{uuid}", w.uri(kindSubmission, 0), nil},
		{"POST /webhook_subscriptions", "/webhook_subscriptions", object{
			"url": "http://127.0.0.1:1/schema", "events": []string{"routing_form_submission.created"}, "organization": org, "scope": "organization",
		}},
		{"GET /webhook_subscriptions", with("/webhook_subscriptions", mine...), nil},
		{"GET /webhook_subscriptions/{webhook_uuid}", w.uri(kindWebhook, 0), nil},
		{"DELETE /webhook_subscriptions/{webhook_uuid}", w.uri(kindWebhook, 1), nil},
		{"GET /sample_webhook_data", with("/sample_webhook_data", append(mine, "event", "invitee.created")...), nil},
	}
}

func contactAttempts(t testing.TB, s *Server) []attempt {
	t.Helper()
	w := s.home
	noted := firstOf(t, w.contacts(), func(j int) bool { return w.notes(j) > 0 && w.note(j, 0).author == ownerIndex })
	contact, list := w.uri(kindContact, 3), w.uri(kindContactList, 1)
	some := object{"contacts": []string{contact, "https://example.com/nobody"}}
	return []attempt{
		{"GET /contacts", "/contacts", nil},
		{"POST /contacts", "/contacts", object{"name": "Ada", "emails": []object{{"email": "ada@example.com", "is_primary": true}}, "linkedin": "https://www.linkedin.com/in/ada"}},
		{"GET /contacts/{uuid}", contact, nil},
		{"PATCH /contacts/{uuid}", contact, object{"company": "Analytical Engines"}},
		{"DELETE /contacts/{uuid}", w.uri(kindContact, w.contacts()-1), nil},
		{"GET /contacts/custom_field_definitions", "/contacts/custom_field_definitions", nil},
		{"GET /contacts/custom_field_definitions/{uuid}", w.uri(kindField, 3), nil},
		{"POST /contacts/custom_field_definitions", "/contacts/custom_field_definitions", object{"label": "Size", "field_type": "single_select", "options": []object{{"label": "S"}}}},
		{"GET /contact_lists", "/contact_lists", nil},
		{"POST /contact_lists", "/contact_lists", object{"name": "Schema"}},
		{"GET /contact_lists/{uuid}", list, nil},
		{"PATCH /contact_lists/{uuid}", list, object{"name": "Renamed"}},
		{"POST /contact_lists/{uuid}/memberships", list + "/memberships", some},
		{"POST /contact_lists/{uuid}/memberships/removal", list + "/memberships/removal", some},
		{"GET /notes", with("/notes", "contact", w.uri(kindContact, noted)), nil},
		{"POST /notes", "/notes", object{"contact": contact, "title": "Call", "remind_at": "2027-01-01T00:00:00+02:00"}},
		{"GET /notes/{uuid}", w.uriSub(kindNote, noted, 0), nil},
	}
}

func recapAttempts(t testing.TB, s *Server) []attempt {
	t.Helper()
	w := s.home
	one := firstOf(t, w.events, w.hasRecap)
	other := firstOf(t, w.events, func(i int) bool { return i > one && w.hasRecap(i) })
	return []attempt{
		{"GET /meeting_recaps", "/meeting_recaps", nil},
		{"GET /meeting_recaps/{uuid}", w.uri(kindRecap, one), nil},
		{"PATCH /meeting_recaps/{uuid}", w.uri(kindRecap, one), object{"summary_md": "short", "discussion_md": nil}},
		{"DELETE /meeting_recaps/{uuid}", w.uri(kindRecap, other), nil},
		{"GET /meeting_recaps/{uuid}/transcript", w.uri(kindRecap, one) + "/transcript", nil},
	}
}
