package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"time"
)

// ScheduledEvent is a meeting.
type ScheduledEvent struct {
	URI               URI               `json:"uri"`
	Name              *string           `json:"name"`
	Status            Status            `json:"status"`
	StartTime         time.Time         `json:"start_time"`
	EndTime           time.Time         `json:"end_time"`
	EventType         URI               `json:"event_type"`
	Location          *Location         `json:"location"`
	InviteesCounter   InviteesCounter   `json:"invitees_counter"`
	CreatedAt         time.Time         `json:"created_at"`
	UpdatedAt         time.Time         `json:"updated_at"`
	EventMemberships  []EventMembership `json:"event_memberships"`
	EventGuests       []EventGuest      `json:"event_guests"`
	MeetingNotesPlain *string           `json:"meeting_notes_plain"`
	MeetingNotesHTML  *string           `json:"meeting_notes_html"`
	Cancellation      *Cancellation     `json:"cancellation"` // absent unless canceled
	CalendarEvent     *CalendarEvent    `json:"calendar_event"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// Status is whether a meeting, or an invitee, is still expected.
type Status string

// The statuses of Calendly's API reference.
const (
	StatusActive   Status = "active"
	StatusCanceled Status = "canceled"
)

// InviteesCounter counts the invitees of a meeting.
type InviteesCounter struct {
	Total  int `json:"total"`  // with canceled ones
	Active int `json:"active"` // without
	Limit  int `json:"limit"`  // 1 for solo types
}

// EventMembership is a host of a meeting.
type EventMembership struct {
	User              URI        `json:"user"`
	UserEmail         string     `json:"user_email"`
	UserName          string     `json:"user_name"`
	BufferedStartTime *time.Time `json:"buffered_start_time"`
	BufferedEndTime   *time.Time `json:"buffered_end_time"`
}

// EventGuest is somebody whom an invitee brings along.
type EventGuest struct {
	Email     string    `json:"email"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Cancellation says who canceled and why.
type Cancellation struct {
	CanceledBy   string       `json:"canceled_by"` // the name of a person
	Reason       *string      `json:"reason"`
	CancelerType CancelerType `json:"canceler_type"`
	CreatedAt    *time.Time   `json:"created_at"`

	Raw json.RawMessage `json:"-"` // as it was sent, where it is the whole answer
}

// CancelerType is who canceled.
type CancelerType string

// The types of Calendly's API reference.
const (
	CancelerHost    CancelerType = "host"
	CancelerInvitee CancelerType = "invitee"
)

// CalendarEvent is deprecated by Calendly and null in live answers.
type CalendarEvent struct {
	Kind       string `json:"kind"`
	ExternalID string `json:"external_id"`
}

// ScheduledEventsService reads and changes meetings.
type ScheduledEventsService struct{ client *Client }

// ScheduledEventOptions say which meetings are listed: past and future, active
// and canceled ones, unless they say otherwise. Give at least one of the first
// three. There is no filter or order by when a meeting was changed.
type ScheduledEventOptions struct {
	User         URI       `query:"user"`         // a colleague together with Organization, for admins and the owner
	Organization URI       `query:"organization"` // alone, for admins and the owner: all
	Group        URI       `query:"group"`        // with Organization, for admins, the owner, and admins of the group
	InviteeEmail string    `query:"invitee_email"`
	Status       Status    `query:"status"`
	MinStartTime time.Time `query:"min_start_time"`
	MaxStartTime time.Time `query:"max_start_time"`
	Sort         Sort      `query:"sort"`          // by start_time
	Count        int       `query:"count,max=100"` // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken    string    `query:"page_token"`
}

// List returns one page of meetings. It needs the scope scheduled_events:read;
// 403 for a member who asks for more than their own, or for a colleague
// without naming the organization.
//
// API: GET /scheduled_events
func (s *ScheduledEventsService) List(ctx context.Context, options ScheduledEventOptions) (*Page[ScheduledEvent], error) {
	return s.list(options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *ScheduledEventsService) Pages(ctx context.Context, options ScheduledEventOptions) iter.Seq2[*Page[ScheduledEvent], error] {
	return s.list(options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *ScheduledEventsService) All(ctx context.Context, options ScheduledEventOptions) iter.Seq2[ScheduledEvent, error] {
	return s.list(options).all(ctx)
}

func (s *ScheduledEventsService) list(options ScheduledEventOptions) list[ScheduledEvent] {
	return newList[ScheduledEvent](s.client, options, "/scheduled_events")
}

// Get returns one meeting. It needs the scope scheduled_events:read; 403 where
// the caller may not view it.
//
// API: GET /scheduled_events/{uuid}
func (s *ScheduledEventsService) Get(ctx context.Context, event URI) (*ScheduledEvent, error) {
	return getRecord[ScheduledEvent](ctx, s.client, "/scheduled_events/{event}", event)
}

// Location is where a meeting is; which fields are set depends on Type.
type Location struct {
	Type           LocationType    `json:"type"`
	Location       *string         `json:"location"`        // address, telephone number or text
	AdditionalInfo *string         `json:"additional_info"` // of physical and inbound_call
	Status         *LocationStatus `json:"status"`          // of conferences
	JoinURL        *string         `json:"join_url"`        // of conferences; may come some time after the booking
	Data           json.RawMessage `json:"data"`            // of conferences: what the provider says; removed after six months
}

// LocationType is a kind of place where a meeting is. Beware: two of them have
// other words as a LocationKind, where Zoom is "zoom_conference" and GoToMeeting
// "gotomeeting_conference".
type LocationType string

// The types of Calendly's API reference.
const (
	LocationAskInvitee     LocationType = "ask_invitee"
	LocationCustom         LocationType = "custom"
	LocationGoogle         LocationType = "google_conference"
	LocationGotomeeting    LocationType = "gotomeeting"
	LocationInboundCall    LocationType = "inbound_call"
	LocationMicrosoftTeams LocationType = "microsoft_teams_conference"
	LocationOutboundCall   LocationType = "outbound_call"
	LocationPhysical       LocationType = "physical"
	LocationWebex          LocationType = "webex_conference"
	LocationZoom           LocationType = "zoom"
)

// LocationStatus is how far a conference is arranged.
type LocationStatus string

// The statuses of Calendly's API reference.
const (
	LocationInitiated  LocationStatus = "initiated"
	LocationProcessing LocationStatus = "processing"
	LocationPushed     LocationStatus = "pushed" // JoinURL and Data are there
	LocationFailed     LocationStatus = "failed"
)

// CancellationInput says why a meeting is canceled.
type CancellationInput struct {
	Reason string `json:"reason" check:"max=10000"`
}

// Cancel cancels a meeting for all of its invitees, who are told. It needs the
// scope scheduled_events:write; 403 for who is neither host nor admin, for
// meetings that are over, and for canceled ones.
//
// API: POST /scheduled_events/{uuid}/cancellation
func (s *ScheduledEventsService) Cancel(ctx context.Context, event URI, input CancellationInput) (*Cancellation, error) {
	return sendRecord[Cancellation](ctx, s.client, write{
		method: http.MethodPost, template: "/scheduled_events/{event}/cancellation", ids: []URI{event}, input: input,
	})
}
