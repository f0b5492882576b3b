package calendlytest

import (
	"encoding/json"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"
)

func TestStart_serves_until_Close(t *testing.T) {
	t.Parallel()
	s, err := Start(Config{Seed: 1, Events: 50})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/users/me", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.Tokens["owner"])
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	var me resource[userBody]
	if err := json.NewDecoder(answer.Body).Decode(&me); err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if me.Resource.CurrentOrganization != s.Organization || !strings.HasPrefix(s.Organization, s.URL+"/organizations/") {
		t.Errorf("organization of the owner is %q, the server's is %q", me.Resource.CurrentOrganization, s.Organization)
	}
	for range 2 {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
	if _, err := http.DefaultClient.Do(r); err == nil { //nolint:bodyclose // there is no answer
		t.Error("answered after Close")
	}
}

func TestClose_cuts_requests_that_wait(t *testing.T) {
	t.Parallel()
	s, err := Start(Config{Seed: 1, Events: 50, Latency: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan struct{})
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { close(sent) }})
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/users/me", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	failed := make(chan error)
	go func() {
		_, err := new(http.Transport).RoundTrip(r) //nolint:bodyclose // there is no answer
		failed <- err
	}()
	<-sent
	if err := s.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if err := <-failed; err == nil {
		t.Error("the request was answered")
	}
}

func TestTokens_depend_on_the_seed_alone(t *testing.T) {
	t.Parallel()
	a := newServer(t, Config{Seed: 4, Events: 10})
	b := newServer(t, Config{Seed: 4, Events: 5000, Clock: time.Now})
	c := newServer(t, Config{Seed: 5, Events: 10})
	for name, token := range a.Tokens {
		if token != b.Tokens[name] || token == c.Tokens[name] {
			t.Errorf("token %s: same seed equal %t, other seed equal %t", name, token == b.Tokens[name], token == c.Tokens[name])
		}
		if len(token) < 200 || !strings.HasPrefix(token, "eyJ") {
			t.Errorf("token %s does not look like one: %q", name, token)
		}
	}
	if a.Organization != b.Organization {
		t.Error("the organization's URI depends on more than the seed")
	}
}
