package calendlytest

import "slices"

// openDates are the only times at which a one-off type can be booked. nil
// allows any time.
type openDates struct {
	from, to     int64 // seconds
	weekdaysOnly bool
	spots        []span // instead of the rest
}

// allows reports whether a meeting may be held then.
func (o *openDates) allows(from, to int64) bool {
	switch {
	case o == nil:
		return true
	case o.spots != nil:
		return slices.ContainsFunc(o.spots, func(s span) bool { return s.from <= from && to <= s.to })
	}
	wday := (from/day + 4) % 7 // 1970-01-01 was a Thursday
	return o.from <= from && from < o.to && !(o.weekdaysOnly && (wday == 0 || wday == 6))
}

// starts returns the starts of meetings of a length in the spots.
func (o *openDates) starts(step, length, from, to int64) []int64 {
	var starts []int64
	for _, s := range o.spots {
		first := s.from + max(0, (from-s.from+step-1)/step)*step
		for at := first; at+length <= s.to && at < to; at += step {
			starts = append(starts, at)
		}
	}
	return starts
}

// dates reads a date_setting.
func (in *input) dates(name string) *openDates {
	in.require(name)
	set := in.inner(name)
	if in.err() != nil && !in.has(name) {
		return nil
	}
	set.require("type")
	o := &openDates{}
	switch set.enum("type", "date_range", "days_in_future", "spots") {
	case "date_range":
		set.require("start_date")
		set.require("end_date")
		o.from, o.to = set.date("start_date"), set.date("end_date")+day
		if o.to <= o.from {
			set.refuse("end_date", saysRange)
		} else if o.to-o.from > 365*day {
			set.refuse("end_date", saysYear)
		}
	case "days_in_future":
		set.require("days")
		if n := set.integer("days", 0, 365); n != nil {
			o.from = in.call.now / micros
			o.to = o.from + int64(*n+1)*day
		}
		if only := set.flag("only_weekdays"); only != nil {
			o.weekdaysOnly = *only
		}
	case "spots":
		set.require("spots")
		o.spots = []span{}
		for _, spot := range set.each("spots", 100) {
			spot.require("start_time")
			spot.require("end_time")
			s := span{from: spot.time("start_time") / micros, to: spot.time("end_time") / micros}
			if s.to <= s.from {
				spot.refuse("end_time", saysAfter)
			}
			o.spots = append(o.spots, s)
		}
	}
	return o
}

func createOneOff(c *call) (change, error) {
	in := c.input()
	host := in.required("host", kindUser)
	name := in.filled("name", maxName)
	t := eventType{name: name, team: -1, capacity: 1, active: true, adhoc: true, color: "#8247f5", questions: []questionBody{}}
	in.require("duration")
	if n := in.integer("duration", 1, maxDuration); n != nil {
		t.duration = *n
	}
	in.zone()
	t.only = in.dates("date_setting")
	if in.has("location") {
		t.locations = []locationConfiguration{in.inner("location").place()}
	}
	others := in.objects("co_hosts", kindUser)
	if err := in.err(); err != nil {
		return nil, err
	}
	for _, who := range append([]target{*host}, others...) {
		r, err := c.owned(&who, notInOrg)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(t.hosts, r.index) {
			t.hosts = append(t.hosts, r.index)
		}
	}
	if t.hosts[0] != c.user && !c.admin() {
		return nil, forbidden(noPermission)
	}
	t.owner = t.hosts[0]
	if len(t.hosts) > 1 {
		t.pooling = "collective"
	}
	return func() any { return c.addType(t) }, nil
}
