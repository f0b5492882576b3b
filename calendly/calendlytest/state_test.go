package calendlytest

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestSave_and_State_give_the_same_world_elsewhere(t *testing.T) {
	t.Parallel()
	s := admin(t, Config{Seed: 2, Events: 600, Assume: map[string]string{"no_show_touches_event": "true"}})
	open := slots(t, s, plainType)
	post(t, s, "owner", "/invitees", open[0].booking("a@example.com"))
	i := command(t, s, "invitees", open[5].booking("b@example.com"))["resource"].(object)
	command(t, s, "clock", object{"advance": "26h"})
	command(t, s, "invitees/cancel", object{"invitee": i["uri"]})
	submission := command(t, s, "routing_form_submissions", filled(s))["resource"].(object)
	recap := command(t, s, "recaps", object{"event": s.home.uri(kindEvent, unrecorded(t, s))})["resource"].(object)
	command(t, s, "event_types/delete", object{"event_type": s.home.uri(kindEventType, 1)})
	v := post(t, s, "owner", s.Organization+"/invitations", object{"email": "new@example.com"})
	command(t, s, "invitations/accept", object{"invitation": v["uri"]})
	minted := text(command(t, s, "tokens", object{"role": "admin"}), "token")
	write(t, s, "owner", http.MethodPost, "/data_compliance/deletion/invitees", object{"emails": []string{"a@example.com"}})
	write(t, s, "stranger", http.MethodPatch, s.away.uri(kindContact, 0), object{"company": "Else"})
	write(t, s, "owner", http.MethodPatch, with("/user_meeting_limits", "user", s.home.uri(kindUser, 0)), object{"daily_limit": 3})
	command(t, s, "plan", object{"plan": "teams"})
	command(t, s, "plan", object{"plan": "enterprise"})
	command(t, s, "clock", object{"advance": "2h"})
	var saved bytes.Buffer
	if err := s.Save(&saved); err != nil {
		t.Fatal(err)
	}
	later := func() time.Time { return noon().Add(1000 * time.Hour) }
	again, err := New(Config{PublicURL: "http://elsewhere.test", State: strings.NewReader(saved.String()), Clock: later})
	if err != nil {
		t.Fatal(err)
	}
	if !again.Now().Equal(s.Now()) {
		t.Errorf("the clock is at %s, was at %s", again.Now(), s.Now())
	}
	again.Tokens["minted"] = minted
	must(t, again, "minted", "/users/me")
	for _, target := range []string{
		with("/scheduled_events", "organization", s.Organization, "count", "100", "sort", "start_time:desc"), text(i, "event") + "/invitees",
		with("/activity_log_entries", "organization", s.Organization), with("/organization_memberships", "organization", s.Organization, "count", "100"),
		text(submission, "uri"), text(recap, "uri"), s.home.uri(kindEventType, 1), with("/outgoing_communications", "organization", s.Organization),
		with("/user_meeting_limits", "user", s.home.uri(kindUser, 0)), s.Organization + "/invitations?sort=created_at:desc",
	} {
		want := do(t, s, "owner", http.MethodGet, target).Body.String()
		got := do(t, again, "owner", http.MethodGet, strings.ReplaceAll(target, "sandbox.test", "elsewhere.test")).Body.String()
		// Page tokens depend on the URIs in the query.
		want, _, _ = strings.Cut(strings.ReplaceAll(want, "sandbox.test", "elsewhere.test"), `"pagination"`)
		if got, _, _ = strings.Cut(got, `"pagination"`); got != want {
			t.Errorf("GET %s differs:\n%.300s\n%.300s", target, got, want)
		}
	}
	var twice bytes.Buffer
	if err := again.Save(&twice); err != nil || !strings.Contains(twice.String(), `"path": "/_sandbox/invitations/accept"`) {
		t.Errorf("saved again: %v", err)
	}
}

func TestState_is_refused_when_it_is_none(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 2, Events: 60})
	var saved bytes.Buffer
	if err := s.Save(&saved); err != nil {
		t.Fatal(err)
	}
	for want, text := range map[string]string{
		"EOF":               "",
		"version is 7":      strings.Replace(saved.String(), `"version": 1`, `"version": 7`, 1),
		"unknown field":     strings.Replace(saved.String(), `"version": 1`, `"version": 1, "x": 2`, 1),
		"cannot parse":      strings.Replace(saved.String(), `"drawn": "2026`, `"drawn": "MMXXVI`, 1),
		"no such operation": strings.Replace(saved.String(), `"writes": []`, `"writes": [{"at": 1, "user": 0, "method": "GET", "path": "/users/me"}]`, 1),
		"no such user":      strings.Replace(saved.String(), `"writes": []`, `"writes": [{"at": 1, "user": 99, "method": "POST", "path": "/contacts"}]`, 1),
		"write 1, POST /contacts: Invalid Argument": strings.Replace(saved.String(), `"writes": []`, `"writes": [{"at": 1, "user": 0, "method": "POST", "path": "/contacts"}]`, 1),
	} {
		if _, err := New(Config{PublicURL: "http://localhost:1", State: strings.NewReader(text)}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
}
