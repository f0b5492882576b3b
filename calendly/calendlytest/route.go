package calendlytest

import (
	"net/http"
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
	write   func(*call) (change, error) // instead of handle, for what changes the world
	status  int                         // of success
	oauth   bool                        // one of the operations of OAuth, which needs no access token
}

// change is what a write does once nothing speaks against it. It returns the
// body of the answer, nil for none.
type change func() any

// routes lists every operation.
func routes() []route { return append(reads(), writes()...) }

// reads lists the operations that change nothing.
func reads() []route {
	read := func(pattern, scope string, needs plan, params string, handle func(*call) (any, error)) route {
		return route{pattern: pattern, scope: scope, needs: needs, params: params, handle: handle, status: http.StatusOK}
	}
	return []route{
		read("GET /users/me", "users:read", planFree, "", getUser),
		read("GET /users/{uuid}", "users:read", planFree, "", getUser),
		read("GET /organizations/{uuid}", "organizations:read", planFree, "", getOrganization),
		read("GET /organization_memberships", "organizations:read", planFree, "user organization email role", listMemberships),
		read("GET /organization_memberships/{uuid}", "organizations:read", planFree, "", getMembership),
		read("GET /organizations/{uuid}/invitations", "organizations:read", planFree, "email status sort sort[]", listInvitations),
		read("GET /organizations/{org_uuid}/invitations/{uuid}", "organizations:read", planFree, "", getInvitation),
		read("GET /teams", "organizations:read", planFree, "user", listTeams),
		read("GET /teams/{team_uuid}", "organizations:read", planFree, "", getTeam),
		read("GET /event_types", "event_types:read", planFree, "organization user active admin_managed user_availability_schedule sort sort[]", listEventTypes),
		read("GET /event_types/{uuid}", "event_types:read", planFree, "", getEventType),
		read("GET /event_type_available_times", "event_types:read|availability:read", planFree, "event_type start_time end_time", listAvailableTimes),
		read("GET /event_type_memberships", "event_types:read", planFree, "event_type", listEventTypeMemberships),
		read("GET /user_availability_schedules", "availability:read", planFree, "user", listSchedules),
		read("GET /user_availability_schedules/{uuid}", "availability:read", planFree, "", getSchedule),
		read("GET /event_type_availability_schedules", "availability:read", planFree, "event_type", listTypeSchedules),
		read("GET /user_busy_times", "availability:read", planFree, "user start_time end_time", listBusyTimes),
		read("GET /user_meeting_limits", "availability:read", planFree, "user", listMeetingLimits),
		read("GET /scheduled_events", "scheduled_events:read", planFree, "user organization group invitee_email status sort min_start_time max_start_time", listEvents),
		read("GET /scheduled_events/{uuid}", "scheduled_events:read", planFree, "", getEvent),
		read("GET /scheduled_events/{uuid}/invitees", "scheduled_events:read", planFree, "status email sort sort[]", listInvitees),
		read("GET /scheduled_events/{event_uuid}/invitees/{invitee_uuid}", "scheduled_events:read", planFree, "", getInvitee),
		read("GET /invitee_no_shows/{uuid}", "scheduled_events:read", planFree, "", getNoShow),
		read("GET /routing_forms", "routing_forms:read", planTeams, "organization sort sort[]", listForms),
		read("GET /routing_forms/{uuid}", "routing_forms:read", planTeams, "", getForm),
		read("GET /routing_form_submissions", "routing_forms:read", planTeams, "form sort sort[]", listSubmissions),
		read("GET /routing_form_submissions/{uuid}", "routing_forms:read", planTeams, "", getSubmission),
		read("GET /groups", "groups:read", planTeams, "organization", listGroups),
		read("GET /groups/{uuid}", "groups:read", planTeams, "", getGroup),
		read("GET /group_relationships", "groups:read", planTeams, "organization owner group", listRelationships),
		read("GET /group_relationships/{uuid}", "groups:read", planTeams, "", getRelationship),
		read("GET /locations", "locations:read", planFree, "user", listLocations),
		read("GET /activity_log_entries", "activity_log:read", planEnterprise, "organization search_term actor actor[] sort sort[] min_occurred_at max_occurred_at namespace namespace[] action action[]", listActivity),
		read("GET /outgoing_communications", "outgoing_communications:read", planEnterprise, "organization min_created_at max_created_at", listCommunications),
		read("GET /contacts", "contacts:read", planFree, "email phone_number timezone name job_title company country state city contact_list exclude sort sort[]", listContacts),
		read("GET /contacts/custom_field_definitions", "contacts:read", planFree, "", listFields),
		read("GET /contacts/custom_field_definitions/{uuid}", "contacts:read", planFree, "", getField),
		read("GET /contacts/{uuid}", "contacts:read", planFree, "", getContact),
		read("GET /contact_lists", "contacts:read", planFree, "type", listContactLists),
		read("GET /contact_lists/{uuid}", "contacts:read", planFree, "", getContactList),
		read("GET /notes", "contacts:read", planFree, "contact contact[]", listNotes),
		read("GET /notes/{uuid}", "contacts:read", planFree, "", getNote),
		read("GET /meeting_recaps", "meeting_recaps:read", planStandard, "event start_time end_time status attendee", listRecaps),
		read("GET /meeting_recaps/{uuid}", "meeting_recaps:read", planStandard, "", getRecap),
		read("GET /meeting_recaps/{uuid}/transcript", "meeting_recaps:read", planStandard, "", getTranscript),
		read("GET /webhook_subscriptions", "webhooks:read", planFree, "organization scope user group sort sort[]", listWebhooks),
		read("GET /webhook_subscriptions/{webhook_uuid}", "webhooks:read", planFree, "", getWebhook),
		read("GET /sample_webhook_data", "webhooks:read", planFree, "event organization scope user group", getSample),
	}
}

// call is one request on its way through a handler.
type call struct {
	caller

	server  *Server
	route   *route
	path    []string   // the values of the {…} segments
	query   url.Values // as sent
	body    []byte     // as sent, for writes
	now     int64      // the server's clock, microseconds since 1970
	header  http.Header
	request *http.Request
	fault   *Fault // what goes wrong, nil for nothing
}

// serve answers c: scope first, plan last. Nothing is changed before.
func (r *route) serve(c *call) (any, error) {
	scopes := strings.Split(r.scope, "|")
	if only := c.server.assume.value("available_times_scope"); len(scopes) > 1 && only != "either" {
		scopes = []string{only + ":read"}
	}
	if !slices.ContainsFunc(scopes, c.may) {
		return nil, insufficientScope(scopes[:1])
	}
	body, apply, err := r.consider(c)
	if err == nil && c.world.plan < r.needs {
		err = forbidden(r.needs.upgrade())
	}
	if err == nil && c.world.plan < planStandard && strings.HasPrefix(r.scope, "contacts:") && c.server.assume.on("paid_plan_for_contacts") {
		err = forbidden(paidPlan)
	}
	if err == nil && apply != nil {
		body = apply()
	}
	return body, err
}

// consider runs the handler, which changes nothing yet.
func (r *route) consider(c *call) (body any, apply change, err error) {
	if r.write != nil {
		apply, err = r.write(c)
		return nil, apply, err
	}
	body, err = r.handle(c)
	return body, nil, err
}

// table finds the route of a request.
type table struct {
	routes   []route
	segments [][]string // of each route's pattern; the first is the method
}

func newTable() table {
	t := table{routes: slices.Concat(routes(), oauthRoutes(), adminRoutes())}
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
