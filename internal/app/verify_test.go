package app

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
	"github.com/kalends/kalends/internal/vault"
)

// all copies every stream.
func (c *copied) all(ctx context.Context, options map[string]string) error {
	_, err := c.app.Sync(ctx, SyncRequest{From: "acme", To: "sqlite:" + c.file, Fresh: options})
	return err
}

// verify audits the copy, all streams that were copied unless some are named.
func (c *copied) verify(req VerifyRequest, streams ...string) (flow.Proof, error) {
	c.t.Helper()
	req.Copy.From, req.Copy.To, req.Copy.Streams = "acme", "sqlite:"+c.file, streams
	return c.app.Verify(c.t.Context(), req)
}

// proved requires that the copy is equal.
func (c *copied) proved(when string) {
	c.t.Helper()
	proof, err := c.verify(VerifyRequest{})
	if err != nil || !proof.Equal {
		c.t.Fatalf("%s: %v\n%s", when, err, found(proof))
	}
}

// found says what differs.
func found(proof flow.Proof) string {
	var lines []string
	for _, s := range proof.Streams {
		if s.Status != flow.Equal {
			lines = append(lines, fmt.Sprintf("%+v", s))
		}
	}
	return strings.Join(lines, "\n")
}

// exec changes the copy behind our back.
func (c *copied) exec(statements ...string) {
	c.t.Helper()
	db, err := sql.Open("sqlite", c.file)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, s := range statements {
		if _, err := db.ExecContext(c.t.Context(), s); err != nil {
			c.t.Fatalf("%s: %v", s, err)
		}
	}
	if err := db.Close(); err != nil {
		c.t.Fatal(err)
	}
}

// counts returns what an audit found of some streams: missing, stale, extra.
func counts(proof flow.Proof, streams ...string) map[string][3]int {
	all := map[string][3]int{}
	for _, s := range proof.Streams {
		for _, name := range streams {
			if s.Name == name {
				all[name] = [3]int{s.Missing, s.Stale, s.Extra}
			}
		}
	}
	return all
}

func TestVerify_finds_and_repairs_what_was_done_to_the_copy(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 11, Events: 120})
	if err := c.all(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	c.proved("at first")
	c.exec(
		`DELETE FROM invitees WHERE rowid IN (SELECT rowid FROM invitees LIMIT 7)`,
		`UPDATE scheduled_events SET status = 'elsewhere' WHERE rowid IN (SELECT rowid FROM scheduled_events LIMIT 3)`,
		`UPDATE scheduled_events SET start_time = 'never' WHERE rowid IN (SELECT max(rowid) FROM scheduled_events)`,
		`UPDATE event_types SET _raw = '{}' WHERE rowid = 1`,
		`UPDATE contacts SET _deleted_at = '2026-01-01T00:00:00.000000Z' WHERE rowid <= 2`,
		`UPDATE groups SET uri = replace(uri, '/groups/', '/groups/x') WHERE rowid = 1`,
	)
	streams := []string{"invitees", "scheduled_events", "event_types", "contacts", "groups", "users"}
	want := map[string][3]int{
		"invitees": {7, 0, 0}, "scheduled_events": {0, 4, 0}, "event_types": {0, 1, 0}, "contacts": {0, 2, 0}, "groups": {1, 0, 1}, "users": {},
	}
	for range 2 { // looking changes nothing
		proof, err := c.verify(VerifyRequest{})
		if fault.KindOf(err) != fault.Conflict || proof.Equal {
			t.Errorf("the error is %v, equal %t", err, proof.Equal)
		}
		if diff := cmp.Diff(want, counts(proof, streams...)); diff != "" {
			t.Error(diff)
		}
	}
	proof, err := c.verify(VerifyRequest{Repair: true})
	if err != nil || !proof.Equal {
		t.Errorf("the repair ended with %v\n%s", err, found(proof))
	}
	if diff := cmp.Diff(want, counts(proof, streams...)); diff != "" {
		t.Error(diff)
	}
	c.proved("after the repair")
	if err := c.all(t.Context(), map[string]string{"pass": "deep"}); err != nil {
		t.Fatal(err)
	}
	c.proved("after the next run")
}

func TestVerify_of_a_copy_that_is_behind_tells_what_changed(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 12, Events: 300})
	if err := c.all(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	event, invitee := c.some(r, calendly.ScheduledEventOptions{MinStartTime: c.server.Now().Add(time.Hour)})
	if _, err := c.client.ScheduledEvents.Cancel(t.Context(), event.URI, calendly.CancellationInput{}); err != nil {
		t.Fatal(err)
	}
	proof, err := c.verify(VerifyRequest{}, "scheduled_events", "invitees")
	want := map[string][3]int{"scheduled_events": {0, 1, 0}, "invitees": {0, event.InviteesCounter.Active, 0}}
	if diff := cmp.Diff(want, counts(proof, "scheduled_events", "invitees")); diff != "" || err == nil {
		t.Errorf("%v\n%s", err, diff)
	}
	named := false
	for _, s := range proof.Streams {
		for _, e := range s.Examples {
			named = named || e.Key == string(invitee.URI) && e.Problem == "stale"
		}
	}
	if !named {
		t.Errorf("no example names the invitee: %s", found(proof))
	}
}

func TestVerify_says_what_it_did_not_check_and_why(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 13, Events: 200, Tokens: []calendlytest.Token{
		{Name: "narrow", Role: "owner", Scopes: []string{"users:read", "organizations:read", "scheduled_events:read"}},
	}})
	if err := c.all(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	secret := map[string]vault.Secret{"api_key": vault.NewSecret(c.server.Tokens["narrow"])}
	if _, err := c.app.EditCredential(t.Context(), "acme", CredentialChange{Secrets: secret}); err != nil {
		t.Fatal(err)
	}
	proof, err := c.verify(VerifyRequest{})
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]string{"contacts": "contacts:read", "user_busy_times": "near future", "scheduled_events": ""}
	for _, s := range proof.Streams {
		want, known := reasons[s.Name]
		if known && (!strings.Contains(s.Reason, want) || (s.Status == flow.Unchecked) != (want != "")) {
			t.Errorf("%+v", s)
		}
		delete(reasons, s.Name)
	}
	if len(reasons) > 0 {
		t.Errorf("not in the proof: %v", reasons)
	}
	if _, err := c.verify(VerifyRequest{}, "contacts"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("with nothing checked: %v", err)
	}
}

func TestVerify_of_a_sample_takes_a_share_of_the_calls(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much work and little beside it: the race detector would find nothing")
	}
	c := newCopied(t, calendlytest.Config{Seed: 14, Events: 1000})
	if err := c.all(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	c.requestsOf("")
	proof, err := c.verify(VerifyRequest{Sample: "10%"})
	if err != nil {
		t.Fatalf("%v\n%s", err, found(proof))
	}
	if n := c.requestsOf("/invitees"); n < 40 || n > 200 {
		t.Errorf("a tenth of 1000 meetings took %d calls for their invitees", n)
	}
	c.exec(`DELETE FROM invitees`)
	proof, err = c.verify(VerifyRequest{Sample: "10%"})
	if n := counts(proof, "invitees")["invitees"][0]; n < 40 || fault.KindOf(err) != fault.Conflict {
		t.Errorf("of no invitees at all %d are missing: %v", n, err)
	}
	for _, wrong := range []string{"0%", "101%", "5", "x%", "-1%"} {
		if _, err := c.verify(VerifyRequest{Sample: wrong}); fault.FieldOf(err) != "sample" {
			t.Errorf("a sample of %s: %v", wrong, err)
		}
	}
}

func TestVerify_with_a_start_leaves_alone_what_is_older(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 15, Events: 200})
	if err := c.all(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	start := c.server.Now().Add(-100 * 24 * time.Hour).Format(time.DateOnly)
	c.exec(`UPDATE scheduled_events SET status = 'old' WHERE start_time < '` + start + `'`)
	proof, err := c.verify(VerifyRequest{Copy: SyncRequest{Start: start}})
	if err != nil {
		t.Errorf("%v\n%s", err, found(proof))
	}
	if proof, err = c.verify(VerifyRequest{}); err == nil {
		t.Errorf("without a start: %s", found(proof))
	}
}

// Whatever happens between runs and during them, and however they are cut
// short, once the passes were made the copy is proved.
func TestSync_follows_whatever_happens(t *testing.T) {
	t.Parallel()
	happened := map[string]int{}
	worlds := uint64(4)
	if testing.Short() {
		worlds = 1
	}
	for seed := range worlds {
		r := rand.New(rand.NewPCG(seed, 7))
		c := newCopied(t, calendlytest.Config{
			Seed: int64(seed) + 1, Members: 4, Events: 60 + 100*int(seed%2), Assume: map[string]string{"no_show_touches_event": fmt.Sprint(seed%2 == 0)},
		})
		if err := c.all(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		c.proved("after the first run")
		for range 6 {
			for range r.IntN(8) {
				name, err := c.change(t.Context(), r)
				if err != nil {
					t.Fatal(err)
				}
				happened[name]++
			}
			c.disturbed(r, happened)
			c.server.Advance(time.Duration(1+r.IntN(30)) * time.Hour)
		}
		c.server.Advance(8 * 24 * time.Hour) // all passes are due
		if err := c.all(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		c.proved(fmt.Sprint("seed ", seed))
	}
	for name := range (&copied{}).changes() {
		if happened[name] == 0 && !testing.Short() {
			t.Errorf("%q never happened: %v", name, happened)
		}
	}
}

// disturbed makes a run during which things happen, and which may be cut short.
func (c *copied) disturbed(r *rand.Rand, happened map[string]int) {
	c.t.Helper()
	ctx, cancel := context.WithCancel(c.t.Context())
	defer cancel()
	seen, cut := 0, 5+r.IntN(200)
	happens := make(chan struct{}, 1000)
	watch := func(changed <-chan struct{}, _ func() flow.Snapshot) {
		for range changed {
			if seen++; seen == cut {
				cancel()
			}
			if seen%20 == 0 {
				happens <- struct{}{}
			}
		}
		close(happens)
	}
	done := make(chan error, 1)
	go func() {
		var failed error
		for range happens {
			name, err := c.change(context.WithoutCancel(ctx), r)
			failed = errors.Join(failed, err)
			happened[name]++
		}
		done <- failed
	}()
	_, err := c.app.Sync(ctx, SyncRequest{From: "acme", To: "sqlite:" + c.file, Watch: watch})
	if changeErr := <-done; changeErr != nil {
		c.t.Fatal(changeErr)
	}
	if err != nil && fault.KindOf(err) != fault.Canceled {
		c.t.Fatal(err)
	}
}
