package app

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/engine"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
)

// Estimate tells what the next run of a copy is likely to take, and the one after
// it if nothing changes. Without To the copy is one into a destination that is
// new. It asks the source a little, and writes nothing.
func (a *App) Estimate(ctx context.Context, req SyncRequest) (flow.Estimate, error) {
	var p plan
	var err error
	if req.To == "" {
		_, p.source, p.streams, err = a.chosen(ctx, req)
	} else {
		p, err = a.plan(ctx, req)
	}
	if err != nil {
		return flow.Estimate{}, err
	}
	source, ok := p.source.(connect.Estimator)
	if !ok {
		return flow.Estimate{}, fault.New(fault.Invalid, "what it takes to read with %s cannot be estimated", req.From).WithField("from")
	}
	e := &estimating{
		app: a, plan: p, source: source, found: map[string]*flow.StreamEstimate{},
		result: flow.Estimate{From: req.From, To: req.To, Budget: source.Budget()},
	}
	if err := e.groups(ctx); err != nil {
		return flow.Estimate{}, err
	}
	return e.total(), nil
}

// estimating is one Estimate under way.
type estimating struct {
	app    *App
	plan   plan
	source connect.Estimator

	mu     sync.Mutex
	result flow.Estimate
	found  map[string]*flow.StreamEstimate
}

// groups asks about all groups, side by side as they will be read.
func (e *estimating) groups(ctx context.Context) error {
	running, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	saved := &checkpoints{store: e.app.store, flowID: e.plan.flow.ID, fingerprint: e.plan.fingerprint, now: e.app.now}
	var wg sync.WaitGroup
	rest := e.plan.streams
	for len(rest) > 0 {
		n := slices.IndexFunc(rest, func(s connect.Stream) bool { return s.Group != rest[0].Group })
		if n < 0 {
			n = len(rest)
		}
		streams := rest[:n]
		rest = rest[n:]
		wg.Go(func() {
			if err := e.group(running, saved, streams); err != nil {
				cancel(err)
			}
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return fault.New(fault.Canceled, "interrupted: %w", context.Cause(ctx))
	}
	return context.Cause(running)
}

func (e *estimating) group(ctx context.Context, saved engine.Checkpoints, streams []connect.Stream) error {
	from, err := saved.Load(ctx, streams[0].Group)
	if err != nil {
		return err
	}
	list, err := e.source.Estimate(ctx, connect.Reading{
		Streams: streams, From: from.From, Memory: e.app.store.Memory(e.plan.flow.ID), Observe: e.observe,
	})
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.result.Copied = e.result.Copied || len(from.From) > 0
	for _, one := range list {
		e.add(one)
	}
	return nil
}

func (e *estimating) observe(_ string, c connect.Calls) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.result.Requests += c.Requests
	if c.Limit > 0 {
		e.result.Limit = c.Limit
	}
}

// add adds what a group says of a stream: several may read the same one.
func (e *estimating) add(one connect.Estimate) {
	s, ok := e.found[one.Stream]
	if !ok {
		s = &flow.StreamEstimate{Name: one.Stream}
		e.found[one.Stream] = s
	}
	s.Skipped = s.Skipped || one.Skipped != ""
	s.Reason = cmp.Or(s.Reason, one.Skipped, one.Note)
	s.Sampled = s.Sampled || one.Sampled
	for into, cost := range map[*flow.Cost]connect.Cost{&s.First: one.First, &s.Next: one.Next} {
		into.Records += cost.Records
		into.Requests += cost.Calls
	}
}

// total puts the streams into order and adds them up.
func (e *estimating) total() flow.Estimate {
	r := e.result
	for _, s := range e.plan.source.Streams() {
		one, ok := e.found[s.Name]
		if !ok {
			continue
		}
		if !slices.ContainsFunc(e.plan.streams, func(wanted connect.Stream) bool { return wanted.Name == s.Name }) {
			one.Reason = "not copied; it is listed for what belongs to its records"
		}
		r.Streams = append(r.Streams, *one)
	}
	for _, s := range r.Streams {
		r.First.Records, r.First.Requests = r.First.Records+s.First.Records, r.First.Requests+s.First.Requests
		r.Next.Records, r.Next.Requests = r.Next.Records+s.Next.Records, r.Next.Requests+s.Next.Requests
	}
	if r.Limit > 0 {
		for _, run := range []*flow.Effort{&r.First, &r.Next} {
			run.MinutesAtLimit = float64(run.Requests) / float64(r.Limit)
			run.MinutesAtBudget = run.MinutesAtLimit / r.Budget
		}
	}
	return r
}
