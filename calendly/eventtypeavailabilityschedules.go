package calendly

import (
	"context"
	"encoding/json"
	"iter"
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

// EventTypeAvailabilitySchedulesService reads the schedules of event types.
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
