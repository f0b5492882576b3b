package calendly_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/calendly/calendlytest"
)

const signingKey = "a key for signing"

// received is a webhook as it came.
type received struct {
	signature string
	body      []byte
}

// receiver takes webhooks.
func receiver(t *testing.T) (url string, hooks <-chan received) {
	t.Helper()
	all := make(chan received, 100)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		all <- received{r.Header.Get(calendly.SignatureHeader), body}
	}))
	t.Cleanup(s.Close)
	return s.URL, all
}

// parsed verifies and parses a webhook.
func (r received) parsed(t *testing.T, now time.Time) *calendly.Webhook {
	t.Helper()
	if err := calendly.VerifyWebhook(r.signature, r.body, signingKey, now, 0); err != nil {
		t.Errorf("%v: %s", err, r.signature)
	}
	w, err := calendly.ParseWebhook(r.body)
	if err != nil {
		t.Fatalf("%v: %s", err, r.body)
	}
	return w
}

func TestWebhook_is_delivered_verified_and_parsed(t *testing.T) {
	t.Parallel()
	s := started(t, calendlytest.Config{Seed: 1, Events: 50})
	c, ctx := owner(t, s), t.Context()
	url, hooks := receiver(t)
	org := calendly.URI(s.Organization)
	me, err := c.Users.Me(ctx)
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.WebhookSubscriptions.Create(ctx, calendly.WebhookSubscriptionInput{
		URL: url, Organization: org, Scope: calendly.WebhookOrganization, SigningKey: signingKey,
		Events: []calendly.WebhookEvent{
			calendly.EventInviteeCreated, calendly.EventInviteeCanceled, calendly.EventEventTypeCreated, calendly.EventContactCreated, calendly.EventContactDeleted,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	next := func() *calendly.Webhook { return (<-hooks).parsed(t, s.Now()) }

	offer, err := c.EventTypes.Create(ctx, calendly.EventTypeInput{Name: "Intro", Owner: me.URI, Active: true, Duration: 30})
	if err != nil {
		t.Fatal(err)
	}
	if w := next(); w.Event != calendly.EventEventTypeCreated || w.EventType == nil || w.EventType.URI != offer.URI || w.CreatedBy != me.URI {
		t.Errorf("got %+v", w)
	}
	input := booking(offer.URI)
	input.StartTime = free(t, c, offer.URI)
	invitee, err := c.Invitees.Create(ctx, input)
	if err != nil {
		t.Fatal(err)
	}
	w := next()
	if w.Event != calendly.EventInviteeCreated || w.Invitee == nil || w.Invitee.Invitee.URI != invitee.URI || !w.Invitee.ScheduledEvent.StartTime.Equal(input.StartTime) {
		t.Fatalf("got %+v", w)
	}
	same(t, w.Invitee.ScheduledEvent)
	if _, err := c.ScheduledEvents.Cancel(ctx, invitee.Event, calendly.CancellationInput{Reason: "ill"}); err != nil {
		t.Fatal(err)
	}
	if w := next(); w.Event != calendly.EventInviteeCanceled || w.Invitee.Invitee.Rescheduled || *w.Invitee.Invitee.Cancellation.Reason != "ill" {
		t.Errorf("got %+v", w)
	}
	contact, err := c.Contacts.Create(ctx, ada())
	if err != nil {
		t.Fatal(err)
	}
	if w := next(); w.Contact == nil || w.Contact.Contact.URI != contact.URI || w.Contact.UserUUID != me.URI.ID() || w.Contact.CreationSource == nil {
		t.Errorf("got %+v", w)
	}
	if err := c.Contacts.Delete(ctx, contact.URI); err != nil {
		t.Fatal(err)
	}
	if w := next(); w.Event != calendly.EventContactDeleted || w.Contact.Contact.URI != contact.URI || w.Contact.DeletedAt == nil {
		t.Errorf("got %+v", w)
	}
}

func TestWebhook_samples_of_every_event_are_parsed(t *testing.T) {
	t.Parallel()
	s := started(t, calendlytest.Config{Seed: 1, Events: 50})
	c := owner(t, s)
	me, err := c.Users.Me(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range []calendly.WebhookEvent{
		calendly.EventInviteeCreated, calendly.EventInviteeCanceled, calendly.EventInviteeNoShowCreated, calendly.EventInviteeNoShowDeleted,
		calendly.EventRoutingFormSubmissionCreated, calendly.EventEventTypeCreated, calendly.EventEventTypeUpdated, calendly.EventEventTypeDeleted,
		calendly.EventMeetingRecapCreated, calendly.EventMeetingRecapUpdated, calendly.EventMeetingRecapDeleted, calendly.EventContactCreated,
		calendly.EventContactUpdated, calendly.EventContactDeleted,
	} {
		options := calendly.SampleWebhookDataOptions{Event: event, Organization: calendly.URI(s.Organization), Scope: calendly.WebhookOrganization}
		if strings.HasPrefix(string(event), "meeting_recap") {
			options.Scope, options.User = calendly.WebhookUser, me.URI
		}
		sample, err := c.WebhookSubscriptions.SampleData(t.Context(), options)
		if err != nil {
			t.Errorf("%s: %v", event, err)
			continue
		}
		w, err := calendly.ParseWebhook(sample.Raw)
		if err != nil {
			t.Errorf("%s: %v", event, err)
			continue
		}
		set := 0
		for _, is := range []bool{w.Invitee != nil, w.RoutingFormSubmission != nil, w.EventType != nil, w.MeetingRecap != nil, w.Contact != nil} {
			if is {
				set++
			}
		}
		if set != 1 || w.Event != event {
			t.Errorf("%s: %d payloads are set: %+v", event, set, w)
		}
	}
}

func TestParseWebhook_keeps_what_it_does_not_know(t *testing.T) {
	t.Parallel()
	const text = `{"event":"meeting.moved","created_at":"2026-01-02T03:04:05.000000Z","created_by":"https://api.calendly.com/users/A","payload":{"a":[1]},"new":true}`
	w, err := calendly.ParseWebhook([]byte(text))
	if err != nil || string(w.Raw) != text || string(w.Payload) != `{"a":[1]}` || w.Invitee != nil {
		t.Errorf("got %+v, %v", w, err)
	}
	for _, wrong := range []string{"", "null", "[]", "{}", `{"event":7}`, `{"event":"invitee.created"}`, `{"event":"contact.created","payload":[]}`, `{"event":"meeting_recap.created","payload":{"recap":7}}`, strings.Repeat(" ", calendly.MaxWebhook+1)} {
		var input *calendly.InputError
		if w, err := calendly.ParseWebhook([]byte(wrong)); !errors.As(err, &input) {
			t.Errorf("%.40q: got %+v, %v", wrong, w, err)
		}
	}
}

func FuzzParseWebhook(f *testing.F) {
	for _, event := range []string{"invitee.created", "invitee_no_show.deleted", "routing_form_submission.created", "event_type.updated", "meeting_recap.created", "contact.deleted", "x"} {
		f.Add(`{"event":"` + event + `","created_at":"2026-01-02T03:04:05.000000Z","created_by":"u","payload":{"uri":"u","scheduled_event":{},"recap":{"uri":"r"},"event":null,"contact":{"uri":"c"}}}`)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w, err := calendly.ParseWebhook([]byte(text))
		if err == nil && (!json.Valid(w.Raw) || w.Event == "") {
			t.Errorf("parsed %q as %+v", text, w)
		}
	})
}
