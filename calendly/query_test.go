package calendly

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	user = URI("https://api.calendly.com/users/A")
	org  = URI("https://api.calendly.com/organizations/B")
)

func TestOptions_are_sent_as_calendly_reads_them(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 13, 0, 0, 123456789, time.FixedZone("", 3600))
	for want, options := range map[string]any{
		"": ScheduledEventOptions{},
		"organization=https://api.calendly.com/organizations/B&user=https://api.calendly.com/users/A&status=canceled&sort=start_time:desc&count=100&invitee_email=a+b@example.com&min_start_time=2026-11-23T12:00:00.123456Z": ScheduledEventOptions{
			User: user, Organization: org, Status: StatusCanceled, Sort: "start_time:desc", Count: 100, InviteeEmail: "a b@example.com", MinStartTime: start,
		},
		"organization=https://api.calendly.com/organizations/B&active=false&admin_managed=true&sort=name:asc,updated_at:desc": EventTypeOptions{
			Organization: org, Active: new(false), AdminManaged: new(true), Sort: "name:asc,updated_at:desc",
		},
		"organization=https://api.calendly.com/organizations/B&actor=https://api.calendly.com/users/A,https://api.calendly.com/users/A&namespace=API&namespace=User&sort=action:asc&sort=occurred_at:desc&count=1000": ActivityLogEntryOptions{
			Organization: org, Actor: []URI{user, user}, Namespace: []string{"API", "User"}, Sort: []Sort{"action:asc", "occurred_at:desc"}, Count: 1000,
		},
		"email=a@example.com,b@example.com&exclude=custom_fields": ContactOptions{Email: []string{"a@example.com", "b@example.com"}, Exclude: "custom_fields"},
		"status=processing": MeetingRecapOptions{Status: RecapProcessing},
		"page_token=%2B/=":  TeamOptions{PageToken: "+/="},
	} {
		query, _, err := newClient(t).encode(options)
		wanted, err2 := url.ParseQuery(want)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if diff := cmp.Diff(wanted, query); diff != "" {
			t.Errorf("%+v: -want +got:\n%s", options, diff)
		}
	}
}

func TestInput_that_cannot_be_right_is_refused_before_a_request_leaves(t *testing.T) {
	t.Parallel()
	c := fake(t, func(r *http.Request) (*http.Response, error) {
		t.Errorf("%s was sent", r.URL)
		return reply(r, 500, ""), nil
	})
	ctx := t.Context()
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		field string
		try   func() error
	}{
		{"organization", func() error { _, err := c.Groups.List(ctx, GroupOptions{}); return err }},
		{"organization", func() error { _, err := c.EventTypes.List(ctx, EventTypeOptions{Active: new(true)}); return err }},
		{"organization", func() error { _, err := c.Groups.List(ctx, GroupOptions{Organization: "B"}); return err }},
		{"organization", func() error {
			_, err := c.Groups.List(ctx, GroupOptions{Organization: "https://api.calendly.com/"})
			return err
		}},
		{"organization", func() error {
			_, err := c.Groups.List(ctx, GroupOptions{Organization: "https://api.calendly.com:x/a"})
			return err
		}},
		{"user", func() error { _, err := c.Locations.List(ctx, LocationOptions{}); return err }},
		{"event_type", func() error { _, err := c.EventTypeMemberships.List(ctx, EventTypeMembershipOptions{}); return err }},
		{"form", func() error { _, err := c.RoutingFormSubmissions.List(ctx, RoutingFormSubmissionOptions{}); return err }},
		{"start_time", func() error { _, err := c.UserBusyTimes.List(ctx, UserBusyTimeOptions{User: user}); return err }},
		{"end_time", func() error {
			_, err := c.UserBusyTimes.List(ctx, UserBusyTimeOptions{User: user, StartTime: now, EndTime: now})
			return err
		}},
		{"end_time", func() error {
			_, err := c.EventTypeAvailableTimes.List(ctx, EventTypeAvailableTimeOptions{EventType: user, StartTime: now, EndTime: now.Add(-1)})
			return err
		}},
		{"count", func() error { _, err := c.Teams.List(ctx, TeamOptions{Count: 101}); return err }},
		{"count", func() error { _, err := c.Teams.List(ctx, TeamOptions{Count: -1}); return err }},
		{"count", func() error {
			_, err := c.ActivityLogEntries.List(ctx, ActivityLogEntryOptions{Organization: org, Count: 1001})
			return err
		}},
		{"sort", func() error { _, err := c.Contacts.List(ctx, ContactOptions{Sort: "created_at"}); return err }},
		{"sort", func() error { _, err := c.Contacts.List(ctx, ContactOptions{Sort: "created_at:asc,:desc"}); return err }},
		{"email", func() error { _, err := c.Contacts.List(ctx, ContactOptions{Email: []string{"a", ""}}); return err }},
		{"name", func() error { _, err := c.Contacts.List(ctx, ContactOptions{Name: []string{"Doe, Jo"}}); return err }},
		{"contact", func() error { _, err := c.Notes.List(ctx, NoteOptions{}); return err }},
		{"contact", func() error { _, err := c.Notes.List(ctx, NoteOptions{Contact: make([]URI, 1)}); return err }},
		{"contact", func() error {
			_, err := c.Notes.List(ctx, NoteOptions{Contact: []URI{user, user, user, user, user, user, user, user, user, user, user}})
			return err
		}},
		{"scope", func() error {
			_, err := c.WebhookSubscriptions.List(ctx, WebhookSubscriptionOptions{Organization: org})
			return err
		}},
		{"user", func() error {
			_, err := c.WebhookSubscriptions.List(ctx, WebhookSubscriptionOptions{Organization: org, Scope: WebhookUser})
			return err
		}},
		{"group", func() error {
			_, err := c.WebhookSubscriptions.List(ctx, WebhookSubscriptionOptions{Organization: org, Scope: WebhookGroup})
			return err
		}},
		{"event", func() error {
			_, err := c.WebhookSubscriptions.SampleData(ctx, SampleWebhookDataOptions{Organization: org, Scope: WebhookGroup})
			return err
		}},
		{"user", func() error { _, err := c.Users.Get(ctx, ""); return err }},
		{"user", func() error { _, err := c.Users.Get(ctx, "a/b"); return err }},
		{"user", func() error { _, err := c.Users.Get(ctx, ".."); return err }},
		{"user", func() error { _, err := c.Users.Get(ctx, "a?b"); return err }},
		{"user", func() error { _, err := c.Users.Get(ctx, "a%2Fb"); return err }},
		{"user", func() error { _, err := c.Users.Get(ctx, org); return err }},
		{"user", func() error { _, err := c.Users.Get(ctx, "https://api.calendly.com/users/"); return err }},
		{"user", func() error { _, err := c.Users.Get(ctx, "https://api.calendly.com/users/a%2Fb"); return err }},
		{"invitee", func() error { _, err := c.Invitees.Get(ctx, "A", user); return err }},
		{"event", func() error { _, err := c.Invitees.Get(ctx, "", "A"); return err }},
		{"event", func() error {
			for _, err := range c.Invitees.All(ctx, "", InviteeOptions{}) {
				return err
			}
			return nil
		}},
	} {
		wantInputError(t, test.try(), test.field)
	}
}

func TestGet_takes_a_uri_or_a_bare_id(t *testing.T) {
	t.Parallel()
	var path string
	c := fake(t, func(r *http.Request) (*http.Response, error) {
		path = r.URL.EscapedPath()
		return reply(r, 200, `{"resource":{}}`), nil
	})
	for _, event := range []URI{"EV-1_a", "https://api.calendly.com/scheduled_events/EV-1_a", "https://api.calendly.com/scheduled_events/EV-1_a/"} {
		for _, invitee := range []URI{"IN", "https://api.calendly.com/scheduled_events/EV-1_a/invitees/IN"} {
			if _, err := c.Invitees.Get(t.Context(), event, invitee); err != nil || path != "/scheduled_events/EV-1_a/invitees/IN" {
				t.Errorf("of %s and %s it asked for %s, %v", event, invitee, path, err)
			}
		}
	}
	if got := URI("https://api.calendly.com/users/A/").ID(); got != "A" {
		t.Errorf("the id is %q", got)
	}
}
