package calendly

import (
	"context"
	"net/http"
	"time"
)

// InviteeInput books a meeting.
type InviteeInput struct {
	EventType           URI              `json:"event_type" check:"required"`
	StartTime           time.Time        `json:"start_time" check:"required"` // one of the event type's available times
	Invitee             InviteePerson    `json:"invitee" check:"required"`
	Location            *BookingLocation `json:"location"` // nil for event types that are shared round robin
	QuestionsAndAnswers []QuestionAnswer `json:"questions_and_answers"`
	Tracking            *TrackingInput   `json:"tracking"`
	EventGuests         []string         `json:"event_guests" check:"size=10,email"` // email addresses
}

// InviteePerson is who is invited. Name or FirstName is required.
type InviteePerson struct {
	Email              string `json:"email" check:"required,email"`
	Timezone           string `json:"timezone" check:"required"` // IANA name
	Name               string `json:"name"`
	FirstName          string `json:"first_name"`
	LastName           string `json:"last_name"`
	TextReminderNumber string `json:"text_reminder_number"` // E.164, as +14155550123
}

func (p InviteePerson) validate() error {
	if p.Name == "" && p.FirstName == "" {
		return &InputError{Field: "name", Problem: "is required, or first_name"}
	}
	return nil
}

// BookingLocation is one of the locations of the event type. Location is
// required for LocationKindPhysical, LocationKindOutboundCall, LocationKindAskInvitee and
// LocationKindCustom, and left out for the others.
type BookingLocation struct {
	Kind     LocationKind `json:"kind" check:"required"`
	Location string       `json:"location"`
}

// TrackingInput is what a booking is attributed to; each at most 255
// characters.
type TrackingInput struct {
	UTMCampaign    string `json:"utm_campaign" check:"max=255"`
	UTMSource      string `json:"utm_source" check:"max=255"`
	UTMMedium      string `json:"utm_medium" check:"max=255"`
	UTMContent     string `json:"utm_content" check:"max=255"`
	UTMTerm        string `json:"utm_term" check:"max=255"`
	SalesforceUUID string `json:"salesforce_uuid" check:"max=255"`
}

// Create books a meeting: real people are told, and calendars filled. It needs
// the scope scheduled_events:write. A time that is taken is 400, with a detail
// whose Code is already_filled. There are limits beside the general one: 10 a
// minute, 50 an hour and 100 a day below the Enterprise plan.
//
// Nothing keeps a booking from being made twice: after ErrUnknownOutcome read
// the events of that time first.
//
// API: POST /invitees
func (s *InviteesService) Create(ctx context.Context, input InviteeInput) (*Invitee, error) {
	return sendRecord[Invitee](ctx, s.client, write{method: http.MethodPost, template: "/invitees", input: input})
}
