package calendly

import (
	"encoding/json"
	"time"
)

// EventType is what can be booked.
type EventType struct {
	URI                URI              `json:"uri"`
	Name               *string          `json:"name"`
	Active             bool             `json:"active"`
	Slug               *string          `json:"slug"`
	SchedulingURL      string           `json:"scheduling_url"`
	Duration           float64          `json:"duration"` // minutes
	DurationOptions    []int            `json:"duration_options"`
	Kind               string           `json:"kind"`         // solo or group
	PoolingType        *string          `json:"pooling_type"` // round_robin, collective or multi_pool
	Type               string           `json:"type"`         // StandardEventType or AdhocEventType
	Color              string           `json:"color"`
	CreatedAt          time.Time        `json:"created_at"`
	UpdatedAt          time.Time        `json:"updated_at"`
	InternalNote       *string          `json:"internal_note"`
	IsPaid             bool             `json:"is_paid"`
	DescriptionPlain   *string          `json:"description_plain"`
	DescriptionHTML    *string          `json:"description_html"`
	Profile            *Profile         `json:"profile"`
	Secret             bool             `json:"secret"`
	BookingMethod      string           `json:"booking_method"` // instant or poll
	CustomQuestions    []CustomQuestion `json:"custom_questions"`
	DeletedAt          *time.Time       `json:"deleted_at"`
	AdminManaged       bool             `json:"admin_managed"`
	Locations          []LocationConfig `json:"locations"`
	Position           int              `json:"position"`
	Locale             string           `json:"locale"`
	StartTimeIncrement *int             `json:"start_time_increment"` // minutes
	BeforeBuffer       *int             `json:"before_buffer"`        // minutes
	AfterBuffer        *int             `json:"after_buffer"`         // minutes

	Raw json.RawMessage `json:"-"`
}

// Profile is the page that shows an event type.
type Profile struct {
	Type  string `json:"type"` // User or Team
	Name  string `json:"name"`
	Owner URI    `json:"owner"`
}

// CustomQuestion is asked of the invitee.
type CustomQuestion struct {
	Name          string   `json:"name"`
	Type          string   `json:"type"`
	Position      int      `json:"position"`
	Enabled       bool     `json:"enabled"`
	Required      bool     `json:"required"`
	AnswerChoices []string `json:"answer_choices"`
	IncludeOther  bool     `json:"include_other"`
}

// LocationConfig is a place that an event type offers.
type LocationConfig struct {
	Kind           string  `json:"kind"`
	Location       *string `json:"location"`
	AdditionalInfo *string `json:"additional_info"`
	PhoneNumber    *string `json:"phone_number"`
}

// EventTypeAvailableTime is a free slot.
type EventTypeAvailableTime struct {
	Status            string    `json:"status"`
	InviteesRemaining float64   `json:"invitees_remaining"`
	StartTime         time.Time `json:"start_time"`
	SchedulingURL     string    `json:"scheduling_url"`

	Raw json.RawMessage `json:"-"`
}

// EventTypeMembership is a host of an event type.
type EventTypeMembership struct {
	URI       URI       `json:"uri"`
	EventType EventType `json:"event_type"`
	Member    User      `json:"member"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`

	Raw json.RawMessage `json:"-"`
}
