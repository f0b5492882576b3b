package calendlytest

import (
	"fmt"
	"math"
)

// eventBody is the wire form of a scheduled event.
type eventBody struct {
	URI               string             `json:"uri"`
	Name              *string            `json:"name"`
	MeetingNotesPlain *string            `json:"meeting_notes_plain"`
	MeetingNotesHTML  *string            `json:"meeting_notes_html"`
	Status            string             `json:"status"`
	StartTime         string             `json:"start_time"`
	EndTime           string             `json:"end_time"`
	EventType         string             `json:"event_type"`
	Location          any                `json:"location"`
	InviteesCounter   counterBody        `json:"invitees_counter"`
	CreatedAt         string             `json:"created_at"`
	UpdatedAt         string             `json:"updated_at"`
	EventMemberships  []eventHostBody    `json:"event_memberships"`
	EventGuests       []eventGuestBody   `json:"event_guests"`
	CalendarEvent     *calendarEventBody `json:"calendar_event"`
	Cancellation      *cancellationBody  `json:"cancellation,omitempty"`
}

type counterBody struct {
	Total  int `json:"total"`
	Active int `json:"active"`
	Limit  int `json:"limit"`
}

type eventHostBody struct {
	User              string `json:"user"`
	UserEmail         string `json:"user_email"`
	UserName          string `json:"user_name"`
	BufferedStartTime string `json:"buffered_start_time"`
	BufferedEndTime   string `json:"buffered_end_time"`
}

type eventGuestBody struct {
	Email     string `json:"email"`
	CreatedAt string `json:"created_at"`
	UpdatedAt string `json:"updated_at"`
}

type calendarEventBody struct {
	Kind       string `json:"kind"`
	ExternalID string `json:"external_id"`
}

type cancellationBody struct {
	CanceledBy   string  `json:"canceled_by"`
	Reason       *string `json:"reason"`
	CancelerType string  `json:"canceler_type"`
	CreatedAt    string  `json:"created_at"`
}

const (
	statusActive   = "active"
	statusCanceled = "canceled"
)

// eventBody returns the wire form of event i.
func (w *world) eventBody(i int) eventBody {
	e := w.event(i)
	return w.bodyOf(&e)
}

func (w *world) bodyOf(e *event) eventBody {
	if e.live != nil {
		return e.live.current(w)
	}
	i := e.index
	d := w.draw(kindEvent, i, 2)
	b := eventBody{
		URI: w.uri(kindEvent, i), Name: &e.kind.name, Status: statusActive,
		StartTime: stampSeconds(e.start), EndTime: stampSeconds(e.end), EventType: w.uri(kindEventType, e.typeIndex),
		Location: w.location(e), InviteesCounter: counterBody{Total: e.seats, Active: e.active, Limit: e.kind.capacity},
		CreatedAt: stamp(e.created), UpdatedAt: stamp(e.updated), EventMemberships: w.eventHosts(e), EventGuests: []eventGuestBody{},
	}
	if e.canceled > 0 {
		b.Status = statusCanceled
		b.Cancellation = w.cancellation(e, seat{canceled: e.canceled, byHost: e.byHost}, 0)
	}
	if d.chance(5) {
		b.Name = nil
	}
	if d.chance(100) {
		b.MeetingNotesPlain = new("Bring the signed offer.\nAsk about " + pick(&d, []string{"budget", "timing", "café ☕"}))
	}
	if d.chance(120) {
		for range 1 + d.n(3) {
			g, at := w.guest(d.n(w.people)), stamp(e.created)
			b.EventGuests = append(b.EventGuests, eventGuestBody{Email: g.email, CreatedAt: at, UpdatedAt: at})
		}
	}
	if d.chance(50) {
		b.CalendarEvent = &calendarEventBody{pick(&d, []string{"google", "exchange", "icloud", "outlook", "outlook_desktop"}), fmt.Sprintf("%x", d.next())}
	}
	return b
}

func (w *world) eventHosts(e *event) []eventHostBody {
	var hosts []eventHostBody
	for _, m := range w.hostsOf(e.kind, e.index) {
		hosts = append(hosts, w.eventHost(e, m))
	}
	return hosts
}

func (w *world) eventHost(e *event, member int) eventHostBody {
	return eventHostBody{
		User: w.uri(kindUser, member), UserEmail: w.members[member].email, UserName: w.members[member].written,
		BufferedStartTime: stampSeconds(e.start - int64(e.kind.before)*minute),
		BufferedEndTime:   stampSeconds(e.end + int64(e.kind.after)*minute),
	}
}

// cancellation returns the wire form of why seat k of e is canceled.
func (w *world) cancellation(e *event, s seat, k int) *cancellationBody {
	d := w.draw(drawCancel, e.index, 2+k)
	b := &cancellationBody{CancelerType: "invitee", CanceledBy: w.guest(w.attendee(e, k)).written, CreatedAt: stamp(s.canceled)}
	if s.byHost {
		b.CancelerType, b.CanceledBy = "host", w.members[w.hostsOf(e.kind, e.index)[0]].written
	}
	switch d.n(4) {
	case 0:
	case 1:
		b.Reason = new("")
	default:
		b.Reason = new(pick(&d, []string{"Something came up", "Je suis malade", "予定が変わりました", "Found another time", "No longer needed"}))
	}
	return b
}

// sees reports whether the caller may see event i.
func (c *call) seesEvent(i int) bool {
	if c.admin() {
		return true
	}
	for _, host := range c.world.hosts(i) {
		if host == c.user || groupAdminSeesEvents && c.world.leads(c.user, c.world.members[host].group) {
			return true
		}
	}
	return false
}

// visibleEvent returns the index of the event with an id from the path.
func (c *call) visibleEvent(id, says string) (int, error) {
	r, err := c.mine(id, kindEvent, says)
	if err == nil && !c.seesEvent(r.index) {
		err = forbidden(says)
	}
	return r.index, err
}

func getEvent(c *call) (any, error) {
	i, err := c.visibleEvent(c.path[0], notViewableEvent)
	if err != nil {
		return nil, err
	}
	return resource[eventBody]{c.world.eventBody(i)}, nil
}

func listEvents(c *call) (any, error) {
	p := c.params()
	f := eventFilter{user: p.object("user", kindUser), organization: p.object("organization", kindOrganization), group: p.object("group", kindGroup)}
	f.email = p.email("invitee_email")
	f.status = p.enum("status", statusActive, statusCanceled)
	descending := p.descending("start_time")
	from, to := p.time("min_start_time", math.MinInt64), p.time("max_start_time", math.MaxInt64)
	pages := p.page(maxCount)
	p.requireOne("user", "organization", "group")
	if err := p.err(); err != nil {
		return nil, err
	}
	if err := c.mayList(f); err != nil {
		return nil, err
	}
	w := c.world
	if maxStartTimeIncluded && to < math.MaxInt64 {
		to++
	}
	first := w.placeFrom(from)
	n := max(w.placeFrom(to)-first, 0)
	at := func(position int) int { return w.eventAt(first + turned(position, n, descending)) }
	if f.email != "" {
		found := w.eventsWith(f.email, from, to)
		n, at = len(found), func(position int) int { return found[turned(position, len(found), descending)] }
	}
	keep := func(position int) bool { return f.keeps(w, at(position)) }
	return page(pages, n, keep, func(position int) eventBody { return w.eventBody(at(position)) }), nil
}
