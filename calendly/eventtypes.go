package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// EventType is what can be booked.
type EventType struct {
	URI                URI              `json:"uri"`
	Name               *string          `json:"name"`
	Active             bool             `json:"active"`
	Slug               *string          `json:"slug"`
	SchedulingURL      string           `json:"scheduling_url"`
	Duration           float64          `json:"duration"`         // minutes
	DurationOptions    []int            `json:"duration_options"` // minutes; nil or empty: Duration only
	Kind               EventTypeKind    `json:"kind"`
	PoolingType        *PoolingType     `json:"pooling_type"` // nil: one host
	Type               EventTypeType    `json:"type"`
	Color              string           `json:"color"` // #rrggbb
	CreatedAt          time.Time        `json:"created_at"`
	UpdatedAt          time.Time        `json:"updated_at"`
	InternalNote       *string          `json:"internal_note"`
	IsPaid             bool             `json:"is_paid"`
	DescriptionPlain   *string          `json:"description_plain"`
	DescriptionHTML    *string          `json:"description_html"`
	Profile            *Profile         `json:"profile"` // null for some, other than documented
	Secret             bool             `json:"secret"`  // left out of the host's page
	BookingMethod      BookingMethod    `json:"booking_method"`
	CustomQuestions    []CustomQuestion `json:"custom_questions"`
	DeletedAt          *time.Time       `json:"deleted_at"`
	AdminManaged       bool             `json:"admin_managed"`
	Locations          []LocationConfig `json:"locations"`
	Position           int              `json:"position"` // on the host's page, from 0
	Locale             string           `json:"locale"`
	StartTimeIncrement *int             `json:"start_time_increment"` // minutes; nil for one-off ones
	BeforeBuffer       *int             `json:"before_buffer"`        // minutes
	AfterBuffer        *int             `json:"after_buffer"`         // minutes

	Raw json.RawMessage `json:"-"` // as it was sent
}

// Profile is the page that shows an event type.
type Profile struct {
	Type  ProfileType `json:"type"`
	Name  string      `json:"name"`
	Owner URI         `json:"owner"` // a user or a team
}

// CustomQuestion is asked of who books.
type CustomQuestion struct {
	Name          string       `json:"name"`
	Type          QuestionType `json:"type"`
	Position      int          `json:"position"`
	Enabled       bool         `json:"enabled"`
	Required      bool         `json:"required"`
	AnswerChoices []string     `json:"answer_choices"` // empty for free text
	IncludeOther  bool         `json:"include_other"`  // another answer can be written
}

// EventTypesService reads and changes event types.
type EventTypesService struct{ client *Client }

// EventTypeOptions say which event types are listed: inactive ones too, unless
// Active says otherwise, and never deleted ones. Organization or User is
// required.
type EventTypeOptions struct {
	Organization             URI    `query:"organization"` // alone, for admins and the owner: all
	User                     URI    `query:"user"`         // those that the user hosts
	Active                   *bool  `query:"active"`
	AdminManaged             *bool  `query:"admin_managed"`
	UserAvailabilitySchedule URI    `query:"user_availability_schedule"` // with User
	Sort                     Sort   `query:"sort"`                       // by name (by default), position, created_at or updated_at
	Count                    int    `query:"count,max=100"`              // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken                string `query:"page_token"`
}

func (o EventTypeOptions) validate() error {
	if o.Organization == "" && o.User == "" {
		return &InputError{Field: "organization", Problem: "is required, or user"}
	}
	return nil
}

// List returns one page of event types. It needs the scope event_types:read,
// and for a whole organization the role admin or owner.
//
// API: GET /event_types
func (s *EventTypesService) List(ctx context.Context, options EventTypeOptions) (*Page[EventType], error) {
	return s.list(options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *EventTypesService) Pages(ctx context.Context, options EventTypeOptions) iter.Seq2[*Page[EventType], error] {
	return s.list(options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *EventTypesService) All(ctx context.Context, options EventTypeOptions) iter.Seq2[EventType, error] {
	return s.list(options).all(ctx)
}

func (s *EventTypesService) list(options EventTypeOptions) list[EventType] {
	return newList[EventType](s.client, options, "/event_types")
}

// Get returns one event type, also a deleted one. It needs the scope
// event_types:read.
//
// API: GET /event_types/{uuid}
func (s *EventTypesService) Get(ctx context.Context, eventType URI) (*EventType, error) {
	return getRecord[EventType](ctx, s.client, "/event_types/{eventType}", eventType)
}

// EventTypeKind is how many invitees a meeting of an event type can have.
type EventTypeKind string

// The kinds of Calendly's API reference.
const (
	EventTypeSolo  EventTypeKind = "solo"  // one
	EventTypeGroup EventTypeKind = "group" // several
)

// EventTypeType is whether an event type is offered again and again.
type EventTypeType string

// The types of Calendly's API reference.
const (
	StandardEventType EventTypeType = "StandardEventType"
	AdhocEventType    EventTypeType = "AdhocEventType" // a one-off offer
)

// PoolingType is how an event type of several hosts is shared.
type PoolingType string

// The types of Calendly's API reference.
const (
	PoolingRoundRobin PoolingType = "round_robin" // one of them
	PoolingCollective PoolingType = "collective"  // all of them
	PoolingMultiPool  PoolingType = "multi_pool"
)

// BookingMethod is how a time is found.
type BookingMethod string

// The methods of Calendly's API reference.
const (
	BookingInstant BookingMethod = "instant"
	BookingPoll    BookingMethod = "poll"
)

// ProfileType is who owns a Profile.
type ProfileType string

// The types of Calendly's API reference.
const (
	ProfileUser ProfileType = "User"
	ProfileTeam ProfileType = "Team"
)

// QuestionType is what answer a CustomQuestion takes.
type QuestionType string

// The types of Calendly's API reference.
const (
	QuestionString       QuestionType = "string" // one line
	QuestionText         QuestionType = "text"   // several lines
	QuestionPhoneNumber  QuestionType = "phone_number"
	QuestionSingleSelect QuestionType = "single_select"
	QuestionMultiSelect  QuestionType = "multi_select"
)
