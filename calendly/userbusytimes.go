package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// UserBusyTime is a span in which a user cannot be booked.
type UserBusyTime struct {
	Type              BusyType   `json:"type"`
	StartTime         time.Time  `json:"start_time"`
	EndTime           time.Time  `json:"end_time"`
	BufferedStartTime *time.Time `json:"buffered_start_time"` // of BusyCalendly, like the next two
	BufferedEndTime   *time.Time `json:"buffered_end_time"`
	Event             *EventRef  `json:"event"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// EventRef names a scheduled event.
type EventRef struct {
	URI URI `json:"uri"`
}

// BusyType is what keeps a user busy.
type BusyType string

// The types of Calendly's API reference.
const (
	BusyCalendly BusyType = "calendly" // a scheduled event
	BusyReserved BusyType = "reserved"
	BusyExternal BusyType = "external" // an entry of a connected calendar
)

// UserBusyTimesService reads when users are busy.
type UserBusyTimesService struct{ client *Client }

// UserBusyTimeOptions say which times are listed: those of a span that does
// not begin in the past and is at most 7 days long.
type UserBusyTimeOptions struct {
	User      URI       `query:"user,required"`
	StartTime time.Time `query:"start_time,required"`
	EndTime   time.Time `query:"end_time,required"`
}

func (o UserBusyTimeOptions) validate() error { return ascending(o.StartTime, o.EndTime) }

// List returns when a user is busy, all in one page. It needs the scope
// availability:read; 400 where the span begins in the past or is too long, 403
// where the user is not in the caller's organization, and 424, which is not
// tried again, where a connected calendar does not answer. External entries
// have no titles, and come only from calendars that are checked for conflicts.
//
// API: GET /user_busy_times
func (s *UserBusyTimesService) List(ctx context.Context, options UserBusyTimeOptions) (*Page[UserBusyTime], error) {
	return s.list(options).page(ctx)
}

// All reads the records of List.
func (s *UserBusyTimesService) All(ctx context.Context, options UserBusyTimeOptions) iter.Seq2[UserBusyTime, error] {
	return s.list(options).all(ctx)
}

func (s *UserBusyTimesService) list(options UserBusyTimeOptions) list[UserBusyTime] {
	return newList[UserBusyTime](s.client, options, "/user_busy_times")
}
