package connecttest

import (
	"context"
	"errors"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// transactions are the promises of Begin, Commit, Rollback and Close.
func transactions() suite {
	return suite{
		"Commit_makes_all_streams_visible_at_once": testAtomic,
		"Rollback_drops_the_writes":                testRollback,
		"Rollback_after_Commit_does_nothing":       testRollbackLate,
		"Rollback_takes_back_no_earlier_batch":     testFailedBatch,
		"Write_after_the_end_fails":                testEnded,
		"Canceled_before_it_begins":                testCanceledBegin,
		"Canceled_while_it_writes":                 testCanceledWrite,
		"Canceled_before_it_commits":               testCanceledCommit,
		"Canceled_at_any_moment":                   testCanceledAnytime,
		"Close_ends_all_use":                       testClosed,
	}
}

func testAtomic(t *testing.T, h Harness) {
	a, b := notes(), notes()
	a.Name, b.Name = "first", "second"
	d := h.fresh(t, a, b)
	row := record("a", "x", int64(1))
	tx := d.begin(t)
	must(t, "Write", tx.Write(t.Context(), a, []connect.Record{row}))
	must(t, "Write", tx.Write(t.Context(), b, []connect.Record{row}))
	d.holds(t, a)
	d.holds(t, b)
	must(t, "Commit", tx.Commit(t.Context()))
	d.holds(t, a, row)
	d.holds(t, b, row)
}

func testRollback(t *testing.T, h Harness) {
	a, b := notes(), notes()
	a.Name, b.Name = "first", "second"
	d := h.fresh(t, a, b)
	kept := record("kept", "x", int64(1))
	d.commit(t, a, kept)
	tx := d.begin(t)
	must(t, "Write", tx.Write(t.Context(), a, []connect.Record{record("kept", "changed", nil), record("new", "y", nil)}))
	must(t, "Write", tx.Write(t.Context(), a, []connect.Record{deleted("kept", nil, nil)}))
	must(t, "Write", tx.Write(t.Context(), b, []connect.Record{record("new", "y", nil)}))
	must(t, "Rollback", tx.Rollback())
	must(t, "Rollback again", tx.Rollback())
	d.holds(t, a, kept)
	d.holds(t, b)
	d.reopen(t, a, b)
	d.holds(t, a, kept)
	d.holds(t, b)
}

func testRollbackLate(t *testing.T, h Harness) {
	d := h.fresh(t, notes())
	tx := d.begin(t)
	must(t, "Write", tx.Write(t.Context(), notes(), []connect.Record{record("a", "x", nil)}))
	must(t, "Commit", tx.Commit(t.Context()))
	next := d.begin(t)
	must(t, "Write", next.Write(t.Context(), notes(), []connect.Record{record("b", "y", nil)}))
	must(t, "Rollback after Commit", tx.Rollback())
	must(t, "Commit", next.Commit(t.Context()))
	d.holds(t, notes(), record("a", "x", nil), record("b", "y", nil))
}

func testFailedBatch(t *testing.T, h Harness) {
	d := h.fresh(t, notes())
	d.commit(t, notes(), record("a", "x", nil))
	d.refuses(t, notes(), record("b", int64(1), nil), "title")
	d.commit(t, notes(), record("c", "z", nil))
	d.holds(t, notes(), record("a", "x", nil), record("c", "z", nil))
}

func testEnded(t *testing.T, h Harness) {
	d := h.fresh(t, notes())
	row := []connect.Record{record("a", "x", nil)}
	for _, end := range []func(connect.Tx) error{
		func(tx connect.Tx) error { return tx.Commit(t.Context()) },
		func(tx connect.Tx) error { return tx.Rollback() },
	} {
		tx := d.begin(t)
		must(t, "ending", end(tx))
		if tx.Write(t.Context(), notes(), row) == nil {
			t.Error("Write after the end: no error")
		}
		if tx.Commit(t.Context()) == nil {
			t.Error("Commit after the end: no error")
		}
	}
	d.holds(t, notes())
}

func canceled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

func testCanceledBegin(t *testing.T, h Harness) {
	d := h.fresh(t, notes())
	_, err := d.Begin(canceled(t))
	fails(t, "Begin", err, fault.Canceled)
	wide := notes()
	wide.Columns = append(wide.Columns, column("more", connect.Text))
	_, err = d.Prepare(canceled(t), wide)
	fails(t, "Prepare", err, fault.Canceled)
	d.commit(t, notes(), record("a", "x", nil))
	d.holds(t, notes(), record("a", "x", nil))
}

func testCanceledWrite(t *testing.T, h Harness) {
	d := h.fresh(t, notes())
	tx := d.begin(t)
	must(t, "Write", tx.Write(t.Context(), notes(), []connect.Record{record("a", "x", nil)}))
	err := tx.Write(canceled(t), notes(), []connect.Record{record("b", "y", nil)})
	fails(t, "Write", err, fault.Canceled)
	if tx.Commit(t.Context()) == nil {
		t.Error("Commit after a Write that was canceled: no error")
	}
	must(t, "Rollback", tx.Rollback())
	d.holds(t, notes())
	d.commit(t, notes(), record("c", "z", nil))
	d.holds(t, notes(), record("c", "z", nil))
}

// testCanceledCommit allows both ends: all or nothing.
func testCanceledCommit(t *testing.T, h Harness) {
	d := h.fresh(t, notes())
	all := []connect.Record{record("a", "x", nil), record("b", "y", nil)}
	tx := d.begin(t)
	must(t, "Write", tx.Write(t.Context(), notes(), all))
	err := tx.Commit(canceled(t))
	must(t, "Rollback", tx.Rollback())
	if err != nil && len(d.place.Rows(t, notes())) == 0 {
		d.commit(t, notes(), all...)
	}
	d.holds(t, notes(), all...)
}

// testCanceledAnytime cancels runs at moments all over the time that one takes:
// whatever was under way is there whole or not at all, and the next one is not
// disturbed.
func testCanceledAnytime(t *testing.T, h Harness) {
	const moments = 50
	a, b := notes(), notes()
	a.Name, b.Name = "first", "second"
	d := h.fresh(t, a, b)
	takes := time.Hour
	for i := range 3 {
		began := time.Now()
		must(t, "running", d.run(t.Context(), []connect.Record{record("a", "x", int64(-i))}, a, b))
		takes = min(takes, time.Since(began))
	}
	for i := range moments {
		ctx, cancel := context.WithTimeout(t.Context(), takes*time.Duration(i)/(moments*3/4))
		row := []connect.Record{record("a", "x", int64(i))}
		err := d.run(ctx, row, a, b)
		cancel()
		first, second := d.place.Rows(t, a), d.place.Rows(t, b)
		if diff := gocmp.Diff(first, second); diff != "" {
			t.Fatalf("run %d left half of it (-first +second):\n%s", i, diff)
		}
		if err == nil && (len(first) == 0 || first[0]["size"] != int64(i)) {
			t.Fatalf("run %d is not there: %v", i, first)
		}
	}
	d.commit(t, a, record("a", "y", nil))
	d.holds(t, a, record("a", "y", nil))
}

// run does what the engine does with a batch.
func (b *bench) run(ctx context.Context, records []connect.Record, streams ...connect.Stream) error {
	tx, err := b.Begin(ctx)
	if err != nil {
		return err
	}
	for _, s := range streams {
		if err := tx.Write(ctx, s, records); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	if err := tx.Commit(ctx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return nil
}

func testClosed(t *testing.T, h Harness) {
	d := h.fresh(t, notes())
	closed := d.Destination
	must(t, "Close", closed.Close())
	d.Destination = nil
	if _, err := closed.Prepare(t.Context(), notes()); err == nil {
		t.Error("Prepare after Close: no error")
	}
	if _, err := closed.Begin(t.Context()); err == nil {
		t.Error("Begin after Close: no error")
	}
}
