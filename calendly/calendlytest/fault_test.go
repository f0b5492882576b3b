package calendlytest

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// reply is an answer that came over the network.
type reply struct {
	status int
	header http.Header
	text   string
}

// network returns a server that listens, and what sends it a request.
func network(t *testing.T, cfg Config) (*Server, func(method, target, body string) (reply, error)) {
	t.Helper()
	cfg.Clock = noon
	s, err := Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return s, func(method, target, body string) (reply, error) {
		r, err := http.NewRequestWithContext(t.Context(), method, s.URL+strings.TrimPrefix(target, s.URL), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		token := s.Tokens["owner"]
		if strings.HasPrefix(target, adminPath) {
			token = s.AdminToken
		}
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := client.Do(r)
		if err != nil {
			return reply{}, err
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		return reply{answer.StatusCode, answer.Header, string(text)}, err
	}
}

func TestFault_breaks_the_answer_once(t *testing.T) {
	t.Parallel()
	s, send := network(t, Config{Seed: 1, Events: 100})
	for _, want := range []struct {
		fault  string
		status int
		holds  string
		fails  error
	}{
		{`"kind": "429", "retry_after": 7`, 429, "Too Many Requests", nil},
		{`"kind": "500"`, 500, "Internal Server Error", nil},
		{`"kind": "502"`, 502, "<html>", nil},
		{`"kind": "503"`, 503, "", nil},
		{`"kind": "error", "status": 400, "title": "Race Condition", "message": "Try again"`, 400, `"title":"Race Condition"`, nil},
		{`"kind": "cut"`, 200, `{"resource":`, io.ErrUnexpectedEOF},
		{`"kind": "reset"`, 0, "", syscall.ECONNRESET},
		{`"kind": "invalid_json"`, 200, `{"resource":`, nil},
		{`"kind": "unknown_field"`, 200, `"unexpected_field":{`, nil},
		{`"kind": "null", "field": "locale"`, 200, `"locale":null`, nil},
		{`"kind": "slow", "delay": "1ms"`, 200, `"timezone"`, nil},
	} {
		if answer, err := send(http.MethodPost, "/_sandbox/faults", `{"operation": "GET /users/me", "count": 1, `+want.fault+`}`); err != nil || answer.status != http.StatusCreated {
			t.Fatalf("%s: %s %v", want.fault, answer.text, err)
		}
		answer, err := send(http.MethodGet, "/users/me", "")
		if !errors.Is(err, want.fails) || want.status > 0 && answer.status != want.status || !strings.Contains(answer.text, want.holds) {
			t.Errorf("%s: %+v %v", want.fault, answer, err)
		}
		if want.status == 429 && (answer.header.Get("X-RateLimit-Remaining") != "0" || answer.header.Get("Retry-After") != "7") {
			t.Errorf("429 has headers %v", answer.header)
		}
		if strings.Contains(want.fault, "invalid_json") && json.Valid([]byte(answer.text)) {
			t.Errorf("valid JSON: %s", answer.text)
		}
		if answer, err := send(http.MethodGet, "/users/me", ""); err != nil || answer.status != 200 || !json.Valid([]byte(answer.text)) || strings.Contains(answer.text, "unexpected") {
			t.Errorf("after %s: %v %v", want.fault, answer.text, err)
		}
	}
	log := s.Log()
	if log[0].Fault != "429" || log[0].Status != 429 || log[0].User == "" || log[1].Fault != "" || len(s.Faults()) != 0 {
		t.Errorf("log begins %+v, left %v", log[:2], s.Faults())
	}
}

func TestFault_loses_the_answer_of_a_write_that_took_effect(t *testing.T) {
	t.Parallel()
	for kind, effect := range map[string]int{`"reset"`: 0, `"reset", "after": true`: 1, `"500"`: 0, `"500", "after": true`: 1, `"cut"`: 1} {
		s, send := network(t, Config{Seed: 1, Events: 100})
		if answer, err := send(http.MethodPost, "/_sandbox/faults", `{"operation": "POST /organizations/{uuid}/invitations", "kind": `+kind+`}`); err != nil {
			t.Fatal(answer.text, err)
		}
		if answer, err := send(http.MethodPost, s.Organization+"/invitations", `{"email": "new@example.com"}`); err == nil && answer.status != 500 {
			t.Errorf("%s: answered %s", kind, answer.text)
		}
		if rows := all(t, s, "owner", with(s.Organization+"/invitations", "email", "new@example.com")); len(rows) != effect {
			t.Errorf("%s: %d invitations, want %d", kind, len(rows), effect)
		}
	}
}

func TestFault_disturbs_pages(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 100})
	const events = "GET /scheduled_events"
	list := with("/scheduled_events", "organization", s.Organization, "count", "20")
	want := all(t, s, "owner", list)
	set := func(f Fault) {
		t.Helper()
		s.RemoveFaults("")
		f.Operation = events
		if _, err := s.AddFault(f); err != nil {
			t.Fatal(err)
		}
	}
	for rows, extra := range map[int]int{-1: 5, 1: -4} {
		set(Fault{Kind: FaultShift, Rows: rows})
		if got := all(t, s, "owner", list); len(got) != len(want)+extra {
			t.Errorf("rows shifted by %d: %d rows, of %d", rows, len(got), len(want))
		}
	}
	set(Fault{Kind: FaultRepeatedToken, Count: 2})
	got := all(t, s, "owner", list)
	if len(got) != 140 || got[0]["uri"] != got[20]["uri"] || got[0]["uri"] != got[40]["uri"] {
		t.Errorf("%d rows with two repeated tokens", len(got))
	}
	set(Fault{Kind: FaultExpiredToken})
	next := text(must(t, s, "owner", list)["pagination"].(object), "next_page")
	refused(t, s, "owner", "GET "+next, nil, bad("page_token", "is invalid"))
}

func TestFault_happens_as_often_as_its_probability_says(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 20, Faults: []Fault{{Operation: "*", Kind: FaultInternal, Probability: 0.25}}})
	var failed []int
	for n := range 1000 {
		if do(t, s, "owner", http.MethodGet, "/users/me").Code == 500 {
			failed = append(failed, n)
		}
	}
	if len(failed) < 180 || len(failed) > 320 {
		t.Errorf("%d of 1000 failed", len(failed))
	}
	twin := newServer(t, Config{Seed: 1, Events: 20, Faults: []Fault{{Operation: "*", Kind: FaultInternal, Probability: 0.25}}})
	if same := do(t, twin, "owner", http.MethodGet, "/users/me").Code == 500; same != slices.Contains(failed, 0) {
		t.Error("equal servers fail differently")
	}
}

func TestFault_is_refused_when_it_makes_no_sense(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 20})
	for want, f := range map[string]Fault{
		"no operation": {Operation: "GET /nothing", Kind: FaultInternal}, "kind": {Operation: "*", Kind: "bad luck"}, "probability": {Operation: "*", Kind: FaultInternal, Probability: 2},
		"negative": {Operation: "*", Kind: FaultSlow, Delay: -time.Second}, "status": {Operation: "*", Kind: FaultError},
	} {
		if _, err := s.AddFault(f); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}
