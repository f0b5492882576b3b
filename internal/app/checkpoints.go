package app

import (
	"context"
	"errors"
	"sync"
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

	mu      sync.Mutex
	traces  []connect.Trace // not yet saved
	savedAt time.Time       // when some were saved last
}

// Traces are saved once a second: a fast source brings so many batches that
// saving those of each would cost as much as writing the rows. What a crash
// loses of them is read and written again.
const (
	saveTraces = time.Second
	mostTraces = 20_000
)

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
	c.mu.Lock()
	defer c.mu.Unlock()
	c.traces = append(c.traces, traces...)
	now := c.now()
	if !done && now.Sub(c.savedAt) < saveTraces && len(c.traces) < mostTraces {
		traces = nil
	} else {
		traces = c.traces
	}
	err := c.store.SaveProgress(ctx, c.flowID, store.Progress{
		Group: group, Checkpoint: next, Fingerprint: c.fingerprint[group], Done: done, UpdatedAt: now,
	}, traces...)
	if err == nil && len(traces) > 0 {
		c.traces, c.savedAt = nil, now
	}
	return err
}

// Drop implements engine.Checkpoints.
func (c *checkpoints) Drop(ctx context.Context, group string) error {
	return c.store.Forget(ctx, c.flowID, group, c.streams[group])
}

// end has the next run read what is complete anew, unless it is to go on with
// an interrupted run. After a failure too, so that a group that never succeeds
// does not keep the others from being read.
func (c *checkpoints) end(ctx context.Context, status flow.Status) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	err := c.store.Remember(ctx, c.flowID, c.traces)
	if status == flow.Canceled {
		return err
	}
	return errors.Join(err, c.store.RestProgress(ctx, c.flowID))
}
