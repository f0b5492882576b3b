package calendly

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// EventTypeInput is a new event type, for one invitee at a time. Its slug,
// questions, availability and price cannot be chosen here.
type EventTypeInput struct {
	Name               string          `json:"name" check:"required"`
	Owner              URI             `json:"owner" check:"required"` // a user: oneself, or for an admin any member
	Active             bool            `json:"active"`
	Description        string          `json:"description"`
	Duration           int             `json:"duration" check:"min=1,max=720"`                // minutes; one of DurationOptions if there are any
	DurationOptions    []int           `json:"duration_options" check:"size=4,min=1,max=720"` // minutes, all different
	Locations          []LocationInput `json:"locations"`
	Color              string          `json:"color" check:"color"`                        // #rrggbb, in lower case
	Locale             string          `json:"locale"`                                     // de, en, es, fr, it, nl, pt or uk
	StartTimeIncrement int             `json:"start_time_increment" check:"min=5,max=720"` // minutes; 0: 30
	BeforeBuffer       int             `json:"before_buffer" check:"min=0,max=180"`        // minutes: 5, 10, 15, 30, 45, 60, 90, 120, 150 or 180
	AfterBuffer        int             `json:"after_buffer" check:"min=0,max=180"`         // likewise
}

func (i EventTypeInput) validate() error { return checkDurations(i.Duration, i.DurationOptions) }

// LocationInput is where a meeting can be held. Location is for LocationKindPhysical,
// LocationKindCustom and LocationKindAskInvitee, AdditionalInfo for LocationKindPhysical and
// LocationKindInboundCall, PhoneNumber for LocationKindInboundCall.
type LocationInput struct {
	Kind           LocationKind `json:"kind" check:"required"`
	Location       string       `json:"location"`
	AdditionalInfo string       `json:"additional_info"`
	PhoneNumber    string       `json:"phone_number"`
}

func (l LocationInput) validate() error {
	if l.Kind == LocationKindInboundCall && l.PhoneNumber == "" {
		return &InputError{Field: "phone_number", Problem: "is required for inbound_call"}
	}
	return nil
}

func checkDurations(duration int, options []int) error {
	seen := map[int]bool{}
	for _, o := range options {
		if seen[o] {
			return &InputError{Field: "duration_options", Problem: "must be all different"}
		}
		seen[o] = true
	}
	if duration != 0 && len(options) > 0 && !slices.Contains(options, duration) {
		return &InputError{Field: "duration", Problem: "must be one of duration_options"}
	}
	return nil
}

// Create makes an event type for one invitee at a time. It needs the scope
// event_types:write; for another owner than the caller the role admin or owner.
//
// API: POST /event_types
func (s *EventTypesService) Create(ctx context.Context, input EventTypeInput) (*EventType, error) {
	return sendRecord[EventType](ctx, s.client, write{method: http.MethodPost, template: "/event_types", input: input})
}

// EventTypeChanges is what changes of an event type.
type EventTypeChanges struct {
	Name               Opt[string]          `json:"name"`
	Active             Opt[bool]            `json:"active"`
	Description        Opt[string]          `json:"description"`
	Duration           Opt[int]             `json:"duration" check:"min=1,max=720"`                // minutes
	DurationOptions    Opt[[]int]           `json:"duration_options" check:"size=4,min=1,max=720"` // minutes, all different
	Locations          Opt[[]LocationInput] `json:"locations"`                                     // instead of all there are
	Color              Opt[string]          `json:"color" check:"color"`
	Locale             Opt[string]          `json:"locale"`
	StartTimeIncrement Opt[int]             `json:"start_time_increment" check:"min=5,max=720"` // minutes
	BeforeBuffer       Opt[int]             `json:"before_buffer" check:"min=0,max=180"`        // minutes
	AfterBuffer        Opt[int]             `json:"after_buffer" check:"min=0,max=180"`         // minutes
}

func (c EventTypeChanges) validate() error {
	return checkDurations(c.Duration.value, c.DurationOptions.value)
}

// Update changes an event type for one invitee at a time; its slug stays. It
// needs the scope event_types:write.
//
// API: PATCH /event_types/{uuid}
func (s *EventTypesService) Update(ctx context.Context, eventType URI, changes EventTypeChanges) (*EventType, error) {
	return sendRecord[EventType](ctx, s.client, write{
		method: http.MethodPatch, template: "/event_types/{eventType}", ids: []URI{eventType}, input: changes,
	})
}

// OneOffEventTypeInput is an offer for one meeting.
type OneOffEventTypeInput struct {
	Name        string         `json:"name" check:"required,max=55"`
	Host        URI            `json:"host" check:"required"`                   // a user
	CoHosts     []URI          `json:"co_hosts"`                                // users
	Duration    int            `json:"duration" check:"required,min=1,max=720"` // minutes
	Timezone    string         `json:"timezone"`                                // IANA name; empty: the host's
	DateSetting DateSetting    `json:"date_setting" check:"required"`
	Location    *LocationInput `json:"location"`
}

// DateSetting says when a one-off event type can be booked.
type DateSetting struct {
	Type         DateSettingType `json:"type" check:"required"`
	StartDate    string          `json:"start_date" check:"date"`    // YYYY-MM-DD, of DatesInRange
	EndDate      string          `json:"end_date" check:"date"`      // likewise, less than 365 days later
	Days         *int            `json:"days" check:"min=0,max=365"` // of DatesAhead
	OnlyWeekdays bool            `json:"only_weekdays"`              // of DatesAhead
	Spots        []Spot          `json:"spots"`                      // of DatesInSpots
}

// DateSettingType is a way of saying when.
type DateSettingType string

// The types of Calendly's API reference.
const (
	DatesInRange DateSettingType = "date_range"
	DatesAhead   DateSettingType = "days_in_future"
	DatesInSpots DateSettingType = "spots"
)

// Spot is a span of time that can be booked.
type Spot struct {
	StartTime time.Time `json:"start_time" check:"required"`
	EndTime   time.Time `json:"end_time" check:"required"`
}

func (s Spot) validate() error { return ascending(s.StartTime, s.EndTime) }

func (d DateSetting) validate() error {
	missing := ""
	switch d.Type {
	case DatesInRange:
		if d.StartDate == "" {
			missing = "start_date"
		} else if d.EndDate == "" {
			missing = "end_date"
		}
	case DatesAhead:
		if d.Days == nil {
			missing = "days"
		}
	case DatesInSpots:
		if len(d.Spots) == 0 {
			missing = "spots"
		}
	}
	if missing != "" {
		return &InputError{Field: missing, Problem: "is required for " + string(d.Type)}
	}
	return nil
}

// CreateOneOff makes an offer for one meeting. It needs the scope
// event_types:write.
//
// API: POST /one_off_event_types
func (s *EventTypesService) CreateOneOff(ctx context.Context, input OneOffEventTypeInput) (*EventType, error) {
	return sendRecord[EventType](ctx, s.client, write{method: http.MethodPost, template: "/one_off_event_types", input: input})
}
