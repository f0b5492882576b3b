package calendly

import (
	"context"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

var _ connect.Estimator = (*source)(nil)

// Estimate implements connect.Estimator. What leads a group is read as the
// reading would, as far as that is little; what belongs to its records is asked
// for a few of them.
func (s *source) Estimate(ctx context.Context, request connect.Reading) ([]connect.Estimate, error) {
	f := &forecast{spent: map[string]int{}, costs: map[string]*cost{}}
	told := request.Observe
	request.Observe = func(stream string, c connect.Calls) {
		f.counting.Lock()
		f.spent[stream] += c.Requests
		f.counting.Unlock()
		if told != nil {
			told(stream, c)
		}
	}
	var err error
	if f.reading, err = s.reading(ctx, request); err != nil {
		return nil, faultOf(err)
	}
	f.after = f.following()
	f.charge() // who the caller is, which each run asks anew
	if err := f.estimator(request.Streams[0].Group)(ctx); err != nil {
		return nil, faultOf(err)
	}
	return f.estimates(), nil
}

// forecast is one Estimate under way.
type forecast struct {
	*reading          // the one that is asked about
	after    *reading // the one after it. It decides, and asks nothing

	costs map[string]*cost // by stream

	counting sync.Mutex
	spent    map[string]int // calls by stream since bill
}

// cost is what a stream costs, as far as is known.
type cost struct {
	records     float64
	first, next float64 // calls
	sampled     bool
}

// following returns the reading after r, if r is made to its end.
func (r *reading) following() *reading {
	after := &reading{caller: r.caller, source: r.source, memory: r.memory, want: r.want, from: r.from}
	after.from.Last, after.from.Until = "", time.Time{}
	after.from.Passes, _ = r.from.Passes.end().begin(r.source.fresh, r.now())
	return after
}

// estimator returns how what a group costs is found out.
func (f *forecast) estimator(group string) func(context.Context) error {
	switch group {
	case "users":
		return f.ofUsers
	case "event_types":
		return f.ofEventTypes
	case "routing_forms":
		return f.ofForms
	case "contacts":
		return f.ofContacts
	case "meeting_recaps":
		return f.ofRecaps
	case "scheduled_events":
		return f.ofEvents
	case "activity_log_entries":
		return func(ctx context.Context) error { return f.ofMoments(ctx, f.activityLine()) }
	case "outgoing_communications":
		return func(ctx context.Context) error { return f.ofMoments(ctx, f.communicationLine()) }
	case "webhook_subscriptions":
		return func(ctx context.Context) error { return f.asRead(ctx, f.webhooks) }
	default:
		return func(ctx context.Context) error { return f.asRead(ctx, f.lists) }
	}
}

// asRead reads what is little, and in each run the same.
func (f *forecast) asRead(ctx context.Context, read reader) error {
	err := read(ctx, f.tally)
	f.charge()
	return err
}

// add adds to what a stream costs: rows, calls of this reading and of the next.
func (f *forecast) add(stream string, records, first, next float64) *cost {
	c, ok := f.costs[stream]
	if !ok {
		c = &cost{}
		f.costs[stream] = c
	}
	c.records, c.first, c.next = c.records+records, c.first+first, c.next+next
	return c
}

// tally counts the rows of a chunk, of which nothing else is wanted.
func (f *forecast) tally(c chunk) error {
	for _, rows := range c.rows {
		f.add(rows.Stream, float64(len(rows.Records)), 0, 0)
	}
	return nil
}

// bill returns the calls made since the last bill, by stream.
func (f *forecast) bill() map[string]int {
	f.counting.Lock()
	defer f.counting.Unlock()
	spent := f.spent
	f.spent = map[string]int{}
	return spent
}

// charge adds the calls made since the last bill, which both readings make.
func (f *forecast) charge() {
	for stream, n := range f.bill() {
		f.add(stream, 0, float64(n), float64(n))
	}
}

// refused reports whether a stream may not be read, and then adds what finding
// that out costs, and skips its children for the same reason.
func (f *forecast) refused(s *stream, children ...string) bool {
	_, closed := f.closed(s.Name)
	if closed {
		f.orphans(s.Name, children...)
		f.add(s.Name, 0, 1, 1)
	}
	return closed
}

// asked is of how many records what belongs to them is asked.
const asked = 5

// nested adds what s costs, which is asked once for each of so many units of
// parents, more than once where the answer has pages.
func (f *forecast) nested(ctx context.Context, s *stream, first, next int, ask func(unit int) request) error {
	rows, calls := 0.0, 1.0
	if first > 0 {
		var err error
		if rows, calls, err = f.sampleOf(ctx, s, first, ask); err != nil {
			return err
		}
	}
	if _, closed := f.closed(s.Name); closed {
		f.add(s.Name, 0, 1, float64(min(next, 1)))
		return nil
	}
	f.add(s.Name, rows*float64(first), calls*float64(first), calls*float64(next)).sampled = first > asked
	return nil
}

// sampleOf returns how many rows and calls each of n units has, by a few of
// them. What is gone, or cannot be read now, has none.
func (f *forecast) sampleOf(ctx context.Context, s *stream, n int, ask func(unit int) request) (rows, calls float64, err error) {
	f.bill()
	units := min(n, asked)
	for i := range units {
		for p, err := range f.pages(ctx, s, ask(i*n/units)) {
			if notFound(err) || statusOf(err) == http.StatusFailedDependency {
				break
			}
			if err != nil {
				return 0, 0, err
			}
			rows += float64(len(p.records))
		}
	}
	return rows / float64(units), float64(f.bill()[s.Name]) / float64(units), ctx.Err()
}

// estimates returns what was found out of the streams that are wanted or cost
// something, in the order of the catalog.
func (f *forecast) estimates() []connect.Estimate {
	told := f.tell(connect.Batch{})
	var all []connect.Estimate
	for _, s := range f.source.all {
		c, known := f.costs[s.Name]
		if !known && !f.wants(s.Name) {
			continue
		}
		e := connect.Estimate{Stream: s.Name}
		if known {
			e.First = connect.Cost{Records: rounded(c.records), Calls: rounded(c.first)}
			e.Next.Calls, e.Sampled = rounded(c.next), c.sampled
		}
		for _, skip := range told.Skips {
			if skip.Stream == s.Name {
				e.Skipped = skip.Reason
			}
		}
		for _, note := range told.Notes {
			if note.Stream == s.Name {
				e.Note = note.Text
			}
		}
		if !f.wants(s.Name) || !f.unknown(s) { // not to be written, or written before
			e.First.Records = 0
		}
		all = append(all, e)
	}
	return all
}

func rounded(n float64) int { return int(math.Round(n)) }

// unknown reports whether nothing is remembered of s.
func (r *reading) unknown(s *stream) bool { return r.memory == nil || r.blank[s.Name] }
