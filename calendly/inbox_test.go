package calendly_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/calendly/calendlytest"
)

const signingKey = "a key for signing"

// received is a webhook as it came.
type received struct {
	signature string
	body      []byte
}

// inbox is who receives webhooks of a server.
type inbox struct {
	server *calendlytest.Server
	client *calendly.Client
	me     calendly.URI
	hooks  chan received
	url    string
	seen   map[calendly.WebhookEvent]bool
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	s := started(t, calendlytest.Config{Seed: 1, Events: 300})
	b := &inbox{server: s, client: owner(t, s), hooks: make(chan received, 100), seen: map[calendly.WebhookEvent]bool{}}
	me, err := b.client.Users.Me(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		b.hooks <- received{r.Header.Get(calendly.SignatureHeader), body}
	}))
	t.Cleanup(r.Close)
	b.me, b.url = me.URI, r.URL
	return b
}

func (b *inbox) subscribe(t *testing.T, scope calendly.WebhookScope, key string, events ...calendly.WebhookEvent) {
	t.Helper()
	_, err := b.client.WebhookSubscriptions.Create(t.Context(), calendly.WebhookSubscriptionInput{
		URL: b.url + "/" + string(scope), Events: events, Organization: calendly.URI(b.server.Organization), Scope: scope, User: b.me, SigningKey: key,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// command makes something happen that the API cannot.
func (b *inbox) command(t *testing.T, path string, input map[string]any) {
	t.Helper()
	body, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.server.URL+"/_sandbox/"+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.server.AdminToken)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode/100 != 2 {
		t.Fatalf("%s: %d %s %v", path, answer.StatusCode, text, err)
	}
}

// arrived requires that what came since is these events, each of which is
// signed, and says everything.
func (b *inbox) arrived(t *testing.T, events ...calendly.WebhookEvent) map[calendly.WebhookEvent]*calendly.Webhook {
	t.Helper()
	b.server.WaitForDeliveries()
	hooks := map[calendly.WebhookEvent]*calendly.Webhook{}
	for len(b.hooks) > 0 {
		r := <-b.hooks
		if err := calendly.VerifyWebhook(r.signature, r.body, signingKey, b.server.Now(), 0); err != nil {
			t.Errorf("%v: %s", err, r.signature)
		}
		w, err := calendly.ParseWebhook(r.body)
		if err != nil {
			t.Fatalf("%v: %s", err, r.body)
		}
		if !bytes.Equal(w.Raw, r.body) || w.CreatedBy != b.me || w.CreatedAt.IsZero() || payloads(w) != 1 {
			t.Errorf("received %+v", w)
		}
		complete(t, w)
		hooks[w.Event], b.seen[w.Event] = w, true
	}
	if came := slices.Sorted(maps.Keys(hooks)); !slices.Equal(came, slices.Sorted(slices.Values(events))) {
		t.Fatalf("%v arrived, not %v", came, events)
	}
	return hooks
}

// one requires that one event arrived.
func (b *inbox) one(t *testing.T, event calendly.WebhookEvent) *calendly.Webhook {
	t.Helper()
	return b.arrived(t, event)[event]
}
