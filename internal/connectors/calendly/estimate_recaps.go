package calendly

import (
	"context"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// recapsOf is what is known of the recaps of one status.
type recapsOf struct {
	scan
	n    float64
	keys []string // of some
}

// ofRecaps counts the recaps of each status, each of which is then read singly.
func (f *forecast) ofRecaps(ctx context.Context) error {
	s, transcripts := f.stream("meeting_recaps"), f.stream("meeting_recap_transcripts")
	var all []*recapsOf
	var size, pages float64
	var some []string
	sampled := false
	for _, status := range []string{"available", "processing", "unavailable"} {
		c := f.recapsOf(s, status)
		more, err := f.scan(ctx, c.scan, window{from: f.recapsFrom(f.reading)}, f.now())
		if err != nil || f.refused(s, transcripts.Name) {
			return err
		}
		all, some = append(all, c), append(some, c.keys...)
		size, pages, sampled = size+c.n, pages+pagesOf(c.n), sampled || more
	}
	if f.whole() {
		f.after.from.Size = rounded(size)
	}
	later, laterPages, err := f.recapsLater(ctx, all)
	if err != nil {
		return err
	}
	if f.wants(s.Name) {
		single, singleLater := 0.0, 0.0
		if f.unknown(s) || f.wants(transcripts.Name) {
			single = size
		}
		if f.wants(transcripts.Name) {
			singleLater = later
		}
		pages, laterPages = pages+single, laterPages+singleLater
	}
	f.add(s.Name, size, pages, laterPages).sampled = sampled
	if !f.wants(transcripts.Name) || len(some) == 0 {
		return nil
	}
	return f.nested(ctx, transcripts, rounded(size), rounded(later), func(i int) request {
		return transcripts.request(f.caller, some[i*len(some)/rounded(size)])
	})
}

// recapsOf counts the recaps of a status.
func (f *forecast) recapsOf(s *stream, status string) *recapsOf {
	t := timeline{stream: s, column: s.Column("start_time"), min: "start_time", max: "end_time", count: maxCount}
	c := &recapsOf{scan: scan{timeline: t}}
	c.ask = func(w window) request {
		q := t.query(f.caller, w)
		q.query.Set("status", status)
		return q
	}
	c.look = func(weight float64, records []connect.Record) error {
		c.n, c.keys = c.n+weight*float64(len(records)), append(c.keys, s.keysOf(records)...)
		return nil
	}
	return c
}

// recapsFrom returns from when on r lists recaps; zero: all.
func (f *forecast) recapsFrom(r *reading) time.Time {
	if r.whole() {
		return time.Time{}
	}
	return r.from.Passes.since(r.source.fresh)
}

// recapsLater returns how many recaps the next reading lists, on how many pages.
func (f *forecast) recapsLater(ctx context.Context, all []*recapsOf) (n, pages float64, err error) {
	w := window{from: f.recapsFrom(f.after)}
	for _, c := range all {
		some := c.n
		if !w.from.IsZero() && c.n > 0 {
			read, _, err := f.few(ctx, c.scan, w)
			if err != nil {
				return 0, 0, err
			}
			some = float64(len(read))
		}
		n, pages = n+some, pages+pagesOf(some)
	}
	return n, pages, nil
}
