package engine

import (
	"context"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// group reads one group to its end.
func (r *runner) group(ctx context.Context, g group) error {
	p, err := r.job.Checkpoints.Load(ctx, g.name)
	if err != nil {
		return &fatalError{err}
	}
	r.job.Tracker.start(g.streams, p.Begun)
	next, err := r.read(ctx, g, p.From)
	if err != nil {
		return err
	}
	if err := r.job.Checkpoints.Save(ctx, g.name, next, nil, true); err != nil {
		return &fatalError{err}
	}
	return nil
}

// moment is how long a batch may take to come from a source that is not waited
// for.
const moment = 100 * time.Millisecond

// read lands the batches of a group. From a source that is faster than the
// destination it gathers some into one commit; once it had to wait for a batch
// it commits what it has, so that little is lost if it is killed.
func (r *runner) read(ctx context.Context, g group, from connect.Checkpoint) (next connect.Checkpoint, err error) {
	reading := connect.Reading{Streams: g.streams, From: from, Memory: r.job.Memory, Sample: r.job.Sample, Observe: r.job.Tracker.Observe}
	next = from
	var held connect.Batch
	land := func() error {
		if len(held.Next) > 0 {
			next = held.Next
		}
		err := r.land(ctx, g, held, next)
		held = connect.Batch{}
		return err
	}
	asked := time.Now()
	for batch, err := range r.job.Source.Read(ctx, reading) {
		if err != nil {
			if landErr := land(); landErr != nil {
				return nil, &fatalError{landErr}
			}
			return nil, canceledFirst(ctx, err)
		}
		held = held.And(batch)
		if int64(held.Len())*r.active.Load() >= int64(r.job.Gather) || time.Since(asked) > moment {
			if err := land(); err != nil {
				return nil, &fatalError{err}
			}
		}
		asked = time.Now()
	}
	if err := land(); err != nil {
		return nil, &fatalError{err}
	}
	if err := ctx.Err(); err != nil {
		return nil, canceledFirst(ctx, err)
	}
	return next, nil
}

// canceledFirst lets a canceled context win over the error it caused.
func canceledFirst(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return fault.New(fault.Canceled, "interrupted: %w", context.Cause(ctx))
}

// land commits a batch and then remembers its traces, and where to go on. A
// cancellation does not interrupt it: what was read is worth the moment it
// takes.
func (r *runner) land(ctx context.Context, g group, b connect.Batch, next connect.Checkpoint) error {
	if b.Len()+len(b.Next)+len(b.Traces)+len(b.Skips)+len(b.Notes) == 0 {
		return nil
	}
	m, err := r.mapped(g, b)
	if err != nil {
		return err
	}
	r.commits.Lock()
	defer r.commits.Unlock()
	refused, err := r.commit(ctx, m)
	r.job.Tracker.refused(g.streams, refused)
	if err != nil {
		return err
	}
	if len(b.Next)+len(b.Traces) > 0 {
		ctx, cancel := r.job.unhurried(ctx)
		defer cancel()
		if err := r.job.Checkpoints.Save(ctx, g.name, next, b.Traces, false); err != nil {
			return err
		}
	}
	r.job.Tracker.landed(g.streams, b, refused)
	return nil
}

// unhurried returns a context that a cancellation does not end, but a time limit
// does.
func (j Job) unhurried(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), j.Finish)
}

func (g group) stream(name string) (connect.Stream, error) {
	for _, s := range g.streams {
		if s.Name == name {
			return s, nil
		}
	}
	return connect.Stream{}, fault.New(fault.Internal, "the source sent rows of %s, which was not asked for", name)
}
