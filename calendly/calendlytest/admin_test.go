package calendlytest

import (
	"net/http"
	"testing"
)

// admin returns a server whose token "sandbox" is that of the admin routes.
func admin(t testing.TB, cfg Config) *Server {
	t.Helper()
	s := newServer(t, cfg)
	s.Tokens["sandbox"] = s.AdminToken
	return s
}

// command sends a POST to an admin route, which has to succeed.
func command(t testing.TB, s *Server, target string, body any) object {
	t.Helper()
	status, answer := write(t, s, "sandbox", http.MethodPost, "/_sandbox/"+target, body)
	if status >= 300 {
		t.Fatalf("POST /_sandbox/%s %v: %d %v", target, body, status, answer)
	}
	return answer
}

func TestAdmin_needs_its_own_token(t *testing.T) {
	t.Parallel()
	s := admin(t, Config{Seed: 1, Events: 50})
	unknown := &apiError{status: 401, Title: "Unauthenticated", Message: "The access token is invalid"}
	refused(t, s, "owner", "GET /_sandbox/clock", nil, unknown)
	refused(t, s, "", "POST /_sandbox/clock", object{"advance": "1h"}, unknown)
	refused(t, s, "sandbox", "GET /users/me", nil, unknown)
	refused(t, s, "sandbox", "GET /_sandbox/nothing", nil, missing())
}

func TestClock_moves_forward_only(t *testing.T) {
	t.Parallel()
	s := admin(t, Config{Seed: 1, Events: 50})
	if now := command(t, s, "clock", object{"advance": "36h"}); now["now"] != "2026-11-25T00:00:30.000000Z" {
		t.Errorf("the clock is at %v", now)
	}
	command(t, s, "clock", object{"set": "2026-12-01T00:00:00Z"})
	if got := must(t, s, "sandbox", "/_sandbox/clock"); got["now"] != "2026-12-01T00:00:00.000000Z" || stamp(s.Now().UnixMicro()) != got["now"] {
		t.Errorf("the clock is at %v", got)
	}
	for _, body := range []object{{}, {"advance": "-1h"}, {"advance": "soon"}, {"set": "2026-11-30T00:00:00Z"}, {"advance": "1h", "set": "2027-01-01T00:00:00Z"}, {"by": "1h"}} {
		if status, answer := write(t, s, "sandbox", http.MethodPost, "/_sandbox/clock", body); status != http.StatusBadRequest {
			t.Errorf("%v: %d %v", body, status, answer)
		}
	}
	v := post(t, s, "owner", s.Organization+"/invitations", object{"email": "new@example.com"})
	if v["created_at"] != "2026-12-01T00:00:00.000000Z" {
		t.Errorf("invited at %v", v["created_at"])
	}
	user := s.home.uri(kindUser, 0)
	refused(t, s, "owner", "GET "+with("/user_busy_times", "user", user, "start_time", "2026-11-30T00:00:00Z", "end_time", "2026-12-02T00:00:00Z"), nil, bad("start_time", "must be in the future"))
}

func TestLog_shows_every_request_until_it_is_cleared(t *testing.T) {
	t.Parallel()
	s := admin(t, Config{Seed: 1, Events: 50})
	must(t, s, "owner", "/users/me?x=1")
	get(t, s, "", "/nothing")
	log := must(t, s, "sandbox", "/_sandbox/requests")
	rows := log["requests"].([]any)
	first, second := rows[0].(object), rows[1].(object)
	if len(rows) != 2 || log["total"] != 2.0 || first["path"] != "/users/me" || first["query"] != "x=1" || first["status"] != 200.0 || first["user"] != s.home.uri(kindUser, 0) ||
		second["status"] != 401.0 || second["user"] != "" {
		t.Errorf("log %v", log)
	}
	if status, _ := write(t, s, "sandbox", http.MethodDelete, "/_sandbox/requests", nil); status != http.StatusNoContent {
		t.Errorf("cleared: %d", status)
	}
	if log := must(t, s, "sandbox", "/_sandbox/requests"); len(log["requests"].([]any)) != 0 || s.Requests().Total != 0 {
		t.Errorf("log %v", log)
	}
}

func TestLog_forgets_the_oldest(t *testing.T) {
	t.Parallel()
	var s Server
	for n := range maxLogged + 5 {
		s.log.add(loggedRequest{at: int64(n)})
	}
	log := s.Log()
	if len(log) != maxLogged || log[0].At != stamp(5) || log[maxLogged-1].At != stamp(maxLogged+4) {
		t.Errorf("%d requests from %s to %s", len(log), log[0].At, log[len(log)-1].At)
	}
}

func TestTokens_are_minted_expired_and_revoked(t *testing.T) {
	t.Parallel()
	s := admin(t, Config{Seed: 1, Events: 50, Assume: map[string]string{"expired_token_message": "expired"}})
	use := func(body object) string {
		token := command(t, s, "tokens", body)
		s.Tokens["minted"] = text(token, "token")
		return text(token, "token")
	}
	use(object{"role": "admin", "scopes": []string{"users:read"}})
	if me := must(t, s, "minted", "/users/me")["resource"].(object); me["uri"] != s.home.uri(kindUser, s.home.admin()) {
		t.Errorf("minted for %v", me)
	}
	refused(t, s, "minted", "GET /contacts", nil, insufficientScope([]string{"contacts:read"}))
	use(object{"user": s.home.uri(kindUser, 5), "scopes": []string{}})
	refused(t, s, "minted", "GET /users/me", nil, insufficientScope([]string{"users:read"}))
	out := &apiError{status: 401, Title: "Unauthenticated", Message: "The access token expired"}
	token := use(object{"role": "owner"})
	command(t, s, "tokens/expire", object{"token": token})
	refused(t, s, "minted", "GET /users/me", nil, out)
	command(t, s, "tokens/revoke", object{"token": token})
	refused(t, s, "minted", "GET /users/me", nil, unauthenticated())
	use(object{"role": "owner", "expires_in": 60})
	must(t, s, "minted", "/users/me")
	command(t, s, "clock", object{"advance": "60s"})
	refused(t, s, "minted", "GET /users/me", nil, out)
	refused(t, s, "sandbox", "POST /_sandbox/tokens", object{"role": "owner", "scopes": []string{"all"}}, bad("scopes[0]", "is not a scope"))
}

func TestPlan_can_be_changed(t *testing.T) {
	t.Parallel()
	s := admin(t, Config{Seed: 1, Events: 50})
	groups := with("/groups", "organization", s.Organization)
	must(t, s, "owner", groups)
	if got := command(t, s, "plan", object{"plan": "free", "trial": true}); got["plan"] != "free" || got["trial"] != true || got["scim"] != false {
		t.Errorf("plan %v", got)
	}
	refused(t, s, "owner", "GET "+groups, nil, denied(saysTeamsPlan))
	if org := must(t, s, "owner", s.Organization)["resource"].(object); org["plan"] != "basic" || org["stage"] != "trial" {
		t.Errorf("organization %v", org)
	}
}

func TestInvitee_books_reschedules_and_cancels(t *testing.T) {
	t.Parallel()
	s := admin(t, Config{Seed: 2, Events: 600})
	open := slots(t, s, plainType)
	first := command(t, s, "invitees", open[0].booking("me@example.com"))["resource"].(object)
	next := open[1]
	for n := 2; next.kind["uri"] != open[0].kind["uri"]; n++ {
		next = open[n]
	}
	command(t, s, "clock", object{"advance": "1m"})
	second := command(t, s, "invitees/reschedule", object{"invitee": first["uri"], "start_time": open[4].start})["resource"].(object)
	old := must(t, s, "owner", text(first, "uri"))["resource"].(object)
	was := must(t, s, "owner", text(first, "event"))["resource"].(object)
	if old["status"] != "canceled" || old["rescheduled"] != true || old["new_invitee"] != second["uri"] || second["old_invitee"] != first["uri"] ||
		second["rescheduled"] != false || was["status"] != "canceled" || old["cancellation"].(object)["canceler_type"] != "invitee" || first["scheduling_method"] != "instant_book" {
		t.Errorf("rescheduled %v\nto %v", old, second)
	}
	refused(t, s, "sandbox", "POST /_sandbox/invitees/cancel", object{"invitee": first["uri"]}, bad("invitee", "is canceled"))
	gone := command(t, s, "invitees/cancel", object{"invitee": second["uri"], "reason": "no time"})["resource"].(object)
	if gone["status"] != "canceled" || gone["rescheduled"] != false || gone["cancellation"].(object)["reason"] != "no time" {
		t.Errorf("canceled %v", gone)
	}
	command(t, s, "invitees", open[0].booking("again@example.com"))
	w := newWalk(t, s)
	w.references()
}

func TestInvitee_answers_and_events_are_touched(t *testing.T) {
	t.Parallel()
	s := admin(t, Config{Seed: 2, Events: 600})
	asked := slots(t, s, func(kind object) bool { return asks(kind) && kind["kind"] == "solo" && kind["pooling_type"] == nil })[0]
	var answers []object
	for n, q := range asked.kind["custom_questions"].([]any) {
		choices := q.(object)["answer_choices"].([]any)
		answer := any("+12025550123")
		if len(choices) > 0 {
			answer = choices[0]
		}
		if q.(object)["enabled"] == true {
			answers = append(answers, object{"question": q.(object)["name"], "answer": answer, "position": n})
		}
	}
	b := asked.booking("me@example.com")
	b["questions_and_answers"] = answers
	i := post(t, s, "owner", "/invitees", b)
	command(t, s, "clock", object{"advance": "1h"})
	after := command(t, s, "invitees/answer", object{"invitee": i["uri"], "questions_and_answers": answers})["resource"].(object)
	if text(after, "updated_at") <= text(i, "updated_at") {
		t.Errorf("answered %v", after)
	}
	e := must(t, s, "owner", s.home.uri(kindEvent, 5))["resource"].(object)
	now := command(t, s, "events/touch", object{"event": e["uri"], "meeting_notes_plain": "new"})["resource"].(object)
	if now["meeting_notes_plain"] != "new" || text(now, "updated_at") <= text(e, "updated_at") {
		t.Errorf("touched %v", now)
	}
}

func TestInvitation_accepted_makes_a_member(t *testing.T) {
	t.Parallel()
	s := admin(t, Config{Seed: 1, Events: 200})
	members := len(all(t, s, "owner", with("/organization_memberships", "organization", s.Organization, "count", "100")))
	var invited string
	for _, r := range all(t, s, "owner", with("/group_relationships", "organization", s.Organization)) {
		if o := r["owner"].(object); o["type"] == "OrganizationInvitation" {
			invited = text(o, "uri")
		}
	}
	v := command(t, s, "invitations/accept", object{"invitation": invited, "name": "Nora Neu"})["resource"].(object)
	user := must(t, s, "owner", text(v, "user"))["resource"].(object)
	if v["status"] != "accepted" || user["name"] != "Nora Neu" || user["email"] != v["email"] {
		t.Errorf("accepted %v, user %v", v, user)
	}
	rows := all(t, s, "owner", with("/organization_memberships", "organization", s.Organization, "count", "100"))
	if len(rows) != members+1 || rows[members]["role"] != "user" {
		t.Errorf("%d members", len(rows))
	}
	refused(t, s, "sandbox", "POST /_sandbox/invitations/accept", object{"invitation": invited}, bad("invitation", "is not pending"))
	s.Tokens["new"] = text(command(t, s, "tokens", object{"user": v["user"]}), "token")
	must(t, s, "new", "/users/me")
	w := newWalk(t, s)
	w.references()
	w.checkPeople()
}
