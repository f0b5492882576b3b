package app

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/flow"
	"github.com/kalends/kalends/internal/vault"
)

// as gives the copy the token of another role.
func (c *copied) as(token string) {
	c.t.Helper()
	secret := map[string]vault.Secret{"api_key": vault.NewSecret(c.server.Tokens[token])}
	if _, err := c.app.EditCredential(c.t.Context(), "acme", CredentialChange{Secrets: secret}); err != nil {
		c.t.Fatal(err)
	}
}

// estimate returns an estimate of req and how many calls it took.
func (c *copied) estimate(req SyncRequest) (flow.Estimate, int) {
	c.t.Helper()
	c.requestsOf("")
	e, err := c.app.Estimate(c.t.Context(), req)
	if err != nil {
		c.t.Fatal(err)
	}
	return e, c.requestsOf("")
}

// run makes req come true.
func (c *copied) run(req SyncRequest) flow.Run {
	c.t.Helper()
	run, err := c.app.Sync(c.t.Context(), req)
	if err != nil {
		c.t.Fatal(err)
	}
	return run
}

// near reports whether an estimate is at most a share of what was, or a few
// calls, off.
func near(estimate, was int, share float64) bool {
	off := math.Abs(float64(estimate - was))
	return off <= 8 || off <= share*float64(was)
}

// counted returns how many calls it takes to count what is counted whole: lists,
// and a timeline of up to 60 pages.
func counted(e flow.Estimate) (calls int) {
	for _, s := range e.Streams {
		if slices.Contains([]string{
			"organization_memberships", "organization_invitations", "groups", "group_relationships", "event_types", "routing_forms",
			"routing_form_submissions", "contacts", "webhook_subscriptions",
		}, s.Name) {
			calls += s.First.Requests
		}
	}
	return calls + 60
}

func TestEstimate_is_within_a_tenth_of_the_calls_then_made(t *testing.T) {
	t.Parallel()
	narrow := []calendlytest.Token{{Name: "narrow", Role: "owner", Scopes: []string{"users:read", "organizations:read", "scheduled_events:read", "availability:read"}}}
	meetings := []string{"scheduled_events", "invitees"}
	lately := wednesday.AddDate(0, 0, -100).Format(time.DateOnly)
	for name, test := range map[string]struct {
		config calendlytest.Config
		token  string
		req    SyncRequest
	}{
		"nothing":               {config: calendlytest.Config{Seed: 1, Events: -1}},
		"small, free":           {config: calendlytest.Config{Seed: 2, Events: 200, Plan: "free"}},
		"small, standard":       {config: calendlytest.Config{Seed: 3, Events: 200, Plan: "standard"}},
		"small, teams":          {config: calendlytest.Config{Seed: 4, Events: 200, Plan: "teams"}},
		"small, enterprise":     {config: calendlytest.Config{Seed: 5, Events: 200, Plan: "enterprise"}},
		"small, of a member":    {config: calendlytest.Config{Seed: 6, Events: 200}, token: "member"},
		"small, of few scopes":  {config: calendlytest.Config{Seed: 7, Events: 200, Tokens: narrow}, token: "narrow"},
		"small, meetings":       {config: calendlytest.Config{Seed: 8, Events: 200}, req: SyncRequest{Streams: meetings}},
		"small, on request":     {config: calendlytest.Config{Seed: 9, Events: 200}, req: SyncRequest{Streams: []string{"event_type_available_times", "meeting_recap_transcripts"}}},
		"a long log":            {config: calendlytest.Config{Seed: 7, Events: 2000}, req: SyncRequest{Streams: []string{"activity_log_entries"}}},
		"medium":                {config: calendlytest.Config{Seed: 10, Events: 800}},
		"medium, of a member":   {config: calendlytest.Config{Seed: 11, Events: 1000}, token: "member"},
		"medium, lately":        {config: calendlytest.Config{Seed: 12, Events: 1000}, req: SyncRequest{Start: lately}},
		"large, meetings":       {config: calendlytest.Config{Seed: 13, Events: 2500}, req: SyncRequest{Streams: meetings}},
		"large, only invitees":  {config: calendlytest.Config{Seed: 14, Events: 2500}, req: SyncRequest{Streams: []string{"invitees"}, Start: lately}},
		"large, without guests": {config: calendlytest.Config{Seed: 15, Events: 4000}, req: SyncRequest{Streams: []string{"scheduled_events", "contacts", "routing_form_submissions", "outgoing_communications"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if testing.Short() && !strings.HasPrefix(name, "small") {
				t.Skip("much work and little beside it: the race detector would find nothing")
			}
			c := newCopied(t, test.config)
			if test.token != "" {
				c.as(test.token)
			}
			test.req.From, test.req.To = "acme", "sqlite:"+c.file
			e, took := c.estimate(test.req)
			first, next := c.run(test.req), c.run(test.req)
			if !near(e.First.Requests, first.Requests, 0.1) || !near(e.Next.Requests, next.Requests, 0.25) {
				t.Errorf("the runs made %d and %d calls, estimated were %d and %d", first.Requests, next.Requests, e.First.Requests, e.Next.Requests)
			}
			if most := max(100, first.Requests/50) + counted(e); took > most || took != e.Requests {
				t.Errorf("it took %d calls, at most %d are allowed, and says %d", took, most, e.Requests)
			}
			compare(t, e, first, next)
		})
	}
}

// compare compares an estimate with the runs, stream by stream.
func compare(t *testing.T, e flow.Estimate, first, next flow.Run) {
	t.Helper()
	found := map[string]flow.StreamEstimate{}
	for _, s := range e.Streams {
		found[s.Name] = s
	}
	for i, s := range first.Streams {
		one, then := found[s.Name], next.Streams[i]
		if !near(one.First.Requests, s.Requests, 0.1) || !near(one.Next.Requests, then.Requests, 0.25) {
			t.Errorf("%s took %d and %d calls, estimated were %d and %d", s.Name, s.Requests, then.Requests, one.First.Requests, one.Next.Requests)
		}
		if one.Skipped != (s.Status == flow.Skipped) || one.Reason != s.Reason {
			t.Errorf("%s is %s because of %q, estimated was %t because of %q", s.Name, s.Status, s.Reason, one.Skipped, one.Reason)
		}
		if !one.Sampled && one.First.Records != s.Records {
			t.Errorf("%s has %d records, counted were %d", s.Name, s.Records, one.First.Records)
		}
	}
}

func TestEstimate_of_what_is_copied_tells_of_the_next_run(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 20, Events: 500})
	req := SyncRequest{From: "acme", To: "sqlite:" + c.file}
	fresh, _ := c.estimate(req)
	c.run(req)
	e, _ := c.estimate(req)
	second := c.run(req)
	if fresh.Copied || !e.Copied || e.First.Records != 0 || !near(e.First.Requests, second.Requests, 0.25) {
		t.Errorf("the second run made %d calls; estimated were %+v, before the first %+v", second.Requests, e.First, fresh.First)
	}
	c.server.Advance(25 * time.Hour) // the recent pass is due
	e, _ = c.estimate(req)
	third := c.run(req)
	if !near(e.First.Requests, third.Requests, 0.1) {
		t.Errorf("the recent pass made %d calls, estimated were %d", third.Requests, e.First.Requests)
	}
	c.server.Advance(8 * 24 * time.Hour) // the deep pass is due
	e, _ = c.estimate(req)
	if fourth := c.run(req); !near(e.First.Requests, fourth.Requests, 0.1) || e.First.Requests < fresh.First.Requests/2 {
		t.Errorf("the deep pass made %d calls, estimated were %d", fourth.Requests, e.First.Requests)
	}
}

func TestEstimate_tells_minutes_at_the_limit_and_at_the_budget(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 21, Events: 200, Rate: 6000})
	e, err := c.app.Estimate(t.Context(), SyncRequest{From: "acme", Streams: []string{"organization", "teams"}, Fresh: map[string]string{"budget": "50%"}})
	if err != nil {
		t.Fatal(err)
	}
	want := flow.Estimate{
		From: "acme", Limit: 6000, Budget: 0.5, Requests: 5,
		First: flow.Effort{Cost: flow.Cost{Records: 2, Requests: 5}, MinutesAtLimit: 5.0 / 6000, MinutesAtBudget: 5.0 / 3000},
		Next:  flow.Effort{Cost: flow.Cost{Requests: 5}, MinutesAtLimit: 5.0 / 6000, MinutesAtBudget: 5.0 / 3000},
	}
	e.Streams = nil
	if diff := cmp.Diff(want, e); diff != "" {
		t.Error(diff)
	}
}
