package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// Invitee is somebody who booked a meeting. Who books anew instead of an old
// time gets a new Invitee, linked by OldInvitee and NewInvitee.
type Invitee struct {
	URI                   URI               `json:"uri"`
	Email                 string            `json:"email"`
	FirstName             *string           `json:"first_name"` // nil where the event type asks for one name
	LastName              *string           `json:"last_name"`  // likewise
	Name                  string            `json:"name"`
	Status                Status            `json:"status"`
	QuestionsAndAnswers   []QuestionAnswer  `json:"questions_and_answers"`
	Timezone              *string           `json:"timezone"` // IANA name
	Event                 URI               `json:"event"`
	CreatedAt             time.Time         `json:"created_at"`
	UpdatedAt             time.Time         `json:"updated_at"`
	Tracking              Tracking          `json:"tracking"`
	TextReminderNumber    *string           `json:"text_reminder_number"`
	Rescheduled           bool              `json:"rescheduled"` // replaced by NewInvitee
	OldInvitee            *URI              `json:"old_invitee"`
	NewInvitee            *URI              `json:"new_invitee"`
	CancelURL             string            `json:"cancel_url"`
	RescheduleURL         string            `json:"reschedule_url"`
	RoutingFormSubmission *URI              `json:"routing_form_submission"`
	Cancellation          *Cancellation     `json:"cancellation"` // absent unless canceled
	Payment               *Payment          `json:"payment"`
	NoShow                *NoShow           `json:"no_show"`
	Reconfirmation        *Reconfirmation   `json:"reconfirmation"`
	SchedulingMethod      *SchedulingMethod `json:"scheduling_method"` // nil: on the web
	InviteeScheduledBy    *URI              `json:"invitee_scheduled_by"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// QuestionAnswer is an answer; several chosen ones are joined by line feeds.
type QuestionAnswer struct {
	Question string `json:"question"`
	Answer   string `json:"answer"`
	Position int    `json:"position"`
}

// Tracking is where a booking came from.
type Tracking struct {
	UTMCampaign    *string `json:"utm_campaign"`
	UTMSource      *string `json:"utm_source"`
	UTMMedium      *string `json:"utm_medium"`
	UTMContent     *string `json:"utm_content"`
	UTMTerm        *string `json:"utm_term"`
	SalesforceUUID *string `json:"salesforce_uuid"`
}

// Payment is what an invitee paid.
type Payment struct {
	ExternalID string          `json:"external_id"`
	Provider   PaymentProvider `json:"provider"`
	Amount     Amount          `json:"amount"`
	Currency   string          `json:"currency"` // ISO code
	Terms      *string         `json:"terms"`
	Successful bool            `json:"successful"`
}

// PaymentProvider is through whom an invitee paid.
type PaymentProvider string

// The providers of Calendly's API reference.
const (
	ProviderStripe PaymentProvider = "stripe"
	ProviderPaypal PaymentProvider = "paypal"
)

// NoShow is the mark of an invitee who did not come.
type NoShow struct {
	URI       URI       `json:"uri"`
	CreatedAt time.Time `json:"created_at"`
}

// Reconfirmation is what an invitee was asked and answered before a meeting.
type Reconfirmation struct {
	CreatedAt   time.Time  `json:"created_at"`
	ConfirmedAt *time.Time `json:"confirmed_at"`
}

// SchedulingMethod is how a meeting was booked, if not on the web.
type SchedulingMethod string

// The methods of Calendly's API reference.
const (
	SchedulingInstantBook SchedulingMethod = "instant_book"
	SchedulingAPI         SchedulingMethod = "api"
)

// InviteesService reads and changes who booked meetings. There is no list over several
// meetings.
type InviteesService struct{ client *Client }

// InviteeOptions say which invitees of a meeting are listed.
type InviteeOptions struct {
	Status    Status `query:"status"`
	Email     string `query:"email"`
	Sort      Sort   `query:"sort"`          // by created_at; ascending by default
	Count     int    `query:"count,max=100"` // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken string `query:"page_token"`
}

// List returns one page of the invitees of a meeting. It needs the scope
// scheduled_events:read; 403 where the caller may not view the meeting.
//
// API: GET /scheduled_events/{uuid}/invitees
func (s *InviteesService) List(ctx context.Context, event URI, options InviteeOptions) (*Page[Invitee], error) {
	return s.list(event, options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *InviteesService) Pages(ctx context.Context, event URI, options InviteeOptions) iter.Seq2[*Page[Invitee], error] {
	return s.list(event, options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *InviteesService) All(ctx context.Context, event URI, options InviteeOptions) iter.Seq2[Invitee, error] {
	return s.list(event, options).all(ctx)
}

func (s *InviteesService) list(event URI, options InviteeOptions) list[Invitee] {
	return newList[Invitee](s.client, options, "/scheduled_events/{event}/invitees", event)
}

// Get returns one invitee of a meeting. It needs the scope
// scheduled_events:read; 403 where the caller may not view the meeting.
//
// API: GET /scheduled_events/{event_uuid}/invitees/{invitee_uuid}
func (s *InviteesService) Get(ctx context.Context, event, invitee URI) (*Invitee, error) {
	return getRecord[Invitee](ctx, s.client, "/scheduled_events/{event}/invitees/{invitee}", event, invitee)
}
