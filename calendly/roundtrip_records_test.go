package calendly_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly"
)

func readOffers(t *testing.T, c *calendly.Client, org calendly.URI) {
	ctx := t.Context()
	types := some(t, 500, c.EventTypes.All(ctx, calendly.EventTypeOptions{Organization: org, Active: new(true), Sort: "name:desc"}))
	start := time.Now().Add(time.Hour)
	free := 0
	for _, kind := range types[:min(len(types), 5)] {
		got(t, c.EventTypes.Get, kind.URI)
		some(t, 100, c.EventTypeMemberships.All(ctx, calendly.EventTypeMembershipOptions{EventType: kind.URI}))
		some(t, 100, c.EventTypeAvailabilitySchedules.All(ctx, calendly.EventTypeAvailabilityScheduleOptions{EventType: kind.URI}))
		options := calendly.EventTypeAvailableTimeOptions{EventType: kind.URI, StartTime: start, EndTime: start.Add(20 * 24 * time.Hour)}
		for slot, err := range c.EventTypeAvailableTimes.All(ctx, options) {
			if err != nil {
				t.Fatal(err)
			}
			same(t, slot)
			free++
		}
	}
	if free == 0 {
		t.Error("no time is free")
	}
}

func readMeetings(t *testing.T, c *calendly.Client, org calendly.URI) {
	ctx := t.Context()
	events := some(t, 1000, c.ScheduledEvents.All(ctx, calendly.ScheduledEventOptions{Organization: org, Sort: "start_time:desc"}))
	if len(events) != 400 {
		t.Errorf("%d events came of 400", len(events))
	}
	got(t, c.ScheduledEvents.Get, events[0].URI)
	var noShow *calendly.NoShow
	kinds := map[string]bool{}
	for _, e := range events {
		for _, i := range some(t, 100, c.Invitees.All(ctx, e.URI, calendly.InviteeOptions{})) {
			if i.NoShow != nil {
				noShow = i.NoShow
			}
			kinds["paid"] = kinds["paid"] || i.Payment != nil
			kinds["canceled"] = kinds["canceled"] || i.Cancellation != nil
			kinds["rescheduled"] = kinds["rescheduled"] || i.NewInvitee != nil
		}
	}
	if noShow == nil || len(kinds) != 3 || !kinds["paid"] || !kinds["canceled"] || !kinds["rescheduled"] {
		t.Fatalf("some kinds of invitees did not come: %v, %v", noShow, kinds)
	}
	mark := got(t, c.InviteeNoShows.Get, noShow.URI)
	event, _, _ := strings.Cut(string(mark.Invitee), "/invitees/")
	invitee, err := c.Invitees.Get(ctx, calendly.URI(event), mark.Invitee)
	if err != nil {
		t.Fatal(err)
	}
	same(t, *invitee)
	recap := some(t, 100, c.MeetingRecaps.All(ctx, calendly.MeetingRecapOptions{Status: calendly.RecapAvailable}))[0]
	if got(t, c.MeetingRecaps.Get, recap.URI).SummaryMD == nil {
		t.Error("a recap has no summary")
	}
	got(t, c.MeetingRecaps.Transcript, recap.URI)
	form := some(t, 100, c.RoutingForms.All(ctx, calendly.RoutingFormOptions{Organization: org}))[0].URI
	got(t, c.RoutingForms.Get, form)
	got(t, c.RoutingFormSubmissions.Get, some(t, 500, c.RoutingFormSubmissions.All(ctx, calendly.RoutingFormSubmissionOptions{Form: form}))[0].URI)
}

func readCustomers(t *testing.T, c *calendly.Client, org calendly.URI) {
	ctx := t.Context()
	contacts := some(t, 500, c.Contacts.All(ctx, calendly.ContactOptions{Sort: "updated_at:desc"}))
	got(t, c.Contacts.Get, contacts[0].URI)
	some(t, 10, c.Contacts.All(ctx, calendly.ContactOptions{Email: []string{contacts[0].Emails[0].Email, "nobody@example.com"}}))
	got(t, c.CustomFieldDefinitions.Get, some(t, 100, c.CustomFieldDefinitions.All(ctx))[0].URI)
	got(t, c.ContactLists.Get, some(t, 100, c.ContactLists.All(ctx, calendly.ContactListOptions{Type: calendly.StaticList}))[0].URI)
	var note *calendly.Note
	for pair := range slices.Chunk(contacts, 2) {
		options := calendly.NoteOptions{Contact: []calendly.URI{pair[0].URI, pair[len(pair)-1].URI}}
		for n, err := range c.Notes.All(ctx, options) {
			if err != nil {
				t.Fatal(err)
			}
			same(t, n)
			note = &n
		}
	}
	if note == nil {
		t.Fatal("there are no notes")
	}
	got(t, c.Notes.Get, note.URI)
	subscription := some(t, 100, c.WebhookSubscriptions.All(ctx, calendly.WebhookSubscriptionOptions{Organization: org, Scope: calendly.WebhookOrganization}))[0]
	got(t, c.WebhookSubscriptions.Get, subscription.URI)
	sample, err := c.WebhookSubscriptions.SampleData(ctx, calendly.SampleWebhookDataOptions{
		Event: calendly.EventInviteeCreated, Organization: org, Scope: calendly.WebhookOrganization,
	})
	if err != nil || sample.Event != calendly.EventInviteeCreated {
		t.Fatalf("got %+v, %v", sample, err)
	}
	same(t, *sample)
}

func readLogs(t *testing.T, c *calendly.Client, org calendly.URI) {
	ctx := t.Context()
	entries := some(t, 1500, c.ActivityLogEntries.All(ctx, calendly.ActivityLogEntryOptions{Organization: org}))
	narrow := calendly.ActivityLogEntryOptions{
		Organization: org, Namespace: []string{entries[0].Namespace, "Nothing"}, Sort: []calendly.Sort{"action:asc", "occurred_at:asc"},
	}
	page, err := c.ActivityLogEntries.List(ctx, narrow)
	if err != nil || *page.TotalCount == 0 || page.LastEventTime == nil || *page.ExceedsMaxTotalCount {
		t.Errorf("got %+v, %v", page, err)
	}
	some(t, 500, c.OutgoingCommunications.All(ctx, calendly.OutgoingCommunicationOptions{Organization: org}))
	sent, err := c.OutgoingCommunications.List(ctx, calendly.OutgoingCommunicationOptions{Organization: org})
	if err != nil || *sent.TotalCount == 0 {
		t.Errorf("got %+v, %v", sent, err)
	}
}
