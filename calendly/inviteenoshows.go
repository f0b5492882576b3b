package calendly

import (
	"context"
	"encoding/json"
	"time"
)

// InviteeNoShow is the mark of an invitee who did not come, as it is read by
// itself.
type InviteeNoShow struct {
	URI       URI       `json:"uri"`
	Invitee   URI       `json:"invitee"`
	CreatedAt time.Time `json:"created_at"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// InviteeNoShowsService reads the marks of invitees who did not come. There is
// no list of them: see Invitee.NoShow.
type InviteeNoShowsService struct{ client *Client }

// Get returns one mark. It needs the scope scheduled_events:read.
//
// API: GET /invitee_no_shows/{uuid}
func (s *InviteeNoShowsService) Get(ctx context.Context, noShow URI) (*InviteeNoShow, error) {
	return getRecord[InviteeNoShow](ctx, s.client, "/invitee_no_shows/{noShow}", noShow)
}
