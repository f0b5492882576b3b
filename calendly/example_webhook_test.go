package calendly_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/kalends/kalends/calendly"
)

// receive takes webhooks: it reads no more than one can have, verifies the raw
// body, and only then looks at what it says. key is what the subscription was
// made with.
func receive(key string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, calendly.MaxWebhook))
		if err != nil {
			http.Error(w, "the body is too long, or was cut", http.StatusBadRequest)
			return
		}
		if err := calendly.VerifyWebhook(r.Header.Get(calendly.SignatureHeader), body, key, time.Now(), 0); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		hook, err := calendly.ParseWebhook(body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		handle(hook) // work that takes long belongs in a queue: Calendly waits for 15 seconds
		w.WriteHeader(http.StatusNoContent)
	})
}

func handle(hook *calendly.Webhook) {
	switch {
	case hook.Event == calendly.EventInviteeCanceled && hook.Invitee.Rescheduled:
		fmt.Println(hook.Invitee.Name, "moved the meeting to another time")
	case hook.Event == calendly.EventInviteeCanceled:
		fmt.Println(hook.Invitee.Name, "canceled")
	case hook.Event == calendly.EventInviteeCreated:
		fmt.Println(hook.Invitee.Name, "booked", hook.Invitee.ScheduledEvent.StartTime.Format(time.DateTime))
	case hook.Contact != nil:
		fmt.Println("the contact", hook.Contact.Contact.URI.ID(), "changed")
	}
}

// A handler of webhooks, and how to test it: SignWebhook stands in for Calendly.
func ExampleParseWebhook() {
	const key = "for this example"
	send := func(body, signature string) {
		r := httptest.NewRequest(http.MethodPost, "/hooks", strings.NewReader(body)) //nolint:noctx // its context is that of the background
		r.Header.Set(calendly.SignatureHeader, signature)
		w := httptest.NewRecorder()
		receive(key).ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	body := `{"event":"invitee.created","created_at":"2026-01-02T03:04:05.000000Z","created_by":"https://api.calendly.com/users/A",
		"payload":{"name":"Ada","scheduled_event":{"start_time":"2026-01-05T10:00:00.000000Z"}}}`
	send(body, calendly.SignWebhook(key, []byte(body), time.Now()))
	send(body, calendly.SignWebhook("another key", []byte(body), time.Now()))
	// Output:
	// Ada booked 2026-01-05 10:00:00
	// 204
	// 401
}
