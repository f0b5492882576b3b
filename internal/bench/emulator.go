package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/kalends/kalends/calendly"
)

// emulator asks an organization of a million events for pages and for lists of
// invitees, with a bare client.
func emulator(ctx context.Context, b *bench) (result, error) {
	const wantPages, wantLists, most = 2000, 5000, 150 << 20
	s, err := b.sandbox(ctx, "--events", "1000000", "--rate", "0")
	if err != nil {
		return result{}, err
	}
	if err := os.Setenv("BENCH_TOKEN", s.Tokens["owner"]); err != nil {
		return result{}, err
	}
	pages, lists, err := addresses(ctx, s)
	if err != nil {
		return result{}, err
	}
	pageRate, err := b.rate(ctx, "pages", pages)
	if err != nil {
		return result{}, err
	}
	listRate, err := b.rate(ctx, "lists", lists)
	if err != nil {
		return result{}, err
	}
	if err := s.stop(); err != nil {
		return result{}, err
	}
	peak := peakOf(s.cmd.ProcessState)
	ratios := []float64{pageRate / wantPages, listRate / wantLists, float64(peak) / most}
	return result{
		ratio: fmt.Sprintf("%.2f, %.2f and %.2f of what is promised", ratios[0], ratios[1], ratios[2]),
		kept:  ratios[0] >= 1 && ratios[1] >= 1 && ratios[2] <= 1,
		notes: []string{fmt.Sprintf("%.0f pages of 20 events and %.0f lists of invitees a second, %d MB at 1,000,000 events", pageRate, listRate, peak>>20)},
	}, nil
}

// addresses returns pages of 20 events from all over the time there is, and
// the lists of the invitees of some of them.
func addresses(ctx context.Context, s *sandbox) (pages, lists []string, err error) {
	c, err := calendly.New(s.Tokens["owner"], calendly.WithBaseURL(s.URL))
	if err != nil {
		return nil, nil, err
	}
	const n, history = 10_000, 700 * 24 * time.Hour
	options := calendly.ScheduledEventOptions{Organization: calendly.URI(s.Organization), Count: 100}
	for i := range n {
		from := time.Now().Add(-history + time.Duration(i)*history/n)
		query := url.Values{"organization": {s.Organization}, "count": {"20"}, "min_start_time": {from.UTC().Format(time.RFC3339)}}
		pages = append(pages, s.URL+"/scheduled_events?"+query.Encode())
		if i%(n/100) > 0 {
			continue
		}
		options.MinStartTime = from
		page, err := c.ScheduledEvents.List(ctx, options)
		if err != nil {
			return nil, nil, err
		}
		for _, event := range page.Collection {
			lists = append(lists, string(event.URI)+"/invitees")
		}
	}
	return pages, lists, nil
}

// rate returns how many of the addresses were answered a second.
func (b *bench) rate(ctx context.Context, name string, addresses []string) (perSecond float64, err error) {
	path := filepath.Join(b.dir, name)
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	w := bufio.NewWriter(file)
	for _, a := range addresses {
		fmt.Fprintln(w, a)
	}
	if err := errors.Join(w.Flush(), file.Close()); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := replay(ctx, path); err != nil {
		return 0, err
	}
	return float64(len(addresses)) / time.Since(began).Seconds(), nil
}
