package main

import (
	"context"
	"fmt"
)

// budget copies an organization whose calls take long enough that the limit,
// not the machine, is what counts: about 5,300 calls, a little under two
// minutes.
func budget(ctx context.Context, b *bench) (result, error) {
	const rate = 3000
	s, err := b.sandbox(ctx, "--events", "5000", "--rate", fmt.Sprintf("%d/min", rate), "--latency", "200ms")
	if err != nil {
		return result{}, err
	}
	if err := b.credential(ctx, "budget", s.URL, s.Tokens["owner"]); err != nil {
		return result{}, err
	}
	c, err := b.sync(ctx, "budget", "")
	if err != nil {
		return result{}, err
	}
	if err := s.stop(); err != nil {
		return result{}, err
	}
	used := float64(c.Requests) / (c.Seconds / 60 * rate)
	return result{
		ratio: fmt.Sprintf("%.3f", used), kept: used >= 0.95 && c.RateLimited == 0,
		notes: []string{fmt.Sprintf("%d calls in %.1f s, %d answered 429", c.Requests, c.Seconds, c.RateLimited)},
	}, nil
}
