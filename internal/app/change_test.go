package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kalends/kalends/calendly"
)

// admin does what has no API.
func (c *copied) admin(path string, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(context.WithoutCancel(c.t.Context()), http.MethodPost, c.server.URL+"/_sandbox/"+path, strings.NewReader(string(text)))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+c.server.AdminToken)
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	if err := res.Body.Close(); err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("%s: %w %d", path, errRefused, res.StatusCode)
	}
	return nil
}

// errRefused says that the sandbox did not do what was asked.
var errRefused = errors.New("refused with")

// some returns one of the meetings in a span, with one of its invitees.
func (c *copied) some(r *rand.Rand, options calendly.ScheduledEventOptions) (calendly.ScheduledEvent, calendly.Invitee) {
	c.t.Helper()
	options.Organization, options.Status, options.Count = c.org, calendly.StatusActive, 100
	page, err := c.client.ScheduledEvents.List(c.t.Context(), options)
	if err != nil || len(page.Collection) == 0 {
		c.t.Fatalf("there are no such meetings: %v", err)
	}
	event := page.Collection[r.IntN(len(page.Collection))]
	for i, err := range c.client.Invitees.All(c.t.Context(), event.URI, calendly.InviteeOptions{Status: calendly.StatusActive}) {
		if err != nil {
			c.t.Fatal(err)
		}
		return event, i
	}
	return event, calendly.Invitee{}
}

// pick returns one of some records.
func pick[T any](r *rand.Rand, page *calendly.Page[T], err error) (one T, _ error) {
	if err != nil {
		return one, err
	}
	if len(page.Collection) == 0 {
		return one, errRefused
	}
	return page.Collection[r.IntN(len(page.Collection))], nil
}

// event returns one of the active meetings that begin within a span from now.
func (c *copied) event(ctx context.Context, r *rand.Rand, from, to time.Duration) (calendly.ScheduledEvent, error) {
	now := c.server.Now()
	page, err := c.client.ScheduledEvents.List(ctx, calendly.ScheduledEventOptions{
		Organization: c.org, Status: calendly.StatusActive, Count: 100, MinStartTime: now.Add(from), MaxStartTime: now.Add(to),
	})
	return pick(r, page, err)
}

// invitee returns one of the active invitees of such a meeting.
func (c *copied) invitee(ctx context.Context, r *rand.Rand, from, to time.Duration) (calendly.Invitee, error) {
	event, err := c.event(ctx, r, from, to)
	if err != nil {
		return calendly.Invitee{}, err
	}
	page, err := c.client.Invitees.List(ctx, event.URI, calendly.InviteeOptions{Status: calendly.StatusActive, Count: 100})
	return pick(r, page, err)
}

// slot returns a time at which some event type can be booked.
func (c *copied) slot(ctx context.Context, r *rand.Rand) (eventType calendly.EventType, start time.Time, err error) {
	page, err := c.client.EventTypes.List(ctx, calendly.EventTypeOptions{Organization: c.org, Active: new(true), Count: 100})
	if eventType, err = pick(r, page, err); err != nil {
		return eventType, start, err
	}
	from := c.server.Now().Add(time.Hour)
	times, err := c.client.EventTypeAvailableTimes.List(ctx, calendly.EventTypeAvailableTimeOptions{
		EventType: eventType.URI, StartTime: from, EndTime: from.Add(20 * 24 * time.Hour),
	})
	one, err := pick(r, times, err)
	return eventType, one.StartTime, err
}

// year is as far as meetings reach in either direction.
const year = 365 * 24 * time.Hour

// changes are things that happen in an organization, by name.
func (c *copied) changes() map[string]func(ctx context.Context, r *rand.Rand) error {
	return map[string]func(context.Context, *rand.Rand) error{
		"book": func(ctx context.Context, r *rand.Rand) error {
			eventType, start, err := c.slot(ctx, r)
			if err != nil {
				return err
			}
			body := map[string]any{
				"event_type": eventType.URI, "start_time": start,
				"invitee": map[string]any{"name": "Late Guest", "email": fmt.Sprintf("late.%d@example.com", r.IntN(1_000_000)), "timezone": "Europe/Berlin"},
			}
			if places := eventType.Locations; len(places) > 0 && (eventType.PoolingType == nil || *eventType.PoolingType != calendly.PoolingRoundRobin) {
				body["location"] = map[string]any{"kind": places[0].Kind}
				if k := places[0].Kind; k == "physical" || k == "outbound_call" || k == "ask_invitee" || k == "custom" {
					body["location"] = map[string]any{"kind": k, "location": "+12025550199"}
				}
			}
			return c.admin("invitees", body)
		},
		"cancel": func(ctx context.Context, r *rand.Rand) error {
			event, err := c.event(ctx, r, time.Hour, year)
			if err == nil {
				_, err = c.client.ScheduledEvents.Cancel(ctx, event.URI, calendly.CancellationInput{Reason: "random"})
			}
			return err
		},
		"leave": func(ctx context.Context, r *rand.Rand) error {
			invitee, err := c.invitee(ctx, r, time.Hour, year)
			if err != nil {
				return err
			}
			return c.admin("invitees/cancel", map[string]any{"invitee": invitee.URI, "reason": "random"})
		},
		"reschedule": func(ctx context.Context, r *rand.Rand) error {
			invitee, err := c.invitee(ctx, r, time.Hour, year)
			if err != nil {
				return err
			}
			event, err := c.client.ScheduledEvents.Get(ctx, invitee.Event)
			if err != nil {
				return err
			}
			from := c.server.Now().Add(time.Hour)
			times, err := c.client.EventTypeAvailableTimes.List(ctx, calendly.EventTypeAvailableTimeOptions{
				EventType: event.EventType, StartTime: from, EndTime: from.Add(20 * 24 * time.Hour),
			})
			slot, err := pick(r, times, err)
			if err != nil {
				return err
			}
			return c.admin("invitees/reschedule", map[string]any{"invitee": invitee.URI, "start_time": slot.StartTime})
		},
		"no-show": func(ctx context.Context, r *rand.Rand) error {
			invitee, err := c.invitee(ctx, r, -year, -24*time.Hour)
			switch {
			case err != nil:
			case invitee.NoShow != nil:
				err = c.client.InviteeNoShows.Delete(ctx, invitee.NoShow.URI)
			default:
				_, err = c.client.InviteeNoShows.Create(ctx, calendly.InviteeNoShowInput{Invitee: invitee.URI})
			}
			return err
		},
		"touch": func(ctx context.Context, r *rand.Rand) error {
			event, err := c.event(ctx, r, -year, year)
			if err != nil {
				return err
			}
			return c.admin("events/touch", map[string]any{"event": event.URI, "meeting_notes_plain": fmt.Sprint("note ", r.IntN(100))})
		},
		"make contact": func(ctx context.Context, r *rand.Rand) error {
			n := r.IntN(1_000_000)
			contact, err := c.client.Contacts.Create(ctx, calendly.ContactInput{
				Name: fmt.Sprint("Contact ", n), Emails: []calendly.ContactEmailInput{{Email: fmt.Sprintf("contact.%d@example.com", n), IsPrimary: true}},
			})
			if err == nil && n%2 == 0 {
				_, err = c.client.Notes.Create(ctx, calendly.NoteInput{Contact: contact.URI, Title: "met"})
			}
			return err
		},
		"rename contact": func(ctx context.Context, r *rand.Rand) error {
			page, err := c.client.Contacts.List(ctx, calendly.ContactOptions{Count: 100})
			contact, err := pick(r, page, err)
			if err == nil {
				_, err = c.client.Contacts.Update(ctx, contact.URI, calendly.ContactChanges{Name: calendly.Set(fmt.Sprint("Renamed ", r.IntN(1000)))})
			}
			return err
		},
		"delete contact": func(ctx context.Context, r *rand.Rand) error {
			page, err := c.client.Contacts.List(ctx, calendly.ContactOptions{Count: 100})
			contact, err := pick(r, page, err)
			if err == nil {
				err = c.client.Contacts.Delete(ctx, contact.URI)
			}
			return err
		},
		"rename type": func(ctx context.Context, r *rand.Rand) error {
			page, err := c.client.EventTypes.List(ctx, calendly.EventTypeOptions{Organization: c.org, Count: 100})
			eventType, err := pick(r, page, err)
			if err == nil {
				_, err = c.client.EventTypes.Update(ctx, eventType.URI, calendly.EventTypeChanges{Name: calendly.Set(fmt.Sprint("Name ", r.IntN(1000)))})
			}
			return err
		},
		"delete type": func(ctx context.Context, r *rand.Rand) error {
			page, err := c.client.EventTypes.List(ctx, calendly.EventTypeOptions{Organization: c.org, Count: 100})
			eventType, err := pick(r, page, err)
			if err != nil {
				return err
			}
			return c.admin("event_types/delete", map[string]any{"event_type": eventType.URI})
		},
		"remove member": func(ctx context.Context, r *rand.Rand) error {
			page, err := c.client.OrganizationMemberships.List(ctx, calendly.OrganizationMembershipOptions{Organization: c.org, Role: "user", Count: 100})
			member, err := pick(r, page, err)
			if err == nil {
				err = c.client.OrganizationMemberships.Delete(ctx, member.URI)
			}
			return err
		},
		"invite": func(ctx context.Context, r *rand.Rand) error {
			_, err := c.client.OrganizationInvitations.Create(ctx, c.org, calendly.OrganizationInvitationInput{Email: fmt.Sprintf("new.%d@example.com", r.IntN(1_000_000))})
			return err
		},
		"revoke invitation": func(ctx context.Context, r *rand.Rand) error {
			page, err := c.client.OrganizationInvitations.List(ctx, c.org, calendly.OrganizationInvitationOptions{Status: "pending", Count: 100})
			invitation, err := pick(r, page, err)
			if err == nil {
				err = c.client.OrganizationInvitations.Delete(ctx, c.org, invitation.URI)
			}
			return err
		},
		"accept invitation": func(ctx context.Context, r *rand.Rand) error {
			page, err := c.client.OrganizationInvitations.List(ctx, c.org, calendly.OrganizationInvitationOptions{Status: "pending", Count: 100})
			invitation, err := pick(r, page, err)
			if err != nil {
				return err
			}
			return c.admin("invitations/accept", map[string]any{"invitation": invitation.URI})
		},
		"recap": func(ctx context.Context, r *rand.Rand) error {
			event, err := c.event(ctx, r, -year, -24*time.Hour)
			if err != nil {
				return err
			}
			return c.admin("recaps", map[string]any{"event": event.URI, "summary_md": "short"})
		},
		"delete recap": func(ctx context.Context, r *rand.Rand) error {
			page, err := c.client.MeetingRecaps.List(ctx, calendly.MeetingRecapOptions{Count: 100})
			recap, err := pick(r, page, err)
			if err == nil {
				err = c.client.MeetingRecaps.Delete(ctx, recap.URI)
			}
			return err
		},
		"delete webhook": func(ctx context.Context, r *rand.Rand) error {
			page, err := c.client.WebhookSubscriptions.List(ctx, calendly.WebhookSubscriptionOptions{Organization: c.org, Scope: "organization", Count: 100})
			hook, err := pick(r, page, err)
			if err == nil {
				err = c.client.WebhookSubscriptions.Delete(ctx, hook.URI)
			}
			return err
		},
	}
}

// change lets something happen at random and returns what: each kind once before
// any comes again. What is refused however often it is tried changes nothing and
// has no name.
func (c *copied) change(ctx context.Context, r *rand.Rand) (name string, err error) {
	all := c.changes()
	if len(c.next) == 0 {
		c.next = slices.Sorted(maps.Keys(all))
		r.Shuffle(len(c.next), func(i, j int) { c.next[i], c.next[j] = c.next[j], c.next[i] })
	}
	name, c.next = c.next[0], c.next[1:]
	for range 10 { // a booking may want an answer, a slot may be taken
		err = all[name](ctx, r)
		var refused *calendly.Error
		if !errors.Is(err, errRefused) && !errors.As(err, &refused) {
			return name, err
		}
	}
	return "", nil
}
