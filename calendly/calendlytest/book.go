package calendlytest

import (
	"net/http"
	"slices"
	"time"
)

// wish is what a booking asks for.
type wish struct {
	kind     *eventType
	start    int64 // seconds
	length   int64
	person   personWish
	place    locationConfiguration
	answers  []answerBody
	tracking trackingBody
	guests   []string
	method   *string // scheduling_method
	form     *int    // the submission that led here
}

// personWish is who is to be invited.
type personWish struct {
	email, zone, name string
	first, last       *string
	phone             *string
}

const (
	maxGuests  = 10
	maxTrack   = 255
	maxAnswers = 100
)

func createInvitee(c *call) (change, error) {
	if err := c.mayBookMore(); err != nil {
		return nil, err
	}
	do, err := c.book(c.input(), wish{method: new("api")}, c.countBooking)
	if err == nil && c.server.assume.on("paid_plan_for_invitees") && c.world.plan < planStandard {
		err = forbidden("The Scheduling API is only available on paid Calendly plans. Upgrade your plan to access this feature.")
	}
	return do, err
}

// book reads the rest of a wish from the body and returns what fulfills it.
func (c *call) book(in *input, v wish, done func()) (change, error) {
	of := in.required("event_type", kindEventType)
	in.require("start_time")
	v.start, v.person, v.tracking = in.time("start_time"), in.person(), in.tracking()
	v.guests = in.texts("event_guests", maxGuests, isEmail, saysEmail)
	if err := in.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(of, noAccess)
	if err != nil {
		return nil, err
	}
	v.kind = c.world.typeNow(r.index)
	v.length = int64(v.kind.duration) * minute
	if !c.world.bookable(v.kind) {
		return nil, invalid(detail{Parameter: "event_type", Message: saysBookable})
	}
	v.place, v.answers = in.placeFor(v.kind), in.answersFor(v.kind)
	if err := in.err(); err != nil {
		return nil, err
	}
	take, err := c.seatFor(&v)
	if err != nil {
		return nil, err
	}
	return func() any {
		done()
		at := take()
		c.announceInvitee("invitee.created", at)
		e := c.world.event(at.event)
		return resource[inviteeBody]{c.world.inviteeBody(&e, at.seat)}
	}, nil
}

// seatFor finds a seat for v, and returns what takes it.
func (c *call) seatFor(v *wish) (take func() visit, err error) {
	w := c.world
	if v.start%micros != 0 || v.start%(minute*micros) != 0 || v.start <= c.now {
		return nil, noSlot()
	}
	v.start /= micros
	if i, ok := w.groupEvent(v.kind, v.start); ok {
		if b := w.event(i); b.active >= v.kind.capacity {
			return nil, c.filled()
		}
		return func() visit { return w.join(i, v, c.now) }, nil
	}
	hosts, free := w.hostsFor(v.kind, v.start, v.length)
	switch {
	case len(hosts) == 0:
		return nil, noSlot()
	case len(free) == 0:
		return nil, c.filled()
	}
	return func() visit { return w.make(free, v, c.now) }, nil
}

// noSlot refuses a time at which nobody could be met.
func noSlot() error { return invalid(detail{Parameter: "event.start_time", Message: saysNoSlot}) }

// filled refuses a time that is taken.
func (c *call) filled() error {
	err := invalid(detail{Parameter: "event.start_time", Message: "That start time has been filled", Code: "already_filled"})
	switch c.server.assume.value("taken_slot") {
	case "409":
		err.status, err.Title, err.Message = http.StatusConflict, "Already Exists", "The resource already exists"
	case "404":
		return notFound()
	}
	return err
}

// groupEvent returns the event of a group type that starts then.
func (w *world) groupEvent(t *eventType, start int64) (int, bool) {
	if t.capacity == 1 {
		return 0, false
	}
	for p := w.placeFrom(start * micros); p < w.allEvents(); p++ {
		i := w.eventAt(p)
		if w.startOf(i) > start {
			break
		}
		if w.typeOf(i) == t.index && !w.isCanceled(i) && w.hasEvent(i) {
			return i, true
		}
	}
	return 0, false
}

// hostsFor returns who of the hosts could hold a meeting by his hours and limits, and
// those who will: all where they meet together, else one who is free.
func (w *world) hostsFor(t *eventType, start, length int64) (could, free []int) {
	hosts := w.present(t.hosts)
	for _, host := range hosts {
		if !slices.Contains(w.offered(t, host, start, start+1), start) || w.fullAt(t, host)(start) {
			continue
		}
		could = append(could, host)
		if !slices.ContainsFunc(w.busy(host, start, start+length), func(s span) bool { return s.overlaps(start, start+length) }) {
			free = append(free, host)
		}
	}
	if t.pooling == "collective" {
		switch {
		case len(could) < len(hosts):
			return nil, nil
		case len(free) < len(hosts):
			return could, nil
		}
		return could, free
	}
	return could, free[:min(len(free), 1)]
}

// bookingLimit is how many bookings a user may make in a span.
type bookingLimit struct {
	span time.Duration
	most int
}

// bookingLimits returns the limits of POST /invitees.
func (w *world) bookingLimits() []bookingLimit {
	switch {
	case w.trial || w.plan == planFree: // the free plan's is an assumption: it is not published
		return []bookingLimit{{24 * time.Hour, 5}}
	case w.plan == planEnterprise:
		return []bookingLimit{{time.Minute, 500}}
	}
	return []bookingLimit{{time.Minute, 10}, {time.Hour, 50}, {24 * time.Hour, 100}}
}

// mayBookMore refuses what is beyond the limits of POST /invitees, which
// follow the server's clock.
func (c *call) mayBookMore() error {
	if c.server.limiter.rate == 0 || c.server.replaying {
		return nil
	}
	made := c.world.booked[c.user]
	for _, l := range c.world.bookingLimits() {
		if len(made) < l.most {
			continue
		}
		if again := made[len(made)-l.most] + l.span.Microseconds(); again > c.now {
			setLimit(c.header, l.most, 0, time.Duration(again-c.now)*time.Microsecond)
			return tooManyRequests()
		}
	}
	return nil
}

func (c *call) countBooking() { put(&c.world.booked, c.user, append(c.world.booked[c.user], c.now)) }
