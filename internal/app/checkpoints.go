package app

import (
	"context"
	"sync"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/engine"
	"github.com/kalends/kalends/internal/store"
)

// checkpoints is the engine's view of the progress of one flow.
type checkpoints struct {
	store       *store.Store
	flowID      string
	fingerprint map[string]string   // by group
	streams     map[string][]string // by group
	shapes      map[string]string   // by stream, how its rows are written
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
	shapes := map[string]string{}
	for _, stream := range c.streams[group] {
		shapes[stream] = c.shapes[stream]
	}
	if err := c.store.Remap(ctx, c.flowID, group, shapes); err != nil {
		return engine.Progress{}, err
	}
	all, err := c.store.Progress(ctx, c.flowID)
	if err != nil {
		return engine.Progress{}, err
	}
	p, ok := all[group]
	if !ok || p.Fingerprint != c.fingerprint[group] {
		return engine.Progress{}, nil
	}
	return engine.Progress{From: p.Checkpoint, Begun: !p.Done && len(p.Checkpoint) > 0}, nil
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

// flush saves the traces that are not yet saved.
func (c *checkpoints) flush(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.traces) == 0 {
		return nil
	}
	if err := c.store.Remember(ctx, c.flowID, c.traces); err != nil {
		return err
	}
	c.traces, c.savedAt = nil, c.now()
	return nil
}

// memory is what is remembered, with the traces that are not yet saved: whoever
// asks has them saved first. A first run has nothing to ask for.
type memory struct {
	connect.Memory

	unsaved *checkpoints
}

// Empty implements connect.Memory.
func (m memory) Empty(ctx context.Context, stream string) (bool, error) {
	if err := m.unsaved.flush(ctx); err != nil {
		return false, err
	}
	return m.Memory.Empty(ctx, stream)
}

// Known implements connect.Memory.
func (m memory) Known(ctx context.Context, stream string, keys []string) (map[string]connect.Trace, error) {
	if err := m.unsaved.flush(ctx); err != nil {
		return nil, err
	}
	return m.Memory.Known(ctx, stream, keys)
}

// Keys implements connect.Memory.
func (m memory) Keys(ctx context.Context, stream, parent string, in connect.Span) ([]string, error) {
	if err := m.unsaved.flush(ctx); err != nil {
		return nil, err
	}
	return m.Memory.Keys(ctx, stream, parent, in)
}
