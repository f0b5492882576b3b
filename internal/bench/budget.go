package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// allowed is how many calls a minute the sandbox allows.
const allowed = 3000

// budget copies organizations whose calls take long enough that the limit, not
// the machine, is what counts. The copies have a sandbox each and run side by
// side.
func budget(ctx context.Context, b *bench) (result, error) {
	cases := []func(context.Context, *bench) (result, error){
		func(ctx context.Context, b *bench) (result, error) { return alone(ctx, b, "whole", 100) },
		func(ctx context.Context, b *bench) (result, error) { return alone(ctx, b, "default", 80) },
		together,
	}
	results, errs := make([]result, len(cases)), make([]error, len(cases))
	var wg sync.WaitGroup
	for i, measure := range cases {
		wg.Go(func() { results[i], errs[i] = measure(ctx, b) })
	}
	wg.Wait()
	all := result{kept: true}
	for _, r := range results {
		all.ratio += r.ratio + " "
		all.kept = all.kept && r.kept
		all.notes = append(all.notes, r.notes...)
	}
	return all, errors.Join(errs...)
}

// limited starts a sandbox of some events with the limit.
func (b *bench) limited(ctx context.Context, events int) (*sandbox, error) {
	return b.sandbox(ctx, "--events", fmt.Sprint(events), "--rate", fmt.Sprintf("%d/min", allowed), "--latency", "200ms")
}

// alone lets one process copy with a budget. It promises 95% of it.
func alone(ctx context.Context, b *bench, home string, percent int) (result, error) {
	s, err := b.limited(ctx, 5000)
	if err != nil {
		return result{}, err
	}
	if err := b.credential(ctx, home, s.URL, s.Tokens["owner"]); err != nil {
		return result{}, err
	}
	c, err := b.sync(ctx, home, "", "--budget", fmt.Sprintf("%d%%", percent))
	if err != nil {
		return result{}, err
	}
	if err := s.stop(); err != nil {
		return result{}, err
	}
	used := float64(c.Requests) / (c.Seconds / 60 * allowed * float64(percent) / 100)
	return result{
		ratio: fmt.Sprintf("%.3f", used), kept: used >= 0.95 && c.RateLimited == 0,
		notes: []string{fmt.Sprintf("--budget %d%%: %d calls in %.1f s, %.3f of the budget, %d answered 429", percent, c.Requests, c.Seconds, used, c.RateLimited)},
	}, nil
}
