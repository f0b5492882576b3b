package audit

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// comparer is a destination that compares what it is given with what the real
// one keeps, and in a repair writes there what differs.
type comparer struct {
	job    Job
	tables map[string]*table // by stream
	older  map[string]*table // by group, what is kept from before the start
}

var _ connect.Destination = (*comparer)(nil)

// Prepare learns what is kept of a stream. Only a repair makes a table.
func (c *comparer) Prepare(ctx context.Context, s connect.Stream) (created bool, err error) {
	if c.job.Repair {
		if _, err := c.job.Run.Destination.Prepare(ctx, s); err != nil {
			return false, err
		}
	}
	t, older := newTable(), newTable()
	for row, err := range c.Scan(ctx, s) {
		switch {
		case err != nil:
			return false, err
		case c.isOlder(s, row):
			older.add(s.KeyOf(row), connect.Version{}, apart)
		default:
			t.add(s.KeyOf(row), connect.VersionOf(s, row), c.state(s, row))
		}
	}
	t.sort()
	c.tables[s.Name] = t
	if s.Time != "" {
		older.sort()
		c.older[s.Group] = older
	}
	return false, nil
}

// isOlder reports whether a row is from before the start.
func (c *comparer) isOlder(s connect.Stream, row connect.Record) bool {
	if s.Time == "" || c.job.Start.IsZero() {
		return false
	}
	at, ok := row.Values[s.Column(s.Time)].(time.Time)
	return ok && at.Before(c.job.Start)
}

// state says whether the source is expected to tell of a row: of one that is
// marked as deleted it is not, nor of what belongs to records that are not in
// the sample or from before the start.
func (c *comparer) state(s connect.Stream, row connect.Record) uint64 {
	if i := s.Column(connect.ColumnDeleted); i >= 0 && row.Values[i] != nil {
		return apart
	}
	parent := parentOf(s, row)
	if parent == "" {
		return 0
	}
	if sample := c.job.Run.Sample; sample != nil && !sample(parent) {
		return apart
	}
	if older := c.older[s.Group]; older != nil && older.find(parent) != nil {
		return apart
	}
	return 0
}

// Scan implements connect.Destination.
func (c *comparer) Scan(ctx context.Context, s connect.Stream) iter.Seq2[connect.Record, error] {
	return c.job.Run.Destination.Scan(ctx, s)
}

// Close implements connect.Destination; the real one is its opener's.
func (c *comparer) Close() error { return nil }

// Begin implements connect.Destination.
func (c *comparer) Begin(context.Context) (connect.Tx, error) { return &tx{comparer: c}, nil }

// tx is a transaction of the real destination that is begun with the first
// record that differs.
type tx struct {
	*comparer

	real connect.Tx
}

// Write implements connect.Tx.
func (t *tx) Write(ctx context.Context, s connect.Stream, records []connect.Record) error {
	var wrong []connect.Record
	for _, r := range records {
		if !t.tables[s.Name].compare(s.KeyOf(r), connect.VersionOf(s, r)) {
			wrong = append(wrong, r)
		}
	}
	if len(wrong) == 0 || !t.job.Repair {
		return nil
	}
	if t.real == nil {
		var err error
		if t.real, err = t.job.Run.Destination.Begin(ctx); err != nil {
			return err
		}
	}
	return t.real.Write(ctx, s, wrong)
}

// Commit implements connect.Tx.
func (t *tx) Commit(ctx context.Context) error {
	if t.real == nil {
		return nil
	}
	return t.real.Commit(ctx)
}

// Rollback implements connect.Tx.
func (t *tx) Rollback() error {
	if t.real == nil {
		return nil
	}
	return t.real.Rollback()
}

// repair writes records of s, where that is wanted.
func (c *comparer) repair(ctx context.Context, s connect.Stream, records []connect.Record) error {
	if !c.job.Repair || len(records) == 0 {
		return nil
	}
	tx, err := c.job.Run.Destination.Begin(ctx)
	if err != nil {
		return err
	}
	if err = tx.Write(ctx, s, records); err == nil {
		err = tx.Commit(ctx)
	}
	return errors.Join(err, tx.Rollback())
}

// parentOf returns the key of the record that one belongs to.
func parentOf(s connect.Stream, r connect.Record) string {
	if s.Parent == "" {
		return ""
	}
	parent, _ := r.Values[s.Column(s.Parent)].(string)
	return parent
}
