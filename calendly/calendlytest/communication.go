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

func (w *world) communicationBody(i int) communicationBody {
	e := w.event(i)
	host := &w.members[w.hostsOf(e.kind, i)[0]]
	at := stampSeconds(e.start - remindsBefore)
	b := communicationBody{
		Type: "email", To: w.guest(w.attendee(&e, 0)).email, From: "notifications@calendly.com", Subject: new("Reminder: " + e.kind.name),
		Body:      "Hi, a friendly reminder of your meeting with " + host.written + ".\nSee you tomorrow!",
		SenderURI: new(w.uri(kindUser, w.hostsOf(e.kind, i)[0])), SenderEmail: &host.email,
		EventTypeURI: w.uri(kindEventType, e.typeIndex), EventURI: w.uri(kindEvent, i),
		SentAt: stamp((e.start-remindsBefore)*micros + 2_345_678), CreatedAt: at, SchedulingURL: w.schedulingURL(e.kind),
	}
	if number := w.reminderNumber(i, 0); number != nil {
		b.Type, b.To, b.From, b.Subject, b.SenderURI, b.SenderEmail = "sms", *number, "+12025550100", nil, nil, nil
	}
	return b
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
	sent := w.reminders()
	at := func(n int) int64 { return (w.startOf(int(sent[n])) - remindsBefore) * micros }
	first := sort.Search(len(sent), func(n int) bool { return at(n) >= from })
	n := max(sort.Search(len(sent), func(n int) bool { return at(n) > to })-first, 0)
	rows := page(pages, n, nil, func(p int) communicationBody {
		return w.communicationBody(int(sent[first+turned(p, n, communicationsNewestFirst)]))
	})
	return communicationList{rows, n}, nil
}
