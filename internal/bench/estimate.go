package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/kalends/kalends/internal/flow"
)

// estimate asks what copying an organization will take, and copies it.
func estimate(ctx context.Context, b *bench) (result, error) {
	s, err := b.sandbox(ctx, "--events", "60000", "--rate", "0")
	if err != nil {
		return result{}, err
	}
	if err := b.credential(ctx, "estimate", s.URL, s.Tokens["owner"]); err != nil {
		return result{}, err
	}
	began := time.Now()
	out, err := b.command(ctx, "estimate", "estimate", "--from", "bench", "--json").Output()
	if err != nil {
		return result{}, err
	}
	took := time.Since(began)
	var e flow.Estimate
	if err := json.Unmarshal(out, &e); err != nil {
		return result{}, err
	}
	b.keep = true
	defer func() { b.keep = false }()
	var runs [2]copied
	for i := range runs {
		if runs[i], err = b.sync(ctx, "estimate", ""); err != nil {
			return result{}, err
		}
	}
	if err := s.stop(); err != nil {
		return result{}, err
	}
	first, next := runs[0].Requests, runs[1].Requests
	ratio := float64(e.First.Requests) / float64(first)
	return result{
		ratio: fmt.Sprintf("%.3f", ratio), kept: 0.9 <= ratio && ratio <= 1.1,
		notes: []string{
			fmt.Sprintf("first sync: %d calls, estimated %d; %d records, estimated %d", first, e.First.Requests, runs[0].Records, e.First.Records),
			fmt.Sprintf("a later sync: %d calls, estimated %d", next, e.Next.Requests),
			fmt.Sprintf("estimating took %d calls, %.2f%% of the first sync's, and %.1f s", e.Requests, 100*float64(e.Requests)/float64(first), took.Seconds()),
		},
	}, nil
}
