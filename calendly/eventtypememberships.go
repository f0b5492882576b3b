package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// EventTypeMembership is a host of an event type.
type EventTypeMembership struct {
	URI       URI       `json:"uri"` // cannot be read by itself
	EventType EventType `json:"event_type"`
	Member    User      `json:"member"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// EventTypeMembershipsService reads who hosts event types.
type EventTypeMembershipsService struct{ client *Client }

// EventTypeMembershipOptions say which event type's hosts are listed.
type EventTypeMembershipOptions struct {
	EventType URI    `query:"event_type,required"`
	Count     int    `query:"count,max=100"` // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken string `query:"page_token"`
}

// List returns one page of hosts. It needs the scope event_types:read.
//
// API: GET /event_type_memberships
func (s *EventTypeMembershipsService) List(ctx context.Context, options EventTypeMembershipOptions) (*Page[EventTypeMembership], error) {
	return s.list(options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *EventTypeMembershipsService) Pages(ctx context.Context, options EventTypeMembershipOptions) iter.Seq2[*Page[EventTypeMembership], error] {
	return s.list(options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *EventTypeMembershipsService) All(ctx context.Context, options EventTypeMembershipOptions) iter.Seq2[EventTypeMembership, error] {
	return s.list(options).all(ctx)
}

func (s *EventTypeMembershipsService) list(options EventTypeMembershipOptions) list[EventTypeMembership] {
	return newList[EventTypeMembership](s.client, options, "/event_type_memberships")
}
