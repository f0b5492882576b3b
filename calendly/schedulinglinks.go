package calendly

import (
	"context"
	"encoding/json"
	"net/http"
)

// SchedulingLink is a link by which one meeting can be booked.
type SchedulingLink struct {
	BookingURL string `json:"booking_url"`
	Owner      URI    `json:"owner"`      // an event type
	OwnerType  string `json:"owner_type"` // EventType

	Raw json.RawMessage `json:"-"` // as it was sent, where it is the whole answer
}

// SchedulingLinksService makes links for one booking.
type SchedulingLinksService struct{ client *Client }

// SchedulingLinkInput says what can be booked.
type SchedulingLinkInput struct {
	MaxEventCount int    `json:"max_event_count" check:"required,min=1,max=1"` // 1: there are no others
	Owner         URI    `json:"owner" check:"required"`                       // an event type
	OwnerType     string `json:"owner_type" check:"required"`                  // EventType
}

// Create makes a link by which one meeting can be booked. It needs the scope
// scheduling_links:write. Links can neither be listed nor deleted.
//
// API: POST /scheduling_links
func (s *SchedulingLinksService) Create(ctx context.Context, input SchedulingLinkInput) (*SchedulingLink, error) {
	return sendRecord[SchedulingLink](ctx, s.client, write{method: http.MethodPost, template: "/scheduling_links", input: input})
}
