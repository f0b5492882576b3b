package calendly

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"
)

// MaxWebhook is how many bytes a webhook can have; longer ones are refused.
const MaxWebhook = 1 << 20

// Webhook is what Calendly sends to a WebhookSubscription. Of the pointers the
// one that belongs to Event is set; none is for an event that is not among the
// constants, whose Payload has it all.
//
// Webhooks come at least once and in any order, and have no id: to tell one
// that came twice compare Event and the payload's URI and UpdatedAt. A meeting
// that is rescheduled sends two: that the old invitee canceled, with
// Rescheduled set, and that the new one was created.
type Webhook struct {
	WebhookPayload

	Invitee               *InviteePayload        // invitee.… and invitee_no_show.…; NoShow is nil when deleted
	RoutingFormSubmission *RoutingFormSubmission // routing_form_submission.created
	EventType             *EventType             // event_type.…, without DescriptionHTML
	MeetingRecap          *MeetingRecapPayload   // meeting_recap.…
	Contact               *ContactPayload        // contact.…
}

// InviteePayload is an invitee and the meeting it is for, which lacks the
// CalendarEvent and the buffers of its hosts.
type InviteePayload struct {
	Invitee

	ScheduledEvent ScheduledEvent `json:"scheduled_event"`
}

// MeetingRecapPayload is a recap and the meeting it is about. A deleted recap
// has a URI and DeletedAt only.
type MeetingRecapPayload struct {
	CreatedAt *time.Time   `json:"created_at"` // of EventMeetingRecapCreated
	Event     *RecapEvent  `json:"event"`
	Recap     RecapContent `json:"recap"`

	Raw json.RawMessage `json:"-"` // as it was sent
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
	UserUUID       string     `json:"user_uuid"`
	Contact        Contact    `json:"contact"`
	CreationSource *string    `json:"-"` // the contact's, like DeletedAt
	DeletedAt      *time.Time `json:"-"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// ParseWebhook reads the body of a webhook, which VerifyWebhook should have
// seen before, or that of SampleData. What may be null, absent or of another
// type is as in all records. It fails with an InputError where the body is no
// webhook, or has not the records that the payload of its event must have.
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
	switch w.Event {
	case EventInviteeCreated, EventInviteeCanceled, EventInviteeNoShowCreated, EventInviteeNoShowDeleted:
		w.Invitee = new(InviteePayload)
		return w.Invitee.read(w.Payload)
	case EventRoutingFormSubmissionCreated:
		w.RoutingFormSubmission = new(RoutingFormSubmission)
		return decode(w.Payload, w.RoutingFormSubmission)
	case EventEventTypeCreated, EventEventTypeUpdated, EventEventTypeDeleted:
		w.EventType = new(EventType)
		return decode(w.Payload, w.EventType)
	case EventMeetingRecapCreated, EventMeetingRecapUpdated, EventMeetingRecapDeleted:
		w.MeetingRecap = new(MeetingRecapPayload)
		return w.MeetingRecap.read(w.Payload)
	case EventContactCreated, EventContactUpdated, EventContactDeleted:
		w.Contact = new(ContactPayload)
		return w.Contact.read(w.Payload)
	}
	return nil
}

func (p *InviteePayload) read(raw json.RawMessage) error {
	if err := decode(raw, &p.Invitee); err != nil {
		return err
	}
	return decodePart(raw, "scheduled_event", &p.ScheduledEvent)
}

func (p *MeetingRecapPayload) read(raw json.RawMessage) error {
	if err := decode(raw, p); err != nil {
		return err
	}
	return decodePart(raw, "recap", &p.Recap)
}

func (p *ContactPayload) read(raw json.RawMessage) error {
	if err := decode(raw, p); err != nil {
		return err
	}
	if err := decodePart(raw, "contact", &p.Contact); err != nil {
		return err
	}
	var more struct { // what only a webhook says of a contact
		CreationSource *string    `json:"creation_source"`
		DeletedAt      *time.Time `json:"deleted_at"`
	}
	err := decodePart(raw, "contact", &more)
	p.CreationSource, p.DeletedAt = more.CreationSource, more.DeletedAt
	return err
}

// decodePart decodes a record that a payload must have inside. decode by itself
// would leave it empty where it is none.
func decodePart(raw json.RawMessage, name string, into any) error {
	var parts map[string]json.RawMessage
	if err := json.Unmarshal(raw, &parts); err != nil {
		return err
	}
	if err := decode(parts[name], into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
