package calendlytest

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// refusal is one request and the error it must get.
type refusal struct {
	token, target string
	want          *apiError
}

// check sends each request and compares the whole body.
func check(t *testing.T, s *Server, refusals map[string]refusal) {
	t.Helper()
	for name, r := range refusals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, body := get(t, s, r.token, r.target)
			want := asObject(t, r.want)
			if diff := cmp.Diff(want, body, cmpopts.EquateEmpty()); diff != "" || status != r.want.status {
				t.Errorf("GET %s: %d, want %d\n%s", r.target, status, r.want.status, diff)
			}
		})
	}
}

func bad(parameter, message string) *apiError {
	return &apiError{
		status: 400, Title: "Invalid Argument", Message: "The supplied parameters are invalid.",
		Details: []detail{{Parameter: parameter, Message: message}},
	}
}

func denied(message string) *apiError {
	return &apiError{status: 403, Title: "Permission Denied", Message: message}
}

func missing() *apiError {
	return &apiError{status: 404, Title: "Resource Not Found", Message: "The server could not find the requested resource."}
}

func TestServer_refuses_bad_parameters(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 200})
	org, user := s.Organization, s.home.uri(kindUser, 0)
	kind := s.home.uri(kindEventType, 0)
	event := "/scheduled_events/" + s.home.id(kindEvent, 3, 0) + "/invitees"
	events := func(pairs ...string) string {
		return with("/scheduled_events", append([]string{"organization", org}, pairs...)...)
	}
	times := func(path, of, uri, from, to string) string {
		return with(path, of, uri, "start_time", from, "end_time", to)
	}
	either := bad("organization", "is missing")
	either.Details = append(either.Details, detail{Parameter: "user", Message: "is missing"})
	neither := &apiError{status: 400, Title: either.Title, Message: either.Message, Details: []detail{
		{Parameter: "user", Message: "is missing"}, {Parameter: "organization", Message: "is missing"}, {Parameter: "group", Message: "is missing"},
	}}
	check(t, s, map[string]refusal{
		"no owner of event types":       {"owner", "/event_types", either},
		"no owner of events":            {"owner", "/scheduled_events", neither},
		"no organization":               {"owner", "/groups", bad("organization", "is missing")},
		"empty organization":            {"owner", "/groups?organization=", bad("organization", "must be filled")},
		"bare id":                       {"owner", with("/groups", "organization", s.home.id(kindOrganization, 0, 0)), bad("organization", "is not a valid URI")},
		"URI of another kind":           {"owner", with("/groups", "organization", user), bad("organization", "is not a valid URI")},
		"URI of another host":           {"owner", with("/groups", "organization", "https://api.calendly.com/organizations/AAAAAAAAAAAAAAAA"), bad("organization", "is not a valid URI")},
		"count of zero":                 {"owner", events("count", "0"), bad("count", "must be greater than or equal to 1")},
		"count too great":               {"owner", events("count", "101"), bad("count", "must be less than or equal to 100")},
		"count in words":                {"owner", events("count", "ten"), bad("count", "must be an integer")},
		"count of the log too great":    {"owner", with("/activity_log_entries", "organization", org, "count", "1001"), bad("count", "must be less than or equal to 1000")},
		"garbled page token":            {"owner", events("page_token", "garbled"), bad("page_token", "is invalid")},
		"unknown status":                {"owner", events("status", "cancelled"), bad("status", "must be one of: active, canceled")},
		"sort by another field":         {"owner", events("sort", "created_at:asc"), bad("sort", "must be one of: start_time:asc, start_time:desc")},
		"sort without direction":        {"owner", event + "?sort=created_at", bad("sort", "must be one of: created_at:asc, created_at:desc")},
		"time that is none":             {"owner", events("min_start_time", "yesterday"), bad("min_start_time", "must be a date-time")},
		"e-mail that is none":           {"owner", events("invitee_email", "nobody"), bad("invitee_email", "is not a valid email")},
		"flag that is none":             {"owner", with("/event_types", "organization", org, "active", "yes"), bad("active", "must be boolean")},
		"unknown role":                  {"owner", with("/organization_memberships", "organization", org, "role", "member"), bad("role", "must be one of: owner, admin, user")},
		"available times in the past":   {"owner", times("/event_type_available_times", "event_type", kind, "2026-11-23T11:59:00Z", "2026-11-24T00:00:00Z"), bad("start_time", "must be in the future")},
		"available times turned around": {"owner", times("/event_type_available_times", "event_type", kind, "2026-11-25T00:00:00Z", "2026-11-24T00:00:00Z"), bad("end_time", "must be after start_time")},
		"available times too long":      {"owner", times("/event_type_available_times", "event_type", kind, "2026-11-24T00:00:00Z", "2026-12-25T00:00:01Z"), bad("end_time", "must be within 31 days of start_time")},
		"busy times too long":           {"owner", times("/user_busy_times", "user", user, "2026-11-24T00:00:00Z", "2026-12-01T00:00:01Z"), bad("end_time", "must be within 7 days of start_time")},
		"busy times without end":        {"owner", with("/user_busy_times", "user", user, "start_time", "2026-11-24T00:00:00Z"), bad("end_time", "is missing")},
		"unknown parameter of notes":    {"owner", with("/notes", "contact", s.home.uri(kindContact, 0), "sort", "x"), bad("sort", "is not allowed")},
		"notes about nobody":            {"owner", "/notes", bad("contact", "is missing")},
		"form submissions of no form":   {"owner", "/routing_form_submissions", bad("form", "is missing")},
		"webhooks of no user":           {"owner", with("/webhook_subscriptions", "organization", org, "scope", "user"), bad("user", "is missing")},
		"recap event for organization":  {"owner", with("/sample_webhook_data", "event", "meeting_recap.created", "organization", org, "scope", "organization"), bad("event", "is not available for this scope")},
	})
}

func TestServer_refuses_in_the_documented_order(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 200, Plan: "standard", Tokens: []Token{
		{Name: "users", Role: "owner", Scopes: []string{"users:read"}},
		{Name: "writes", Role: "owner", Scopes: []string{"scheduled_events:write", "availability:read"}},
	}})
	org := s.Organization
	scope := func(name string) *apiError {
		return &apiError{
			status: 403, Title: "Insufficient scope", Scopes: []string{name},
			Message: "This operation requires the scopes listed in the 'required_scopes' array.",
		}
	}
	check(t, s, map[string]refusal{
		"token before route":      {"", "/nothing/here", &apiError{status: 401, Title: "Unauthenticated", Message: "The access token is invalid"}},
		"route before parameters": {"owner", "/invitees", missing()},
		"scope before parameters": {"users", "/groups", scope("groups:read")},
		"parameters before plan":  {"owner", "/groups", bad("organization", "is missing")},
		"object before plan":      {"owner", "/groups/nothing", missing()},
		"plan of groups":          {"owner", with("/groups", "organization", org), denied(saysTeamsPlan)},
		"plan of forms":           {"owner", with("/routing_forms", "organization", org), denied(saysTeamsPlan)},
		"plan of the log":         {"owner", with("/activity_log_entries", "organization", org), denied("Please upgrade your Calendly account to Enterprise.")},
		"plan of communications":  {"owner", with("/outgoing_communications", "organization", org), denied("Please upgrade your Calendly account to Enterprise.")},
		"role before plan":        {"member", with("/activity_log_entries", "organization", org), denied("You do not have permission")},
		"write does not reach":    {"writes", "/users/me", scope("users:read")},
	})
	must(t, s, "writes", with("/scheduled_events", "organization", org)) // x:write includes x:read
	must(t, s, "writes", with("/event_type_available_times", "event_type", s.home.uri(kindEventType, 0),
		"start_time", "2026-11-24T00:00:00Z", "end_time", "2026-11-25T00:00:00Z")) // either scope will do
	must(t, s, "owner", "/meeting_recaps")

	free := newServer(t, Config{Seed: 1, Events: 200, Plan: "free"})
	check(t, free, map[string]refusal{"plan of recaps": {"owner", "/meeting_recaps", denied("Please upgrade to a paid Calendly account")}})
	if org := must(t, free, "owner", free.Organization)["resource"].(object); org["plan"] != "basic" || org["stage"] != "free" {
		t.Errorf("a free organization is %v", org)
	}
}

func TestServer_shows_members_their_own(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 400})
	w, org := s.home, s.Organization
	me, colleague := w.uri(kindUser, w.member()), w.uri(kindUser, ownerIndex)
	foreign := s.away.uri(kindUser, 0)
	mine, theirs := -1, -1
	for i := range w.events {
		if hosts := w.hosts(i); hosts[0] == w.member() {
			mine = i
		} else if len(hosts) == 1 && !w.leads(w.member(), w.members[hosts[0]].group) {
			theirs = i
		}
	}
	own := with("/scheduled_events", "user", me, "count", "100")
	for _, e := range all(t, s, "member", own) {
		if got := e["event_memberships"].([]any); !hostedBy(got, me) {
			t.Errorf("%s is hosted by %v", e["uri"], got)
		}
	}
	must(t, s, "member", with("/scheduled_events", "user", me, "organization", org))
	must(t, s, "member", w.uri(kindEvent, mine))
	must(t, s, "admin", with("/scheduled_events", "user", me, "organization", org))
	must(t, s, "member", colleague)
	must(t, s, "member", with("/organization_memberships", "user", me))
	check(t, s, map[string]refusal{
		"all events":                {"member", with("/scheduled_events", "organization", org), denied("You do not have permission")},
		"colleague's events":        {"member", with("/scheduled_events", "user", colleague), denied("Please also specify organization when requesting events for a user within your organization.")},
		"colleague's events, admin": {"admin", with("/scheduled_events", "user", me), denied("Please also specify organization when requesting events for a user within your organization.")},
		"colleague's with org":      {"member", with("/scheduled_events", "user", colleague, "organization", org), denied("You do not have permission")},
		"group without org":         {"admin", with("/scheduled_events", "group", w.uri(kindGroup, 0)), denied("Please also specify organization when requesting events for a group within your organization.")},
		"group of others":           {"member", with("/scheduled_events", "group", w.uri(kindGroup, 0), "organization", org), denied("You do not have permission")},
		"user of another org":       {"owner", with("/scheduled_events", "user", foreign, "organization", org), denied("This user is not in your organization")},
		"one event":                 {"member", w.uri(kindEvent, theirs), denied("You are not allowed to view this event")},
		"its invitees":              {"member", w.uri(kindEvent, theirs) + "/invitees", denied("You are not allowed to view this event")},
		"one invitee":               {"member", w.inviteeURI(theirs, 0), denied("You do not have permission to view this event")},
		"all memberships":           {"member", with("/organization_memberships", "organization", org), denied("You do not have permission")},
		"invitations":               {"member", org + "/invitations", denied("You do not have permission")},
		"organization's webhooks":   {"member", with("/webhook_subscriptions", "organization", org, "scope", "organization"), denied("You do not have permission")},
		"colleague's event types":   {"member", with("/event_types", "user", colleague), denied("You do not have permission")},
		"limits, even for admins":   {"admin", with("/user_meeting_limits", "user", me), denied("You do not have permission")},
		"membership of another org": {"owner", s.away.uri(kindMembership, 0), denied("This user is not in your organization")},
	})
}

func hostedBy(hosts []any, user string) bool {
	for _, h := range hosts {
		if h.(object)["user"] == user {
			return true
		}
	}
	return false
}

func TestServer_shows_a_stranger_nothing_of_the_organization(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 400})
	w, org := s.home, s.Organization
	must(t, s, "stranger", "/users/me")
	must(t, s, "stranger", with("/scheduled_events", "organization", s.away.uri(kindOrganization, 0)))
	recap := 0
	for !w.hasRecap(recap) {
		recap++
	}
	for _, target := range []string{
		org, org + "/invitations", w.uri(kindUser, 0), w.uri(kindMembership, 0), w.uri(kindTeam, 0), w.uri(kindEventType, 0), w.uri(kindEvent, 0),
		w.uri(kindEvent, 0) + "/invitees", w.inviteeURI(0, 0), w.uri(kindSchedule, 0), w.uri(kindRoutingForm, 0), w.uri(kindSubmission, 0),
		w.uri(kindGroup, 0), w.uri(kindRelationship, 0), w.uri(kindWebhook, 0), w.uri(kindContact, 0), w.uri(kindField, 0), w.uri(kindContactList, 0),
		w.uri(kindRecap, recap), w.uri(kindRecap, recap) + "/transcript",
		with("/scheduled_events", "organization", org), with("/event_types", "organization", org), with("/event_types", "user", w.uri(kindUser, 0)),
		with("/groups", "organization", org), with("/routing_forms", "organization", org), with("/activity_log_entries", "organization", org),
		with("/user_availability_schedules", "user", w.uri(kindUser, 0)), with("/locations", "user", w.uri(kindUser, 0)),
		with("/notes", "contact", w.uri(kindContact, 0)), with("/contacts", "contact_list", w.uri(kindContactList, 0)),
	} {
		if status, body := get(t, s, "stranger", target); status != http.StatusForbidden || body["title"] != "Permission Denied" {
			t.Errorf("GET %s: %d %v", target, status, body)
		}
		must(t, s, "owner", target)
	}
}

func TestServer_answers_what_it_does_not_know_with_404(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 400})
	other := newServer(t, Config{Seed: 2, Events: 400})
	bigger := newServer(t, Config{Seed: 1, Events: 500})
	for _, target := range []string{
		"/", "/users", "/nothing", "/users/me/", "//users/me", "/users/me/x", "/scheduled_events/", "/scheduled_events//invitees",
		"/users/AAAAAAAAAAAAAAAA", other.home.uri(kindUser, 0), bigger.home.uri(kindEvent, 499), "/users/" + s.home.id(kindEvent, 0, 0),
		s.home.uri(kindEvent, 1) + "/invitees/" + s.home.id(kindInvitee, 0, 0), s.home.uri(kindNoShow, 0) + "0",
	} {
		status, body := get(t, s, "owner", target)
		if diff := cmp.Diff(asObject(t, missing()), body); diff != "" || status != http.StatusNotFound {
			t.Errorf("GET %s: %d\n%s", target, status, diff)
		}
	}
	for _, method := range []string{http.MethodPut, http.MethodHead, http.MethodOptions, "BREW"} {
		if w := do(t, s, "owner", method, "/users/me"); w.Code != http.StatusNotFound {
			t.Errorf("%s /users/me: %d", method, w.Code)
		}
	}
	if status, body := get(t, s, "owner", with("/groups", "organization", s.URL+"/organizations/AAAAAAAAAAAAAAAA")); status != http.StatusNotFound {
		t.Errorf("list of an unknown organization: %d %v", status, body)
	}
	must(t, s, "owner", "/users/me?whatever=1&count=x")
}
