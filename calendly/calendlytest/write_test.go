package calendlytest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestInvitations_are_sent_once_and_revoked(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 200})
	invite := "POST " + s.Organization + "/invitations"
	send := func(email any) object { return object{"email": email} }
	taken := s.home.members[2].email
	refused(t, s, "owner", invite, send(nil), bad("email", "is missing"))
	refused(t, s, "owner", invite, send(" "), bad("email", "must be filled"))
	refused(t, s, "owner", invite, send(7), bad("email", "must be a string"))
	refused(t, s, "owner", invite, send("nobody"), &apiError{status: 400, Title: "Invalid Email", Message: "nobody is an invalid email format"})
	refused(t, s, "owner", invite, send(taken), &apiError{status: 400, Title: "Already Organization Member", Message: taken + " is already in the organization"})
	refused(t, s, "member", invite, send("new@example.com"), denied("You do not have permission"))
	refused(t, s, "stranger", invite, send("new@example.com"), denied(noAccess))
	v := post(t, s, "admin", s.Organization+"/invitations", send("new@example.com"))
	refused(t, s, "owner", invite, send("New@example.com"), &apiError{status: 400, Title: "Already Invited", Message: "New@example.com has already been invited"})
	if v["status"] != "pending" || v["last_sent_at"] == nil || must(t, s, "owner", text(v, "uri"))["resource"].(object)["email"] != "new@example.com" {
		t.Errorf("invited %v", v)
	}
	if rows := all(t, s, "owner", with(s.Organization+"/invitations", "email", "new@example.com", "sort", "created_at:desc")); len(rows) != 1 {
		t.Errorf("listed %v", rows)
	}
	revoke := "DELETE " + text(v, "uri")
	refused(t, s, "member", revoke, nil, denied("You do not have permission"))
	if status, _ := write(t, s, "owner", http.MethodDelete, text(v, "uri"), nil); status != http.StatusNoContent {
		t.Errorf("revoked: %d", status)
	}
	refused(t, s, "owner", revoke, nil, missing())
	refused(t, s, "owner", "DELETE "+s.home.invitationURI(0), nil, &apiError{status: 400, Title: "Invitation Already Accepted", Message: "The invitation has already been accepted."})
	log := all(t, s, "owner", with("/activity_log_entries", "organization", s.Organization, "search_term", "new"))
	if len(log) != 2 || log[0]["fully_qualified_name"] != "User.Invitation_Revoke" || log[1]["fully_qualified_name"] != "User.Invite" {
		t.Errorf("logged %v", log)
	}
	post(t, s, "admin", s.Organization+"/invitations", send("new@example.com"))
}

func TestInvitations_are_limited_by_seats_and_SCIM(t *testing.T) {
	t.Parallel()
	seats := "You already sent all the invitations you're allotted based upon the number of seats purchased with your account. Please purchase more seats to send more invitations."
	for want, cfg := range map[string]Config{
		seats: {Seats: 8},
		"You already sent all the invitations allotted to you with a trial account.": {Seats: 8, Trial: true},
	} {
		cfg.Seed, cfg.Events, cfg.Members = 1, 200, 8
		s := newServer(t, cfg)
		refused(t, s, "owner", "POST "+s.Organization+"/invitations", object{"email": "new@example.com"}, denied(want))
	}
	s := newServer(t, Config{Seed: 1, Events: 200, SCIM: true})
	v := post(t, s, "admin", s.Organization+"/invitations", object{"email": "new@example.com"})
	refused(t, s, "owner", "DELETE "+text(v, "uri"), nil, denied("You cannot perform this action for an organization with SCIM enabled."))
}

func TestMembership_removal_takes_the_member_out_of_everything(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 200})
	w := s.home
	who := w.member()
	uri := w.uri(kindMembership, who)
	refused(t, s, "member", "DELETE "+uri, nil, denied("You do not have permission to perform this action"))
	refused(t, s, "admin", "DELETE "+w.uri(kindMembership, ownerIndex), nil, denied("You can not change owner role"))
	refused(t, s, "admin", "DELETE "+w.uri(kindMembership, w.admin()), nil, denied("You can not remove yourself from organization"))
	refused(t, s, "admin", "DELETE "+s.away.uri(kindMembership, 1), nil, denied("You cannot modify members from another organization"))
	group := w.members[who].group
	before := must(t, s, "owner", w.uri(kindGroup, group))["resource"].(object)["member_count"].(float64)
	if status, _ := write(t, s, "admin", http.MethodDelete, uri, nil); status != http.StatusNoContent {
		t.Fatalf("removed: %d", status)
	}
	refused(t, s, "admin", "GET "+uri, nil, missing())
	refused(t, s, "admin", "GET "+w.uri(kindUser, who), nil, denied(noAccess))
	refused(t, s, "member", "GET /users/me", nil, &apiError{status: 401, Title: "Unauthenticated", Message: "The access token is invalid"})
	if rows := all(t, s, "owner", with("/organization_memberships", "organization", s.Organization, "email", w.members[who].email)); len(rows) > 0 {
		t.Errorf("still listed: %v", rows)
	}
	if now := must(t, s, "owner", w.uri(kindGroup, group))["resource"].(object)["member_count"].(float64); now != before-1 {
		t.Errorf("group has %v members, had %v", now, before)
	}
	for _, kind := range all(t, s, "owner", with("/event_types", "organization", s.Organization, "count", "100")) {
		if p, ok := kind["profile"].(object); ok && p["owner"] == w.uri(kindUser, who) {
			t.Errorf("%v is still listed", kind["uri"])
		}
	}
}

func TestEventTypes_are_created_and_patched(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 200})
	owner, member := s.home.uri(kindUser, 0), s.home.uri(kindUser, s.home.member())
	full := object{
		"name": "Réunion 30", "owner": member, "active": true, "description": "Hi", "duration": 30, "duration_options": []int{15, 30}, "color": "#00ff7a",
		"locale": "fr", "start_time_increment": 15, "before_buffer": 10, "after_buffer": 0, "locations": []object{{"kind": "zoom_conference"}},
		"slug": "mine", "kind": "group",
	}
	kind := post(t, s, "admin", "/event_types", full)
	for key, want := range map[string]any{
		"name": "Réunion 30", "active": true, "duration": 30.0, "color": "#00ff7a", "locale": "fr", "start_time_increment": 15.0, "before_buffer": 10.0,
		"kind": "solo", "description_plain": "Hi", "type": "StandardEventType", "slug": "runion-30",
	} {
		if kind[key] != want {
			t.Errorf("%s is %v, want %v", key, kind[key], want)
		}
	}
	refused(t, s, "member", "POST /event_types", object{"name": "x", "owner": owner}, denied("You do not have permission"))
	refused(t, s, "owner", "POST /event_types", object{"name": "x"}, bad("owner", "is missing"))
	refused(t, s, "owner", "POST /event_types", object{"owner": owner}, bad("name", "is missing"))
	uri := text(kind, "uri")
	for field, value := range map[string]any{
		"duration": 721, "color": "#00FF7A", "locale": "xx", "start_time_increment": 4, "before_buffer": 7, "active": "yes", "locations": []object{{"kind": "zoom"}},
		"duration_options": []int{1, 1}, "name": "",
	} {
		if status, answer := write(t, s, "owner", http.MethodPatch, uri, object{field: value}); status != http.StatusBadRequest {
			t.Errorf("%s = %v: %d %v", field, value, status, answer)
		}
	}
	events := all(t, s, "owner", with("/scheduled_events", "organization", s.Organization, "count", "100"))
	first := s.home.uri(kindEventType, 0)
	for _, target := range []string{uri, first} {
		status, answer := write(t, s, "owner", http.MethodPatch, target, object{"name": "New name", "duration": 15, "owner": "ignored"})
		now := must(t, s, "owner", target)["resource"].(object)
		if status != http.StatusOK || answer["resource"].(object)["name"] != "New name" || now["name"] != "New name" || now["duration"] != 15.0 {
			t.Errorf("patched %s: %d %v", target, status, answer)
		}
	}
	if now := must(t, s, "owner", uri)["resource"].(object); now["slug"] != "runion-30" || now["before_buffer"] != 10.0 {
		t.Errorf("patch changed more than it said: %v", now)
	}
	rows := all(t, s, "owner", with("/event_types", "organization", s.Organization, "sort", "created_at:desc", "count", "100"))
	if rows[0]["uri"] != uri {
		t.Errorf("the newest type is %v", rows[0])
	}
	for n, e := range all(t, s, "owner", with("/scheduled_events", "organization", s.Organization, "count", "100")) {
		if e["end_time"] != events[n]["end_time"] || e["name"] != events[n]["name"] {
			t.Fatalf("a patched type changed %v to %v", events[n], e)
		}
	}
}

func TestOneOff_is_bookable_in_its_spots_alone(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 200})
	host := s.home.uri(kindUser, 0)
	body := object{
		"name": "Once", "host": host, "duration": 30, "timezone": "Europe/Paris", "location": object{"kind": "google_conference"},
		"date_setting": object{"type": "spots", "spots": []object{{"start_time": "2026-11-25T03:00:00Z", "end_time": "2026-11-25T04:00:00Z"}}},
	}
	kind := post(t, s, "owner", "/one_off_event_types", body)
	times := all(t, s, "owner", with("/event_type_available_times", "event_type", text(kind, "uri"), "start_time", "2026-11-24T00:00:00Z", "end_time", "2026-12-01T00:00:00Z"))
	if kind["type"] != "AdhocEventType" || kind["duration_options"] != nil || len(times) != 2 || times[1]["start_time"] != "2026-11-25T03:30:00.000000Z" {
		t.Errorf("%v is available %v", kind, times)
	}
	i := post(t, s, "owner", "/invitees", slot{kind, text(times[0], "start_time")}.booking("once@example.com"))
	place := must(t, s, "owner", text(i, "event"))["resource"].(object)["location"].(object)
	if place["type"] != "google_conference" || place["status"] != "initiated" {
		t.Errorf("held at %v", place)
	}
	for want, set := range map[string]object{
		"date_setting.type":       {},
		"date_setting.end_date":   {"type": "date_range", "start_date": "2026-11-25", "end_date": "2026-11-24"},
		"date_setting.days":       {"type": "days_in_future", "days": 366},
		"date_setting.start_date": {"type": "date_range", "end_date": "2026-11-24"},
	} {
		body["date_setting"] = set
		status, answer := write(t, s, "owner", http.MethodPost, "/one_off_event_types", body)
		if details, _ := answer["details"].([]any); status != http.StatusBadRequest || details[0].(object)["parameter"] != want {
			t.Errorf("%v: %d %v", set, status, answer)
		}
	}
}

func TestAvailability_and_limits_are_replaced(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 200})
	kind, user := s.home.uri(kindEventType, 0), s.home.uri(kindUser, 0)
	target := with("/event_type_availability_schedules", "event_type", kind)
	body := object{"availability_rule": object{"timezone": "Asia/Tokyo", "rules": []object{{"type": "wday", "wday": "wednesday", "intervals": []object{{"from": "01:00", "to": "02:00"}}}}}}
	if status, answer := write(t, s, "owner", http.MethodPatch, target, body); status != http.StatusOK {
		t.Fatalf("%d %v", status, answer)
	}
	rule := all(t, s, "owner", target)[0]["availability_rule"].(object)
	times := all(t, s, "owner", with("/event_type_available_times", "event_type", kind, "start_time", "2026-11-24T00:00:00Z", "end_time", "2026-12-01T00:00:00Z"))
	if rule["timezone"] != "Asia/Tokyo" || len(rule["rules"].([]any)) != 1 || slices.ContainsFunc(times, func(o object) bool { return !strings.HasPrefix(text(o, "start_time"), "2026-11-24T16") }) {
		t.Errorf("rule %v gives %v", rule, times)
	}
	refused(t, s, "member", "PATCH "+target, object{"availability_rule": object{"timezone": "UTC", "user": user, "rules": []object{}}}, denied("You do not have permission"))
	refused(t, s, "owner", "PATCH "+target, object{}, &apiError{status: 400, Title: "Invalid Argument", Message: "The supplied parameters are invalid.", Details: []detail{
		{Parameter: "availability_rule", Message: "is missing"}, {Parameter: "availability_rule.timezone", Message: "is missing"},
	}})

	limits := with("/user_meeting_limits", "user", user)
	if status, answer := write(t, s, "owner", http.MethodPatch, limits, object{"daily_limit": 3, "weekly_limit": nil, "else": 1}); status != http.StatusOK {
		t.Errorf("%d %v", status, answer)
	}
	if now := all(t, s, "owner", limits)[0]; now["daily_limit"] != 3.0 || now["weekly_limit"] != nil {
		t.Errorf("limits are %v", now)
	}
	refused(t, s, "owner", "PATCH "+limits, object{"daily_limit": 0}, bad("daily_limit", "must be greater than or equal to 1"))
	refused(t, s, "admin", "PATCH "+limits, object{"daily_limit": 1}, denied("You do not have permission"))
}

func TestMeetingLimits_bound_what_can_be_booked(t *testing.T) {
	t.Parallel()
	for limit, span := range map[string]int64{"daily_limit": 1, "weekly_limit": 7, "monthly_limit": 31} {
		s := newServer(t, Config{Seed: 1, Events: -1})
		user := s.home.uri(kindUser, 0)
		kind := post(t, s, "owner", "/event_types", object{"name": "x", "owner": user, "active": true, "duration": 15})
		rules := []object{}
		for _, wday := range weekdays() {
			rules = append(rules, object{"type": "wday", "wday": wday, "intervals": []object{{"from": "04:00", "to": "06:00"}}})
		}
		write(t, s, "owner", http.MethodPatch, with("/event_type_availability_schedules", "event_type", text(kind, "uri")), object{"availability_rule": object{"timezone": "UTC", "rules": rules}})
		limits := object{"daily_limit": nil, "weekly_limit": nil, "monthly_limit": nil}
		limits[limit] = 1
		write(t, s, "owner", http.MethodPatch, with("/user_meeting_limits", "user", user), limits)
		// 2027-08-01 is a Sunday, the first of a week and of a month of 31 days.
		open := func() []object {
			return all(t, s, "owner", with("/event_type_available_times", "event_type", text(kind, "uri"), "start_time", "2027-08-01T00:00:00Z", "end_time", "2027-09-01T00:00:00Z"))
		}
		before := open()
		post(t, s, "owner", "/invitees", slot{kind, text(before[0], "start_time")}.booking("a@example.com"))
		after := open()
		left := instantOf(t, "2027-08-01T00:00:00Z").AddDate(0, 0, int(span))
		if len(before) != 31*4 || len(after) != int(31-span)*4 || len(after) > 0 && instantOf(t, text(after[0], "start_time")).Before(left) {
			t.Errorf("%s of 1: %d times, %d after a booking", limit, len(before), len(after))
		}
		refused(t, s, "owner", "POST /invitees", slot{kind, text(before[1], "start_time")}.booking("b@example.com"), bad("event.start_time", "is not an available time"))
	}
}
