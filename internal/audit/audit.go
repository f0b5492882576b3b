// Package audit proves a copy: it reads what a source has and what a
// destination keeps, and tells which records are missing, stale or extra there.
//
// The source is read by the engine, as in any run, into a destination that
// compares instead of writing. What it keeps of each row is two numbers.
package audit

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/engine"
	"github.com/kalends/kalends/internal/flow"
)

// Job is one audit.
type Job struct {
	// Run is the run by which the engine reads the source, all of it; its
	// Destination is that whose rows are compared. Rolling streams must not be
	// among its Streams, and its Memory and Checkpoints are not used.
	Run engine.Job
	// Start is the time from which on the source is read; zero: all history.
	Start time.Time
	// Repair writes what is missing or stale, and deletes what is extra as the
	// source says it is to be deleted.
	Repair bool
}

// Run makes an audit. Streams that could not be read are not checked; the error
// is the first reason for that which is not the source's refusal, or why a
// repair failed. What was checked is right all the same.
func Run(ctx context.Context, job Job) ([]flow.Audit, error) {
	c := &comparer{job: job, tables: map[string]*table{}, older: map[string]*table{}}
	run := job.Run
	run.Destination, run.Checkpoints, run.Memory = c, forgetful{}, nil
	err := engine.Run(ctx, run)
	var audits []flow.Audit
	for i, s := range run.Tracker.Snapshot().Run.Streams {
		t := c.tables[s.Name]
		switch {
		case t == nil:
			t = &table{}
			t.Reason = s.Reason
		case s.Status == flow.Succeeded:
			if leftErr := c.leftOver(ctx, run.Streams[i], t); leftErr != nil {
				err = errors.Join(err, leftErr)
				s.Status, s.Reason = flow.Failed, leftErr.Error()
			}
		}
		audits = append(audits, t.audit(s, job.Repair))
	}
	return audits, err
}

// audit returns what came of a stream that was read as s says.
func (t *table) audit(s flow.Stream, repair bool) flow.Audit {
	a := t.Audit
	a.Name, a.Requests, a.Seconds = s.Name, s.Requests, s.Seconds
	if s.Reason != "" {
		a.Reason = s.Reason
	}
	switch {
	case s.Status != flow.Succeeded:
		return flow.Audit{Name: a.Name, Status: flow.Unchecked, Reason: a.Reason, Requests: a.Requests, Seconds: a.Seconds}
	case a.Missing+a.Stale+a.Extra == 0:
		a.Status = flow.Equal
	case repair:
		a.Status = flow.Repaired
	default:
		a.Status = flow.Differs
	}
	return a
}

// batch is how many extra rows are looked up at once.
const batch = 200

// leftOver decides about the rows of s that the source did not tell of. Pages
// may shift while they are read: only what the source says of each of them
// counts.
func (c *comparer) leftOver(ctx context.Context, s connect.Stream, t *table) error {
	if !t.hasUnseen() {
		return nil
	}
	finder, ok := c.job.Run.Source.(connect.Finder)
	if !ok {
		return c.allExtra(ctx, s, t)
	}
	var unseen []connect.Trace
	for row, err := range c.job.Run.Destination.Scan(ctx, s) {
		if err != nil {
			return err
		}
		if key := s.KeyOf(row); t.unseen(key) {
			unseen = append(unseen, connect.Trace{Stream: s.Name, Key: key, Parent: parentOf(s, row)})
		}
	}
	for len(unseen) > 0 {
		n := min(batch, len(unseen))
		if err := c.decide(ctx, finder, s, t, unseen[:n]); err != nil {
			return err
		}
		unseen = unseen[n:]
	}
	return nil
}

// allExtra says of the rows that the source did not tell of that it does not have
// them: the lists of one that looks up no single records are complete.
func (c *comparer) allExtra(ctx context.Context, s connect.Stream, t *table) error {
	var extra []connect.Record
	for row, err := range c.job.Run.Destination.Scan(ctx, s) {
		if err != nil {
			return err
		}
		key := s.KeyOf(row)
		if !t.unseen(key) {
			continue
		}
		t.note(&t.Extra, "extra", key)
		if c.job.Repair {
			extra = append(extra, gone(s, row))
		}
	}
	for part := range slices.Chunk(extra, batch) {
		if err := c.repair(ctx, s, part); err != nil {
			return err
		}
	}
	return nil
}

// gone is the record of a row that is to be removed.
func gone(s connect.Stream, row connect.Record) connect.Record {
	r := connect.Record{Deleted: true, Values: make([]any, len(s.Columns))}
	for _, name := range s.Key {
		i := s.Column(name)
		r.Values[i] = row.Values[i]
	}
	return r
}

// decide looks up some rows that the source did not tell of.
func (c *comparer) decide(ctx context.Context, finder connect.Finder, s connect.Stream, t *table, rows []connect.Trace) error {
	found, err := finder.Find(ctx, connect.Reading{Streams: []connect.Stream{s}, Observe: c.job.Run.Tracker.Observe}, rows)
	if err != nil {
		return err
	}
	var wrong []connect.Record
	for _, r := range found {
		if !r.Deleted && t.compare(s.KeyOf(r), connect.VersionOf(s, r)) {
			continue
		}
		if r.Deleted {
			t.note(&t.Extra, "extra", s.KeyOf(r))
		}
		wrong = append(wrong, r)
	}
	if n := len(rows) - len(found); n > 0 {
		t.Unchecked += n
		t.Reason = "rows that the source does not list any more, and that cannot be looked up, are not checked"
	}
	return c.repair(ctx, s, wrong)
}

// forgetful remembers nothing: an audit begins anew each time.
type forgetful struct{}

func (forgetful) Load(context.Context, string) (engine.Progress, error) {
	return engine.Progress{}, nil
}

func (forgetful) Save(context.Context, string, connect.Checkpoint, []connect.Trace, bool) error {
	return nil
}

func (forgetful) Drop(context.Context, string) error { return nil }
