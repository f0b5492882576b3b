package calendly

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

const (
	// fewEnough pages are read, rather than inferred from a part of them.
	fewEnough = 60
	// sampleWeeks are read of a time that has more pages: the error that is left
	// is about a fifth of how much one week differs from the next.
	sampleWeeks = 24
	week        = 7 * day
)

// scan is how the rows of a timeline are counted.
type scan struct {
	timeline
	ask func(window) request
	// look takes rows that each stand for so many.
	look func(weight float64, records []connect.Record) error
}

// scan shows the rows of w, of which the last is at about last: all of them
// while they are few pages, and after these those of whole weeks spread over
// the rest. It reports whether there was such a rest.
func (f *forecast) scan(ctx context.Context, c scan, w window, last time.Time) (sampled bool, err error) {
	read, all, err := f.few(ctx, c, w)
	if err != nil {
		return false, err
	}
	if c.sort != "" || all {
		if err := c.look(1, read); err != nil || all {
			return false, err
		}
		_, reached := c.ends(read)
		w.from = reached.Add(time.Microsecond) // more rows of that instant are not worth a call
	} else if w.from.IsZero() {
		if w.from, err = f.earliest(ctx, c, last); err != nil {
			return false, err
		}
	}
	return true, f.weeks(ctx, c, w, last)
}

// few returns the rows of the first pages of w, and whether they are all.
func (f *forecast) few(ctx context.Context, c scan, w window) (read []connect.Record, all bool, err error) {
	n := 0
	for p, err := range f.pages(ctx, c.stream, c.ask(w)) {
		if err != nil {
			return nil, false, err
		}
		records, err := f.within(c.timeline, w, p)
		if err != nil {
			return nil, false, err
		}
		read = append(read, records...)
		if n++; n == fewEnough && !p.last {
			return read, false, nil
		}
	}
	return read, true, ctx.Err()
}

// weeks shows the rows of one week of each of equally long parts of w. It is not
// the same one of each, as months and quarters repeat themselves.
func (f *forecast) weeks(ctx context.Context, c scan, w window, last time.Time) error {
	const golden = 0.618
	all := max(int(math.Ceil(float64(last.Sub(w.from))/float64(week))), 1)
	parts := min(all, sampleWeeks)
	for i := range parts {
		begin, end := i*all/parts, (i+1)*all/parts
		_, place := math.Modf(float64(i) * golden)
		from := w.from.Add(week * time.Duration(begin+int(place*float64(end-begin))))
		part := window{from: from, to: from.Add(week)}
		if !w.to.IsZero() && part.to.After(w.to) {
			part.to = w.to
		}
		for p, err := range f.pages(ctx, c.stream, c.ask(part)) {
			if err != nil {
				return err
			}
			records, err := f.within(c.timeline, part, p)
			if err != nil {
				return err
			}
			if err := c.look(float64(end-begin), records); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// earliest returns about when the rows begin that come in no order.
func (f *forecast) earliest(ctx context.Context, c scan, last time.Time) (time.Time, error) {
	low := latest(f.founded, unfounded())
	for high := last; high.Sub(low) > week; {
		middle := low.Add(high.Sub(low) / 2)
		q := c.ask(window{to: middle})
		q.query.Set("count", "1")
		p, err := f.page(ctx, c.stream, q)
		switch {
		case err != nil:
			return low, err
		case p == nil || len(p.records) == 0:
			low = middle
		default:
			high = middle
		}
	}
	return low, nil
}

// total asks how many rows a timeline has in w, in parts where they are too many
// to be told at once; false: the API does not say.
func (f *forecast) total(ctx context.Context, t timeline, w window) (n float64, told bool, err error) {
	q := t.query(f.caller, w)
	q.query.Set("count", "1")
	p, err := f.page(ctx, t.stream, q)
	if err != nil || p == nil {
		return 0, true, err
	}
	var said struct {
		Total *float64 `json:"total_count"`
		More  bool     `json:"exceeds_max_total_count"`
	}
	_ = json.Unmarshal(p.body, &said) // what is no number is not told either
	if said.Total == nil {
		return 0, false, nil
	}
	from := latest(w.from, f.founded, unfounded())
	length := cmp.Or(w.to, f.now()).Sub(from)
	if !said.More || length < day {
		return *said.Total, true, nil
	}
	middle := from.Add(length / 2)
	for _, half := range []window{{from: w.from, to: middle}, {from: middle, to: w.to}} {
		some, told, err := f.total(ctx, t, half)
		if err != nil || !told {
			return 0, told, err
		}
		n += some
	}
	return n, true, nil
}
