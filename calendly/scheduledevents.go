package calendly

import (
	"encoding/json"
	"time"
)

// ScheduledEvent is a meeting.
type ScheduledEvent struct {
	URI               URI               `json:"uri"`
	Name              *string           `json:"name"`
	Status            string            `json:"status"` // active or canceled
	StartTime         time.Time         `json:"start_time"`
	EndTime           time.Time         `json:"end_time"`
	EventType         URI               `json:"event_type"`
	Location          *Location         `json:"location"`
	InviteesCounter   InviteesCounter   `json:"invitees_counter"`
	CreatedAt         time.Time         `json:"created_at"`
	UpdatedAt         time.Time         `json:"updated_at"`
	EventMemberships  []EventMembership `json:"event_memberships"`
	EventGuests       []EventGuest      `json:"event_guests"`
	MeetingNotesPlain *string           `json:"meeting_notes_plain"`
	MeetingNotesHTML  *string           `json:"meeting_notes_html"`
	Cancellation      *Cancellation     `json:"cancellation"` // absent unless canceled
	CalendarEvent     *CalendarEvent    `json:"calendar_event"`

	Raw json.RawMessage `json:"-"`
}

// Location is where a meeting is; which fields are set depends on Type. Note
// that Type is "zoom" and "gotomeeting" where event types say
// "zoom_conference" and "gotomeeting_conference".
type Location struct {
	Type           string          `json:"type"`
	Location       *string         `json:"location"`
	AdditionalInfo *string         `json:"additional_info"`
	Status         *string         `json:"status"` // initiated, processing, pushed or failed
	JoinURL        *string         `json:"join_url"`
	Data           json.RawMessage `json:"data"`
}

// InviteesCounter counts the invitees of a meeting.
type InviteesCounter struct {
	Total  int `json:"total"`  // with canceled ones
	Active int `json:"active"` // without
	Limit  int `json:"limit"`  // 1 for solo types
}

// EventMembership is a host of a meeting.
type EventMembership struct {
	User              URI        `json:"user"`
	UserEmail         string     `json:"user_email"`
	UserName          string     `json:"user_name"`
	BufferedStartTime *time.Time `json:"buffered_start_time"`
	BufferedEndTime   *time.Time `json:"buffered_end_time"`
}

// EventGuest is somebody whom an invitee brings along.
type EventGuest struct {
	Email     string    `json:"email"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Cancellation says who canceled and why.
type Cancellation struct {
	CanceledBy   string     `json:"canceled_by"` // a name
	Reason       *string    `json:"reason"`
	CancelerType string     `json:"canceler_type"` // host or invitee
	CreatedAt    *time.Time `json:"created_at"`
}

// CalendarEvent is deprecated by Calendly and null in live answers.
type CalendarEvent struct {
	Kind       string `json:"kind"`
	ExternalID string `json:"external_id"`
}
