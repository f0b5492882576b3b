package calendly

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// timeline is how a stream is read by time.
type timeline struct {
	stream   *stream
	column   int    // the column of time
	min, max string // the parameters that bound it
	sort     string // the parameter for ascending order, less its direction; "": the API does not sort
	count    int    // rows a page
	pages    int    // pages a window should have
	hold     int    // pages that are held before they are a stretch
	lanes    int    // windows read side by side
	once     bool   // what is there does not change: only news is read but in the deep pass
	piece    int    // rows of a stretch, where it can be cut; 0: as many as a window has
}

// stretch is what was read of a stretch of time.
type stretch struct {
	records []connect.Record
	// until is the time before which all is read; zero: as after the stretch
	// before.
	until time.Time
	share float64 // of the time that is read
	// mixed says that later stretches may hold rows of the same times.
	mixed bool
}

// query asks for the rows of w. The API's bounds may or may not include their
// instant: what is asked for is a little more than w.
func (t timeline) query(c *caller, w window) request {
	q := t.stream.request(c, "")
	q.query.Set("count", strconv.Itoa(t.count))
	if t.sort != "" {
		q.query.Set("sort", t.sort+":asc")
	}
	if !w.from.IsZero() {
		q.query.Set(t.min, connect.FormatTime(w.from.Add(-time.Microsecond)))
	}
	if !w.to.IsZero() {
		q.query.Set(t.max, connect.FormatTime(w.to))
	}
	return q
}

// along reads a timeline from where the reading begins to its end, and hands
// its stretches to push in the order of time. History is read in windows side by
// side; what is read of it in each run is one window, whose pages are all full
// but the last.
func (r *reading) along(ctx context.Context, t timeline, push func(stretch) error) error {
	if r.from.Passes.Current != passDeep {
		open := window{from: r.start(t)}
		return r.window(ctx, t, nil, open, func(s stretch) error { return t.cut(s, push) })
	}
	p, all, err := r.survey(ctx, t, r.start(t))
	switch {
	case err != nil:
		return err
	case p == nil:
		return t.cut(stretch{records: all, share: 1}, push)
	}
	first, span := p.at, p.last.Sub(p.at)
	return r.inLanes(ctx, t, p, func(s stretch) error {
		return t.cut(s, func(s stretch) error {
			if span > 0 && !s.until.IsZero() {
				s.share = min(max(float64(s.until.Sub(first))/float64(span), 0), 1)
			}
			return push(s)
		})
	})
}

// start is where a timeline is read from in this run; zero: all history.
func (r *reading) start(t timeline) time.Time {
	since := r.from.Passes.since(r.source.fresh)
	if t.once {
		since = r.from.Passes.news(r.source.fresh)
	}
	return latest(r.source.start, since, r.from.Until)
}

// cut pushes s in pieces, each of which ends where the time of the rows
// changes: what costs many calls is committed every few seconds even at the
// slowest pace. Rows that are in no order are not cut.
func (t timeline) cut(s stretch, push func(stretch) error) error {
	var times []time.Time
	for _, record := range s.records {
		if at, ok := t.timeOf(record); ok {
			times = append(times, at)
		}
	}
	if t.piece == 0 || t.sort == "" || s.mixed || len(times) < len(s.records) || !slices.IsSortedFunc(times, time.Time.Compare) {
		return push(s)
	}
	begin := 0
	for end := t.piece; end < len(times); end++ {
		if end-begin < t.piece || times[end].Equal(times[end-1]) {
			continue
		}
		if err := push(stretch{records: s.records[begin:end:end], until: times[end]}); err != nil {
			return err
		}
		begin = end
	}
	return push(stretch{records: s.records[begin:], until: s.until, share: s.share})
}

// survey reads the first page from begin on. If that is all there is, it
// returns its records, which may be none; else a planner that knows where the
// rows begin and end and how dense they are.
func (r *reading) survey(ctx context.Context, t timeline, begin time.Time) (*planner, []connect.Record, error) {
	w := window{from: begin}
	p, err := r.page(ctx, t.stream, t.query(r.caller, w))
	if err != nil || p == nil {
		return nil, nil, err
	}
	records, err := r.within(t, w, *p)
	if err != nil || p.last {
		return nil, records, err
	}
	first, last := t.ends(records)
	if first.IsZero() { // what was read lies on the bound, or does not say when
		first = cmp.Or(begin, r.now())
		last = first
	}
	plan := &planner{target: t.pages * t.count, from: begin, at: first, last: r.now()}
	plan.learn(len(records), last.Sub(first))
	if t.sort == "" {
		// The page may be from anywhere. What is older than the organization
		// lies in the first window all the same: it is open.
		plan.at = latest(begin, r.founded, unfounded())
		return plan, nil, nil
	}
	end := t.query(r.caller, w)
	end.query.Set("count", "1")
	end.query.Set("sort", t.sort+":desc")
	if p, err = r.page(ctx, t.stream, end); err != nil || p == nil {
		return nil, nil, err
	}
	if records, err = r.within(t, w, *p); err != nil {
		return nil, nil, err
	}
	_, plan.last = t.ends(records)
	return plan, nil, nil
}

// unfounded is before any organization was made, for one that does not say.
func unfounded() time.Time { return time.Date(2013, 1, 1, 0, 0, 0, 0, time.UTC) }

func latest(times ...time.Time) time.Time { return slices.MaxFunc(times, time.Time.Compare) }

// ends returns the least and the greatest time of records.
func (t timeline) ends(records []connect.Record) (first, last time.Time) {
	for _, record := range records {
		at, ok := t.timeOf(record)
		if !ok {
			continue
		}
		if first.IsZero() || at.Before(first) {
			first = at
		}
		if at.After(last) {
			last = at
		}
	}
	return first, last
}

func (t timeline) timeOf(record connect.Record) (time.Time, bool) {
	at, ok := record.Values[t.column].(time.Time)
	return at, ok
}

// within flattens the records of a page that lie in w, or do not say when.
func (r *reading) within(t timeline, w window, p page) ([]connect.Record, error) {
	rows, err := r.rows(t.stream, "", p.records)
	return slices.DeleteFunc(rows.Records, func(record connect.Record) bool {
		at, ok := t.timeOf(record)
		return ok && !w.holds(at)
	}), err
}
