package calendly_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/calendly/calendlytest"
)

// webhookEvents are the events of Calendly's API reference.
func webhookEvents() []calendly.WebhookEvent {
	return []calendly.WebhookEvent{
		calendly.EventInviteeCreated, calendly.EventInviteeCanceled, calendly.EventInviteeNoShowCreated, calendly.EventInviteeNoShowDeleted,
		calendly.EventRoutingFormSubmissionCreated, calendly.EventEventTypeCreated, calendly.EventEventTypeUpdated, calendly.EventEventTypeDeleted,
		calendly.EventMeetingRecapCreated, calendly.EventMeetingRecapUpdated, calendly.EventMeetingRecapDeleted, calendly.EventContactCreated,
		calendly.EventContactUpdated, calendly.EventContactDeleted,
	}
}

// payloads counts the payloads that are set.
func payloads(w *calendly.Webhook) int {
	set := 0
	for _, is := range []bool{w.Invitee != nil, w.RoutingFormSubmission != nil, w.EventType != nil, w.MeetingRecap != nil, w.Contact != nil} {
		if is {
			set++
		}
	}
	return set
}

// complete requires that the payload says everything that was sent.
func complete(t *testing.T, w *calendly.Webhook) {
	t.Helper()
	switch {
	case w.Invitee != nil:
		same(t, *w.Invitee)
		same(t, w.Invitee.ScheduledEvent)
	case w.RoutingFormSubmission != nil:
		same(t, *w.RoutingFormSubmission)
	case w.EventType != nil:
		same(t, *w.EventType)
	case w.MeetingRecap != nil:
		same(t, *w.MeetingRecap)
	case w.Contact != nil:
		type contact struct {
			calendly.Contact

			CreationSource *string    `json:"creation_source"`
			DeletedAt      *time.Time `json:"deleted_at"`
		}
		same(t, struct {
			*calendly.ContactPayload

			Contact contact `json:"contact"`
		}{w.Contact, contact{w.Contact.Contact, w.Contact.CreationSource, w.Contact.DeletedAt}})
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
	for _, event := range webhookEvents() {
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
		if payloads(w) != 1 || w.Event != event || w.CreatedBy != me.URI {
			t.Errorf("%s: %d payloads are set: %+v", event, payloads(w), w)
		}
		complete(t, w)
	}
}

func TestParseWebhook_keeps_what_it_does_not_know(t *testing.T) {
	t.Parallel()
	const envelope = `"created_at":"2026-01-02T03:04:05.000000Z","created_by":"https://api.calendly.com/users/A","new":true}`
	for _, payload := range []string{`{"a":[1]}`, `[7]`, `null`} {
		for _, event := range []string{"meeting.moved", "invitee.moved", "contact", "contact.created.twice"} { // families that are known too
			text := `{"event":"` + event + `","payload":` + payload + "," + envelope
			w, err := calendly.ParseWebhook([]byte(text))
			if err != nil || string(w.Raw) != text || string(w.Payload) != payload || payloads(w) != 0 {
				t.Errorf("%s: got %+v, %v", text, w, err)
			}
		}
	}
	text := `{"event":"event_type.updated","payload":{"uri":"u","mood":"good","name":null,"duration":30},` + envelope
	w, err := calendly.ParseWebhook([]byte(text))
	if err != nil || w.EventType.URI != "u" || w.EventType.Name != nil || !strings.Contains(string(w.EventType.Raw), `"mood":"good"`) {
		t.Errorf("got %+v, %v", w, err)
	}
}

func TestParseWebhook_keeps_no_part_of_the_body(t *testing.T) {
	t.Parallel()
	const text = `{"event":"event_type.updated","payload":{"uri":"u"}}`
	body := []byte(text)
	w, err := calendly.ParseWebhook(body)
	clear(body)
	if err != nil || string(w.Raw) != text || string(w.EventType.Raw) != `{"uri":"u"}` {
		t.Errorf("got %+v, %v", w, err)
	}
}

func TestParseWebhook_leaves_empty_what_may_be(t *testing.T) {
	t.Parallel()
	for text, fits := range map[string]func(*calendly.Webhook) bool{
		`{"event":"invitee.created","payload":{"tracking":null,"payment":7,"questions_and_answers":null,"scheduled_event":{"location":[]}}}`: func(w *calendly.Webhook) bool {
			return w.Invitee.Payment == nil && w.Invitee.QuestionsAndAnswers == nil && string(w.Invitee.ScheduledEvent.Raw) == `{"location":[]}`
		},
		`{"event":"meeting_recap.deleted","payload":{"created_at":"soon","recap":{"uri":"r","deleted_at":null}}}`: func(w *calendly.Webhook) bool {
			return w.MeetingRecap.Event == nil && w.MeetingRecap.CreatedAt == nil && w.MeetingRecap.Recap.URI == "r"
		},
		`{"event":"meeting_recap.updated","payload":{"event":{"uri":7,"name":"n"},"recap":{}}}`: func(w *calendly.Webhook) bool {
			return w.MeetingRecap.Event.URI == nil && *w.MeetingRecap.Event.Name == "n"
		},
		`{"event":"contact.deleted","payload":{"contact":{"uri":"c","deleted_at":"2026-01-02T03:04:05Z","creation_source":null}}}`: func(w *calendly.Webhook) bool {
			return w.Contact.Contact.URI == "c" && w.Contact.DeletedAt.Year() == 2026 && w.Contact.CreationSource == nil && w.Contact.UserUUID == ""
		},
	} {
		if w, err := calendly.ParseWebhook([]byte(text)); err != nil || !fits(w) {
			t.Errorf("%s: got %+v, %v", text, w, err)
		}
	}
}

func TestParseWebhook_refuses_what_is_no_webhook(t *testing.T) {
	t.Parallel()
	for text, field := range map[string]string{
		"": "body", "null": "body", "[]": "body", `{"event":"x"`: "body", `{"event":7}`: "body", `{"event":"x","created_at":"noon"}`: "body",
		`{"event":"x"}` + strings.Repeat(" ", calendly.MaxWebhook): "body",
		"{}": "event", `{"event":null}`: "event",
		`{"event":"invitee.created"}`:                                          "payload",
		`{"event":"invitee.created","payload":{"scheduled_event":null}}`:       "payload",
		`{"event":"invitee.created","payload":{"uri":7,"scheduled_event":{}}}`: "payload",
		`{"event":"event_type.created","payload":null}`:                        "payload",
		`{"event":"meeting_recap.created","payload":{"recap":7}}`:              "payload",
		`{"event":"contact.created","payload":[]}`:                             "payload",
		`{"event":"contact.created","payload":{"contact":{"created_at":""}}}`:  "payload",
	} {
		var input *calendly.InputError
		if w, err := calendly.ParseWebhook([]byte(text)); !errors.As(err, &input) || input.Field != field {
			t.Errorf("%.80q: got %+v, %v", text, w, err)
		}
	}
}
