// Package audit proves a copy: it reads what a source has and what a
// destination keeps, and tells which records are missing, stale or extra there.
//
// The source is read by the engine, as in any run, into a destination that
// compares instead of writing. What it keeps of each row is two numbers.
package audit

import (
	"context"
	"errors"
	"math"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/engine"
	"github.com/kalends/kalends/internal/flow"
)

// Job is one audit.
type Job struct {
	// Run is the run by which the engine reads the source, all of it; its
	// Destination is that whose rows are compared with the records as its
	// Mapping has them, and its Quarantine is for rows that a repair cannot
	// write. Rolling streams must not be among its Streams, and its Memory and
	// Checkpoints are not used.
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
	c := &comparer{job: job, tables: map[string]*table{}, older: map[string]*table{}, sources: map[string]connect.Stream{}}
	for _, s := range job.Run.Streams {
		c.sources[job.Run.Target(s).Name] = s
	}
	run := job.Run
	run.Destination, run.Checkpoints, run.Memory, run.Quarantine = c, forgetful{}, nil, unwritten{c}
	if !job.Repair {
		run.MaxBadRows = math.MaxInt // nothing is written
	}
	err := engine.Run(ctx, run)
	var audits []flow.Audit
	for i, s := range run.Tracker.Snapshot().Run.Streams {
		t := c.of(s.Name)
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
	case repair && t.refused == 0:
		a.Status = flow.Repaired
	default:
		a.Status = flow.Differs
	}
	return a
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
