package calendlytest

import (
	"slices"
	"time"
)

// hostOfType names the hours of a host for an event type.
type hostOfType struct{ kind, host int }

// updateTypeSchedule replaces the hours in which a host can be booked.
func updateTypeSchedule(c *call) (change, error) {
	p := c.params()
	of := p.required("event_type", kindEventType)
	in := c.input()
	in.enum("availability_setting", "host")
	in.require("availability_rule")
	rule := in.inner("availability_rule")
	rule.require("timezone")
	b := ruleOfTypeBody{Timezone: rule.zone(), Rules: rule.rules("rules")}
	user := rule.object("user", kindUser)
	*in.wrong = append(p.wrong, *in.wrong...)
	if err := in.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(of, noAccess)
	if err != nil {
		return nil, err
	}
	w := c.world
	t := w.typeNow(r.index)
	host, err := c.hostOf(t, user)
	if err != nil {
		return nil, err
	}
	return func() any {
		now := w.hoursOf(t, host)
		b.URI, b.User, b.Name = now.URI, now.User, nil
		put(&w.hours, hostOfType{r.index, host}, b)
		w.logType(c, "Availability_Update", r.index)
		return resource[typeScheduleBody]{typeScheduleBody{w.uri(kindEventType, r.index), "host", b}}
	}, nil
}

// hostOf returns whose hours a call may write: those of user, who must host
// the type; the caller's or the only host's when nil.
func (c *call) hostOf(t *eventType, user *target) (int, error) {
	host := c.user
	if user != nil {
		r, err := c.owned(user, notInOrg)
		if err != nil {
			return 0, err
		}
		host = r.index
	} else if !slices.Contains(t.hosts, c.user) && len(t.hosts) == 1 {
		host = t.hosts[0]
	}
	switch {
	case host != c.user && !c.admin():
		return 0, forbidden(noPermission)
	case !slices.Contains(t.hosts, host):
		return 0, invalid(detail{Parameter: "availability_rule.user", Message: saysNoHost})
	}
	return host, nil
}

// rules reads availability rules.
func (in *input) rules(name string) []ruleBody {
	rules := []ruleBody{}
	for _, r := range in.each(name, 1000) {
		r.require("type")
		b := ruleBody{Type: r.enum("type", "wday", "date"), Intervals: []intervalBody{}}
		switch b.Type {
		case "wday":
			r.require("wday")
			b.Wday = r.enum("wday", weekdays()...)
		case "date":
			r.require("date")
			r.date("date")
			b.Date = r.text("date", 0)
		}
		for _, i := range r.each("intervals", 24) {
			b.Intervals = append(b.Intervals, i.interval())
		}
		rules = append(rules, b)
	}
	return rules
}

func (in *input) interval() intervalBody {
	b := intervalBody{From: in.filled("from", 0), To: in.filled("to", 0)}
	for _, end := range [][2]string{{"from", b.From}, {"to", b.To}} {
		if at, err := time.Parse("15:04", end[1]); end[1] != "" && (err != nil || at.Format("15:04") != end[1]) {
			in.refuse(end[0], saysClock)
		}
	}
	if b.To <= b.From {
		in.refuse("to", saysAfterFrom)
	}
	return b
}

func weekdays() []string {
	var names []string
	for d := time.Sunday; d <= time.Saturday; d++ {
		names = append(names, lowerDay(d))
	}
	return names
}

const maxMeetings = 9999

func updateMeetingLimits(c *call) (change, error) {
	p := c.params()
	user := p.required("user", kindUser)
	in := c.input()
	names := []string{"daily_limit", "weekly_limit", "monthly_limit"}
	if !slices.ContainsFunc(names, in.given) {
		*in.wrong = append(*in.wrong, missingAll(names)...)
	}
	var limits [3]*int
	for n, name := range names {
		limits[n] = in.integer(name, 1, maxMeetings)
	}
	*in.wrong = append(p.wrong, *in.wrong...)
	if err := in.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(user, notInOrg)
	switch {
	case err != nil:
		return nil, err
	case r.index != c.user: // even for admins
		return nil, forbidden(colleagueLimits)
	}
	return func() any {
		b := c.world.meetingLimits(r.index)
		for n, limit := range []**int{&b.DailyLimit, &b.WeeklyLimit, &b.MonthlyLimit} {
			if in.given(names[n]) {
				*limit = limits[n]
			}
		}
		put(&c.world.limits, r.index, b)
		return resource[meetingLimitBody]{b}
	}, nil
}
