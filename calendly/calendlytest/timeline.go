package calendlytest

import "sort"

// timeline says when events start: event i never after event i+1, denser the
// later, mostly on working days and in working hours, on the quarter hour.
type timeline struct {
	first  int64 // the first day, in seconds since 1970
	before []int // before[d] events start before day d; the last entry is all
	hours  []int // cumulative weights of the quarter hours of a day
}

const quarters = 24 * 4

func newTimeline(events int, first, now, last int64) timeline {
	t := timeline{first: first - first%day, hours: []int{0}}
	days := max(int((last-t.first+day-1)/day), 1)
	weights := []float64{0}
	for d := range days {
		weights = append(weights, weights[d]+dayWeight(t.first+int64(d)*day, first, now, last))
	}
	for _, weight := range weights {
		t.before = append(t.before, int(float64(events)*weight/weights[days]+0.5))
	}
	for q := range quarters {
		t.hours = append(t.hours, t.hours[q]+hourWeight(q/4, q%4))
	}
	return t
}

// dayWeight grows to the present, and falls off after it as calendars empty.
func dayWeight(at, first, now, last int64) float64 {
	weight := 0.35 + 0.65*float64(at-first)/float64(max(now-first, 1))
	if at > now {
		left := float64(last-at) / float64(max(last-now, 1))
		weight = 0.05 + left*left
	}
	switch (at/day + 4) % 7 { // 1970-01-01 was a Thursday
	case 0:
		weight *= 0.03
	case 6:
		weight *= 0.08
	}
	return weight
}

// hourWeight prefers mornings and early afternoons, whole and half hours.
func hourWeight(hour, quarter int) int {
	weight := 1
	switch {
	case 9 <= hour && hour < 12, 13 <= hour && hour < 16:
		weight = 60
	case 7 <= hour && hour < 19:
		weight = 25
	case 5 <= hour && hour < 22:
		weight = 6
	}
	return weight * []int{4, 1, 3, 1}[quarter]
}

// at returns the start of event i in seconds; d decides within the day. Beyond
// the last event it is the last day's.
func (t *timeline) at(i int, d draw) int64 {
	i = min(i, t.before[len(t.before)-1]-1)
	on := sort.SearchInts(t.before, i+1) - 1
	rank, total := i-t.before[on], t.before[on+1]-t.before[on]
	// Rank plus a fraction keeps the order of ranks.
	place := (float64(rank) + float64(d.next()>>11)/(1<<53)) / float64(total)
	quarter := sort.SearchInts(t.hours, int(place*float64(t.hours[quarters]))+1) - 1
	return t.first + int64(on)*day + int64(min(quarter, quarters-1))*15*minute
}

// start returns when event i starts, in seconds.
func (w *world) startOf(i int) int64 {
	if b := w.bookings[i]; i >= w.events && b != nil {
		return b.event.start
	}
	return w.timeline.at(i, w.draw(drawStart, i, 0))
}

// firstFrom returns the index of the first event that starts at or after us
// microseconds.
func (w *world) firstFrom(us int64) int {
	return sort.Search(w.events, func(i int) bool { return w.startOf(i)*micros >= us })
}
