package calendly

import (
	"encoding/json"
	"time"
)

// AvailabilitySchedule is when a user can be booked.
type AvailabilitySchedule struct {
	URI      URI                `json:"uri"`
	Default  bool               `json:"default"`
	Name     string             `json:"name"`
	User     URI                `json:"user"`
	Timezone string             `json:"timezone"` // IANA name
	Rules    []AvailabilityRule `json:"rules"`

	Raw json.RawMessage `json:"-"`
}

// AvailabilityRule holds for a weekday or for a date.
type AvailabilityRule struct {
	Type      string     `json:"type"` // wday or date
	Intervals []Interval `json:"intervals"`
	Wday      string     `json:"wday,omitempty"`
	Date      string     `json:"date,omitempty"`
}

// Interval is a span of clock time, hh:mm, in the schedule's time zone.
type Interval struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// EventTypeAvailability is when an event type can be booked.
type EventTypeAvailability struct {
	EventType           *URI         `json:"event_type"`
	AvailabilitySetting string       `json:"availability_setting"`
	AvailabilityRule    ScheduleRule `json:"availability_rule"`

	Raw json.RawMessage `json:"-"`
}

// ScheduleRule is the schedule of an event type's host.
type ScheduleRule struct {
	URI      *URI               `json:"uri"`
	Name     *string            `json:"name"`
	User     *URI               `json:"user"`
	Timezone string             `json:"timezone"`
	Rules    []AvailabilityRule `json:"rules"`
}

// UserBusyTime is a span in which a user cannot be booked.
type UserBusyTime struct {
	Type              string     `json:"type"` // calendly, reserved or external
	StartTime         time.Time  `json:"start_time"`
	EndTime           time.Time  `json:"end_time"`
	BufferedStartTime *time.Time `json:"buffered_start_time"`
	BufferedEndTime   *time.Time `json:"buffered_end_time"`
	Event             *EventRef  `json:"event"`

	Raw json.RawMessage `json:"-"`
}

// EventRef names a scheduled event.
type EventRef struct {
	URI URI `json:"uri"`
}

// UserMeetingLimit is how many meetings a user takes; nil is no limit.
type UserMeetingLimit struct {
	DailyLimit   *int `json:"daily_limit"`
	WeeklyLimit  *int `json:"weekly_limit"`
	MonthlyLimit *int `json:"monthly_limit"`

	Raw json.RawMessage `json:"-"`
}

// UserLocation is a place that a user can offer.
type UserLocation struct {
	Kind      string `json:"kind"`
	Connected *bool  `json:"connected"`

	Raw json.RawMessage `json:"-"`
}
