package calendlytest

import (
	"math"
	"sort"
)

// communicationBody is the wire form of an SMS or e-mail that was sent. It has
// no id.
type communicationBody struct {
	Type          string  `json:"type"`
	To            string  `json:"to"`
	From          string  `json:"from"`
	Subject       *string `json:"subject"`
	Body          string  `json:"body"`
	SenderURI     *string `json:"sender_uri"`
	SenderEmail   *string `json:"sender_email"`
	EventTypeURI  string  `json:"event_type_uri"`
	EventURI      string  `json:"event_uri"`
	SentAt        string  `json:"sent_at"`
	CreatedAt     string  `json:"created_at"`
	SchedulingURL string  `json:"scheduling_url"`
}

type communicationList struct {
	list[communicationBody]

	TotalCount int `json:"total_count"`
}

// remindsBefore is how long before a meeting its reminder goes out.
const remindsBefore = day

// remindersSent returns the events, one in four at most, whose first invitee
// was sent a reminder. Reminders are in the order of the events.
func (w *world) remindersSent() []int32 {
	var sent []int32
	for i := range w.events {
		d := w.draw(drawReminder, i, 0)
		if !d.chance(250) || w.wasCanceled(i) || w.startOf(i)-remindsBefore >= w.now {
			continue
		}
		if e := w.event(i); e.created < (e.start-remindsBefore)*micros {
			sent = append(sent, int32(i))
		}
	}
	return sent
}

// communicationBody returns the reminder of event i.
func (w *world) communicationBody(i int) communicationBody {
	e := w.event(i)
	at := (e.start - remindsBefore) * micros
	return w.reminder(&e, w.hostsOf(e.kind, i)[0], w.guest(w.attendee(&e, 0)).email, w.reminderNumber(i, 0), at)
}

// reminder is sent by e-mail, or to the number that was left for that.
func (w *world) reminder(e *event, host int, email string, number *string, at int64) communicationBody {
	b := w.email(e, host, email, "Reminder: ", "a friendly reminder of", at)
	if number != nil {
		b.Type, b.To, b.From, b.Subject, b.SenderURI, b.SenderEmail = "sms", *number, "+12025550100", nil, nil, nil
	}
	return b
}

// email returns a message about a meeting. It is sent soon after it was made.
func (w *world) email(e *event, host int, to, subject, says string, at int64) communicationBody {
	m := &w.members[host]
	return communicationBody{
		Type: "email", To: to, From: "notifications@calendly.com", Subject: new(subject + e.kind.name),
		Body:      "Hi, " + says + " your meeting with " + m.written + ".\nSee you soon!",
		SenderURI: new(w.uri(kindUser, host)), SenderEmail: &m.email, EventTypeURI: w.uri(kindEventType, e.typeIndex), EventURI: w.uri(kindEvent, e.index),
		SentAt: stamp(at + 2_345_678), CreatedAt: stamp(at), SchedulingURL: w.schedulingURL(e.kind),
	}
}

// heldMessage is a message that a booking caused.
type heldMessage struct {
	at   int64 // microseconds
	body communicationBody
}

// confirm sends a confirmation to who has taken a seat, and a reminder later if
// there is time and the seat is not given up.
func (w *world) confirm(v visit, now int64) {
	e, i := w.event(v.event), w.bookings[v.event].invitees[v.seat]
	host := w.hosts(v.event)[0]
	w.sent = append(w.sent, heldMessage{now, w.email(&e, host, i.Email, "Confirmed: ", "we look forward to", now)})
	at := (e.start - remindsBefore) * micros
	if at <= now {
		return
	}
	w.later(at, func(at int64) {
		b := w.bookings[v.event]
		if b.seats[v.seat].canceled == 0 && w.hasEvent(v.event) {
			i := &b.invitees[v.seat]
			w.sent = append(w.sent, heldMessage{at, w.reminder(&b.event, host, i.Email, i.TextReminderNumber, at)})
		}
	})
}

func listCommunications(c *call) (any, error) {
	p := c.params()
	org := p.required("organization", kindOrganization)
	from, to := p.time("min_created_at", math.MinInt64), p.time("max_created_at", math.MaxInt64)
	pages := p.page(maxCount)
	if err := p.err(); err != nil {
		return nil, err
	}
	if err := c.adminOf(org); err != nil {
		return nil, err
	}
	w := c.world
	drawn := w.reminders()
	at := func(n int) int64 {
		if n -= len(drawn); n >= 0 {
			return w.sent[n].at
		}
		return (w.startOf(int(drawn[n+len(drawn)])) - remindsBefore) * micros
	}
	all := len(drawn) + len(w.sent)
	first := sort.Search(all, func(n int) bool { return at(n) >= from })
	n := max(sort.Search(all, func(n int) bool { return at(n) > to })-first, 0)
	rows := page(pages, n, nil, func(p int) communicationBody {
		p = first + turned(p, n, communicationsNewestFirst)
		if p >= len(drawn) {
			return w.sent[p-len(drawn)].body
		}
		return w.communicationBody(int(drawn[p]))
	})
	return communicationList{rows, n}, nil
}
