package calendlytest

import (
	"net/url"
	"slices"
	"strings"
)

// route is one operation: its address, what a token and a plan need for it,
// the query parameters it knows, and what answers it.
type route struct {
	pattern string // as "GET /users/{uuid}"; literal segments stand before variables in the table
	scope   string // the scope needed; two, split by |, where either will do
	needs   plan
	params  string // split by spaces; others are ignored, and not repeated in page links
	handle  func(*call) (any, error)
}

// routes lists every operation.
func routes() []route {
	return []route{
		{"GET /users/me", "users:read", planFree, "", getUser},
		{"GET /users/{uuid}", "users:read", planFree, "", getUser},
		{"GET /organizations/{uuid}", "organizations:read", planFree, "", getOrganization},
		{"GET /organization_memberships", "organizations:read", planFree, "user organization email role", listMemberships},
		{"GET /organization_memberships/{uuid}", "organizations:read", planFree, "", getMembership},
		{"GET /organizations/{uuid}/invitations", "organizations:read", planFree, "email status sort sort[]", listInvitations},
		{"GET /organizations/{org_uuid}/invitations/{uuid}", "organizations:read", planFree, "", getInvitation},
		{"GET /teams", "organizations:read", planFree, "user", listTeams},
		{"GET /teams/{team_uuid}", "organizations:read", planFree, "", getTeam},
		{"GET /event_types", "event_types:read", planFree, "organization user active admin_managed user_availability_schedule sort sort[]", listEventTypes},
		{"GET /event_types/{uuid}", "event_types:read", planFree, "", getEventType},
		{"GET /event_type_available_times", "event_types:read|availability:read", planFree, "event_type start_time end_time", listAvailableTimes},
		{"GET /event_type_memberships", "event_types:read", planFree, "event_type", listEventTypeMemberships},
		{"GET /user_availability_schedules", "availability:read", planFree, "user", listSchedules},
		{"GET /user_availability_schedules/{uuid}", "availability:read", planFree, "", getSchedule},
		{"GET /event_type_availability_schedules", "availability:read", planFree, "event_type", listTypeSchedules},
		{"GET /user_busy_times", "availability:read", planFree, "user start_time end_time", listBusyTimes},
		{"GET /user_meeting_limits", "availability:read", planFree, "user", listMeetingLimits},
		{"GET /scheduled_events", "scheduled_events:read", planFree, "user organization group invitee_email status sort min_start_time max_start_time", listEvents},
		{"GET /scheduled_events/{uuid}", "scheduled_events:read", planFree, "", getEvent},
		{"GET /scheduled_events/{uuid}/invitees", "scheduled_events:read", planFree, "status email sort sort[]", listInvitees},
		{"GET /scheduled_events/{event_uuid}/invitees/{invitee_uuid}", "scheduled_events:read", planFree, "", getInvitee},
		{"GET /invitee_no_shows/{uuid}", "scheduled_events:read", planFree, "", getNoShow},
		{"GET /routing_forms", "routing_forms:read", planTeams, "organization sort sort[]", listForms},
		{"GET /routing_forms/{uuid}", "routing_forms:read", planTeams, "", getForm},
		{"GET /routing_form_submissions", "routing_forms:read", planTeams, "form sort sort[]", listSubmissions},
		{"GET /routing_form_submissions/{uuid}", "routing_forms:read", planTeams, "", getSubmission},
		{"GET /groups", "groups:read", planTeams, "organization", listGroups},
		{"GET /groups/{uuid}", "groups:read", planTeams, "", getGroup},
		{"GET /group_relationships", "groups:read", planTeams, "organization owner group", listRelationships},
		{"GET /group_relationships/{uuid}", "groups:read", planTeams, "", getRelationship},
		{"GET /locations", "locations:read", planFree, "user", listLocations},
		{"GET /activity_log_entries", "activity_log:read", planEnterprise, "organization search_term actor actor[] sort sort[] min_occurred_at max_occurred_at namespace namespace[] action action[]", listActivity},
		{"GET /outgoing_communications", "outgoing_communications:read", planEnterprise, "organization min_created_at max_created_at", listCommunications},
		{"GET /contacts", "contacts:read", planFree, "email phone_number timezone name job_title company country state city contact_list exclude sort sort[]", listContacts},
		{"GET /contacts/custom_field_definitions", "contacts:read", planFree, "", listFields},
		{"GET /contacts/custom_field_definitions/{uuid}", "contacts:read", planFree, "", getField},
		{"GET /contacts/{uuid}", "contacts:read", planFree, "", getContact},
		{"GET /contact_lists", "contacts:read", planFree, "type", listContactLists},
		{"GET /contact_lists/{uuid}", "contacts:read", planFree, "", getContactList},
		{"GET /notes", "contacts:read", planFree, "contact contact[]", listNotes},
		{"GET /notes/{uuid}", "contacts:read", planFree, "", getNote},
		{"GET /meeting_recaps", "meeting_recaps:read", planStandard, "event start_time end_time status attendee", listRecaps},
		{"GET /meeting_recaps/{uuid}", "meeting_recaps:read", planStandard, "", getRecap},
		{"GET /meeting_recaps/{uuid}/transcript", "meeting_recaps:read", planStandard, "", getTranscript},
		{"GET /webhook_subscriptions", "webhooks:read", planFree, "organization scope user group sort sort[]", listWebhooks},
		{"GET /webhook_subscriptions/{webhook_uuid}", "webhooks:read", planFree, "", getWebhook},
		{"GET /sample_webhook_data", "webhooks:read", planFree, "event organization scope user group", getSample},
	}
}

// call is one request on its way through a handler.
type call struct {
	caller

	server *Server
	route  *route
	path   []string   // the values of the {…} segments
	query  url.Values // as sent
}

// serve answers c: scope first, plan last.
func (r *route) serve(c *call) (any, error) {
	scopes := strings.Split(r.scope, "|")
	if !slices.ContainsFunc(scopes, c.may) {
		return nil, insufficientScope(scopes[:1])
	}
	body, err := r.handle(c)
	if err == nil && c.world.plan < r.needs {
		return nil, forbidden(r.needs.upgrade())
	}
	return body, err
}

// table finds the route of a request.
type table struct {
	routes   []route
	segments [][]string // of each route's pattern; the first is the method
}

func newTable() table {
	t := table{routes: routes()}
	for _, r := range t.routes {
		method, path, _ := strings.Cut(r.pattern, " ")
		t.segments = append(t.segments, append([]string{method}, strings.Split(path, "/")[1:]...))
	}
	return t
}

// match returns the route of a request and the values of its {…} segments, or
// nil: an unknown method is an unknown route.
func (t *table) match(method, path string) (*route, []string) {
	asked := append([]string{method}, strings.Split(path, "/")[1:]...)
	for i, segments := range t.segments {
		if values, ok := matches(segments, asked); ok {
			return &t.routes[i], values
		}
	}
	return nil, nil
}

func matches(segments, asked []string) (values []string, ok bool) {
	if len(segments) != len(asked) {
		return nil, false
	}
	for i, s := range segments {
		switch {
		case s[0] == '{' && asked[i] != "":
			values = append(values, asked[i])
		case s != asked[i]:
			return nil, false
		}
	}
	return values, true
}
