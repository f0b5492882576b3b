package calendlytest

import (
	"cmp"
	"slices"
	"strings"
)

// booking is an event that a write made or changed, in full: its wire form,
// that of its invitees, and the same in figures.
type booking struct {
	event    event
	hosts    []int
	body     eventBody
	invitees []inviteeBody
	seats    []seat
	place    locationConfiguration // of an event made: what its location is derived from
}

// booking returns event i for a write, taken over from what is drawn.
func (w *world) booking(i int) *booking {
	if b := w.bookings[i]; b != nil {
		return b
	}
	e := w.event(i)
	b := &booking{event: e, hosts: w.hosts(i), body: w.bodyOf(&e)}
	for k := range e.seats {
		b.seats = append(b.seats, w.seat(&e, k))
		b.invitees = append(b.invitees, w.inviteeBody(&e, k))
	}
	w.keep(i, b)
	return b
}

// count brings figures and counter of b in line with its seats.
func (b *booking) count() {
	b.event.seats, b.event.active = len(b.seats), 0
	for k := range b.seats {
		if b.seats[k].canceled == 0 {
			b.event.active++
		}
	}
	b.body.InviteesCounter.Total, b.body.InviteesCounter.Active = b.event.seats, b.event.active
}

// touch says that the event changed.
func (b *booking) touch(at int64) {
	b.event.updated = at
	b.body.UpdatedAt = stamp(at)
}

// leave cancels seat k; with the last active one goes the event.
func (b *booking) leave(k int, at int64, why cancellationBody) {
	b.seats[k].canceled, b.seats[k].byHost = at, why.CancelerType == "host"
	i := &b.invitees[k]
	i.Status, i.Cancellation, i.UpdatedAt = statusCanceled, &why, stamp(at)
	b.count()
	if b.event.active == 0 && b.event.canceled == 0 {
		b.event.canceled, b.event.byHost = at, b.seats[k].byHost
		b.body.Status, b.body.Cancellation = statusCanceled, &why
	}
	b.touch(at)
}

// visitsOf returns the seats that an address has taken, by start.
func (w *world) visitsOf(email string) []visit {
	var found []visit
	if p, ok := w.guestByEmail(email); ok {
		for _, v := range w.visits(p) {
			b := w.bookings[v.event]
			if w.hasEvent(v.event) && (b == nil || sameEmail(b.invitees[v.seat].Email, email)) {
				found = append(found, v)
			}
		}
	}
	made := w.seated[strings.ToLower(email)]
	if len(made) == 0 {
		return found
	}
	for _, v := range made {
		if b := w.bookings[v.event]; w.hasEvent(v.event) && sameEmail(b.invitees[v.seat].Email, email) {
			found = append(found, v)
		}
	}
	slices.SortStableFunc(found, func(a, b visit) int {
		return cmp.Or(cmp.Compare(w.startOf(a.event), w.startOf(b.event)), cmp.Compare(a.event, b.event))
	})
	return found
}

// current returns the wire form of an event made or changed, as it is now.
func (b *booking) current(w *world) eventBody {
	body := b.body
	if b.place.Kind != "" {
		body.Location = w.placeOf(b)
	}
	return body
}

// conferenceTakes is how long the details of an online meeting are not there.
const conferenceTakes = 30 * second

// placeOf returns the location of an event made.
func (w *world) placeOf(b *booking) any {
	at := b.place
	text := &at.Location
	switch at.Kind {
	case "physical", "custom", "ask_invitee", "outbound_call":
		return placeBody{Type: at.Kind, Location: text, AdditionalInfo: at.AdditionalInfo}
	case "inbound_call":
		return placeBody{Type: at.Kind, Location: &at.PhoneNumber, AdditionalInfo: at.AdditionalInfo}
	}
	status := "pushed"
	if w.clock.micros() < b.event.created+conferenceTakes*micros {
		status = "initiated"
	}
	d := w.draw(drawLocation, b.event.index, 2)
	return w.conferenceBody(&b.event, at.Kind, &status, &d)
}
