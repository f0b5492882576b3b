package calendly

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// MaxWebhook is how many bytes a webhook can have; longer ones are refused.
const MaxWebhook = 1 << 20

// Webhook is what Calendly sends to a WebhookSubscription. Of the pointers the
// one that belongs to Event is set; none is for an event that was added since,
// whose Payload has it all.
//
// Webhooks come at least once and in any order, and have no id: to tell one
// that came twice compare Event and the payload's URI and UpdatedAt. A meeting
// that is rescheduled sends two: that the old invitee canceled, with
// Rescheduled set, and that the new one was created.
type Webhook struct {
	WebhookPayload

	Invitee               *InviteePayload        // invitee.… and invitee_no_show.…
	RoutingFormSubmission *RoutingFormSubmission // routing_form_submission.created
	EventType             *EventType             // event_type.…, without DescriptionHTML
	MeetingRecap          *MeetingRecapPayload   // meeting_recap.…
	Contact               *ContactPayload        // contact.…
}

// InviteePayload is an invitee and the meeting it is for, which lacks the
// CalendarEvent and the buffers of its hosts.
type InviteePayload struct {
	Invitee        Invitee
	ScheduledEvent ScheduledEvent
}

// MeetingRecapPayload is a recap and the meeting it is about. A deleted recap
// has a URI and DeletedAt only.
type MeetingRecapPayload struct {
	CreatedAt *time.Time
	Event     *RecapEvent
	Recap     RecapContent

	Raw json.RawMessage // as it was sent
}

// RecapEvent is the meeting that a recap is about.
type RecapEvent struct {
	URI       *URI            `json:"uri"` // nil unless booked with Calendly
	Name      *string         `json:"name"`
	StartTime *time.Time      `json:"start_time"`
	EndTime   *time.Time      `json:"end_time"`
	Location  json.RawMessage `json:"location"` // Calendly's API reference does not say its type
	Attendees []Attendee      `json:"attendees"`
}

// RecapContent is what a webhook says of a recap.
type RecapContent struct {
	URI           URI        `json:"uri"`
	Transcript    *URI       `json:"transcript"`
	SummaryMD     *string    `json:"summary_md"`
	ActionItemsMD *string    `json:"action_items_md"`
	DiscussionMD  *string    `json:"discussion_md"`
	ShareLink     *string    `json:"share_link"`
	CreatedAt     *time.Time `json:"created_at"`
	UpdatedAt     *time.Time `json:"updated_at"`
	DeletedAt     *time.Time `json:"deleted_at"`
}

// ContactPayload is a contact and whose it is. A deleted contact has a URI
// and DeletedAt only.
type ContactPayload struct {
	UserUUID       string
	Contact        Contact
	CreationSource *string
	DeletedAt      *time.Time

	Raw json.RawMessage // as it was sent
}

// ParseWebhook reads the body of a webhook, which VerifyWebhook should have
// seen before. It fails with an InputError where the body is no webhook, or has
// not what an event of its kind must have.
func ParseWebhook(body []byte) (*Webhook, error) {
	if len(body) > MaxWebhook {
		return nil, &InputError{Field: "body", Problem: "is longer than any webhook"}
	}
	w := new(Webhook)
	if err := decode(bytes.Clone(body), &w.WebhookPayload); err != nil {
		return nil, &InputError{Field: "body", Problem: "is no webhook: " + err.Error()}
	}
	if w.Event == "" {
		return nil, &InputError{Field: "event", Problem: "is missing"}
	}
	if err := w.payload(); err != nil {
		return nil, &InputError{Field: "payload", Problem: "is not that of " + string(w.Event) + ": " + err.Error()}
	}
	return w, nil
}

// payload reads the payload of an event that is known.
func (w *Webhook) payload() error {
	family, _, _ := strings.Cut(string(w.Event), ".")
	switch family {
	case "invitee", "invitee_no_show":
		w.Invitee = new(InviteePayload)
		return w.Invitee.read(w.Payload)
	case "routing_form_submission":
		w.RoutingFormSubmission = new(RoutingFormSubmission)
		return decode(w.Payload, w.RoutingFormSubmission)
	case "event_type":
		w.EventType = new(EventType)
		return decode(w.Payload, w.EventType)
	case "meeting_recap":
		w.MeetingRecap = new(MeetingRecapPayload)
		return w.MeetingRecap.read(w.Payload)
	case "contact":
		w.Contact = new(ContactPayload)
		return w.Contact.read(w.Payload)
	}
	return nil
}

func (p *InviteePayload) read(raw json.RawMessage) error {
	if err := decode(raw, &p.Invitee); err != nil {
		return err
	}
	var parts struct {
		ScheduledEvent json.RawMessage `json:"scheduled_event"`
	}
	if err := json.Unmarshal(raw, &parts); err != nil {
		return err
	}
	return within("scheduled_event", decode(parts.ScheduledEvent, &p.ScheduledEvent))
}

func (p *MeetingRecapPayload) read(raw json.RawMessage) error {
	var parts struct {
		CreatedAt *time.Time      `json:"created_at"`
		Event     json.RawMessage `json:"event"`
		Recap     json.RawMessage `json:"recap"`
	}
	if err := json.Unmarshal(raw, &parts); err != nil {
		return unquoted(err)
	}
	p.CreatedAt, p.Raw = parts.CreatedAt, raw
	if event := new(RecapEvent); decode(parts.Event, event) == nil {
		p.Event = event // a deleted recap need not have one
	}
	return within("recap", decode(parts.Recap, &p.Recap))
}

func (p *ContactPayload) read(raw json.RawMessage) error {
	var parts struct {
		UserUUID string          `json:"user_uuid"`
		Contact  json.RawMessage `json:"contact"`
	}
	if err := json.Unmarshal(raw, &parts); err != nil {
		return unquoted(err)
	}
	p.UserUUID, p.Raw = parts.UserUUID, raw
	if err := decode(parts.Contact, &p.Contact); err != nil {
		return within("contact", err)
	}
	var more struct {
		CreationSource *string    `json:"creation_source"`
		DeletedAt      *time.Time `json:"deleted_at"`
	}
	if err := decode(parts.Contact, &more); err != nil {
		return within("contact", err)
	}
	p.CreationSource, p.DeletedAt = more.CreationSource, more.DeletedAt
	return nil
}

// within says in which part of a payload an error is.
func within(part string, err error) error {
	if err == nil {
		return nil
	}
	return errors.New(part + ": " + unquoted(err).Error())
}
