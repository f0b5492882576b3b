package calendly

import (
	"context"
	"encoding/json"
	"iter"
)

// AvailabilitySchedule is when a user can be booked.
type AvailabilitySchedule struct {
	URI      URI                `json:"uri"`
	Default  bool               `json:"default"`
	Name     string             `json:"name"`
	User     URI                `json:"user"`
	Timezone string             `json:"timezone"` // IANA name
	Rules    []AvailabilityRule `json:"rules"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// AvailabilityRule holds for a weekday, or for a date, which goes before.
// Without intervals there is no time to book.
type AvailabilityRule struct {
	Type      RuleType   `json:"type"`
	Intervals []Interval `json:"intervals"`
	Wday      string     `json:"wday,omitempty"` // sunday to saturday, of RuleWday
	Date      string     `json:"date,omitempty"` // YYYY-MM-DD, of RuleDate
}

// RuleType is what an AvailabilityRule holds for.
type RuleType string

// The types of Calendly's API reference.
const (
	RuleWday RuleType = "wday"
	RuleDate RuleType = "date"
)

// Interval is a span of clock time, hh:mm, in the schedule's time zone.
type Interval struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// UserAvailabilitySchedulesService reads the schedules of users.
type UserAvailabilitySchedulesService struct{ client *Client }

// UserAvailabilityScheduleOptions say whose schedules are listed.
type UserAvailabilityScheduleOptions struct {
	User URI `query:"user,required"`
}

// List returns the schedules of a user, all in one page. It needs the scope
// availability:read; 403 where the user is not in the caller's organization.
//
// API: GET /user_availability_schedules
func (s *UserAvailabilitySchedulesService) List(ctx context.Context, options UserAvailabilityScheduleOptions) (*Page[AvailabilitySchedule], error) {
	return s.list(options).page(ctx)
}

// All reads the records of List.
func (s *UserAvailabilitySchedulesService) All(ctx context.Context, options UserAvailabilityScheduleOptions) iter.Seq2[AvailabilitySchedule, error] {
	return s.list(options).all(ctx)
}

func (s *UserAvailabilitySchedulesService) list(options UserAvailabilityScheduleOptions) list[AvailabilitySchedule] {
	return newList[AvailabilitySchedule](s.client, options, "/user_availability_schedules")
}

// Get returns one schedule. It needs the scope availability:read.
//
// API: GET /user_availability_schedules/{uuid}
func (s *UserAvailabilitySchedulesService) Get(ctx context.Context, schedule URI) (*AvailabilitySchedule, error) {
	return getRecord[AvailabilitySchedule](ctx, s.client, "/user_availability_schedules/{schedule}", schedule)
}
