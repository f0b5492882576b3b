package calendly

import (
	"context"
	"encoding/json"
	"net/http"
)

// Share is an event type with changes, behind a link for one booking.
type Share struct {
	SchedulingLinks []SchedulingLink `json:"scheduling_links"`
	ShareOverride   *ShareOverride   `json:"share_override"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// ShareOverride is what a share offers.
type ShareOverride struct {
	Name                   *string          `json:"name"`
	Duration               *int             `json:"duration"`         // minutes
	DurationOptions        []int            `json:"duration_options"` // minutes
	PeriodType             PeriodType       `json:"period_type"`
	StartDate              *string          `json:"start_date"`       // YYYY-MM-DD
	EndDate                *string          `json:"end_date"`         // YYYY-MM-DD
	MaxBookingTime         *int             `json:"max_booking_time"` // days
	HideLocation           *bool            `json:"hide_location"`
	LocationConfigurations []LocationConfig `json:"location_configurations"`
	AvailabilityRule       *ScheduleRule    `json:"availability_rule"`
}

// PeriodType is how far ahead can be booked.
type PeriodType string

// The types of Calendly's API reference.
const (
	PeriodAvailableMoving PeriodType = "available_moving" // so many days on which there is time
	PeriodMoving          PeriodType = "moving"           // so many days
	PeriodFixed           PeriodType = "fixed"            // from a date to another
	PeriodUnlimited       PeriodType = "unlimited"
)

// SharesService makes links with changes.
type SharesService struct{ client *Client }

// ShareInput is what differs from the event type; what is left out does not.
type ShareInput struct {
	EventType              URI                  `json:"event_type" check:"required"` // for one invitee at a time
	Name                   string               `json:"name" check:"max=55"`
	Duration               int                  `json:"duration" check:"min=1,max=720"`                // minutes
	DurationOptions        []int                `json:"duration_options" check:"size=4,min=1,max=720"` // minutes, all different
	PeriodType             PeriodType           `json:"period_type"`
	StartDate              string               `json:"start_date" check:"date"`        // of PeriodFixed
	EndDate                string               `json:"end_date" check:"date"`          // of PeriodFixed
	MaxBookingTime         int                  `json:"max_booking_time" check:"min=1"` // days, of the moving periods
	HideLocation           *bool                `json:"hide_location"`                  // for a single custom location only
	LocationConfigurations []ShareLocationInput `json:"location_configurations"`
	AvailabilityRule       *ShareRuleInput      `json:"availability_rule"`
}

// ShareLocationInput is where the meeting can be held; see LocationInput.
type ShareLocationInput struct {
	Kind           LocationKind `json:"kind" check:"required"`
	Position       int          `json:"position" check:"always,min=0"`
	Location       string       `json:"location" check:"max=255"`
	AdditionalInfo string       `json:"additional_info" check:"max=255"`
	PhoneNumber    string       `json:"phone_number"`
}

// ShareRuleInput is when the meeting can be held.
type ShareRuleInput struct {
	Timezone string                  `json:"timezone" check:"required"` // IANA name
	Rules    []AvailabilityRuleInput `json:"rules" check:"required"`
}

func (i ShareInput) validate() error {
	missing := ""
	switch i.PeriodType {
	case PeriodFixed:
		if i.StartDate == "" {
			missing = "start_date"
		} else if i.EndDate == "" {
			missing = "end_date"
		}
	case PeriodMoving, PeriodAvailableMoving:
		if i.MaxBookingTime == 0 {
			missing = "max_booking_time"
		}
	case PeriodUnlimited:
	}
	if missing != "" {
		return &InputError{Field: missing, Problem: "is required for " + string(i.PeriodType)}
	}
	return checkDurations(i.Duration, i.DurationOptions)
}

// Create makes a link to an event type with changes, for one booking. It needs
// the scope shares:write.
//
// API: POST /shares
func (s *SharesService) Create(ctx context.Context, input ShareInput) (*Share, error) {
	return sendRecord[Share](ctx, s.client, write{method: http.MethodPost, template: "/shares", input: input})
}
