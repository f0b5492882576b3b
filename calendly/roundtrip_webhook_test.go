package calendly_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly"
)

func TestWebhook_every_event_arrives_is_verified_and_parsed(t *testing.T) {
	t.Parallel()
	b := newInbox(t)
	recaps := func(e calendly.WebhookEvent) bool { return strings.HasPrefix(string(e), "meeting_recap.") }
	b.subscribe(t, calendly.WebhookOrganization, signingKey, slices.DeleteFunc(webhookEvents(), recaps)...)
	b.subscribe(t, calendly.WebhookUser, signingKey, calendly.EventMeetingRecapCreated, calendly.EventMeetingRecapUpdated, calendly.EventMeetingRecapDeleted)
	hearOfMeetings(t, b)
	hearOfNoShows(t, b)
	hearOfContacts(t, b)
	hearOfForms(t, b)
	hearOfRecaps(t, b)
	for _, event := range webhookEvents() {
		if !b.seen[event] {
			t.Errorf("%s never arrived", event)
		}
	}
}

func hearOfMeetings(t *testing.T, b *inbox) {
	t.Helper()
	c, ctx := b.client, t.Context()
	offer, err := c.EventTypes.Create(ctx, calendly.EventTypeInput{Name: "Intro", Owner: b.me, Active: true, Duration: 30})
	if err != nil {
		t.Fatal(err)
	}
	if w := b.one(t, calendly.EventEventTypeCreated); w.EventType.URI != offer.URI || *w.EventType.Name != "Intro" {
		t.Errorf("got %+v", w.EventType)
	}
	if _, err = c.EventTypes.Update(ctx, offer.URI, calendly.EventTypeChanges{Name: calendly.Set("Hello")}); err != nil {
		t.Fatal(err)
	}
	if w := b.one(t, calendly.EventEventTypeUpdated); *w.EventType.Name != "Hello" {
		t.Errorf("got %+v", w.EventType)
	}
	input := booking(offer.URI)
	input.StartTime = free(t, c, offer.URI)
	invitee, err := c.Invitees.Create(ctx, input)
	if err != nil {
		t.Fatal(err)
	}
	w := b.one(t, calendly.EventInviteeCreated)
	if w.Invitee.URI != invitee.URI || w.Invitee.ScheduledEvent.URI != invitee.Event || !w.Invitee.ScheduledEvent.StartTime.Equal(input.StartTime) {
		t.Errorf("got %+v", w.Invitee)
	}
	b.command(t, "invitees/reschedule", map[string]any{"invitee": invitee.URI, "start_time": free(t, c, offer.URI)})
	both := b.arrived(t, calendly.EventInviteeCanceled, calendly.EventInviteeCreated)
	left, came := both[calendly.EventInviteeCanceled].Invitee, both[calendly.EventInviteeCreated].Invitee
	if !left.Rescheduled || *left.NewInvitee != came.URI || *came.OldInvitee != left.URI || left.ScheduledEvent.Status != calendly.StatusCanceled {
		t.Errorf("from %+v to %+v", left, came)
	}
	if _, err := c.ScheduledEvents.Cancel(ctx, came.Event, calendly.CancellationInput{Reason: "ill"}); err != nil {
		t.Fatal(err)
	}
	if w := b.one(t, calendly.EventInviteeCanceled); w.Invitee.Rescheduled || *w.Invitee.Cancellation.Reason != "ill" {
		t.Errorf("got %+v", w.Invitee)
	}
	b.command(t, "event_types/delete", map[string]any{"event_type": offer.URI})
	if w := b.one(t, calendly.EventEventTypeDeleted); w.EventType.URI != offer.URI || w.EventType.DeletedAt == nil {
		t.Errorf("got %+v", w.EventType)
	}
}

// past are meetings of mine that are over.
func (b *inbox) past(t *testing.T) []calendly.ScheduledEvent {
	t.Helper()
	return some(t, 30, b.client.ScheduledEvents.All(t.Context(), calendly.ScheduledEventOptions{
		User: b.me, Status: calendly.StatusActive, MaxStartTime: b.server.Now().Add(-24 * time.Hour),
	}))
}

func hearOfNoShows(t *testing.T, b *inbox) {
	t.Helper()
	for _, event := range b.past(t) {
		missed := some(t, 1, b.client.Invitees.All(t.Context(), event.URI, calendly.InviteeOptions{Status: calendly.StatusActive}))[0]
		if missed.NoShow != nil {
			continue
		}
		mark, err := b.client.InviteeNoShows.Create(t.Context(), calendly.InviteeNoShowInput{Invitee: missed.URI})
		if err != nil {
			t.Fatal(err)
		}
		if w := b.one(t, calendly.EventInviteeNoShowCreated); w.Invitee.URI != missed.URI || w.Invitee.NoShow.URI != mark.URI {
			t.Errorf("got %+v", w.Invitee)
		}
		if err := b.client.InviteeNoShows.Delete(t.Context(), mark.URI); err != nil {
			t.Fatal(err)
		}
		if w := b.one(t, calendly.EventInviteeNoShowDeleted); w.Invitee.URI != missed.URI || w.Invitee.NoShow != nil {
			t.Errorf("got %+v", w.Invitee)
		}
		return
	}
	t.Fatal("nobody came to any meeting")
}

func hearOfContacts(t *testing.T, b *inbox) {
	t.Helper()
	c, ctx := b.client, t.Context()
	contact, err := c.Contacts.Create(ctx, ada())
	if err != nil {
		t.Fatal(err)
	}
	if w := b.one(t, calendly.EventContactCreated); w.Contact.Contact.URI != contact.URI || w.Contact.UserUUID != b.me.ID() || w.Contact.CreationSource == nil {
		t.Errorf("got %+v", w.Contact)
	}
	if _, err := c.Contacts.Update(ctx, contact.URI, calendly.ContactChanges{JobTitle: calendly.Set("Baker")}); err != nil {
		t.Fatal(err)
	}
	if w := b.one(t, calendly.EventContactUpdated); *w.Contact.Contact.JobTitle != "Baker" || w.Contact.DeletedAt != nil {
		t.Errorf("got %+v", w.Contact)
	}
	if err := c.Contacts.Delete(ctx, contact.URI); err != nil {
		t.Fatal(err)
	}
	if w := b.one(t, calendly.EventContactDeleted); w.Contact.Contact.URI != contact.URI || w.Contact.DeletedAt == nil {
		t.Errorf("got %+v", w.Contact)
	}
}

func hearOfForms(t *testing.T, b *inbox) {
	t.Helper()
	options := calendly.RoutingFormOptions{Organization: calendly.URI(b.server.Organization)}
	for form, err := range b.client.RoutingForms.All(t.Context(), options) {
		if err != nil {
			t.Fatal(err)
		}
		if form.Status != calendly.RoutingFormPublished {
			continue
		}
		var answers []map[string]any
		for _, q := range form.Questions {
			answer := "ada@example.com"
			if len(q.AnswerChoices) > 0 {
				answer = q.AnswerChoices[0]
			}
			answers = append(answers, map[string]any{"question": q.Name, "answer": answer})
		}
		b.command(t, "routing_form_submissions", map[string]any{"form": form.URI, "questions_and_answers": answers})
		w := b.one(t, calendly.EventRoutingFormSubmissionCreated)
		if s := w.RoutingFormSubmission; s.RoutingForm != form.URI || len(s.QuestionsAndAnswers) != len(answers) {
			t.Errorf("got %+v", s)
		}
		return
	}
	t.Fatal("no form is published")
}

func hearOfRecaps(t *testing.T, b *inbox) {
	t.Helper()
	recorded := map[calendly.URI]bool{}
	for _, status := range []calendly.RecapStatus{calendly.RecapAvailable, calendly.RecapProcessing, calendly.RecapUnavailable} {
		for r, err := range b.client.MeetingRecaps.All(t.Context(), calendly.MeetingRecapOptions{Status: status}) {
			if err != nil {
				t.Fatal(err)
			}
			recorded[*r.Event] = true
		}
	}
	past := slices.DeleteFunc(b.past(t), func(e calendly.ScheduledEvent) bool { return recorded[e.URI] })
	b.command(t, "recaps", map[string]any{"event": past[0].URI, "summary_md": "# Short"})
	w := b.one(t, calendly.EventMeetingRecapCreated)
	recap := w.MeetingRecap.Recap
	if *w.MeetingRecap.Event.URI != past[0].URI || *recap.SummaryMD != "# Short" || recap.Transcript == nil || w.MeetingRecap.CreatedAt == nil {
		t.Errorf("got %+v", w.MeetingRecap)
	}
	if _, err := b.client.MeetingRecaps.Update(t.Context(), recap.URI, calendly.MeetingRecapChanges{SummaryMD: calendly.Set("# Shorter")}); err != nil {
		t.Fatal(err)
	}
	if w := b.one(t, calendly.EventMeetingRecapUpdated); w.MeetingRecap.Recap.URI != recap.URI || *w.MeetingRecap.Recap.SummaryMD != "# Shorter" {
		t.Errorf("got %+v", w.MeetingRecap)
	}
	if err := b.client.MeetingRecaps.Delete(t.Context(), recap.URI); err != nil {
		t.Fatal(err)
	}
	if w := b.one(t, calendly.EventMeetingRecapDeleted); w.MeetingRecap.Recap.URI != recap.URI || w.MeetingRecap.Recap.DeletedAt == nil {
		t.Errorf("got %+v", w.MeetingRecap)
	}
}

func TestWebhook_signature_holds_for_what_was_sent(t *testing.T) {
	t.Parallel()
	for _, key := range []string{signingKey, ""} {
		b := newInbox(t)
		b.subscribe(t, calendly.WebhookOrganization, key, calendly.EventContactCreated)
		if _, err := b.client.Contacts.Create(t.Context(), ada()); err != nil {
			t.Fatal(err)
		}
		b.server.WaitForDeliveries()
		r, now := <-b.hooks, b.server.Now()
		check := func(body []byte, key string, now time.Time, want error) {
			t.Helper()
			if err := calendly.VerifyWebhook(r.signature, body, key, now, 0); !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
		}
		if key == "" {
			check(r.body, signingKey, now, calendly.ErrSignatureMissing)
			continue
		}
		check(r.body, key, now, nil)
		check(r.body, key+" ", now, calendly.ErrSignatureMismatch)
		check(append([]byte(" "), r.body...), key, now, calendly.ErrSignatureMismatch)
		check(r.body, key, now.Add(time.Hour), calendly.ErrSignatureStale)
		check(r.body, key, now.Add(-time.Hour), calendly.ErrSignatureFuture)
	}
}
