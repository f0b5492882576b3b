package calendly

import (
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// ends is what is known of a list of which some pages were read from its
// beginning and some from its end.
type ends struct {
	rows    float64
	keys    []string    // of the rows that were read
	times   []time.Time // when they were made
	oldest  time.Time   // of those at the end
	sampled bool
}

// endsOf reads up to depth pages of a list that can be sorted by when its
// records were made, but not be cut by it, from either end. What lies between is
// inferred from how fast records were made there: right for a number that grows
// evenly, too much by a seventh for one that doubles twice meanwhile.
func (f *forecast) endsOf(ctx context.Context, s *stream, q request, depth int) (ends, error) {
	var e ends
	up, whole, err := f.end(ctx, s, q, "created_at:asc", depth)
	e.take(s, up)
	if err != nil || whole {
		return e, err
	}
	seen := newKeySet()
	seen.add(e.keys...)
	down, whole, err := f.end(ctx, s, q, "created_at:desc", depth)
	if err != nil {
		return e, err
	}
	down, met := before(s, down, seen)
	low, high := e.newest(), e.take(s, down)
	if e.oldest = high; whole || met || !high.After(low) {
		return e, nil
	}
	e.sampled = true
	e.rows += max(math.Round(paceOf(s, up, down)*high.Sub(low).Seconds())-1, 0)
	return e, nil
}

// before returns the rows that come before the first one that was seen, and
// whether there was one.
func before(s *stream, pages [][]connect.Record, seen keySet) (_ [][]connect.Record, met bool) {
	for i, page := range pages {
		j := slices.IndexFunc(page, func(record connect.Record) bool { return seen.has(s.keyOf(record)) })
		if j >= 0 {
			return append(pages[:i:i], page[:j]), true
		}
	}
	return pages, false
}

// end reads up to depth pages in an order; whole reports whether that is all.
func (f *forecast) end(ctx context.Context, s *stream, q request, order string, depth int) (read [][]connect.Record, whole bool, err error) {
	q.query = maps.Clone(q.query)
	q.query.Set("sort", order)
	for p, err := range f.pages(ctx, s, q) {
		if err != nil {
			return nil, false, err
		}
		rows, err := f.rows(s, "", p.records)
		if err != nil {
			return nil, false, err
		}
		if read = append(read, rows.Records); p.last || len(read) == depth {
			return read, p.last, nil
		}
	}
	return read, true, ctx.Err()
}

// take adds rows to e and returns the oldest of their times.
func (e *ends) take(s *stream, pages [][]connect.Record) (oldest time.Time) {
	for _, page := range pages {
		for _, record := range page {
			e.rows++
			e.keys = append(e.keys, s.keyOf(record))
			if at := madeAt(s, record); !at.IsZero() {
				e.times = append(e.times, at)
				if oldest.IsZero() || at.Before(oldest) {
					oldest = at
				}
			}
		}
	}
	return oldest
}

func (e *ends) newest() time.Time { return latest(append(e.times, time.Time{})...) }

// since returns how many rows were made at a time or later.
func (e *ends) since(from, now time.Time) float64 {
	n := 0.0
	for _, at := range e.times {
		if !at.Before(from) {
			n++
		}
	}
	if e.sampled && e.oldest.After(from) {
		return n * float64(now.Sub(from)) / float64(now.Sub(e.oldest))
	}
	return n
}

// leastPage is how long it takes at least until people have filled a page. One
// that was filled faster is an import, which says nothing about other times.
const leastPage = time.Minute

// paceOf returns how many rows a second were made at two ends of a list, on
// average.
func paceOf(s *stream, up, down [][]connect.Record) float64 {
	sum, n := 0.0, 0.0
	for _, end := range [][][]connect.Record{up, down} {
		rows, length := 0, time.Duration(0)
		for _, page := range end {
			if len(page) == 0 {
				continue
			}
			took := madeAt(s, page[len(page)-1]).Sub(madeAt(s, page[0])).Abs()
			if took >= leastPage {
				rows, length = rows+len(page), length+took
			}
		}
		if length > 0 {
			sum, n = sum+float64(rows)/length.Seconds(), n+1
		}
	}
	return sum / max(n, 1)
}

// madeAt returns when a record was made; zero: it does not say.
func madeAt(s *stream, record connect.Record) time.Time {
	at, _ := record.Values[s.Column("created_at")].(time.Time)
	return at
}
