package engine

import (
	"context"
	"errors"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// group reads one group to its end.
func (r *runner) group(ctx context.Context, g group) error {
	from, done, err := r.job.Checkpoints.Load(ctx, g.name)
	if err != nil {
		return &fatalError{err}
	}
	if done {
		r.job.Tracker.doneBefore(g.streams)
		return nil
	}
	r.job.Tracker.start(g.streams, len(from) > 0)
	reading := connect.Reading{Streams: g.streams, From: from, Observe: r.job.Tracker.observe}
	for batch, err := range r.job.Source.Read(ctx, reading) {
		if err != nil {
			return canceledFirst(ctx, err)
		}
		if err := r.land(ctx, g, batch); err != nil {
			return &fatalError{err}
		}
		from = batch.Next
	}
	if err := ctx.Err(); err != nil {
		return canceledFirst(ctx, err)
	}
	if err := r.job.Checkpoints.Save(ctx, g.name, from, true); err != nil {
		return &fatalError{err}
	}
	return nil
}

// canceledFirst lets a canceled context win over the error it caused.
func canceledFirst(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return fault.New(fault.Canceled, "interrupted: %w", context.Cause(ctx))
}

// land commits a batch and then remembers its checkpoint. A cancellation does
// not interrupt it: what was read is worth the moment it takes.
func (r *runner) land(ctx context.Context, g group, b connect.Batch) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.job.Finish)
	defer cancel()
	r.commits.Lock()
	defer r.commits.Unlock()
	if b.Len() > 0 {
		if err := r.commit(ctx, g, b); err != nil {
			return err
		}
	}
	if len(b.Next) > 0 {
		if err := r.job.Checkpoints.Save(ctx, g.name, b.Next, false); err != nil {
			return err
		}
	}
	r.job.Tracker.landed(g.streams, b)
	return nil
}

func (r *runner) commit(ctx context.Context, g group, b connect.Batch) (err error) {
	tx, err := r.job.Destination.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, tx.Rollback())
		}
	}()
	for _, rows := range b.Rows {
		s, err := g.stream(rows.Stream)
		if err != nil {
			return err
		}
		if err := tx.Write(ctx, s, rows.Records); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}

func (g group) stream(name string) (connect.Stream, error) {
	for _, s := range g.streams {
		if s.Name == name {
			return s, nil
		}
	}
	return connect.Stream{}, fault.New(fault.Internal, "the source sent rows of %s, which was not asked for", name)
}
