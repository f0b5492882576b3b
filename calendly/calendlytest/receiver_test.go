package calendlytest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// receiver is where webhooks are delivered.
type receiver struct {
	*httptest.Server

	status atomic.Int64
	mu     sync.Mutex
	got    []object
	signed []string // signature and body
	seen   []string // alternatives of the schema
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.status.Store(http.StatusOK)
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		text, err := io.ReadAll(q.Body)
		var body object
		if err != nil || json.Unmarshal(text, &body) != nil {
			t.Errorf("delivered %q: %v", text, err)
		}
		by, _ := body["created_by"].(string)
		base, _, _ := strings.Cut(by, "/users/")
		payload := loadSchema(t).answer(base, "WebhookPayload", body)
		if len(payload.wrong) > 0 {
			t.Errorf("delivered %s: %s", body["event"], strings.Join(payload.wrong, "\n"))
		}
		r.mu.Lock()
		r.seen = append(r.seen, payload.seen...)
		r.got, r.signed = append(r.got, body), append(r.signed, q.Header.Get("Calendly-Webhook-Signature")+"|"+string(text))
		r.mu.Unlock()
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(int(r.status.Load()))
	}))
	t.Cleanup(r.Close)
	return r
}

// names returns the events received, sorted.
func (r *receiver) names() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for _, b := range r.got {
		names = append(names, text(b, "event"))
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// hooked returns a server and a receiver that the organization subscribed.
func hooked(t *testing.T, events ...string) (*Server, *receiver, object) {
	t.Helper()
	s, r := admin(t, Config{Seed: 2, Events: 600}), newReceiver(t)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, r, subscribe(t, s, r, "scope", "organization", "events", events)
}

func subscribe(t *testing.T, s *Server, r *receiver, pairs ...any) object {
	t.Helper()
	body := object{"url": r.URL + "/hook", "organization": s.Organization, "signing_key": "shh"}
	for n := 0; n < len(pairs); n += 2 {
		body[pairs[n].(string)] = pairs[n+1]
	}
	return post(t, s, "owner", "/webhook_subscriptions", body)
}
