package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
)

// EventTypeAvailability is when an event type can be booked.
type EventTypeAvailability struct {
	EventType           *URI         `json:"event_type"`
	AvailabilitySetting string       `json:"availability_setting"` // host
	AvailabilityRule    ScheduleRule `json:"availability_rule"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// ScheduleRule is the schedule of an event type's host.
type ScheduleRule struct {
	URI      *URI               `json:"uri"`
	Name     *string            `json:"name"`
	User     *URI               `json:"user"`
	Timezone string             `json:"timezone"` // IANA name
	Rules    []AvailabilityRule `json:"rules"`
}

// EventTypeAvailabilitySchedulesService reads and changes the schedules of event types.
type EventTypeAvailabilitySchedulesService struct{ client *Client }

// EventTypeAvailabilityScheduleOptions say which event type's schedules are
// listed.
type EventTypeAvailabilityScheduleOptions struct {
	EventType URI `query:"event_type,required"`
}

// List returns the schedules of an event type, all in one page. It needs the
// scope availability:read.
//
// API: GET /event_type_availability_schedules
func (s *EventTypeAvailabilitySchedulesService) List(ctx context.Context, options EventTypeAvailabilityScheduleOptions) (*Page[EventTypeAvailability], error) {
	return s.list(options).page(ctx)
}

// All reads the records of List.
func (s *EventTypeAvailabilitySchedulesService) All(ctx context.Context, options EventTypeAvailabilityScheduleOptions) iter.Seq2[EventTypeAvailability, error] {
	return s.list(options).all(ctx)
}

func (s *EventTypeAvailabilitySchedulesService) list(options EventTypeAvailabilityScheduleOptions) list[EventTypeAvailability] {
	return newList[EventTypeAvailability](s.client, options, "/event_type_availability_schedules")
}

// EventTypeAvailabilityInput is when an event type can be booked from now on.
type EventTypeAvailabilityInput struct {
	AvailabilityRule    ScheduleRuleInput `json:"availability_rule" check:"required"`
	AvailabilitySetting string            `json:"availability_setting"` // empty: host
}

// ScheduleRuleInput is the schedule of an event type's host.
type ScheduleRuleInput struct {
	Timezone string                  `json:"timezone" check:"required"` // IANA name
	Rules    []AvailabilityRuleInput `json:"rules"`                     // instead of all there are; nil leaves them, an empty list removes them
	User     URI                     `json:"user"`                      // whose; empty: the caller's
}

// AvailabilityRuleInput holds for a weekday, or for a date, which goes before.
type AvailabilityRuleInput struct {
	Type      RuleType   `json:"type" check:"required"`
	Intervals []Interval `json:"intervals" check:"always"` // none: no time to book
	Wday      string     `json:"wday"`                     // sunday to saturday, of RuleWday
	Date      string     `json:"date" check:"date"`        // YYYY-MM-DD, of RuleDate
}

func (r AvailabilityRuleInput) validate() error {
	switch {
	case r.Type == RuleWday && r.Wday == "":
		return &InputError{Field: "wday", Problem: "is required for wday"}
	case r.Type == RuleDate && r.Date == "":
		return &InputError{Field: "date", Problem: "is required for date"}
	}
	return nil
}

// Update replaces the rules by which an event type can be booked. It needs the
// scope availability:write; for another host the role admin or owner.
//
// API: PATCH /event_type_availability_schedules
func (s *EventTypeAvailabilitySchedulesService) Update(ctx context.Context, options EventTypeAvailabilityScheduleOptions, input EventTypeAvailabilityInput) (*EventTypeAvailability, error) {
	return sendRecord[EventTypeAvailability](ctx, s.client, write{
		method: http.MethodPatch, template: "/event_type_availability_schedules", query: options, input: input,
	})
}
