package app

import (
	"context"
	"time"

	"github.com/kalends/kalends/internal/connect"
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
	fingerprint map[string]string // by group
	now         func() time.Time
}

// Load implements engine.Checkpoints.
func (c *checkpoints) Load(ctx context.Context, group string) (connect.Checkpoint, bool, error) {
	all, err := c.store.Progress(ctx, c.flowID)
	if err != nil {
		return nil, false, err
	}
	p, ok := all[group]
	switch {
	case !ok || p.Fingerprint != c.fingerprint[group]:
		return nil, false, nil
	case !p.Done:
		return p.Checkpoint, false, nil
	}
	return nil, c.now().Sub(p.UpdatedAt) < doneFor, nil
}

// Save implements engine.Checkpoints.
func (c *checkpoints) Save(ctx context.Context, group string, next connect.Checkpoint, done bool) error {
	return c.store.SaveProgress(ctx, c.flowID, store.Progress{
		Group: group, Checkpoint: next, Fingerprint: c.fingerprint[group], Done: done, UpdatedAt: c.now(),
	})
}

// Drop implements engine.Checkpoints.
func (c *checkpoints) Drop(ctx context.Context, group string) error {
	return c.Save(ctx, group, nil, false)
}

// end keeps of the progress what the next run goes on from: nothing after a
// success, all of it after an interruption, and after a failure only what is
// not complete, so that a group that never succeeds does not keep the others
// from being read anew.
func (c *checkpoints) end(ctx context.Context, status flow.Status) error {
	if status == flow.Canceled {
		return nil
	}
	if status == flow.Succeeded {
		return c.store.ClearProgress(ctx, c.flowID)
	}
	all, err := c.store.Progress(ctx, c.flowID)
	if err != nil {
		return err
	}
	for group, p := range all {
		if !p.Done {
			continue
		}
		if err := c.Drop(ctx, group); err != nil {
			return err
		}
	}
	return nil
}
