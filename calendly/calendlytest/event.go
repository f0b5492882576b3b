package calendlytest

// event is what is true of a scheduled event. Times are microseconds unless
// said otherwise.
type event struct {
	index      int
	kind       *eventType
	typeIndex  int
	start, end int64 // seconds
	chain      chain
	created    int64
	updated    int64
	canceled   int64    // 0 while active
	byHost     bool     // who canceled
	seats      int      // invitees, canceled ones included
	active     int      // invitees, canceled ones not
	live       *booking // what a write made of it; nil when it is as drawn
}

// maxSeats is the greatest number of invitees an event has, whatever it could
// hold.
const maxSeats = 6

// typeOf returns the index of the type of event i.
func (w *world) typeOf(i int) int {
	if b := w.bookings[i]; b != nil {
		return b.event.typeIndex
	}
	return w.typeIn(i, w.chain(i))
}

func (w *world) typeIn(i int, c chain) int {
	d := w.draw(kindEvent, c.events[0], 0)
	index := d.n(w.drawnTypes)
	t := &w.types[index]
	if c.length == 1 && i < t.until {
		return index
	}
	if c.length > 1 && t.solo() && t.until == w.events {
		return index
	}
	return w.firstTypes[t.owner]
}

// seats returns how many invitees event i has had.
func (w *world) seats(i int) int {
	if b := w.bookings[i]; b != nil {
		return b.event.seats
	}
	return w.seatsOf(&w.types[w.typeOf(i)], i)
}

func (w *world) seatsOf(t *eventType, i int) int {
	if t.capacity == 1 {
		return 1
	}
	d := w.draw(drawSeat, i, maxSeats)
	return 1 + d.n(min(t.capacity, maxSeats))
}

// isCanceled reports whether event i is canceled.
func (w *world) isCanceled(i int) bool {
	if b := w.bookings[i]; b != nil {
		return b.event.canceled > 0
	}
	return w.wasCanceled(i)
}

// wasCanceled reports whether event i was drawn as canceled.
func (w *world) wasCanceled(i int) bool {
	c := w.chain(i)
	return c.moved() || w.calledOff(i)
}

// calledOff reports whether event i was canceled, if it was not moved.
func (w *world) calledOff(i int) bool {
	d := w.draw(drawCancel, i, 0)
	return d.chance(120)
}

// hosts returns the members who hold event i, the main one first.
func (w *world) hosts(i int) []int {
	if b := w.bookings[i]; b != nil {
		return b.hosts
	}
	return w.hostsOf(&w.types[w.typeOf(i)], i)
}

func (w *world) hostsOf(t *eventType, i int) []int {
	if t.pooling != "round_robin" {
		return t.hosts
	}
	c := w.chain(i)
	d := w.draw(drawHost, c.events[0], 0)
	n := d.n(len(t.hosts))
	return t.hosts[n : n+1]
}

// event returns event i.
func (w *world) event(i int) event {
	if b := w.bookings[i]; b != nil {
		return b.event
	}
	e := event{index: i, chain: w.chain(i), start: w.startOf(i)}
	e.typeIndex = w.typeIn(i, e.chain)
	e.kind = &w.types[e.typeIndex]
	e.seats = w.seatsOf(e.kind, i)
	d := w.draw(kindEvent, i, 1)
	length := e.kind.duration
	if len(e.kind.durations) > 0 {
		length = pick(&d, e.kind.durations)
	}
	e.end = e.start + int64(length)*minute
	e.created = w.createdAt(&e, &d)
	w.cancel(&e)
	e.updated = max(e.created, e.canceled)
	for k := range e.seats {
		s := w.seat(&e, k)
		e.updated = max(e.updated, s.created, s.canceled)
		if s.canceled == 0 {
			e.active++
		}
	}
	return e
}

// createdAt returns when an event was booked: weeks to an hour before it
// starts, and never in the future.
func (w *world) createdAt(e *event, d *draw) int64 {
	if e.chain.length > 1 {
		if e.chain.place == 0 {
			booked, _ := w.chainTimes(&e.chain)
			return booked
		}
		return w.movedAt(&e.chain, e.chain.place-1)
	}
	lead := hour + d.n64(pick(d, []int64{day, 4 * day, 12 * day, 40 * day}))
	created := (e.start-lead)*micros + d.n64(second*micros)
	if latest := (w.now - 5*minute) * micros; created > latest {
		created = latest - d.n64(20*day*micros)
	}
	return created
}

// cancel decides whether e is canceled, when and by whom.
func (w *world) cancel(e *event) {
	d := w.draw(drawCancel, e.index, 1)
	switch {
	case e.chain.moved():
		e.canceled = w.movedAt(&e.chain, e.chain.place)
		e.byHost = d.chance(200)
	case w.calledOff(e.index):
		e.canceled = e.created + 1 + d.n64(w.lastChange(e)-e.created-1)
		e.byHost = e.seats > 1 || d.chance(400)
	}
}

// lastChange returns the last moment at which e could be booked or canceled:
// its start or now.
func (w *world) lastChange(e *event) int64 { return min(e.start, w.now) * micros }

// seat is what is true of one invitee's place in an event.
type seat struct {
	created  int64
	canceled int64 // 0 while active
	byHost   bool
}

// seat returns seat k of e. Later seats are taken later. Some seats of a group
// event are given up; the first is kept, so that the event stays active unless
// it is canceled whole.
func (w *world) seat(e *event, k int) seat {
	if e.live != nil {
		return e.live.seats[k]
	}
	last := w.lastChange(e)
	if e.canceled > 0 {
		last = e.canceled
	}
	s := seat{created: e.created, canceled: e.canceled, byHost: e.byHost}
	if k == 0 {
		return s
	}
	d := w.draw(drawSeat, e.index, k)
	step := (last - e.created) / int64(e.seats)
	s.created += int64(k)*step + d.n64(step)
	if d.chance(150) {
		s.canceled, s.byHost = s.created+d.n64(last-s.created), d.chance(100)
	}
	return s
}
