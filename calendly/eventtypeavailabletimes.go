package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// EventTypeAvailableTime is a time at which an event type can be booked.
type EventTypeAvailableTime struct {
	Status            string    `json:"status"` // available
	InviteesRemaining float64   `json:"invitees_remaining"`
	StartTime         time.Time `json:"start_time"`
	SchedulingURL     string    `json:"scheduling_url"` // the page to book this time on

	Raw json.RawMessage `json:"-"` // as it was sent
}

// EventTypeAvailableTimesService reads when event types can be booked.
type EventTypeAvailableTimesService struct{ client *Client }

// EventTypeAvailableTimeOptions say which times are listed: those of a span
// that lies in the future and is at most 31 days long.
type EventTypeAvailableTimeOptions struct {
	EventType URI       `query:"event_type,required"`
	StartTime time.Time `query:"start_time,required"`
	EndTime   time.Time `query:"end_time,required"`
}

func (o EventTypeAvailableTimeOptions) validate() error { return ascending(o.StartTime, o.EndTime) }

// List returns the free times of a span, all in one page. It needs the scope
// event_types:read or availability:read: Calendly's API reference says both.
// 400 where the span begins in the past or is too long.
//
// API: GET /event_type_available_times
func (s *EventTypeAvailableTimesService) List(ctx context.Context, options EventTypeAvailableTimeOptions) (*Page[EventTypeAvailableTime], error) {
	return s.list(options).page(ctx)
}

// All reads the records of List.
func (s *EventTypeAvailableTimesService) All(ctx context.Context, options EventTypeAvailableTimeOptions) iter.Seq2[EventTypeAvailableTime, error] {
	return s.list(options).all(ctx)
}

func (s *EventTypeAvailableTimesService) list(options EventTypeAvailableTimeOptions) list[EventTypeAvailableTime] {
	return newList[EventTypeAvailableTime](s.client, options, "/event_type_available_times")
}
