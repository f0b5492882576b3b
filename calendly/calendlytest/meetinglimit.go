package calendlytest

import (
	"slices"
	"time"
)

// fullAt returns what tells whether a host has as many meetings as his limits
// allow in the day, week or month of an instant in seconds. Weeks begin on
// Sunday; days are those of the hours in which the type is offered.
func (w *world) fullAt(t *eventType, host int) func(at int64) bool {
	limits := w.meetingLimits(host)
	zone, err := time.LoadLocation(w.hoursOf(t, host).Timezone)
	if err != nil {
		zone = time.UTC // only zones that exist are drawn or accepted
	}
	type period struct{ from, to int64 }
	held := map[period]int{}
	reached := func(limit *int, from, to time.Time) bool {
		if limit == nil {
			return false
		}
		p := period{from.Unix(), to.Unix()}
		n, counted := held[p]
		if !counted {
			n = w.meetings(host, p.from, p.to)
			held[p] = n
		}
		return n >= *limit
	}
	return func(at int64) bool {
		on := time.Unix(at, 0).In(zone)
		day := time.Date(on.Year(), on.Month(), on.Day(), 0, 0, 0, 0, zone)
		week := day.AddDate(0, 0, -int(day.Weekday()))
		month := time.Date(on.Year(), on.Month(), 1, 0, 0, 0, 0, zone)
		return reached(limits.DailyLimit, day, day.AddDate(0, 0, 1)) || reached(limits.WeeklyLimit, week, week.AddDate(0, 0, 7)) ||
			reached(limits.MonthlyLimit, month, month.AddDate(0, 1, 0))
	}
}

// meetings counts the meetings of a host that start between two instants in
// seconds and are not canceled.
func (w *world) meetings(host int, from, to int64) int {
	n := 0
	for p := w.placeFrom(from * micros); p < w.allEvents(); p++ {
		i := w.eventAt(p)
		if w.startOf(i) >= to {
			break
		}
		if slices.Contains(w.hosts(i), host) && !w.isCanceled(i) && w.hasEvent(i) {
			n++
		}
	}
	return n
}
