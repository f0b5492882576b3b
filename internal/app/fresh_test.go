package app

import (
	"database/sql"
	"encoding/json"
	"iter"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite"

	"github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/connectors/all"
	"github.com/kalends/kalends/internal/flow"
	"github.com/kalends/kalends/internal/vault"
)

// copied is an organization that changes, and its copy.
type copied struct {
	t      *testing.T
	server *calendlytest.Server
	client *calendly.Client
	org    calendly.URI
	app    *App
	file   string
	next   []string // the changes that come next
}

// wednesday is when every copy begins, so that no test depends on the day it runs:
// few meet on weekends.
var wednesday = time.Date(2026, 5, 13, 16, 0, 0, 0, time.UTC)

func newCopied(t *testing.T, cfg calendlytest.Config) *copied {
	t.Helper()
	begun := time.Now()
	cfg.Clock = func() time.Time { return wednesday.Add(time.Since(begun)) }
	s, err := calendlytest.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := calendly.New(s.Tokens["owner"], calendly.WithBaseURL(s.URL))
	if err != nil {
		t.Fatal(err)
	}
	a := open(t, t.TempDir())
	a.now, a.connectors = s.Now, all.All("test", s.Now)
	if _, err := a.AddCredential(t.Context(), ownerOf(s, "acme")); err != nil {
		t.Fatal(err)
	}
	return &copied{t: t, server: s, client: c, org: calendly.URI(s.Organization), app: a, file: filepath.Join(t.TempDir(), "copy.db")}
}

// sync copies meetings and invitees and returns what it wrote and asked.
func (c *copied) sync(fresh map[string]string) (run flow.Run, wrote map[string]int) {
	c.t.Helper()
	if fresh["pass"] == "" {
		fresh = maps.Clone(fresh)
		if fresh == nil {
			fresh = map[string]string{}
		}
		fresh["pass"] = "due"
	}
	run, err := c.app.Sync(c.t.Context(), SyncRequest{
		From: "acme", To: "sqlite:" + c.file, Streams: []string{"scheduled_events", "invitees", "contacts", "event_types"}, Fresh: fresh,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	wrote = map[string]int{}
	for _, s := range run.Streams {
		wrote[s.Name] = s.Records
	}
	return run, wrote
}

// table returns the raw records of a table that are not marked as deleted.
func (c *copied) table(name string) []string {
	c.t.Helper()
	db, err := sql.Open("sqlite", c.file)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(c.t.Context(), "SELECT _raw FROM "+name+" WHERE _deleted_at IS NULL")
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	found := []string{}
	for rows.Next() {
		var raw string
		if err := rows.Scan(&raw); err != nil {
			c.t.Fatal(err)
		}
		found = append(found, raw)
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
	slices.Sort(found)
	return found
}

func raws[T any](t *testing.T, records iter.Seq2[T, error], raw func(T) json.RawMessage) []string {
	t.Helper()
	found := []string{}
	for r, err := range records {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, string(raw(r)))
	}
	slices.Sort(found)
	return found
}

// equals requires that the copy is as Calendly has it.
func (c *copied) equals(when string) {
	c.t.Helper()
	ctx := c.t.Context()
	events, invitees := []string{}, []string{}
	for e, err := range c.client.ScheduledEvents.All(ctx, calendly.ScheduledEventOptions{Organization: c.org}) {
		if err != nil {
			c.t.Fatal(err)
		}
		events = append(events, string(e.Raw))
		invitees = append(invitees, raws(c.t, c.client.Invitees.All(ctx, e.URI, calendly.InviteeOptions{}), func(i calendly.Invitee) json.RawMessage { return i.Raw })...)
	}
	slices.Sort(events)
	slices.Sort(invitees)
	for name, want := range map[string][]string{
		"scheduled_events": events, "invitees": invitees,
		"contacts":    raws(c.t, c.client.Contacts.All(ctx, calendly.ContactOptions{}), func(r calendly.Contact) json.RawMessage { return r.Raw }),
		"event_types": raws(c.t, c.client.EventTypes.All(ctx, calendly.EventTypeOptions{Organization: c.org}), func(r calendly.EventType) json.RawMessage { return r.Raw }),
	} {
		if diff := cmp.Diff(want, c.table(name)); diff != "" {
			c.t.Fatalf("%s: %s differs (-Calendly +copy):\n%.2000s", when, name, diff)
		}
	}
}

// requestsOf counts the calls of a kind since it was asked last.
func (c *copied) requestsOf(suffix string) int {
	n := 0
	for _, r := range c.server.Log() {
		if strings.HasSuffix(r.Path, suffix) {
			n++
		}
	}
	c.server.ClearRequests()
	return n
}

func TestSync_of_what_has_not_changed_writes_nothing_and_asks_for_no_invitees(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 3, Events: 600})
	c.sync(nil)
	c.requestsOf("")
	for _, pass := range []string{"near", "recent"} {
		_, wrote := c.sync(map[string]string{"pass": pass})
		if diff := cmp.Diff(map[string]int{"scheduled_events": 0, "invitees": 0, "contacts": 0, "event_types": 0}, wrote); diff != "" {
			t.Errorf("%s: %s", pass, diff)
		}
		if n := c.requestsOf("/invitees"); n > 0 {
			t.Errorf("%s: asked %d times for invitees", pass, n)
		}
	}
	c.equals("at last")
}

func TestSync_near_pass_brings_a_late_cancellation_of_a_future_meeting(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 4, Events: 600})
	c.sync(nil)
	r := rand.New(rand.NewPCG(1, 1))
	event, _ := c.some(r, calendly.ScheduledEventOptions{MinStartTime: c.server.Now().Add(40 * 24 * time.Hour)})
	if _, err := c.client.ScheduledEvents.Cancel(t.Context(), event.URI, calendly.CancellationInput{Reason: "late"}); err != nil {
		t.Fatal(err)
	}
	c.requestsOf("")
	_, wrote := c.sync(nil)
	if wrote["scheduled_events"] != 1 || wrote["invitees"] != event.InviteesCounter.Active || c.requestsOf("/invitees") != 1 {
		t.Errorf("wrote %v of %+v", wrote, event.InviteesCounter)
	}
	c.equals("after the near pass")
}

func TestSync_recent_pass_brings_a_change_of_a_meeting_60_days_past(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 5, Events: 900})
	c.sync(nil)
	past := c.server.Now().Add(-60 * 24 * time.Hour)
	event, _ := c.some(rand.New(rand.NewPCG(1, 1)), calendly.ScheduledEventOptions{MinStartTime: past.Add(-5 * 24 * time.Hour), MaxStartTime: past})
	if err := c.admin("events/touch", map[string]any{"event": event.URI, "meeting_notes_plain": "changed late"}); err != nil {
		t.Fatal(err)
	}
	if _, wrote := c.sync(nil); wrote["scheduled_events"] != 0 {
		t.Errorf("the near pass wrote %v", wrote)
	}
	c.server.Advance(25 * time.Hour) // the recent pass is due
	if _, wrote := c.sync(nil); wrote["scheduled_events"] != 1 {
		t.Errorf("the recent pass wrote %v", wrote)
	}
}

// A no-show is marked a while after the meeting; it may or may not change the
// meeting.
func TestSync_brings_a_no_show_at_the_next_age_or_with_its_meeting(t *testing.T) {
	t.Parallel()
	for _, touches := range []string{"true", "false"} {
		c := newCopied(t, calendlytest.Config{Seed: 6, Events: 600, Assume: map[string]string{"no_show_touches_event": touches}})
		c.sync(nil)
		now := c.server.Now()
		event, invitee := c.some(rand.New(rand.NewPCG(1, 1)), calendly.ScheduledEventOptions{MinStartTime: now.Add(-20 * time.Hour), MaxStartTime: now.Add(-3 * time.Hour)})
		if _, err := c.client.InviteeNoShows.Create(t.Context(), calendly.InviteeNoShowInput{Invitee: invitee.URI}); err != nil {
			t.Fatal(err)
		}
		_, wrote := c.sync(nil)
		if want := map[string]int{"true": 1, "false": 0}[touches]; wrote["invitees"] != want {
			t.Errorf("touches=%s: at once: %v, want %d", touches, wrote, want)
		}
		c.server.Advance(event.EndTime.Add(24*time.Hour + time.Minute).Sub(c.server.Now())) // the next age
		c.sync(map[string]string{"pass": "near"})
		if i, err := c.client.Invitees.Get(t.Context(), event.URI, invitee.URI); err != nil || !slices.Contains(c.table("invitees"), string(i.Raw)) {
			t.Errorf("touches=%s: the no-show is not in the copy: %v", touches, err)
		}
	}
}

func TestSync_deletes_are_marked_removed_or_ignored(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string][2]int{"mark": {1, 1}, "remove": {0, 1}, "ignore": {0, 0}} {
		c := newCopied(t, calendlytest.Config{Seed: 7, Events: 100})
		c.sync(nil)
		before := len(c.table("contacts"))
		page, err := c.client.Contacts.List(t.Context(), calendly.ContactOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.client.Contacts.Delete(t.Context(), page.Collection[0].URI); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second run has nothing left to do
			c.sync(map[string]string{"deletes": mode})
		}
		marked, left := c.count("contacts WHERE _deleted_at IS NOT NULL"), len(c.table("contacts"))
		if marked != want[0] || before-left != want[1] {
			t.Errorf("%s: %d are marked and %d of %d left", mode, marked, left, before)
		}
	}
}

func (c *copied) count(from string) (n int) {
	c.t.Helper()
	db, err := sql.Open("sqlite", c.file)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := db.QueryRowContext(c.t.Context(), "SELECT count(*) FROM "+from).Scan(&n); err != nil {
		c.t.Fatal(err)
	}
	return n
}

// A token that may see less makes nothing vanish.
func TestSync_with_fewer_scopes_marks_nothing_as_deleted(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 8, Events: 100, Tokens: []calendlytest.Token{
		{Name: "narrow", Role: "owner", Scopes: []string{"users:read", "organizations:read", "event_types:read", "scheduled_events:read"}},
		{Name: "unprivileged", Role: "member"},
	}})
	for _, token := range []string{"owner", "narrow", "unprivileged", "owner"} {
		secret := map[string]vault.Secret{"api_key": vault.NewSecret(c.server.Tokens[token])}
		if _, err := c.app.EditCredential(t.Context(), "acme", CredentialChange{Secrets: secret}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.app.Sync(t.Context(), SyncRequest{From: "acme", To: "sqlite:" + c.file}); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"scheduled_events", "invitees", "users", "organization_memberships", "locations", "contacts", "event_type_hosts", "routing_forms", "webhook_subscriptions", "user_availability_schedules"} {
			if n := c.count(table + " WHERE _deleted_at IS NOT NULL"); n > 0 {
				t.Errorf("%s: %d rows of %s are marked", token, n, table)
			}
		}
	}
}

// Long lists are read by their latest changes; what vanished from them is found
// when they are read whole.
func TestSync_reads_long_lists_by_their_changes(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 9, Events: 2400})
	streams := []string{"contacts", "notes", "activity_log_entries", "routing_forms", "routing_form_submissions"}
	sync := func() map[string]int {
		t.Helper()
		c.requestsOf("")
		run, err := c.app.Sync(t.Context(), SyncRequest{From: "acme", To: "sqlite:" + c.file, Streams: streams})
		if err != nil {
			t.Fatal(err)
		}
		calls := map[string]int{}
		for _, s := range run.Streams {
			calls[s.Name] = s.Requests
		}
		return calls
	}
	sync()
	if n := c.count("contacts"); n <= fewContacts {
		t.Fatalf("%d contacts are not many", n)
	}
	c.server.Advance(2 * time.Hour)
	page, err := c.client.Contacts.List(t.Context(), calendly.ContactOptions{Count: 100})
	if err != nil {
		t.Fatal(err)
	}
	renamed, deleted := page.Collection[10].URI, page.Collection[20].URI
	if _, err := c.client.Contacts.Update(t.Context(), renamed, calendly.ContactChanges{Name: calendly.Set("Renamed")}); err != nil {
		t.Fatal(err)
	}
	if err := c.client.Contacts.Delete(t.Context(), deleted); err != nil {
		t.Fatal(err)
	}
	calls := sync()
	const who = 3 // calls to learn who the caller is, by the stream that is first
	if calls["contacts"] > 2+who || calls["notes"] > 1+who || calls["activity_log_entries"] > 2+who {
		t.Errorf("a near pass made %v calls", calls)
	}
	if n := c.count("contacts WHERE name = 'Renamed'"); n != 1 {
		t.Errorf("%d contacts are renamed", n)
	}
	if n := c.count("contacts WHERE _deleted_at IS NOT NULL"); n != 0 {
		t.Errorf("%d contacts are gone, but nobody looked", n)
	}
	c.server.Advance(23 * time.Hour)
	sync()
	if n := c.count("contacts WHERE _deleted_at IS NOT NULL AND uri = '" + string(deleted) + "'"); n != 1 {
		t.Error("the recent pass did not notice the deletion")
	}
	if proof, err := c.verify(VerifyRequest{}); err != nil {
		t.Errorf("%v\n%s", err, found(proof))
	}
}

// fewContacts are read whole in every run.
const fewContacts = 500
