package calendly

import (
	"cmp"
	"context"
	"math"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// inOneWindow returns the calls that n rows take in one window, which is asked
// for anew after as many pages as are held.
func (t timeline) inOneWindow(n float64) float64 {
	calls, held := 0.0, float64(t.hold*t.count)
	for ; t.sort != "" && n > held; n -= held - 1 {
		calls += float64(t.hold)
	}
	return calls + max(1, math.Ceil(n/float64(t.count)))
}

// inWindows returns about how many calls n rows take in windows side by side.
// The last page of each is half full; the first windows are short, as nobody
// knows yet how dense the rows are.
func (t timeline) inWindows(n float64) float64 {
	short, long := float64(min(growth*t.count, t.pages*t.count)), float64(t.pages*t.count)
	first := min(n, short*float64(t.lanes))
	windows := math.Ceil(first/short) + math.Ceil((n-first)/long)
	return n/float64(t.count) + windows/2
}

// lineCalls returns the calls that r makes for n rows of a timeline.
func (r *reading) lineCalls(t timeline, n float64) float64 {
	switch {
	case r.from.Passes.Current != passDeep:
		return t.inOneWindow(n)
	case n <= float64(t.count):
		return 1 // the survey
	case t.sort == "":
		return 1 + float64(t.lanes) + t.inWindows(n) // the first windows lie before the rows
	default:
		return 2 + t.inWindows(n)
	}
}

// meetingCount is a number of meetings, and of their invitees that are to be read.
type meetingCount struct {
	rows, pages, invitees float64
	one                   string // a meeting that has some
}

// ofEvents counts meetings and, by what they say of it, their invitees.
func (f *forecast) ofEvents(ctx context.Context) error {
	s, invitees := f.stream("scheduled_events"), f.stream("invitees")
	t := f.eventLine()
	begin, near := f.start(t), f.after.start(t)
	var past, recent meetingCount
	sampled, err := f.countMeetings(ctx, t, begin, near, &past, &recent)
	if err != nil || f.refused(s, invitees.Name) {
		return err
	}
	n := past.rows + recent.rows
	f.add(s.Name, n, f.lineCalls(t, n), f.after.lineCalls(t, recent.rows)).sampled = sampled
	pages, next := past.pages+recent.pages, 0.0
	if pages == 0 {
		return nil
	}
	switch {
	case f.after.from.Passes.Current == passDeep:
		next = pages
	case !f.wants(s.Name): // then meetings are not remembered, and each is new
		next = recent.pages
	}
	_, _, err = f.sampleOf(ctx, invitees, 1, func(int) request {
		return invitees.request(f.caller, cmp.Or(past.one, recent.one))
	})
	if err != nil || f.refused(invitees) {
		return err
	}
	f.add(invitees.Name, past.invitees+recent.invitees, pages, next).sampled = sampled
	return nil
}

// countMeetings counts those from begin until near, and those after it.
func (f *forecast) countMeetings(ctx context.Context, t timeline, begin, near time.Time, past, recent *meetingCount) (sampled bool, err error) {
	counting := func(m *meetingCount) scan {
		return scan{t, func(w window) request { return t.query(f.caller, w) }, func(weight float64, records []connect.Record) error {
			return f.count(ctx, m, weight, records)
		}}
	}
	plan, records, err := f.survey(ctx, t, begin)
	if err != nil {
		return false, err
	}
	if plan == nil {
		older := window{to: near}
		for i, record := range records {
			m := recent
			if at, ok := t.timeOf(record); ok && older.holds(at) {
				m = past
			}
			if err := f.count(ctx, m, 1, records[i:i+1]); err != nil {
				return false, err
			}
		}
		return false, nil
	}
	if plan.at.Before(near) {
		if sampled, err = f.scan(ctx, counting(past), window{from: plan.at, to: near}, earlier(near, plan.last)); err != nil {
			return false, err
		}
	}
	if plan.last.Before(near) {
		return sampled, nil
	}
	more, err := f.scan(ctx, counting(recent), window{from: latest(plan.at, near)}, plan.last)
	return sampled || more, err
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// count adds meetings to m that each stand for so many.
func (f *forecast) count(ctx context.Context, m *meetingCount, weight float64, records []connect.Record) error {
	s := f.stream("scheduled_events")
	m.rows += weight * float64(len(records))
	due, err := f.dueEvents(ctx, records)
	if err != nil {
		return err
	}
	invited := map[string]float64{}
	for _, record := range records {
		n, _ := record.Values[s.Column("invitees_counter_total")].(int64)
		invited[s.keyOf(record)] = float64(max(n, 1))
	}
	for _, t := range due {
		m.one = t.Key
		m.invitees += weight * invited[t.Key]
		m.pages += weight * pagesOf(invited[t.Key])
	}
	return nil
}

// ofMoments asks how many rows a timeline has or, where the API does not say,
// counts them.
func (f *forecast) ofMoments(ctx context.Context, t timeline) error {
	w := window{from: f.start(t)}
	n, told, err := f.total(ctx, t, w)
	sampled := false
	if err == nil && !told {
		counting := scan{t, func(w window) request { return t.query(f.caller, w) }, func(weight float64, records []connect.Record) error {
			n += weight * float64(len(records))
			return nil
		}}
		sampled, err = f.scan(ctx, counting, w, f.now())
	}
	if err != nil || f.refused(t.stream) {
		return err
	}
	f.add(t.stream.Name, n, f.lineCalls(t, n), f.after.lineCalls(t, 0)).sampled = sampled
	return nil
}
