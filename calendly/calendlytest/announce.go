package calendlytest

import (
	"slices"
	"strings"
)

// news is something that subscriptions are told of.
type news struct {
	name    string
	users   []int // whom it is about, for subscriptions of users and groups
	payload any
	until   int64 // microseconds; a delivery is tried at least until then
}

// announce sends news to every subscription that wants it. Those that were
// drawn, not made, are told nothing: nobody listens there.
func (c *call) announce(n news) {
	w := c.world
	for i := range w.webhooks {
		v := &w.webhooks[i]
		if v.made == nil || v.gone || v.made.disabled || !slices.Contains(v.events, n.name) || !w.concerns(v, n.users) {
			continue
		}
		body := deliveryBody{Event: n.name, CreatedAt: stamp(c.now), CreatedBy: w.uri(kindUser, v.creator), Payload: n.payload}
		c.server.deliver(&delivery{world: w, webhook: i, event: n.name, text: encode(body), until: max(c.now, n.until) + retriesFor})
	}
}

// concerns reports whether a subscription is about one of the users.
func (w *world) concerns(v *webhook, users []int) bool {
	return slices.ContainsFunc(users, func(user int) bool {
		switch v.scope {
		case scopeUser:
			return user == v.subject
		case scopeGroup:
			return w.members[user].group == v.subject
		}
		return true
	})
}

func (c *call) announceType(name string, i int) {
	t := c.world.typeNow(i)
	c.announce(news{name: name, users: t.hosts, payload: eventTypePayload{eventTypeBody: c.world.eventTypeBody(i)}})
}

func (c *call) announceInvitee(name string, v visit) {
	w := c.world
	e := w.event(v.event)
	c.announce(news{name, w.hosts(v.event), payloadOf(w.inviteeBody(&e, v.seat), w.bodyOf(&e)), e.end * micros})
}

// payloadOf is an invitee with the event.
func payloadOf(i inviteeBody, e eventBody) inviteePayload {
	b := inviteePayload{inviteeBody: i, ScheduledEvent: eventPayload{eventBody: e, EventMemberships: []hostPayload{}}}
	for _, h := range e.EventMemberships {
		b.ScheduledEvent.EventMemberships = append(b.ScheduledEvent.EventMemberships, hostPayload{h.User, h.UserEmail, h.UserName})
	}
	return b
}

// Assumption: contact events are about the user who wrote the contact.
func (c *call) announceContact(name string, j int) {
	w := c.world
	b := contactPayload{UserUUID: w.id(kindUser, c.user, 0)}
	if name == "contact.deleted" {
		b.Contact = deletedBody{w.uri(kindContact, j), stamp(c.now)}
	} else {
		held := contactSample{contactBody: w.contactBody(j, true), CreationSource: "api"}
		if name == "contact.created" {
			held.NextMeetingDate, held.LastMeetingDate, held.LastInteractionDate = nil, nil, nil
		}
		b.Contact = held
	}
	c.announce(news{name: name, users: []int{c.user}, payload: b})
}

// announceRecap tells of a recap that is still there.
func (c *call) announceRecap(name string, i int) {
	w := c.world
	_, change, _ := strings.Cut(name, ".")
	c.announce(news{name: name, users: w.hosts(i), payload: w.recapPayload(change, i, c.now)})
}

// announceSubmission tells of a form that was filled in. It is about no user;
// only organizations may subscribe to it.
func (c *call) announceSubmission(s int) {
	c.announce(news{name: "routing_form_submission.created", users: []int{ownerIndex}, payload: c.world.submissionBody(s)})
}
