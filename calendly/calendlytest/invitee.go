package calendlytest

import (
	"fmt"
	"slices"
)

// inviteeBody is the wire form of an invitee.
type inviteeBody struct {
	URI                   string              `json:"uri"`
	Email                 string              `json:"email"`
	FirstName             *string             `json:"first_name"`
	LastName              *string             `json:"last_name"`
	Name                  string              `json:"name"`
	Status                string              `json:"status"`
	QuestionsAndAnswers   []answerBody        `json:"questions_and_answers"`
	Timezone              *string             `json:"timezone"`
	Event                 string              `json:"event"`
	CreatedAt             string              `json:"created_at"`
	UpdatedAt             string              `json:"updated_at"`
	Tracking              trackingBody        `json:"tracking"`
	TextReminderNumber    *string             `json:"text_reminder_number"`
	Rescheduled           bool                `json:"rescheduled"`
	OldInvitee            *string             `json:"old_invitee"`
	NewInvitee            *string             `json:"new_invitee"`
	CancelURL             string              `json:"cancel_url"`
	RescheduleURL         string              `json:"reschedule_url"`
	RoutingFormSubmission *string             `json:"routing_form_submission"`
	Cancellation          *cancellationBody   `json:"cancellation,omitempty"`
	Payment               *paymentBody        `json:"payment"`
	NoShow                *noShowLink         `json:"no_show"`
	Reconfirmation        *reconfirmationBody `json:"reconfirmation"`
	SchedulingMethod      *string             `json:"scheduling_method"`
	InviteeScheduledBy    *string             `json:"invitee_scheduled_by"`
}

type paymentBody struct {
	ExternalID string  `json:"external_id"`
	Provider   string  `json:"provider"`
	Amount     any     `json:"amount"` // a number, or a string that holds one: the reference's sources disagree
	Currency   string  `json:"currency"`
	Terms      *string `json:"terms"`
	Successful bool    `json:"successful"`
}

type noShowLink struct {
	URI       string `json:"uri"`
	CreatedAt string `json:"created_at"`
}

type reconfirmationBody struct {
	CreatedAt   string  `json:"created_at"`
	ConfirmedAt *string `json:"confirmed_at"`
}

// attendee returns who has seat k of e: along a chain it is one person.
func (w *world) attendee(e *event, k int) int { return w.person(e.chain.events[0], k) }

// visit is one seat of an event, taken by somebody.
type visit struct{ event, seat int }

// visits returns all seats that person p has taken, in the order of events.
func (w *world) visits(p int) []visit {
	var found []visit
	for k := range w.guests {
		for q := p; q < w.events; q += w.people {
			i := w.guests[k].of(q)
			c := w.chain(i)
			if c.place > 0 || k >= w.seats(i) {
				continue
			}
			for _, event := range c.events[:c.length] {
				found = append(found, visit{event, k})
			}
		}
	}
	slices.SortFunc(found, func(a, b visit) int { return a.event - b.event })
	return found
}

// inviteeBody returns the wire form of invitee k of e.
func (w *world) inviteeBody(e *event, k int) inviteeBody {
	if e.live != nil {
		return e.live.invitees[k]
	}
	s := w.seat(e, k)
	g := w.guest(w.attendee(e, k))
	d := w.draw(kindInvitee, e.index, k)
	id := w.id(kindInvitee, e.index, k)
	b := inviteeBody{
		URI: w.inviteeURI(e.index, k), Email: g.email, Name: g.written, Status: statusActive, Timezone: &g.zone,
		Event: w.uri(kindEvent, e.index), CreatedAt: stamp(s.created), QuestionsAndAnswers: w.answers(e, k),
		Tracking: tracking(&d), CancelURL: "https://calendly.com/cancellations/" + id,
		RescheduleURL: "https://calendly.com/reschedulings/" + id,
	}
	updated := max(s.created, s.canceled)
	if e.kind.splitName {
		b.FirstName, b.LastName = &g.first, &g.last
	}
	if d.chance(20) {
		b.Timezone = nil
	}
	b.TextReminderNumber = w.reminderNumber(e.index, k)
	if s.canceled > 0 {
		b.Status, b.Cancellation = statusCanceled, w.cancellation(e, s, k)
	}
	w.linkChain(&b, e)
	b.RoutingFormSubmission = w.submissionOf(e, k)
	b.Payment = payment(e, &d)
	if at := w.noShowAt(e, s, k); at > 0 {
		b.NoShow = &noShowLink{URI: w.uriSub(kindNoShow, e.index, k), CreatedAt: stamp(at)}
		updated = max(updated, at)
	}
	b.Reconfirmation = w.reconfirmation(s, &d)
	switch p := d.n(100); {
	case p < 4:
		b.InviteeScheduledBy = new(w.uri(kindUser, w.hostsOf(e.kind, e.index)[0]))
	case p < 30:
		b.SchedulingMethod = new("instant_book")
	case p < 38:
		b.SchedulingMethod = new("api")
	}
	b.UpdatedAt = stamp(updated)
	return b
}

// linkChain sets what ties an invitee to the meetings before and after.
func (w *world) linkChain(b *inviteeBody, e *event) {
	c := &e.chain
	if c.place > 0 {
		b.OldInvitee = new(w.inviteeURI(c.events[c.place-1], 0))
	}
	if c.moved() {
		b.Rescheduled = true
		b.NewInvitee = new(w.inviteeURI(c.events[c.place+1], 0))
	}
}

// reminderNumber is the number that invitee k of event i left, if any.
func (w *world) reminderNumber(i, k int) *string {
	d := w.draw(drawAnswer, i, maxSeats+k)
	if !d.chance(150) {
		return nil
	}
	return new(phone(&d))
}

// noShowAt returns when the seat was marked as a no-show, 0 if it was not.
func (w *world) noShowAt(e *event, s seat, k int) int64 {
	d := w.draw(kindNoShow, e.index, k)
	at := (e.end+5*minute+d.n64(3*day))*micros + d.n64(micros)
	if s.canceled > 0 || !d.chance(60) || at > w.now*micros {
		return 0
	}
	return at
}

func (w *world) isNoShow(i, k int) bool {
	if b := w.bookings[i]; b != nil {
		no := b.invitees[k].NoShow
		return no != nil && no.URI == w.uriSub(kindNoShow, i, k)
	}
	e := w.event(i)
	return w.noShowAt(&e, w.seat(&e, k), k) > 0
}

func payment(e *event, d *draw) *paymentBody {
	if !e.kind.paid || d.chance(150) {
		return nil
	}
	b := &paymentBody{
		ExternalID: fmt.Sprintf("ch_%x", d.next()), Provider: pick(d, []string{"stripe", "stripe", "paypal"}),
		Amount: float64(500+d.n(20000)) / 100, Currency: pick(d, []string{"AUD", "CAD", "EUR", "GBP", "USD"}), Successful: !d.chance(30),
	}
	if d.chance(100) {
		b.Amount = fmt.Sprintf("%.2f", b.Amount)
	}
	if d.chance(400) {
		b.Terms = new("Refunds up to 24 hours before – merci.")
	}
	return b
}

func (w *world) reconfirmation(s seat, d *draw) *reconfirmationBody {
	if !d.chance(50) {
		return nil
	}
	b := &reconfirmationBody{CreatedAt: stamp(s.created)}
	if d.chance(500) {
		b.ConfirmedAt = new(stamp(s.created + d.n64(w.now*micros-s.created)))
	}
	return b
}

func listInvitees(c *call) (any, error) {
	p := c.params()
	status, email := p.enum("status", statusActive, statusCanceled), p.email("email")
	descending := p.descending("created_at")
	pages := p.page(maxCount)
	if err := p.err(); err != nil {
		return nil, err
	}
	i, err := c.visibleEvent(c.path[0], notViewableEvent)
	if err != nil {
		return nil, err
	}
	e := c.world.event(i)
	var rows []inviteeBody
	for k := range e.seats {
		b := c.world.inviteeBody(&e, k)
		if (status == "" || b.Status == status) && (email == "" || sameEmail(b.Email, email)) {
			rows = append(rows, b)
		}
	}
	if descending {
		slices.Reverse(rows)
	}
	return page(pages, len(rows), nil, func(n int) inviteeBody { return rows[n] }), nil
}

func getInvitee(c *call) (any, error) {
	i, err := c.visibleEvent(c.path[0], noViewEvent)
	if err != nil {
		return nil, err
	}
	r, err := c.mine(c.path[1], kindInvitee, noViewEvent)
	if err != nil {
		return nil, err
	}
	if r.index != i {
		return nil, notFound()
	}
	e := c.world.event(i)
	return resource[inviteeBody]{c.world.inviteeBody(&e, r.sub)}, nil
}
