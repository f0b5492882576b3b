package app

import (
	"database/sql"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/calendly/calendlytest"
)

// versions returns the status of each version of a record, and whether each is
// valid up to the next one and the last one still, or for removed not any more.
func (c *copied) versions(uri calendly.URI, ended bool) (states []string, chained bool) {
	c.t.Helper()
	db, err := sql.Open("sqlite", c.file)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(c.t.Context(), `SELECT status, CAST(_valid_from AS TEXT), coalesce(CAST(_valid_to AS TEXT), '')
		FROM scheduled_events_history WHERE uri = ? ORDER BY _valid_from`, uri)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	last := ""
	chained = true
	for rows.Next() {
		var state, from, to string
		if err := rows.Scan(&state, &from, &to); err != nil {
			c.t.Fatal(err)
		}
		chained = chained && (last == "" || last == from)
		states, last = append(states, state), to
	}
	if err := rows.Err(); err != nil {
		c.t.Fatal(err)
	}
	return states, chained && (last != "") == ended
}

func TestSync_with_history_keeps_who_canceled_when(t *testing.T) {
	t.Parallel()
	c := newCopied(t, calendlytest.Config{Seed: 21, Events: 200})
	sync := func() {
		t.Helper()
		_, err := c.app.Sync(t.Context(), SyncRequest{
			From: "acme", To: "sqlite:" + c.file, Streams: []string{"scheduled_events", "invitees"}, History: []string{"scheduled_events"},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	c.sync(nil) // a copy without history
	sync()
	if n, want := c.count("scheduled_events_history"), c.count("scheduled_events"); n != want {
		t.Fatalf("the history begins with %d of %d records", n, want)
	}
	event, _ := c.some(rand.New(rand.NewPCG(1, 1)), calendly.ScheduledEventOptions{MinStartTime: c.server.Now().Add(48 * time.Hour)})
	for _, note := range []string{"one", "two", "two"} {
		if err := c.admin("events/touch", map[string]any{"event": event.URI, "meeting_notes_plain": note}); err != nil {
			t.Fatal(err)
		}
		c.server.Advance(time.Minute)
		sync()
		sync() // nothing has changed
	}
	if _, err := c.client.ScheduledEvents.Cancel(t.Context(), event.URI, calendly.CancellationInput{}); err != nil {
		t.Fatal(err)
	}
	sync()
	if states, chained := c.versions(event.URI, false); len(states) != 5 || states[4] != "canceled" || states[3] != "active" || !chained {
		t.Errorf("the versions are %v, chained %t", states, chained)
	}
	if n, want := c.count("scheduled_events_history WHERE _valid_to IS NULL"), c.count("scheduled_events"); n != want {
		t.Errorf("%d of %d records have a present version", n, want)
	}
	if proof, err := c.verify(VerifyRequest{}, "scheduled_events", "invitees"); err != nil {
		t.Errorf("with history: %v\n%s", err, found(proof))
	}
}
