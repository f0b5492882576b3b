package engine

import (
	"context"
	"errors"
	"time"

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
	if err := r.read(ctx, g, from); err != nil {
		return err
	}
	if err := r.job.Checkpoints.Save(ctx, g.name, nil, true); err != nil {
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
func (r *runner) read(ctx context.Context, g group, from connect.Checkpoint) error {
	reading := connect.Reading{Streams: g.streams, From: from, Observe: r.job.Tracker.observe}
	var held connect.Batch
	asked := time.Now()
	for batch, err := range r.job.Source.Read(ctx, reading) {
		if err != nil {
			if landErr := r.land(ctx, g, held); landErr != nil {
				return &fatalError{landErr}
			}
			return canceledFirst(ctx, err)
		}
		held = held.And(batch)
		if int64(held.Len())*r.active.Load() >= int64(r.job.Gather) || time.Since(asked) > moment {
			if err := r.land(ctx, g, held); err != nil {
				return &fatalError{err}
			}
			held = connect.Batch{}
		}
		asked = time.Now()
	}
	if err := r.land(ctx, g, held); err != nil {
		return &fatalError{err}
	}
	if err := ctx.Err(); err != nil {
		return canceledFirst(ctx, err)
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
	if b.Len()+len(b.Next)+len(b.Skips)+len(b.Notes) == 0 {
		return nil
	}
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
