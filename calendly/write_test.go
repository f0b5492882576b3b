package calendly_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/calendly/calendlytest"
)

// Each fault answers a booking in a way that leaves it open whether it was
// made. It is made in all of them but one, and asked for once in each.
func TestWrite_lost_answer_is_an_unknown_outcome_and_is_not_sent_again(t *testing.T) {
	t.Parallel()
	for _, fault := range []calendlytest.Fault{
		{Kind: "reset", After: true}, {Kind: "cut"}, {Kind: "invalid_json"}, {Kind: "500", After: true}, {Kind: "502", After: true},
		{Kind: "503", After: true, RetryAfter: 1}, {Kind: "502"},
	} {
		s := started(t, calendlytest.Config{Seed: 1, Events: 50})
		c := owner(t, s)
		fault.Operation = "POST /contacts"
		if _, err := s.AddFault(fault); err != nil {
			t.Fatal(err)
		}
		_, err := c.Contacts.Create(t.Context(), ada())
		if !errors.Is(err, calendly.ErrUnknownOutcome) {
			t.Errorf("%+v: got %v", fault, err)
		}
		sent := 0
		for _, r := range s.Log() {
			if r.Method == http.MethodPost {
				sent++
			}
		}
		if sent != 1 {
			t.Errorf("%+v: sent %d times", fault, sent)
		}
		found := 0
		for _, err := range c.Contacts.All(t.Context(), calendly.ContactOptions{Email: []string{"ada@example.com"}}) {
			if err != nil {
				t.Fatal(err)
			}
			found++
		}
		if made := fault.After || !strings.HasPrefix(fault.Kind, "5"); made != (found == 1) {
			t.Errorf("%+v: %d contacts were made", fault, found)
		}
	}
}

func ada() calendly.ContactInput {
	return calendly.ContactInput{Name: "Ada", Emails: []calendly.ContactEmailInput{{Email: "ada@example.com", IsPrimary: true}}}
}

func owner(t *testing.T, s *calendlytest.Server, options ...calendly.Option) *calendly.Client {
	t.Helper()
	c, err := calendly.New(s.Tokens["owner"], append(options, calendly.WithBaseURL(s.URL))...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestWrite_deadline_and_cancellation_are_unknown_outcomes(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 2)
	release := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		asked <- struct{}{}
		<-release
	}))
	t.Cleanup(silent.Close)
	t.Cleanup(func() { close(release) })
	c, err := calendly.New("token", calendly.WithBaseURL(silent.URL), calendly.WithTimeout(50*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	err = c.Contacts.Delete(t.Context(), "A")
	var late *calendly.ConnectionError
	if !errors.Is(err, calendly.ErrUnknownOutcome) || !errors.As(err, &late) || late.Method != http.MethodDelete {
		t.Errorf("too late: %v", err)
	}
	<-asked
	patient, err := c.With(calendly.WithTimeout(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	if err := patient.Contacts.Delete(ctx, "A"); !errors.Is(err, calendly.ErrUnknownOutcome) || !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

func TestWrite_that_was_never_sent_has_a_known_outcome(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	c, err := calendly.New("token", calendly.WithBaseURL(closed.URL))
	if err != nil {
		t.Fatal(err)
	}
	err = c.Contacts.Delete(t.Context(), "A")
	var none *calendly.ConnectionError
	if !errors.As(err, &none) || errors.Is(err, calendly.ErrUnknownOutcome) {
		t.Errorf("nobody listens: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Contacts.Delete(ctx, "A"); !errors.Is(err, context.Canceled) || errors.Is(err, calendly.ErrUnknownOutcome) {
		t.Errorf("canceled before: %v", err)
	}
}

func TestWrite_wrong_input_names_its_field_and_sends_nothing(t *testing.T) {
	t.Parallel()
	s := started(t, calendlytest.Config{Seed: 1, Events: 1})
	c := owner(t, s)
	ctx, at := t.Context(), time.Now()
	user, contact := calendly.URI(s.URL+"/users/A"), calendly.URI(s.URL+"/contacts/A")
	for field, send := range map[string]func() error{
		"email": func() error {
			return second(c.OrganizationInvitations.Create(ctx, "A", calendly.OrganizationInvitationInput{}))
		},
		"name":  func() error { return second(c.EventTypes.Create(ctx, calendly.EventTypeInput{Owner: user})) },
		"owner": func() error { return second(c.EventTypes.Create(ctx, calendly.EventTypeInput{Name: "x", Owner: "A"})) },
		"duration": func() error {
			return second(c.EventTypes.Create(ctx, calendly.EventTypeInput{Name: "x", Owner: user, Duration: 721}))
		},
		"color": func() error {
			return second(c.EventTypes.Update(ctx, "A", calendly.EventTypeChanges{Color: calendly.Set("#AA00FF")}))
		},
		"duration_options[1]": func() error {
			return second(c.EventTypes.Update(ctx, "A", calendly.EventTypeChanges{DurationOptions: calendly.Set([]int{1, 0})}))
		},
		"event_guests": func() error {
			return second(c.Invitees.Create(ctx, booking(user, slices.Repeat([]string{"a@example.com"}, 11)...)))
		},
		"event_guests[0]": func() error { return second(c.Invitees.Create(ctx, booking(user, "nobody"))) },
		"reason": func() error {
			return second(c.ScheduledEvents.Cancel(ctx, "A", calendly.CancellationInput{Reason: strings.Repeat("ä", 10_001)}))
		},
		"emails": func() error { return c.DataCompliance.DeleteInvitees(ctx, calendly.InviteeDataDeletion{}) },
		"end_time": func() error {
			return c.DataCompliance.DeleteEvents(ctx, calendly.EventDataDeletion{StartTime: at.AddDate(-3, 0, 0), EndTime: at})
		},
		"emails[0].email": func() error {
			return second(c.Contacts.Create(ctx, calendly.ContactInput{Name: "x", Emails: []calendly.ContactEmailInput{{Email: "x"}}}))
		},
		"fields": func() error { return second(c.Contacts.Update(ctx, contact, calendly.ContactChanges{})) },
		"contacts": func() error {
			return second(c.ContactLists.AddContacts(ctx, "A", calendly.ContactListContacts{Contacts: slices.Repeat([]calendly.URI{contact}, 501)}))
		},
		"title, body": func() error { return second(c.Notes.Create(ctx, calendly.NoteInput{Contact: contact})) },
		"start_date": func() error {
			return second(c.Shares.Create(ctx, calendly.ShareInput{EventType: user, PeriodType: calendly.PeriodFixed}))
		},
		"max_event_count": func() error {
			return second(c.SchedulingLinks.Create(ctx, calendly.SchedulingLinkInput{Owner: user, OwnerType: "EventType"}))
		},
		"url": func() error {
			return second(c.WebhookSubscriptions.Create(ctx, calendly.WebhookSubscriptionInput{URL: "hooks.example.com"}))
		},
		"weekly_limit": func() error {
			return second(c.UserMeetingLimits.Update(ctx, calendly.UserMeetingLimitOptions{User: user}, calendly.UserMeetingLimitChanges{WeeklyLimit: calendly.Set(0)}))
		},
		"date_setting.end_date": func() error {
			return second(c.EventTypes.CreateOneOff(ctx, calendly.OneOffEventTypeInput{
				Name: "x", Host: user, Duration: 1, DateSetting: calendly.DateSetting{Type: calendly.DatesInRange, StartDate: "2031-01-01"},
			}))
		},
	} {
		var wrong *calendly.InputError
		if err := send(); !errors.As(err, &wrong) || wrong.Field != field || errors.Is(err, calendly.ErrUnknownOutcome) {
			t.Errorf("%s: got %v", field, err)
		}
	}
	foreign := booking("https://example.com/event_types/A")
	var leads *calendly.ForeignHostError
	if _, err := c.Invitees.Create(ctx, foreign); !errors.As(err, &leads) {
		t.Errorf("a URI of another host: %v", err)
	}
	if sent := s.Log(); len(sent) > 0 {
		t.Errorf("sent %v", sent)
	}
}

func second[T any](_ *T, err error) error { return err }

func booking(eventType calendly.URI, guests ...string) calendly.InviteeInput {
	return calendly.InviteeInput{
		EventType: eventType, StartTime: time.Now(), EventGuests: guests,
		Invitee: calendly.InviteePerson{Email: "ada@example.com", Timezone: "UTC", Name: "Ada"},
	}
}
