package app

import (
	"crypto/rand"
	"database/sql"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
)

// meetings syncs meetings, invitees and the history of meetings from a day on.
func (c *copied) meetings(start string, most int) (flow.Run, error) {
	return c.app.Sync(c.t.Context(), SyncRequest{
		From: "acme", To: "sqlite:" + c.file, Streams: []string{"scheduled_events", "invitees"}, Start: start,
		History: []string{"scheduled_events"}, MaxBadRows: most,
	})
}

// quarantined returns the rows in the quarantine.
func (c *copied) quarantined(which flow.Which) []flow.Quarantined {
	c.t.Helper()
	list, err := c.app.Quarantined(c.t.Context(), which)
	if err != nil {
		c.t.Fatal(err)
	}
	return list
}

const refuseCanceled = `CREATE TRIGGER theirs BEFORE INSERT ON scheduled_events WHEN NEW.status = 'canceled' BEGIN SELECT raise(ABORT, 'not those'); END`

func TestSync_sets_aside_what_sqlite_refuses_and_retry_writes_it_when_it_may(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 21, Events: 300})
	if _, err := c.meetings("2099-01-01", 0); err != nil { // only tables
		t.Fatal(err)
	}
	c.exec(refuseCanceled, `CREATE TRIGGER too AFTER INSERT ON scheduled_events_history WHEN NEW.location_type = 'physical' BEGIN SELECT raise(ABORT, 'nor those'); END`)
	run, err := c.meetings("", MaxBadRows)
	if err != nil {
		t.Fatal(err)
	}
	kept, written := c.quarantined(flow.Which{}), c.count("scheduled_events")
	if s := run.Streams[0]; s.Quarantined != len(kept) || s.Records != written || len(kept) < 50 || written < 50 || c.count("scheduled_events_history") != written {
		t.Errorf("%+v; %d are kept, %d rows are there, %d versions", s, len(kept), written, c.count("scheduled_events_history"))
	}
	if q := kept[0]; q.From != "acme" || q.To != "sqlite:"+c.file || q.Kind != "schema" || !strings.Contains(q.Message, "scheduled_events") || strings.Contains(q.Message, "those") {
		t.Errorf("a row is kept as %+v", q)
	}
	proof, err := c.verify(VerifyRequest{}, "scheduled_events")
	if got := counts(proof, "scheduled_events")["scheduled_events"]; err == nil || got != [3]int{len(kept), 0, 0} {
		t.Errorf("an audit finds %v: %v", got, err)
	}
	if run, err := c.meetings("", 0); err != nil || run.Streams[0].Quarantined != 0 {
		t.Errorf("the next run, with nothing changed: %+v, %v", run.Streams[0], err)
	}
	c.retries("nothing was mended", 0, len(kept))
	c.exec("DROP TRIGGER too")
	physical := len(kept) - c.retries("one trigger is gone", -1, -1)
	if physical == 0 || c.count("scheduled_events") != written+physical {
		t.Errorf("%d rows landed and %d are there", physical, c.count("scheduled_events"))
	}
	c.exec("DROP TRIGGER theirs")
	c.retries("nothing is refused", len(kept)-physical, 0)
	c.proved("after the retries")
	if got := c.count("scheduled_events_history"); got != written+len(kept) {
		t.Errorf("%d versions are there, want %d", got, written+len(kept))
	}
	if run, err := c.meetings("", 0); err != nil || run.Records != 0 {
		t.Errorf("the next run: %+v, %v", run, err)
	}
}

// retries writes all that is in the quarantine again, wants so many rows to
// land and to be refused, where that is not negative, and returns how many are
// left.
func (c *copied) retries(when string, landed, refused int) int {
	c.t.Helper()
	got, again, err := c.app.RetryQuarantined(c.t.Context(), flow.Which{})
	left := len(c.quarantined(flow.Which{}))
	if err != nil || landed >= 0 && got != landed || refused >= 0 && len(again) != refused || len(again) != left {
		c.t.Errorf("%s: %d landed, %d were refused, %d are left: %v", when, got, len(again), left, err)
	}
	return left
}

func TestSync_ends_with_a_hint_when_too_many_rows_are_refused_and_goes_on_when_they_are_not(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 22, Events: 200})
	if _, err := c.meetings("2099-01-01", 0); err != nil {
		t.Fatal(err)
	}
	c.exec(refuseCanceled)
	for most, kept := range []int{1, 2, 3} {
		run, err := c.meetings("", most)
		if fault.KindOf(err) != fault.Schema || !strings.Contains(fault.HintOf(err), "--max-bad-rows") || run.Status != flow.Failed || len(c.quarantined(flow.Which{})) != kept {
			t.Errorf("%d may be refused: %v (%s), %d are kept", most, err, fault.HintOf(err), len(c.quarantined(flow.Which{})))
		}
	}
	c.exec("DROP TRIGGER theirs")
	if _, err := c.meetings("", 0); err != nil {
		t.Fatal(err)
	}
	c.proved("at last")
	if left := c.quarantined(flow.Which{}); len(left) != 0 {
		t.Errorf("%d rows are kept that have landed", len(left))
	}
}

// A constraint of somebody's is met alike in every server: one row of a batch is
// set aside, the others land, and it lands when it may.
func TestSync_sets_aside_what_a_server_refuses(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 25, Events: 100})
	place := "refusing_" + strings.ToLower(rand.Text())
	for _, s := range systems(place) {
		if s.name == "sqlite" || s.name == "duckdb" { // adds no constraint to a table that is there
			continue
		}
		to, dsn := s.to(c)
		if to == "" {
			if os.Getenv("CI") != "" {
				t.Errorf("%s does not run", s.name)
			}
			t.Logf("%s does not run: what it refuses is not tested", s.name)
			continue
		}
		sync := func(start string) flow.Run {
			run, err := c.app.Sync(t.Context(), SyncRequest{From: "acme", To: to, Streams: []string{"scheduled_events"}, Start: start, MaxBadRows: MaxBadRows})
			if err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
			return run
		}
		db, err := sql.Open(s.driver, dsn)
		if err != nil {
			t.Fatal(err)
		}
		exec := func(statement string) {
			if _, err := db.ExecContext(t.Context(), statement); err != nil {
				t.Fatalf("%s: %s: %v", s.name, statement, err)
			}
		}
		sync("2099-01-01") // only the table
		exec("ALTER TABLE " + s.schema + "scheduled_events ADD CONSTRAINT theirs CHECK (status <> 'canceled')")
		run := sync("")
		kept := c.quarantined(flow.Which{})
		if n := run.Streams[0]; n.Quarantined != len(kept) || n.Records != 100-len(kept) || len(kept) == 0 {
			t.Errorf("%s: %+v; %d rows are kept", s.name, n, len(kept))
		}
		for _, q := range kept {
			if q.Kind != "schema" || q.Stream != "scheduled_events" || !slices.Contains(q.Record.Values, any("canceled")) || strings.Contains(q.Message, "canceled") {
				t.Errorf("%s: a row is kept as %+v", s.name, q)
			}
		}
		c.retries(s.name+", nothing was mended", 0, len(kept))
		exec("ALTER TABLE " + s.schema + "scheduled_events DROP CONSTRAINT theirs")
		c.retries(s.name+", nothing is refused", len(kept), 0)
		proof, err := c.app.Verify(t.Context(), VerifyRequest{Copy: SyncRequest{From: "acme", To: to, Streams: []string{"scheduled_events"}}})
		if err != nil {
			t.Errorf("%s: %v\n%s", s.name, err, found(proof))
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestVerify_repairs_what_it_can_and_keeps_what_is_refused(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 23, Events: 100})
	if _, err := c.meetings("", 0); err != nil {
		t.Fatal(err)
	}
	canceled, active := c.count("scheduled_events WHERE status = 'canceled'"), c.count("scheduled_events WHERE status = 'active'")
	c.exec(refuseCanceled, "DELETE FROM scheduled_events")
	proof, err := c.verify(VerifyRequest{Repair: true}, "scheduled_events")
	if fault.KindOf(err) != fault.Conflict || proof.Streams[0].Status != flow.Differs || proof.Streams[0].Missing != active+canceled {
		t.Errorf("%+v: %v", proof.Streams[0], err)
	}
	if got := c.count("scheduled_events"); got != active || len(c.quarantined(flow.Which{})) != canceled || canceled == 0 {
		t.Errorf("%d of %d rows are there again, %d of %d are kept", got, active, len(c.quarantined(flow.Which{})), canceled)
	}
	c.exec("DROP TRIGGER theirs")
	proof, err = c.verify(VerifyRequest{Repair: true}, "scheduled_events")
	if err != nil || len(c.quarantined(flow.Which{})) != 0 {
		t.Errorf("%v: %s\n%d rows are kept", err, found(proof), len(c.quarantined(flow.Which{})))
	}
}

func TestQuarantine_is_chosen_from_by_flow_stream_and_ID(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 24, Events: 60})
	if _, err := c.meetings("2099-01-01", 0); err != nil {
		t.Fatal(err)
	}
	c.exec(refuseCanceled)
	if _, err := c.meetings("", MaxBadRows); err != nil {
		t.Fatal(err)
	}
	all, to := c.quarantined(flow.Which{}), "sqlite:"+c.file
	if n := len(c.quarantined(flow.Which{From: "acme", To: to})); n != len(all) || n == 0 {
		t.Errorf("%d of %d rows are of the only flow", n, len(all))
	}
	if n := len(c.quarantined(flow.Which{From: "acme", To: to + "x"})) + len(c.quarantined(flow.Which{Stream: "invitees"})); n != 0 {
		t.Errorf("%d rows are of others", n)
	}
	for field, which := range map[string]flow.Which{"from": {To: to}, "to": {From: "acme"}} {
		if _, err := c.app.Quarantined(t.Context(), which); fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != field {
			t.Errorf("%+v: %v", which, err)
		}
	}
	if _, err := c.app.Quarantined(t.Context(), flow.Which{IDs: []int64{all[0].ID, 12345}}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an unknown ID: %v", err)
	}
	if n, err := c.app.DropQuarantined(t.Context(), flow.Which{IDs: []int64{all[0].ID}}); n != 1 || err != nil {
		t.Errorf("%d were dropped: %v", n, err)
	}
	release, err := c.app.store.LockFlow(t.Context(), all[0].Flow)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.app.RetryQuarantined(t.Context(), flow.Which{}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a retry while the flow runs: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	for address, ok := range map[string]bool{"sqlite:" + t.TempDir() + "/other.db": false, to: true} { // as seen from another folder
		if err := c.app.store.SaveFlow(t.Context(), flow.Flow{ID: all[0].Flow, Credential: c.credential(), To: address}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.app.RetryQuarantined(t.Context(), flow.Which{}); ok != (err == nil) || !ok && fault.FieldOf(err) != "to" {
			t.Errorf("to %s: %v", address, err)
		}
	}
}

// credential returns the ID of the credential.
func (c *copied) credential() string {
	c.t.Helper()
	saved, err := c.app.store.Credential(c.t.Context(), "acme")
	if err != nil {
		c.t.Fatal(err)
	}
	return saved.ID
}
