package calendlytest

import "strings"

// deliveryBody is what a webhook sends.
type deliveryBody struct {
	Event     string `json:"event"`
	CreatedAt string `json:"created_at"`
	CreatedBy string `json:"created_by"`
	Payload   any    `json:"payload"`
}

// The payloads that are not just an object of the API.
type (
	inviteePayload struct {
		inviteeBody

		ScheduledEvent eventPayload `json:"scheduled_event"`
	}
	// eventPayload is an event without calendar_event; its hosts have no
	// buffered times.
	eventPayload struct {
		eventBody

		EventMemberships []hostPayload `json:"event_memberships"`
		CalendarEvent    *struct{}     `json:"calendar_event,omitempty"`
	}
	hostPayload struct {
		User      string `json:"user"`
		UserEmail string `json:"user_email"`
		UserName  string `json:"user_name"`
	}
	eventTypePayload struct {
		eventTypeBody

		DescriptionHTML *struct{} `json:"description_html,omitempty"`
	}
	contactPayload struct {
		UserUUID string `json:"user_uuid"`
		Contact  any    `json:"contact"`
	}
	contactSample struct {
		contactBody

		CreationSource string `json:"creation_source"`
	}
	deletedBody struct {
		URI       string `json:"uri"`
		DeletedAt string `json:"deleted_at"`
	}
	recapPayload struct {
		CreatedAt string `json:"created_at,omitempty"`
		Event     any    `json:"event"`
		Recap     any    `json:"recap"`
	}
	recapEventBody struct {
		URI       string         `json:"uri"`
		Name      string         `json:"name"`
		StartTime string         `json:"start_time"`
		EndTime   string         `json:"end_time"`
		Location  *string        `json:"location"`
		Attendees []attendeeBody `json:"attendees"` // none where it is not known who was there
	}
	recapSample struct {
		*recapTexts

		URI        string `json:"uri"`
		Transcript string `json:"transcript"`
		CreatedAt  string `json:"created_at"`
		UpdatedAt  string `json:"updated_at"`
	}
)

// webhookEvents lists the names of all events.
func webhookEvents() []string {
	return []string{
		"invitee.created", "invitee.canceled", "invitee_no_show.created", "invitee_no_show.deleted", "routing_form_submission.created",
		"event_type.created", "event_type.updated", "event_type.deleted", "meeting_recap.created", "meeting_recap.updated",
		"meeting_recap.deleted", "contact.created", "contact.updated", "contact.deleted",
	}
}

// subscribable reports whether subscriptions of a scope may have the event.
func subscribable(event, scope string) bool {
	switch family, _, _ := strings.Cut(event, "."); family {
	case "routing_form_submission":
		return scope == scopeOrganization
	case "meeting_recap":
		return scope == scopeUser
	}
	return true
}

func getSample(c *call) (any, error) {
	p := c.params()
	p.require("event")
	name := p.enum("event", webhookEvents()...)
	s := p.scoped()
	if name != "" && s.scope != "" && !subscribable(name, s.scope) {
		p.refuse("event", saysEventScope)
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	if _, err := c.allow(s); err != nil {
		return nil, err
	}
	w := c.world
	return deliveryBody{Event: name, CreatedAt: stampSeconds(w.now), CreatedBy: w.uri(kindUser, c.user), Payload: w.sample(name, c.user)}, nil
}

// sample returns the payload of an event, made from objects of the world.
func (w *world) sample(name string, user int) any {
	family, change, _ := strings.Cut(name, ".")
	switch family {
	case "routing_form_submission":
		return w.submissionBody(0)
	case "event_type":
		b := eventTypePayload{eventTypeBody: w.eventTypeBody(0)}
		if change == "deleted" {
			b.DeletedAt = new(stampSeconds(w.now))
		}
		return b
	case "meeting_recap":
		return w.recapPayload(change, sampleEvent, w.now*micros)
	case "contact":
		return w.contactPayload(change, user)
	}
	return w.inviteePayload(name)
}

// sampleEvent is the event that samples are made of; it can be made even where
// there are no events.
const sampleEvent = 0

func (w *world) inviteePayload(name string) inviteePayload {
	e := w.event(sampleEvent)
	e.canceled, e.chain = 0, chain{events: e.chain.events, length: 1}
	b := payloadOf(w.inviteeBody(&e, 0), w.bodyOf(&e))
	b.NoShow = nil
	switch name {
	case "invitee.canceled":
		why := w.cancellation(&e, seat{canceled: w.now * micros}, 0)
		b.Status, b.Cancellation = statusCanceled, why
		b.ScheduledEvent.Status, b.ScheduledEvent.Cancellation = statusCanceled, why
		b.ScheduledEvent.InviteesCounter.Active = 0
	case "invitee_no_show.created":
		b.NoShow = &noShowLink{w.uriSub(kindNoShow, sampleEvent, 0), stampSeconds(w.now)}
	}
	return b
}

func (w *world) contactPayload(change string, user int) contactPayload {
	b := contactPayload{UserUUID: w.id(kindUser, user, 0)}
	if change == "deleted" {
		b.Contact = deletedBody{w.uri(kindContact, 0), stampSeconds(w.now)}
		return b
	}
	sample := contactSample{contactBody: w.contactBody(0, true), CreationSource: "manual"}
	if change == "created" {
		sample.FirstEmailDate, sample.LastEmailDate, sample.NextMeetingDate, sample.LastMeetingDate, sample.LastInteractionDate = nil, nil, nil, nil, nil
	}
	b.Contact = sample
	return b
}

// recapPayload is what is told of the recap of event i.
func (w *world) recapPayload(change string, i int, now int64) recapPayload {
	r := w.recapBody(i)
	if change == "deleted" {
		return recapPayload{Event: linkBody{*r.Event}, Recap: deletedBody{r.URI, stamp(now)}}
	}
	p := recapPayload{
		Event: recapEventBody{*r.Event, r.Name, r.StartTime, r.EndTime, r.Location, append([]attendeeBody{}, r.Attendees...)},
		Recap: recapSample{recapTexts: w.recapTexts(i, recapAvailable), URI: r.URI, Transcript: r.Transcript, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt},
	}
	if change == "created" {
		p.CreatedAt = r.CreatedAt
	}
	return p
}
