package calendlytest

import (
	"cmp"
	"fmt"
	"slices"
)

// schedulingLinkBody is the wire form of a single-use scheduling link.
type schedulingLinkBody struct {
	BookingURL string `json:"booking_url"`
	Owner      string `json:"owner"`
	OwnerType  string `json:"owner_type"`
}

// shareBody is the wire form of a share: a customized copy of an event type.
type shareBody struct {
	SchedulingLinks []schedulingLinkBody `json:"scheduling_links"`
	ShareOverride   shareOverrideBody    `json:"share_override"`
}

type shareOverrideBody struct {
	Name                   string                  `json:"name"`
	Duration               int                     `json:"duration"`
	DurationOptions        []int                   `json:"duration_options"`
	PeriodType             string                  `json:"period_type"`
	StartDate              *string                 `json:"start_date"`
	EndDate                *string                 `json:"end_date"`
	MaxBookingTime         *int                    `json:"max_booking_time"`
	HideLocation           *bool                   `json:"hide_location"`
	LocationConfigurations []locationConfiguration `json:"location_configurations"`
	AvailabilityRule       shareRuleBody           `json:"availability_rule"`
}

type shareRuleBody struct {
	Rules    []ruleBody `json:"rules"`
	Timezone string     `json:"timezone"`
}

// link makes another single-use link to a type.
func (w *world) link(t *eventType) schedulingLinkBody {
	w.links++
	d := w.draw(kindEventType, t.index, 1+w.links)
	code := fmt.Sprintf("%010x", d.next()>>24)
	return schedulingLinkBody{
		BookingURL: "https://calendly.com/d/" + code[:4] + "-" + code[4:7] + "-" + code[7:10] + "/" + t.slug,
		Owner:      w.uri(kindEventType, t.index), OwnerType: "EventType",
	}
}

// ownType returns an event type that the caller may hand out.
func (c *call) ownType(of *target) (*eventType, error) {
	r, err := c.owned(of, noAccess)
	if err != nil {
		return nil, err
	}
	t := c.world.typeNow(r.index)
	switch {
	case t.deleted > 0:
		return nil, notFound()
	case !c.admin() && !t.hostedBy(c.user):
		return nil, forbidden(noAccess)
	}
	return t, nil
}

func createSchedulingLink(c *call) (change, error) {
	in := c.input()
	in.require("max_event_count")
	in.integer("max_event_count", 1, 1)
	in.require("owner_type")
	in.enum("owner_type", "EventType")
	owner := in.required("owner", kindEventType)
	if err := in.err(); err != nil {
		return nil, err
	}
	t, err := c.ownType(owner)
	if err != nil {
		return nil, err
	}
	return func() any { return resource[schedulingLinkBody]{c.world.link(t)} }, nil
}

func createShare(c *call) (change, error) {
	in := c.input()
	of := in.required("event_type", kindEventType)
	b := shareOverrideBody{Name: in.text("name", maxName)}
	in.period(&b)
	if in.has("location_configurations") {
		b.LocationConfigurations = in.locations("location_configurations")
	}
	b.HideLocation = in.flag("hide_location")
	if in.has("availability_rule") {
		rule := in.inner("availability_rule")
		rule.require("timezone")
		rule.require("rules")
		b.AvailabilityRule = shareRuleBody{rule.rules("rules"), rule.zone()}
	}
	if in.err() != nil {
		return nil, in.err()
	}
	t, err := c.ownType(of)
	if err != nil {
		return nil, err
	}
	in.inherit(&b, t, c.world)
	if err := in.err(); err != nil {
		return nil, err
	}
	return func() any {
		return resource[shareBody]{shareBody{[]schedulingLinkBody{c.world.link(t)}, b}}
	}, nil
}

// period reads in how many days, or from when to when, a share can be booked.
func (in *input) period(b *shareOverrideBody) {
	b.PeriodType = in.enum("period_type", "available_moving", "moving", "fixed", "unlimited")
	b.MaxBookingTime = in.integer("max_booking_time", 1, 100_000)
	from, to := in.date("start_date"), in.date("end_date")
	switch b.PeriodType {
	case "fixed":
		in.require("start_date")
		in.require("end_date")
		if to < from {
			in.refuse("end_date", saysRange)
		}
		b.StartDate, b.EndDate = new(date(from)), new(date(to))
	case "moving", "available_moving":
		in.require("max_booking_time")
	}
}

// inherit fills in what a share does not override, and checks it as a whole.
func (in *input) inherit(b *shareOverrideBody, t *eventType, w *world) {
	if t.kind() != "solo" || len(t.hosts) > 1 {
		in.refuse("event_type", saysSoloOnly)
	}
	own := eventType{duration: t.duration, durations: t.durations}
	in.editDuration(&own)
	b.Duration, b.DurationOptions = own.duration, own.durations
	b.Name, b.PeriodType = cmp.Or(b.Name, t.name), cmp.Or(b.PeriodType, "available_moving")
	if b.LocationConfigurations == nil {
		b.LocationConfigurations = slices.Clone(t.locations)
	}
	if one := len(b.LocationConfigurations) == 1 && b.LocationConfigurations[0].Kind == "custom"; b.HideLocation != nil && *b.HideLocation && !one {
		in.refuse("hide_location", saysHide)
	}
	if b.AvailabilityRule.Timezone == "" {
		hours := w.hoursOf(t, t.hosts[0])
		b.AvailabilityRule = shareRuleBody{hours.Rules, hours.Timezone}
	}
}
