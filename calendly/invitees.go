package calendly

import (
	"encoding/json"
	"time"
)

// Invitee is somebody who booked a meeting.
type Invitee struct {
	URI                   URI              `json:"uri"`
	Email                 string           `json:"email"`
	FirstName             *string          `json:"first_name"`
	LastName              *string          `json:"last_name"`
	Name                  string           `json:"name"`
	Status                string           `json:"status"` // active or canceled
	QuestionsAndAnswers   []QuestionAnswer `json:"questions_and_answers"`
	Timezone              *string          `json:"timezone"`
	Event                 URI              `json:"event"`
	CreatedAt             time.Time        `json:"created_at"`
	UpdatedAt             time.Time        `json:"updated_at"`
	Tracking              Tracking         `json:"tracking"`
	TextReminderNumber    *string          `json:"text_reminder_number"`
	Rescheduled           bool             `json:"rescheduled"`
	OldInvitee            *URI             `json:"old_invitee"`
	NewInvitee            *URI             `json:"new_invitee"`
	CancelURL             string           `json:"cancel_url"`
	RescheduleURL         string           `json:"reschedule_url"`
	RoutingFormSubmission *URI             `json:"routing_form_submission"`
	Cancellation          *Cancellation    `json:"cancellation"` // absent unless canceled
	Payment               *Payment         `json:"payment"`
	NoShow                *NoShow          `json:"no_show"`
	Reconfirmation        *Reconfirmation  `json:"reconfirmation"`
	SchedulingMethod      *string          `json:"scheduling_method"` // instant_book or api
	InviteeScheduledBy    *URI             `json:"invitee_scheduled_by"`

	Raw json.RawMessage `json:"-"`
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
	ExternalID string  `json:"external_id"`
	Provider   string  `json:"provider"` // stripe or paypal
	Amount     Amount  `json:"amount"`
	Currency   string  `json:"currency"`
	Terms      *string `json:"terms"`
	Successful bool    `json:"successful"`
}

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

// InviteeNoShow is the mark as read by itself.
type InviteeNoShow struct {
	URI       URI       `json:"uri"`
	Invitee   URI       `json:"invitee"`
	CreatedAt time.Time `json:"created_at"`

	Raw json.RawMessage `json:"-"`
}
