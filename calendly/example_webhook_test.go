package calendly_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/kalends/kalends/calendly"
)

// A handler reads no more than a webhook can have, verifies the raw body, and
// only then looks at what it says.
func ExampleParseWebhook() {
	key := os.Getenv("CALENDLY_SIGNING_KEY") // what the subscription was made with
	if key == "" {
		key = "for this example"
	}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, calendly.MaxWebhook))
		if err != nil {
			http.Error(w, "too long", http.StatusBadRequest)
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
		switch invitee := hook.Invitee; {
		case hook.Event == calendly.EventInviteeCanceled && invitee.Invitee.Rescheduled:
			fmt.Println(invitee.Invitee.Name, "moved the meeting")
		case hook.Event == calendly.EventInviteeCanceled:
			fmt.Println(invitee.Invitee.Name, "canceled")
		}
	})

	// In a test, SignWebhook stands in for Calendly.
	body := `{"event":"invitee.canceled","created_at":"2026-01-02T03:04:05.000000Z","created_by":"https://api.calendly.com/users/A",
		"payload":{"name":"Ada","rescheduled":true,"scheduled_event":{}}}`
	r := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/hooks", strings.NewReader(body))
	r.Header.Set(calendly.SignatureHeader, calendly.SignWebhook(key, []byte(body), time.Now()))
	handler.ServeHTTP(httptest.NewRecorder(), r)
	// Output: Ada moved the meeting
}
