package calendlytest

import (
	"cmp"
	"fmt"
	"slices"
)

// busyBody is the wire form of a time at which a user cannot be booked.
type busyBody struct {
	Type              string    `json:"type"`
	StartTime         string    `json:"start_time"`
	EndTime           string    `json:"end_time"`
	BufferedStartTime string    `json:"buffered_start_time,omitempty"`
	BufferedEndTime   string    `json:"buffered_end_time,omitempty"`
	Event             *linkBody `json:"event,omitempty"`
}

// linkBody is an object that holds nothing but a URI.
type linkBody struct {
	URI string `json:"uri"`
}

// span is a time between two instants in seconds; event is -1 when it is not a
// scheduled event that takes it.
type span struct {
	from, to int64
	before   int // buffers in minutes
	after    int
	event    int
	kind     string
}

// overlaps tells with buffers.
func (s *span) overlaps(from, to int64) bool {
	return s.from-int64(s.before)*minute < to && from < s.to+int64(s.after)*minute
}

// longest is more than any meeting lasts with its buffers, in seconds.
const longest = 18 * hour

// busy returns what a member does between two instants in seconds, by start.
func (w *world) busy(user int, from, to int64) []span {
	var spans []span
	for p := w.placeFrom((from - longest) * micros); p < w.allEvents(); p++ {
		i := w.eventAt(p)
		if w.startOf(i) >= to+longest {
			break
		}
		if !slices.Contains(w.hosts(i), user) || w.isCanceled(i) {
			continue
		}
		e := w.event(i)
		spans = append(spans, span{e.start, e.end, e.kind.before, e.kind.after, i, "calendly"})
	}
	for on := from - from%day - day; on < to; on += day {
		spans = append(spans, w.otherPlans(user, on)...)
	}
	spans = slices.DeleteFunc(spans, func(s span) bool { return !s.overlaps(from, to) })
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	return spans
}

// otherPlans draws what stands in the member's other calendars on a day, and
// what slots are held for somebody who is booking.
func (w *world) otherPlans(user int, on int64) []span {
	d := w.draw(drawBusy, user, int(on/day))
	var spans []span
	if d.chance(400) {
		from := on + int64(8+d.n(9))*hour
		spans = append(spans, span{from: from, to: from + int64(1+d.n(6))*30*minute, event: -1, kind: "external"})
	}
	if d.chance(60) {
		from := on + int64(9+d.n(8))*hour
		spans = append(spans, span{from: from, to: from + 30*minute, event: -1, kind: "reserved"})
	}
	return spans
}

// window reads start_time and end_time: a span of seconds in the future, of at
// most so many days.
func (p *params) window(days int64) (from, to int64) {
	p.require("start_time")
	p.require("end_time")
	from, to = p.time("start_time", 0)/micros, p.time("end_time", 0)/micros
	if p.err() != nil {
		return 0, 0
	}
	switch {
	case from < p.call.now/micros:
		p.refuse("start_time", saysFuture)
	case to <= from:
		p.refuse("end_time", saysAfter)
	case to-from > days*day:
		p.refuse("end_time", fmt.Sprintf(saysTooLong, days))
	}
	return from, to
}

func listBusyTimes(c *call) (any, error) {
	p := c.params()
	user := p.required("user", kindUser)
	from, to := p.window(7)
	if err := p.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(user, notInOrg)
	if err != nil {
		return nil, err
	}
	rows := []busyBody{}
	for _, s := range c.world.busy(r.index, from, to) {
		b := busyBody{Type: s.kind, StartTime: stampSeconds(s.from), EndTime: stampSeconds(s.to)}
		if s.event >= 0 {
			b.BufferedStartTime = stampSeconds(s.from - int64(s.before)*minute)
			b.BufferedEndTime = stampSeconds(s.to + int64(s.after)*minute)
			b.Event = &linkBody{c.world.uri(kindEvent, s.event)}
		}
		rows = append(rows, b)
	}
	return plain[busyBody]{rows}, nil
}
