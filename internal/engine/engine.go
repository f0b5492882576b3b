// Package engine moves records from a source to a destination, in batches:
// read, write, commit, and only then remember the checkpoint. A crash costs at
// most one batch of repeated work and never a row.
package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Checkpoints remembers how far each stream group of one flow is.
type Checkpoints interface {
	// Load returns what was saved last for group; the zero Progress if nothing
	// was, or if it was saved for other streams or options.
	Load(ctx context.Context, group string) (Progress, error)
	// Save remembers durably where group goes on, or that it is done. The traces
	// may be remembered a moment later: what is lost of them by a crash is only
	// read and written again.
	Save(ctx context.Context, group string, next connect.Checkpoint, traces []connect.Trace, done bool) error
	// Drop forgets what was saved for group, and all traces of its streams.
	Drop(ctx context.Context, group string) error
}

// Progress is how far a group is.
type Progress struct {
	From  connect.Checkpoint // where to go on
	Begun bool               // an earlier run was interrupted at From
}

// Job is one run of a flow.
type Job struct {
	Source      connect.Source
	Destination connect.Destination
	// Streams are those to move, in the source's order.
	Streams     []connect.Stream
	Checkpoints Checkpoints
	Memory      connect.Memory
	Sample      func(key string) bool // see connect.Reading
	// Mapping says how the records of streams are written, by the source's
	// names; those of others are written as they are.
	Mapping map[string]Mapper
	// Quarantine keeps rows that the destination refuses and records that
	// cannot be mapped, while the rest of their batch lands. With nil such a row
	// ends the run.
	Quarantine Quarantine
	// MaxBadRows is how many of them there may be; one more ends the run.
	MaxBadRows int
	// History names the streams of which every version is kept, too.
	History []string
	// Views are kept with them, where the destination keeps views.
	Views   []connect.View
	Now     func() time.Time
	Tracker *Tracker
	// Gather is how many records of a fast source are committed together, of
	// all groups under way.
	Gather int
	// Finish is how long the batch in hand may take to land after a
	// cancellation.
	Finish time.Duration
}

// errStop ends the groups of a run that cannot go on.
var errStop = errors.New("another stream ended the run")

// Run moves every stream of the job and returns what came of it. Groups are
// read side by side, since one group alone seldom uses all the calls the
// source allows; their commits take turns. When ctx is canceled each group
// commits the batch in hand and ends.
//
// The error is the first that ended a group. A failure of one group's reading
// does not end the others; one of the destination, of the checkpoints or of
// the credential ends the run.
func Run(ctx context.Context, job Job) error {
	groups := groupsOf(job.Streams)
	if err := prepare(ctx, job, groups); err != nil {
		job.Tracker.end(job.Streams, err)
		return err
	}
	held, err := job.held(ctx)
	if err != nil {
		job.Tracker.end(job.Streams, err)
		return err
	}
	running, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := &runner{job: job, held: held, stop: func() { cancel(errStop) }}
	var wg sync.WaitGroup
	for _, g := range groups {
		r.active.Add(1)
		wg.Go(func() {
			defer r.active.Add(-1)
			r.ended(g, r.group(running, g))
		})
	}
	wg.Wait()
	if r.err != nil && ctx.Err() != nil {
		return canceledFirst(ctx, r.err)
	}
	return r.err
}

// group is the streams that are read together.
type group struct {
	name    string
	streams []connect.Stream
}

func groupsOf(streams []connect.Stream) []group {
	var all []group
	at := map[string]int{}
	for _, s := range streams {
		i, ok := at[s.Group]
		if !ok {
			i = len(all)
			at[s.Group] = i
			all = append(all, group{name: s.Group})
		}
		all[i].streams = append(all[i].streams, s)
	}
	return all
}

// prepare makes every table before a row moves, so that a table that does not
// fit is found at once. What is remembered of a table that was not there any
// more is dropped.
func prepare(ctx context.Context, job Job, groups []group) error {
	for _, g := range groups {
		created := false
		for _, s := range job.tables(g.streams) {
			c, err := job.Destination.Prepare(ctx, s)
			if err != nil {
				return err
			}
			created = created || c
		}
		if !created {
			continue
		}
		if err := job.Checkpoints.Drop(ctx, g.name); err != nil {
			return err
		}
	}
	if keeper, ok := job.Destination.(connect.ViewKeeper); ok && len(job.Views) > 0 {
		return keeper.KeepViews(ctx, job.Views)
	}
	return nil
}

// tables returns the streams that are written when those of a group are.
func (j Job) tables(streams []connect.Stream) []connect.Stream {
	var all []connect.Stream
	for _, s := range streams {
		table := j.Target(s)
		all = append(all, table)
		if j.keepsVersions(s) {
			all = append(all, connect.HistoryOf(table))
		}
	}
	return all
}

func (j Job) keepsVersions(s connect.Stream) bool { return slices.Contains(j.History, s.Name) }

// runner is one run under way.
type runner struct {
	job  Job
	stop func()

	active  atomic.Int64 // groups under way
	commits sync.Mutex   // a destination has one transaction at a time
	held    map[Row]bool // what is in the quarantine
	bad     int          // rows that were refused in this run

	mu  sync.Mutex
	err error // the first that ended a group
}

// ended records how a group ended and stops the others if they cannot go on.
func (r *runner) ended(g group, err error) {
	r.job.Tracker.end(g.streams, err)
	if err == nil {
		return
	}
	r.mu.Lock()
	if r.err == nil {
		r.err = err
	}
	r.mu.Unlock()
	var fatal *fatalError
	if errors.As(err, &fatal) || fault.KindOf(err) == fault.Unauthorized {
		r.stop()
	}
}

// fatalError marks an error of the destination or the checkpoints: no group
// can go on.
type fatalError struct{ error }

func (e *fatalError) Unwrap() error { return e.error }
