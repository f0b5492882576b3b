package main

import (
	"context"
	"fmt"
)

// memory copies a small and a large organization and compares the most memory
// that the two runs had.
func memory(ctx context.Context, b *bench) (result, error) {
	small, err := b.peak(ctx, 50_000)
	if err != nil {
		return result{}, err
	}
	large, err := b.peak(ctx, 500_000)
	if err != nil {
		return result{}, err
	}
	const mb = 1 << 20
	ratio := float64(large.peak) / float64(small.peak)
	notes := []string{}
	for _, c := range []copied{small, large} {
		notes = append(notes, fmt.Sprintf("%d records, %d calls: %d MB, %.0f s", c.Records, c.Requests, c.peak/mb, c.wall.Seconds()))
	}
	return result{ratio: fmt.Sprintf("%.2f×", ratio), kept: ratio <= 1.2 && large.peak < 200*mb, notes: notes}, nil
}

func (b *bench) peak(ctx context.Context, events int) (copied, error) {
	s, err := b.sandbox(ctx, "--events", fmt.Sprint(events), "--rate", "0")
	if err != nil {
		return copied{}, err
	}
	home := fmt.Sprintf("memory%d", events)
	if err := b.credential(ctx, home, s.URL, s.Tokens["owner"]); err != nil {
		return copied{}, err
	}
	c, err := b.sync(ctx, home, "")
	if err != nil {
		return c, err
	}
	return c, s.stop()
}
