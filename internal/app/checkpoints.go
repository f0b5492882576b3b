package app

import (
	"context"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/engine"
	"github.com/kalends/kalends/internal/flow"
	"github.com/kalends/kalends/internal/store"
)

// doneFor is how long a group that an interrupted run had completed counts as
// done when the next run goes on. Older ones are read again: they cost less
// than being out of date.
const doneFor = time.Hour

// checkpoints is the engine's view of the progress of one flow.
type checkpoints struct {
	store       *store.Store
	flowID      string
	fingerprint map[string]string   // by group
	streams     map[string][]string // by group
	now         func() time.Time
}

// Load implements engine.Checkpoints.
func (c *checkpoints) Load(ctx context.Context, group string) (engine.Progress, error) {
	all, err := c.store.Progress(ctx, c.flowID)
	if err != nil {
		return engine.Progress{}, err
	}
	p, ok := all[group]
	if !ok || p.Fingerprint != c.fingerprint[group] {
		return engine.Progress{}, nil
	}
	done := p.Done && c.now().Sub(p.UpdatedAt) < doneFor
	return engine.Progress{From: p.Checkpoint, Done: done, Begun: !p.Done && !p.Resting && len(p.Checkpoint) > 0}, nil
}

// Save implements engine.Checkpoints.
func (c *checkpoints) Save(ctx context.Context, group string, next connect.Checkpoint, traces []connect.Trace, done bool) error {
	return c.store.SaveProgress(ctx, c.flowID, store.Progress{
		Group: group, Checkpoint: next, Fingerprint: c.fingerprint[group], Done: done, UpdatedAt: c.now(),
	}, traces...)
}

// Drop implements engine.Checkpoints.
func (c *checkpoints) Drop(ctx context.Context, group string) error {
	return c.store.Forget(ctx, c.flowID, group, c.streams[group])
}

// end has the next run read what is complete anew, unless it is to go on with
// an interrupted run. After a failure too, so that a group that never succeeds
// does not keep the others from being read.
func (c *checkpoints) end(ctx context.Context, status flow.Status) error {
	if status == flow.Canceled {
		return nil
	}
	return c.store.RestProgress(ctx, c.flowID)
}
