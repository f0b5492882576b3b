package calendlytest

import "math/bits"

// chain is a row of events of which each but the first replaces the one before
// it by a reschedule. An event that was never moved is a chain of one.
type chain struct {
	events [3]int
	length int
	place  int // of the event asked for
}

// moved reports whether the event was left for a later one of the chain.
func (c *chain) moved() bool { return c.place < c.length-1 }

// strides returns the distances between events that may be one chain: a few
// days, whatever the number of events.
func strides(events int) [2]int {
	s := 1 << max(bits.Len(uint(events/256))-1, 0)
	return [2]int{s, 2 * s}
}

// chain returns the chain of event i. Events i, i^s, i^t and i^s^t for the
// strides s and t make up a set; each set draws whether some of it is a chain.
func (w *world) chain(i int) chain {
	alone := chain{events: [3]int{i}, length: 1}
	s, t := w.strides[0], w.strides[1]
	base := i &^ (s | t)
	if base|s|t >= w.events {
		return alone
	}
	d := w.draw(drawChain, base, 0)
	length := 2
	switch p := d.n(100); {
	case p >= 14:
		return alone
	case p < 4:
		length = 3
	}
	order := [4]int{base, base | s, base | t, base | s | t}
	for n := 3; n > 0; n-- {
		other := d.n(n + 1)
		order[n], order[other] = order[other], order[n]
	}
	for place, event := range order[:length] {
		if event == i {
			return chain{events: [3]int(order[:3]), length: length, place: place}
		}
	}
	return alone
}

// chainTimes returns when the first event of a chain was booked and when it
// was moved for the last time, in microseconds: all before any of the meetings
// and before now.
func (w *world) chainTimes(c *chain) (booked, ended int64) {
	ended = (w.now - 10*minute) * micros
	for _, i := range c.events[:c.length] {
		ended = min(ended, (w.startOf(i)-hour)*micros)
	}
	d := w.draw(drawChain, c.events[0], 1)
	return ended - 2*day*micros - d.n64(18*day*micros), ended
}

// movedAt returns when event n of a chain was left for the next.
func (w *world) movedAt(c *chain, n int) int64 {
	booked, ended := w.chainTimes(c)
	d := w.draw(drawChain, c.events[0], 2+n)
	step := (ended - booked) / int64(c.length)
	return booked + int64(n)*step + d.n64(step)
}
