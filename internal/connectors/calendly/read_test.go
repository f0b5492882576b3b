package calendly

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

func scopes(names ...string) []calendlytest.Token {
	return []calendlytest.Token{{Name: "few", Role: "owner", Scopes: names}, {Name: "fewer", Role: "member", Scopes: names}}
}

func TestRead_members_token_brings_own_records_and_says_so(t *testing.T) {
	t.Parallel()
	s := sandbox(t, calendlytest.Config{Seed: 2, Events: 600})
	source := open(t, s, "member", nil)
	c, w := readAll(t, source), walker{t, s, "member"}
	me := w.one("/users/me")["uri"].(string)
	events := w.all("/scheduled_events", "user", me)
	want := map[string][]record{
		"scheduled_events":            events,
		"invitees":                    each(events, func(uri string) []record { return w.all(path(uri) + "/invitees") }),
		"event_types":                 w.all("/event_types", "user", me),
		"organization_memberships":    w.all("/organization_memberships", "user", me),
		"user_availability_schedules": w.all("/user_availability_schedules", "user", me),
	}
	for _, stream := range source.Streams() {
		records, ok := want[stream.Name]
		if !ok {
			continue
		}
		if diff := cmp.Diff(canonical(t, records), canonical(t, raws(t, stream, c.rows[stream.Name]))); diff != "" || len(records) == 0 {
			t.Errorf("%s: %d records, %s", stream.Name, len(records), diff)
		}
		if !strings.Contains(c.notes[stream.Name], "own ") {
			t.Errorf("%s is restricted and says only %q", stream.Name, c.notes[stream.Name])
		}
	}
	for _, name := range []string{"organization_invitations", "activity_log_entries", "outgoing_communications"} {
		if !strings.Contains(c.skips[name], adminRole) {
			t.Errorf("%s is skipped because of %q, want the role", name, c.skips[name])
		}
	}
}

func TestRead_token_of_few_scopes_skips_the_rest_and_names_what_is_missing(t *testing.T) {
	t.Parallel()
	s := sandbox(t, calendlytest.Config{Seed: 3, Events: 300, Tokens: scopes("users:read", "scheduled_events:read", "availability:read")})
	source := open(t, s, "few", nil)
	c := readAll(t, source)
	readable := []string{"scheduled_events", "invitees", "user_availability_schedules", "user_busy_times", "user_meeting_limits", "users"}
	for _, stream := range source.Streams() {
		reason, skipped := c.skips[stream.Name]
		switch {
		case slices.Contains(readable, stream.Name):
			if skipped || len(c.rows[stream.Name]) == 0 {
				t.Errorf("%s is skipped (%q) or has no rows", stream.Name, reason)
			}
		case !skipped || !strings.Contains(reason, "scope") || len(c.rows[stream.Name]) > 0:
			t.Errorf("%s is skipped because of %q", stream.Name, reason)
		}
	}
	if got := len(c.rows["scheduled_events"]); got != 300 {
		t.Errorf("%d events, want those of the whole organization", got)
	}
	if note := c.notes["users"]; !strings.Contains(note, "organizations:read") {
		t.Errorf("users says %q, want why there is only one", note)
	}
}

func TestRead_member_whose_role_is_hidden_brings_own_events(t *testing.T) {
	t.Parallel()
	s := sandbox(t, calendlytest.Config{Seed: 3, Events: 300, Tokens: scopes("users:read", "scheduled_events:read")})
	c := readAll(t, open(t, s, "fewer", nil))
	n, note := len(c.rows["scheduled_events"]), c.notes["scheduled_events"]
	if n == 0 || n == 300 || !strings.Contains(note, "own events only") {
		t.Errorf("%d events and the note %q, want own ones", n, note)
	}
}

func TestRead_lesser_plans_skip_what_they_lack(t *testing.T) {
	t.Parallel()
	lacks := map[string][]string{
		"enterprise": nil,
		"teams":      {"activity_log_entries", "outgoing_communications"},
		"standard":   {"groups", "group_relationships", "routing_forms", "routing_form_submissions", "activity_log_entries", "outgoing_communications"},
		"free": {
			"groups", "group_relationships", "routing_forms", "routing_form_submissions", "activity_log_entries", "outgoing_communications",
			"meeting_recaps", "meeting_recap_transcripts",
		},
	}
	for plan, want := range lacks {
		s := sandbox(t, calendlytest.Config{Seed: 4, Events: 50, Plan: plan})
		c := readAll(t, open(t, s, "admin", nil))
		slices.Sort(want)
		if diff := cmp.Diff(want, slices.Sorted(maps.Keys(c.skips))); diff != "" {
			t.Errorf("%s: %s", plan, diff)
		}
		for name, reason := range c.skips {
			if !strings.Contains(reason, "plan") {
				t.Errorf("%s: %s is skipped because of %q, want the plan", plan, name, reason)
			}
		}
	}
}

func TestRead_start_leaves_out_what_happened_before(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much work and little beside it: the race detector would find nothing")
	}
	s := sandbox(t, calendlytest.Config{Seed: 5, Events: 900})
	w := walker{t, s, "owner"}
	for option, begin := range map[string]string{
		"2026-03-01": "2026-03-01T00:00:00.000000Z", "2026-11-22T14:00:00+02:00": "2026-11-22T12:00:00.000000Z", "2031-01-01": "2031",
	} {
		c := readAll(t, open(t, s, "owner", map[string]string{optionStart: option}))
		for name, column := range map[string]string{"scheduled_events": "start_time", "activity_log_entries": "occurred_at", "outgoing_communications": "created_at"} {
			want := slices.DeleteFunc(w.all("/"+name, "organization", s.Organization), func(r record) bool { return r[column].(string) < begin })
			stream := catalogStream(name).Stream
			if diff := cmp.Diff(canonical(t, want), canonical(t, raws(t, stream, c.rows[name]))); diff != "" {
				t.Errorf("%s from %s: %s", name, option, diff)
			}
		}
		for _, r := range c.rows["invitees"] {
			event := r.Values[catalogStream("invitees").Column("event")].(string)
			if _, ok := c.rows["scheduled_events"][event]; !ok {
				t.Errorf("from %s: an invitee of an event that was left out", option)
			}
		}
	}
}

func TestRead_only_what_is_wanted(t *testing.T) {
	t.Parallel()
	s := sandbox(t, calendlytest.Config{Seed: 6, Events: 120})
	source := open(t, s, "owner", nil)
	for _, stream := range source.Streams() {
		c := newCopy()
		for b, err := range source.Read(t.Context(), connect.Reading{Streams: []connect.Stream{stream}, Observe: c.observe}) {
			if err != nil {
				t.Fatal(err)
			}
			c.take(source, b)
		}
		if len(c.rows) != 1 || len(c.rows[stream.Name]) == 0 {
			t.Errorf("%s alone brought rows of %v", stream.Name, slices.Collect(maps.Keys(c.rows)))
		}
	}
}

// Whichever batch was the last to be committed, the next reading brings the
// rest.
func TestRead_goes_on_from_every_checkpoint(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much work and little beside it: the race detector would find nothing")
	}
	source := inside(t, emulator(t, calendlytest.Config{Seed: 7, Events: 700, Members: 55}), "owner", nil)
	for _, name := range []string{"users", "event_types", "scheduled_events", "routing_forms", "contacts", "meeting_recaps"} {
		streams := slices.DeleteFunc(group(source, name), func(s connect.Stream) bool { return s.OnRequest })
		full := readFrom(t, source, streams, nil)
		resumed := false
		for k := range full.batches {
			have, from := newCopy(), connect.Checkpoint(nil)
			for _, b := range full.batches[:k+1] {
				have.take(source, b)
				if b.Next != nil {
					from, resumed = b.Next, true
				}
			}
			rest := readFrom(t, source, streams, from)
			for _, b := range rest.batches {
				have.take(source, b)
			}
			for _, s := range streams {
				if diff := cmp.Diff(slices.Sorted(maps.Keys(full.rows[s.Name])), slices.Sorted(maps.Keys(have.rows[s.Name]))); diff != "" {
					t.Errorf("%s after batch %d of %d: %s", s.Name, k, len(full.batches), diff)
				}
			}
			if done := len(have.rows["invitees"]) - len(rest.rows["invitees"]); name == "scheduled_events" && k > 0 && k < len(full.batches)-1 && done == 0 {
				t.Errorf("after batch %d of %d every invitee was read again", k, len(full.batches))
			}
		}
		if !resumed {
			t.Errorf("%s: no batch of %d has a checkpoint", name, len(full.batches))
		}
	}
}

func TestRead_checkpoint_of_another_question_is_not_trusted(t *testing.T) {
	t.Parallel()
	s := sandbox(t, calendlytest.Config{Seed: 8, Events: 200})
	source := open(t, s, "owner", nil)
	for text, trusted := range map[string]bool{
		`{"v":1,"scope":"` + s.Organization + `","until":"2100-01-01T00:00:00Z","passes":{"current":"deep","began":"2026-01-01T00:00:00Z"}}`:                      true,
		`{"v":2,"scope":"` + s.Organization + `","until":"2100-01-01T00:00:00Z","passes":{"current":"deep","began":"2026-01-01T00:00:00Z"}}`:                      false,
		`{"v":1,"scope":"` + s.Organization + `","start":"2020-01-01","until":"2100-01-01T00:00:00Z","passes":{"current":"deep","began":"2026-01-01T00:00:00Z"}}`: false,
		`{"v":1,"scope":"` + s.URL + `/users/x","until":"2100-01-01T00:00:00Z","passes":{"current":"deep","began":"2026-01-01T00:00:00Z"}}`:                       false,
		"\x00[": false,
		"":      false,
	} {
		rows := 0
		reading := connect.Reading{Streams: group(source, "scheduled_events", "scheduled_events"), From: connect.Checkpoint(text)}
		for b, err := range source.Read(t.Context(), reading) {
			if err != nil {
				t.Fatal(err)
			}
			rows += b.Len()
		}
		if rows < 200 != trusted { // what is due after the interruption is read all the same
			t.Errorf("from %q %d of 200 events were read", text, rows)
		}
	}
}

// The bubble ends only when every goroutine in it has.
func TestRead_leaves_nothing_behind(t *testing.T) {
	t.Parallel()
	api := emulator(t, calendlytest.Config{Seed: 9, Events: 1200, Latency: 50 * time.Millisecond})
	for _, name := range groups(inside(t, api, "owner", nil)) {
		synctest.Test(t, func(t *testing.T) {
			source := inside(t, api, "owner", nil)
			for range source.Read(t.Context(), connect.Reading{Streams: group(source, name)}) {
				break // the consumer wants no more
			}
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(400*time.Millisecond, func() { cancel(errors.New("ctrl-C")) })
			began := time.Now()
			for b, err := range source.Read(ctx, connect.Reading{Streams: group(source, name)}) {
				if err != nil && (fault.KindOf(err) != fault.Canceled || b.Len() > 0) {
					t.Errorf("%s: canceled, it ends with %v and %d rows", name, err, b.Len())
				}
			}
			if took := time.Since(began); took > 500*time.Millisecond {
				t.Errorf("%s: canceled after 400ms, it ends after %s", name, took)
			}
			synctest.Wait()
		})
	}
}

func TestRead_waits_for_a_slow_consumer(t *testing.T) {
	t.Parallel()
	api := emulator(t, calendlytest.Config{Seed: 10, Events: 60_000, Members: 300})
	synctest.Test(t, func(t *testing.T) {
		source := inside(t, api, "owner", nil)
		c := newCopy()
		for _, err := range source.Read(t.Context(), connect.Reading{Streams: group(source, "scheduled_events"), Observe: c.observe}) {
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait() // all that may be read without the consumer has been
			// 8 windows of 3 pages, more where the density is not known yet.
			if pages, events := c.calls["scheduled_events"], c.calls["invitees"]; pages > 80 || events > 4000 {
				t.Errorf("%d pages and the invitees of %d events were read before the first batch was taken", pages, events)
			}
			break
		}
	})
}

// At 200 ms a call, and with room for 3,000 calls a minute, at least 95% of
// those in the budget are used while there is work, and none is refused.
func TestRead_uses_the_calls_it_may(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("many calls, for what they come to; others look at what is beside them")
	}
	for budget, most := range map[string]float64{"": 0.8 * 3000, "100%": 3000} {
		api := emulator(t, calendlytest.Config{Seed: 11, Events: 6000, Rate: 3000, Latency: 200 * time.Millisecond})
		synctest.Test(t, func(t *testing.T) {
			source := inside(t, api, "owner", map[string]string{optionBudget: budget})
			calls, refused, began := 0, 0, time.Now()
			c := newCopy()
			for _, err := range source.Read(t.Context(), connect.Reading{Streams: group(source, "scheduled_events"), Observe: func(s string, k connect.Calls) {
				c.observe(s, k)
				c.mu.Lock()
				defer c.mu.Unlock()
				calls, refused = calls+k.Requests, refused+k.RateLimited
			}}) {
				if err != nil {
					t.Fatal(err)
				}
			}
			used := float64(calls) / time.Since(began).Minutes() / most
			t.Logf("%d calls in %s: %.1f%% of those allowed, %d refused", calls, time.Since(began), 100*used, refused)
			if used < 0.95 || used > 1.01 || refused > 0 {
				t.Errorf("%.1f%% of the allowed calls were used and %d refused, want 95%% and none", 100*used, refused)
			}
		})
	}
}
