package calendlytest

import (
	"cmp"
	"slices"
	"time"
)

// availableBody is the wire form of a time at which an event type can be
// booked.
type availableBody struct {
	Status            string `json:"status"`
	InviteesRemaining int    `json:"invitees_remaining"`
	StartTime         string `json:"start_time"`
	SchedulingURL     string `json:"scheduling_url"`
}

// defaultIncrement is how many minutes lie between two offered starts.
const defaultIncrement = 30

func listAvailableTimes(c *call) (any, error) {
	p := c.params()
	of := p.required("event_type", kindEventType)
	from, to := p.window(c.server.assume.number("available_times_days"))
	if err := p.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(of, noAccess)
	if err != nil {
		return nil, err
	}
	w := c.world
	t := w.typeNow(r.index)
	rows := []availableBody{}
	if !w.bookable(t) && !inactiveTypesOfferTimes {
		return plain[availableBody]{rows}, nil
	}
	booked := w.bookedSeats(r.index, from, to)
	for _, at := range w.openStarts(r.index, from, to, booked) {
		start := time.Unix(at, 0).UTC()
		rows = append(rows, availableBody{
			Status: "available", InviteesRemaining: t.capacity - booked[at], StartTime: stampSeconds(at),
			SchedulingURL: w.schedulingURL(t) + "/" + start.Format(time.RFC3339) + start.Format("?month=2006-01&date=2006-01-02"),
		})
	}
	return plain[availableBody]{rows}, nil
}

// bookable reports whether anybody can book a meeting of the type.
func (w *world) bookable(t *eventType) bool { return t.active && t.deleted == 0 && w.offers(t) }

// bookedSeats returns the seats taken at the starts of a group event type.
func (w *world) bookedSeats(typeIndex int, from, to int64) map[int64]int {
	booked := map[int64]int{}
	if w.types[typeIndex].capacity == 1 {
		return booked
	}
	for p := w.placeFrom(from * micros); p < w.allEvents(); p++ {
		i := w.eventAt(p)
		if w.startOf(i) >= to {
			break
		}
		if w.typeOf(i) == typeIndex && !w.isCanceled(i) {
			e := w.event(i)
			booked[e.start] += e.active
		}
	}
	return booked
}

// openStarts returns when the type can be booked, in ascending order: in the
// hours of a host who is free, or of all where they meet together.
func (w *world) openStarts(typeIndex int, from, to int64, booked map[int64]int) []int64 {
	t := w.typeNow(typeIndex)
	free := map[int64]int{} // how many hosts
	hosts := w.present(t.hosts)
	for _, host := range hosts {
		busy, full := w.busy(host, from, to), w.fullAt(t, host)
		for _, at := range w.offered(t, host, from, to) {
			length := int64(t.duration) * minute
			taken := slices.ContainsFunc(busy, func(s span) bool { return s.overlaps(at, at+length) })
			if joins := 0 < booked[at] && booked[at] < t.capacity; joins || !taken && !full(at) {
				free[at]++
			}
		}
	}
	var starts []int64
	for at, count := range free {
		if t.pooling != "collective" || count == len(hosts) {
			starts = append(starts, at)
		}
	}
	slices.Sort(starts)
	return starts
}

// offered returns the starts that a host's schedule gives the type.
func (w *world) offered(t *eventType, host int, from, to int64) []int64 {
	zone := w.zones[w.members[host].zone]
	hours := w.hoursOf(t, host)
	rules := hours.Rules
	if other, err := time.LoadLocation(hours.Timezone); err == nil {
		zone = other
	}
	step := int64(cmp.Or(t.increment, defaultIncrement)) * minute
	if t.only != nil && t.only.spots != nil {
		return t.only.starts(step, int64(t.duration)*minute, from, to)
	}
	var starts []int64
	for on := from - from%day - day; on <= to+day; on += day {
		date := time.Unix(on, 0).UTC()
		for _, open := range intervals(rules, date) {
			last := instant(date, open.To, zone) - int64(t.duration)*minute
			for at := instant(date, open.From, zone); at <= last; at += step {
				if from <= at && at < to && t.only.allows(at, at+int64(t.duration)*minute) {
					starts = append(starts, at)
				}
			}
		}
	}
	return starts
}

// instant returns the seconds of a clock time, as "09:00", on a date in zone.
func instant(date time.Time, clock string, zone *time.Location) int64 {
	hour, minute := int(clock[0]-'0')*10+int(clock[1]-'0'), int(clock[3]-'0')*10+int(clock[4]-'0')
	return time.Date(date.Year(), date.Month(), date.Day(), hour, minute, 0, 0, zone).Unix()
}
