package calendly_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly"
)

func TestRoundTrip_every_write(t *testing.T) {
	t.Parallel()
	c, seen, org := world(t)
	me, err := c.Users.Me(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	writePeople(t, c, org)
	meeting := writeOffers(t, c, me.URI)
	writeMeetings(t, c, org, meeting)
	contact := writeContacts(t, c)
	writeLists(t, c, contact)
	writeRecaps(t, c)
	writeWebhooks(t, c, org)
	writeLimits(t, c, me.URI)
	seen.requireAll(t, func(method string) bool { return method != http.MethodGet })
}

// wrote requires that a write succeeded, and that its record says what was
// sent.
func wrote[T any](t *testing.T, record *T, err error) *T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	same(t, *record)
	return record
}

// gone requires that a record is not there any more.
func gone[T any](t *testing.T, get func(context.Context, calendly.URI) (*T, error), id calendly.URI, deleted error) {
	t.Helper()
	if deleted != nil {
		t.Fatal(deleted)
	}
	_, err := get(t.Context(), id)
	refusedWith(t, err, http.StatusNotFound)
}

func refusedWith(t *testing.T, err error, status int) {
	t.Helper()
	var answered *calendly.Error
	if !errors.As(err, &answered) || answered.Status != status || errors.Is(err, calendly.ErrUnknownOutcome) {
		t.Errorf("got %v, want %d", err, status)
	}
}

func writePeople(t *testing.T, c *calendly.Client, org calendly.URI) {
	ctx := t.Context()
	input := calendly.OrganizationInvitationInput{Email: "grace@example.com"}
	record, err := c.OrganizationInvitations.Create(ctx, org, input)
	invitation := wrote(t, record, err)
	if invitation.Email != input.Email || invitation.Status != calendly.InvitationPending {
		t.Errorf("invited %+v", invitation)
	}
	_, err = c.OrganizationInvitations.Create(ctx, org, input)
	refusedWith(t, err, http.StatusBadRequest)
	get := func(ctx context.Context, id calendly.URI) (*calendly.OrganizationInvitation, error) {
		return c.OrganizationInvitations.Get(ctx, org, id)
	}
	gone(t, get, invitation.URI, c.OrganizationInvitations.Delete(ctx, org, invitation.URI))
	members := some(t, 100, c.OrganizationMemberships.All(ctx, calendly.OrganizationMembershipOptions{Organization: org, Role: calendly.RoleUser}))
	last := members[len(members)-1].URI
	gone(t, c.OrganizationMemberships.Get, last, c.OrganizationMemberships.Delete(ctx, last))
}

// writeOffers returns an event type.
func writeOffers(t *testing.T, c *calendly.Client, me calendly.URI) calendly.URI {
	ctx := t.Context()
	record, err := c.EventTypes.Create(ctx, calendly.EventTypeInput{
		Name: "Intro", Owner: me, Active: true, Description: "Say hello", Duration: 30, DurationOptions: []int{15, 30},
		Locations: []calendly.LocationInput{{Kind: calendly.LocationKindPhysical, Location: "Room 1", AdditionalInfo: "ring twice"}},
		Color:     "#aa00ff", Locale: "de", StartTimeIncrement: 15, BeforeBuffer: 5, AfterBuffer: 10,
	})
	made := wrote(t, record, err)
	if *made.Name != "Intro" || !made.Active || made.Duration != 30 || made.Color != "#aa00ff" || *made.AfterBuffer != 10 || *made.Locations[0].Location != "Room 1" {
		t.Errorf("made %+v", made)
	}
	record, err = c.EventTypes.Update(ctx, made.URI, calendly.EventTypeChanges{Name: calendly.Set("Hello"), BeforeBuffer: calendly.Set(0), Active: calendly.Set(false)})
	if changed := wrote(t, record, err); *changed.Name != "Hello" || *changed.BeforeBuffer != 0 || changed.Active || *changed.AfterBuffer != 10 {
		t.Errorf("changed %+v", changed)
	}
	record, err = c.EventTypes.Update(ctx, made.URI, calendly.EventTypeChanges{Active: calendly.Set(true)})
	wrote(t, record, err)
	schedule, err := c.EventTypeAvailabilitySchedules.Update(ctx, calendly.EventTypeAvailabilityScheduleOptions{EventType: made.URI}, calendly.EventTypeAvailabilityInput{
		AvailabilityRule: calendly.ScheduleRuleInput{Timezone: "Europe/Berlin", Rules: weekdays()},
	})
	if s := wrote(t, schedule, err); s.AvailabilityRule.Timezone != "Europe/Berlin" || len(s.AvailabilityRule.Rules) != 6 {
		t.Errorf("schedule %+v", s)
	}
	record, err = c.EventTypes.CreateOneOff(ctx, calendly.OneOffEventTypeInput{
		Name: "Once", Host: me, Duration: 45, Timezone: "Europe/Paris",
		DateSetting: calendly.DateSetting{Type: calendly.DatesAhead, Days: new(10), OnlyWeekdays: true},
		Location:    &calendly.LocationInput{Kind: calendly.LocationKindZoom},
	})
	if offer := wrote(t, record, err); offer.Type != calendly.AdhocEventType || offer.Duration != 45 {
		t.Errorf("offered %+v", offer)
	}
	link, err := c.SchedulingLinks.Create(ctx, calendly.SchedulingLinkInput{MaxEventCount: 1, Owner: made.URI, OwnerType: "EventType"})
	if l := wrote(t, link, err); l.Owner != made.URI || l.BookingURL == "" {
		t.Errorf("linked %+v", l)
	}
	share, err := c.Shares.Create(ctx, calendly.ShareInput{
		EventType: made.URI, Name: "For you", Duration: 15, PeriodType: calendly.PeriodMoving, MaxBookingTime: 7,
		AvailabilityRule: &calendly.ShareRuleInput{Timezone: "Europe/Berlin", Rules: weekdays()},
	})
	if s := wrote(t, share, err); *s.ShareOverride.Name != "For you" || len(s.SchedulingLinks) != 1 {
		t.Errorf("shared %+v", s)
	}
	return made.URI
}

// weekdays are rules for working days, and a day without time.
func weekdays() []calendly.AvailabilityRuleInput {
	var rules []calendly.AvailabilityRuleInput
	for _, day := range []string{"monday", "tuesday", "wednesday", "thursday", "friday"} {
		rules = append(rules, calendly.AvailabilityRuleInput{Type: calendly.RuleWday, Wday: day, Intervals: []calendly.Interval{{From: "09:00", To: "17:00"}}})
	}
	return append(rules, calendly.AvailabilityRuleInput{Type: calendly.RuleDate, Date: "2031-12-24"})
}

// free returns a time at which an event type can be booked.
func free(t *testing.T, c *calendly.Client, eventType calendly.URI) time.Time {
	t.Helper()
	start := time.Now().Add(24 * time.Hour)
	page, err := c.EventTypeAvailableTimes.List(t.Context(), calendly.EventTypeAvailableTimeOptions{EventType: eventType, StartTime: start, EndTime: start.Add(20 * 24 * time.Hour)})
	if err != nil || len(page.Collection) == 0 {
		t.Fatalf("nothing is free: %v", err)
	}
	return page.Collection[0].StartTime
}

func writeMeetings(t *testing.T, c *calendly.Client, org, eventType calendly.URI) {
	ctx := t.Context()
	input := calendly.InviteeInput{
		EventType: eventType, StartTime: free(t, c, eventType),
		Invitee:     calendly.InviteePerson{Email: "ada@example.com", Timezone: "Europe/London", Name: "Ada", TextReminderNumber: "+14155550123"},
		Location:    &calendly.BookingLocation{Kind: calendly.LocationKindPhysical, Location: "Room 1"},
		Tracking:    &calendly.TrackingInput{UTMSource: "news", SalesforceUUID: "0031"},
		EventGuests: []string{"guest@example.com"},
	}
	record, err := c.Invitees.Create(ctx, input)
	invitee := wrote(t, record, err)
	if invitee.Email != "ada@example.com" || *invitee.Tracking.UTMSource != "news" || invitee.Status != calendly.StatusActive {
		t.Errorf("booked %+v", invitee)
	}
	_, err = c.Invitees.Create(ctx, input)
	refusedWith(t, err, http.StatusBadRequest)
	var taken *calendly.Error
	if !errors.As(err, &taken) || !slices.ContainsFunc(taken.Details, func(d calendly.ErrorDetail) bool { return d.Code == "already_filled" }) {
		t.Errorf("taken: %v", err)
	}
	canceled, err := c.ScheduledEvents.Cancel(ctx, invitee.Event, calendly.CancellationInput{Reason: "ill"})
	if v := wrote(t, canceled, err); *v.Reason != "ill" || v.CancelerType != calendly.CancelerHost {
		t.Errorf("canceled %+v", v)
	}
	_, err = c.ScheduledEvents.Cancel(ctx, invitee.Event, calendly.CancellationInput{})
	refusedWith(t, err, http.StatusForbidden)
	past := some(t, 1, c.ScheduledEvents.All(ctx, calendly.ScheduledEventOptions{Organization: org, Status: calendly.StatusActive, MaxStartTime: time.Now().Add(-24 * time.Hour)}))
	missed := some(t, 1, c.Invitees.All(ctx, past[0].URI, calendly.InviteeOptions{Status: calendly.StatusActive}))[0]
	if missed.NoShow != nil {
		if err := c.InviteeNoShows.Delete(ctx, missed.NoShow.URI); err != nil {
			t.Fatal(err)
		}
	}
	noShow, err := c.InviteeNoShows.Create(ctx, calendly.InviteeNoShowInput{Invitee: missed.URI})
	mark := wrote(t, noShow, err)
	if mark.Invitee != missed.URI {
		t.Errorf("marked %+v", mark)
	}
	gone(t, c.InviteeNoShows.Get, mark.URI, c.InviteeNoShows.Delete(ctx, mark.URI))
	if err := c.DataCompliance.DeleteInvitees(ctx, calendly.InviteeDataDeletion{Emails: []string{"ada@example.com"}}); err != nil {
		t.Error(err)
	}
	end := time.Now().Add(-700 * 24 * time.Hour)
	if err := c.DataCompliance.DeleteEvents(ctx, calendly.EventDataDeletion{StartTime: end.Add(-24 * time.Hour), EndTime: end}); err != nil {
		t.Error(err)
	}
}

// writeContacts returns a contact that stays.
func writeContacts(t *testing.T, c *calendly.Client) calendly.URI {
	ctx := t.Context()
	definition, err := c.CustomFieldDefinitions.Create(ctx, calendly.CustomFieldDefinitionInput{Label: "Shoe size", FieldType: calendly.FieldNumber})
	field := wrote(t, definition, err)
	_, err = c.CustomFieldDefinitions.Create(ctx, calendly.CustomFieldDefinitionInput{Label: "Shoe size", FieldType: calendly.FieldNumber})
	refusedWith(t, err, http.StatusConflict)
	input := calendly.ContactInput{
		Name: "Zoë 🎉", Emails: []calendly.ContactEmailInput{{Email: "zoe@example.com", IsPrimary: true}, {Email: "z@example.com"}},
		PhoneNumbers: []calendly.ContactPhone{{PhoneNumber: "+14155550123"}}, Timezone: "Europe/Berlin", Company: "Example", LinkedIn: "https://www.linkedin.com/in/zoe",
		CustomFields: []calendly.CustomFieldInput{{UUID: field.URI.ID(), Value: json.RawMessage("41")}},
	}
	record, err := c.Contacts.Create(ctx, input)
	contact := wrote(t, record, err)
	if *contact.Name != "Zoë 🎉" || len(contact.Emails) != 2 || string(contact.CustomFields[0].Value) != "41" {
		t.Errorf("made %+v", contact)
	}
	_, err = c.Contacts.Create(ctx, input)
	refusedWith(t, err, http.StatusConflict)
	record, err = c.Contacts.Update(ctx, contact.URI, calendly.ContactChanges{JobTitle: calendly.Set("Baker"), Company: calendly.Null[string]()})
	if changed := wrote(t, record, err); *changed.JobTitle != "Baker" || changed.Company != nil || *changed.Timezone != "Europe/Berlin" {
		t.Errorf("changed %+v", changed)
	}
	record, err = c.Contacts.Create(ctx, calendly.ContactInput{Name: "Max", Emails: []calendly.ContactEmailInput{{Email: "max@example.com", IsPrimary: true}}})
	other := wrote(t, record, err)
	gone(t, c.Contacts.Get, other.URI, c.Contacts.Delete(ctx, other.URI))
	note, err := c.Notes.Create(ctx, calendly.NoteInput{Contact: contact.URI, Title: "Call", Body: "at noon", RemindAt: time.Date(2031, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600))})
	if n := wrote(t, note, err); *n.Title != "Call" || !n.RemindAt.Equal(time.Date(2031, 1, 2, 2, 4, 5, 0, time.UTC)) {
		t.Errorf("noted %+v", n)
	}
	return contact.URI
}

func writeLists(t *testing.T, c *calendly.Client, contact calendly.URI) {
	ctx := t.Context()
	unknown := calendly.URI(c.BaseURL() + "/contacts/00000000-0000-0000-0000-000000000000")
	made, err := c.ContactLists.Create(ctx, calendly.ContactListInput{Name: "Bakers", Contacts: []calendly.URI{contact, unknown}})
	if err != nil {
		t.Fatal(err)
	}
	if same(t, made.ContactList); made.MembershipResult.Succeeded != 1 || made.MembershipResult.Invalid != 1 {
		t.Errorf("made %+v", made)
	}
	list := made.ContactList.URI
	_, err = c.ContactLists.Create(ctx, calendly.ContactListInput{Name: "bakers"})
	refusedWith(t, err, http.StatusConflict)
	renamed, err := c.ContactLists.Update(ctx, list, calendly.ContactListName{Name: "Cooks"})
	if l := wrote(t, renamed, err); l.Name != "Cooks" {
		t.Errorf("renamed %+v", l)
	}
	contacts := calendly.ContactListContacts{Contacts: []calendly.URI{contact}}
	result, err := c.ContactLists.AddContacts(ctx, list, contacts)
	if r := wrote(t, result, err); r.Unchanged != 1 {
		t.Errorf("added %+v", r)
	}
	result, err = c.ContactLists.RemoveContacts(ctx, list, contacts)
	if r := wrote(t, result, err); r.Succeeded != 1 {
		t.Errorf("removed %+v", r)
	}
}

func writeRecaps(t *testing.T, c *calendly.Client) {
	ctx := t.Context()
	recap := some(t, 1, c.MeetingRecaps.All(ctx, calendly.MeetingRecapOptions{}))[0].URI
	record, err := c.MeetingRecaps.Update(ctx, recap, calendly.MeetingRecapChanges{SummaryMD: calendly.Set("# Short"), DiscussionMD: calendly.Null[string]()})
	if r := wrote(t, record, err); *r.SummaryMD != "# Short" || r.DiscussionMD != nil {
		t.Errorf("changed %+v", r)
	}
	gone(t, c.MeetingRecaps.Get, recap, c.MeetingRecaps.Delete(ctx, recap))
}

func writeWebhooks(t *testing.T, c *calendly.Client, org calendly.URI) {
	ctx := t.Context()
	input := calendly.WebhookSubscriptionInput{
		URL: "https://hooks.example.com/calendly", Events: []calendly.WebhookEvent{calendly.EventInviteeCreated}, Organization: org,
		Scope: calendly.WebhookOrganization, SigningKey: "not a secret",
	}
	record, err := c.WebhookSubscriptions.Create(ctx, input)
	hook := wrote(t, record, err)
	if hook.CallbackURL != input.URL || hook.State != calendly.WebhookActive {
		t.Errorf("subscribed %+v", hook)
	}
	_, err = c.WebhookSubscriptions.Create(ctx, input)
	refusedWith(t, err, http.StatusConflict)
	gone(t, c.WebhookSubscriptions.Get, hook.URI, c.WebhookSubscriptions.Delete(ctx, hook.URI))
}

func writeLimits(t *testing.T, c *calendly.Client, me calendly.URI) {
	ctx, of := t.Context(), calendly.UserMeetingLimitOptions{User: me}
	limits, err := c.UserMeetingLimits.Update(ctx, of, calendly.UserMeetingLimitChanges{DailyLimit: calendly.Set(7), WeeklyLimit: calendly.Set(20)})
	wrote(t, limits, err)
	limits, err = c.UserMeetingLimits.Update(ctx, of, calendly.UserMeetingLimitChanges{WeeklyLimit: calendly.Null[int]()})
	if l := wrote(t, limits, err); *l.DailyLimit != 7 || l.WeeklyLimit != nil {
		t.Errorf("limits %+v", l)
	}
}
