package calendlytest

import (
	"fmt"
	"slices"
	"time"
	_ "time/tzdata" // schedules need the zones on machines that have none
)

// scheduleBody is the wire form of a user's availability schedule.
type scheduleBody struct {
	URI      string     `json:"uri"`
	Default  bool       `json:"default"`
	Name     string     `json:"name"`
	User     string     `json:"user"`
	Timezone string     `json:"timezone"`
	Rules    []ruleBody `json:"rules"`
}

type ruleBody struct {
	Type      string         `json:"type"`
	Intervals []intervalBody `json:"intervals"`
	Wday      string         `json:"wday,omitempty"`
	Date      string         `json:"date,omitempty"`
}

// intervalBody is a span of a day in the schedule's zone, as "09:00".
type intervalBody struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// typeScheduleBody is the wire form of one host's availability for an event
// type.
type typeScheduleBody struct {
	EventType           string         `json:"event_type"`
	AvailabilitySetting string         `json:"availability_setting"`
	AvailabilityRule    ruleOfTypeBody `json:"availability_rule"`
}

type ruleOfTypeBody struct {
	Timezone string     `json:"timezone"`
	URI      string     `json:"uri"`
	Name     *string    `json:"name"`
	User     string     `json:"user"`
	Rules    []ruleBody `json:"rules"`
}

// schedules returns how many availability schedules a member has.
func (w *world) schedules(user int) int {
	d := w.draw(kindSchedule, user, 0)
	return 1 + d.n(3)
}

// scheduleOf returns which of a host's schedules a type is offered in.
func (w *world) scheduleOf(t *eventType, host int) ref {
	return ref{kind: kindSchedule, index: host, sub: t.position % w.schedules(host)}
}

// offeredIn reports whether the type is offered in that schedule of a host.
func (w *world) offeredIn(t *eventType, schedule ref) bool {
	return t.hostedBy(schedule.index) && w.scheduleOf(t, schedule.index) == schedule
}

func (w *world) scheduleBody(r ref) scheduleBody {
	return scheduleBody{
		URI: w.uriSub(kindSchedule, r.index, r.sub), Default: r.sub == 0, User: w.uri(kindUser, r.index),
		Name: numbered([]string{"Working hours", "Evenings", "Été"}, r.sub), Timezone: w.members[r.index].zone, Rules: w.rules(r),
	}
}

// rules draws the seven weekdays and, for some, a day off and a special day.
func (w *world) rules(r ref) []ruleBody {
	d := w.draw(kindSchedule, r.index, 1+r.sub)
	from, to := 8+d.n(3), 16+d.n(3)
	if r.sub == 1 {
		from, to = 17, 20
	}
	hours := []intervalBody{{clock(from, 0), clock(12, 30)}, {clock(13, 15), clock(to, 0)}}
	if from > 12 || d.chance(400) {
		hours = []intervalBody{{clock(from, 0), clock(to, 30)}}
	}
	var rules []ruleBody
	for wday := time.Sunday; wday <= time.Saturday; wday++ {
		rule := ruleBody{Type: "wday", Wday: lowerDay(wday), Intervals: hours}
		if wday == time.Sunday || wday == time.Saturday || d.chance(60) {
			rule.Intervals = []intervalBody{}
		}
		rules = append(rules, rule)
	}
	if d.chance(500) {
		off, special := w.now+int64(d.n(60))*day, w.now+int64(60+d.n(60))*day
		rules = append(rules,
			ruleBody{Type: "date", Date: date(off), Intervals: []intervalBody{}},
			ruleBody{Type: "date", Date: date(special), Intervals: []intervalBody{{"10:00", "14:00"}}})
	}
	return rules
}

func clock(hour, minute int) string { return fmt.Sprintf("%02d:%02d", hour, minute) }

func date(seconds int64) string { return time.Unix(seconds, 0).UTC().Format(time.DateOnly) }

func lowerDay(d time.Weekday) string {
	name := []byte(d.String())
	name[0] += 'a' - 'A'
	return string(name)
}

// intervals returns the spans of a day, given by its date, that the rules
// leave open: a date rule overrides its weekday.
func intervals(rules []ruleBody, on time.Time) []intervalBody {
	text, wday := on.Format(time.DateOnly), lowerDay(on.Weekday())
	var open []intervalBody
	for _, r := range rules {
		switch {
		case r.Date == text:
			return r.Intervals
		case r.Wday == wday:
			open = r.Intervals
		}
	}
	return open
}

func getSchedule(c *call) (any, error) {
	r, err := c.mine(c.path[0], kindSchedule, notInOrg)
	if err != nil {
		return nil, err
	}
	return resource[scheduleBody]{c.world.scheduleBody(r)}, nil
}

func listSchedules(c *call) (any, error) {
	p := c.params()
	user := p.required("user", kindUser)
	if err := p.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(user, notInOrg)
	if err != nil {
		return nil, err
	}
	var rows []scheduleBody
	for sub := range c.world.schedules(r.index) {
		rows = append(rows, c.world.scheduleBody(ref{kind: kindSchedule, index: r.index, sub: sub}))
	}
	return plain[scheduleBody]{rows}, nil
}

// hoursOf returns when a host can be booked for a type: as drawn, or as was
// written.
func (w *world) hoursOf(t *eventType, host int) ruleOfTypeBody {
	if b, ok := w.hours[hostOfType{t.index, host}]; ok {
		return b
	}
	s := w.scheduleBody(w.scheduleOf(t, host))
	b := ruleOfTypeBody{Timezone: s.Timezone, URI: s.URI, Name: &s.Name, User: s.User, Rules: s.Rules}
	if host%4 == 3 {
		b.Name = nil
	}
	return b
}

// listTypeSchedules has a pagination object, though it never pages.
func listTypeSchedules(c *call) (any, error) {
	p := c.params()
	of := p.required("event_type", kindEventType)
	if err := p.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(of, noAccess)
	if err != nil {
		return nil, err
	}
	w := c.world
	t := w.typeNow(r.index)
	var rows []typeScheduleBody
	for _, host := range slices.Sorted(slices.Values(t.hosts)) {
		rows = append(rows, typeScheduleBody{w.uri(kindEventType, r.index), "host", w.hoursOf(t, host)})
	}
	return list[typeScheduleBody]{Collection: rows, Pagination: pagination{Count: len(rows)}}, nil
}
