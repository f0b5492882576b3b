package main

import (
	"context"
	"fmt"
	"math"
	"net/http/httptest"
	"time"

	"github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/calendly/calendlytest"
)

// fresh copies an organization, changes a few of its future meetings and copies
// it again, twice.
func fresh(ctx context.Context, b *bench) (result, error) {
	const events, changes, page = 60_000, 50, 100
	s := httptest.NewUnstartedServer(nil)
	world, err := calendlytest.New(calendlytest.Config{
		Seed: 1, Events: events, Plan: "enterprise", History: 455 * 24 * time.Hour, Future: 140 * 24 * time.Hour,
		PublicURL: "http://" + s.Listener.Addr().String(),
	})
	if err != nil {
		return result{}, err
	}
	s.Config.Handler = world
	s.Start()
	defer s.Close()
	token := world.Tokens["owner"]
	if err := b.credential(ctx, "fresh", s.URL, token); err != nil {
		return result{}, err
	}
	const streams = "scheduled_events,invitees"
	b.keep = true
	defer func() { b.keep = false }()
	first, err := b.sync(ctx, "fresh", streams, "--pass", "due")
	if err != nil {
		return result{}, err
	}
	near, err := change(ctx, s.URL, token, calendly.URI(world.Organization), changes)
	if err != nil {
		return result{}, err
	}
	second, err := b.sync(ctx, "fresh", streams, "--pass", "due")
	if err != nil {
		return result{}, err
	}
	third, err := b.sync(ctx, "fresh", streams, "--pass", "due")
	if err != nil {
		return result{}, err
	}
	pages := int(math.Ceil(float64(near) / page))
	ratio := float64(second.Requests) / float64(pages+changes)
	return result{
		ratio: fmt.Sprintf("%.2f", ratio),
		kept:  ratio <= 1.2 && third.Records == 0,
		notes: []string{
			fmt.Sprintf("%d meetings in the near window, %d pages; %d of them changed", near, pages, changes),
			fmt.Sprintf("%d calls and %d records; a connector that reads everything again: %d calls and %d records", second.Requests, second.Records, first.Requests, first.Records),
			fmt.Sprintf("with nothing changed: %d calls, %.2f of the pages, and %d records", third.Requests, float64(third.Requests)/float64(pages), third.Records),
		},
	}, nil
}

// change cancels meetings all over the future and returns how many meetings the
// near window has.
func change(ctx context.Context, url, token string, org calendly.URI, changes int) (near int, err error) {
	c, err := calendly.New(token, calendly.WithBaseURL(url))
	if err != nil {
		return 0, err
	}
	now := time.Now()
	var future []calendly.URI
	options := calendly.ScheduledEventOptions{Organization: org, MinStartTime: now.Add(-7 * 24 * time.Hour)}
	for e, err := range c.ScheduledEvents.All(ctx, options) {
		if err != nil {
			return 0, err
		}
		if near++; e.Status == calendly.StatusActive && e.StartTime.After(now.Add(time.Hour)) {
			future = append(future, e.URI)
		}
	}
	for i := range changes {
		if _, err := c.ScheduledEvents.Cancel(ctx, future[i*len(future)/changes], calendly.CancellationInput{Reason: "changed"}); err != nil {
			return 0, err
		}
	}
	return near, nil
}
