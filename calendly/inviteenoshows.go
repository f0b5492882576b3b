package calendly

import (
	"context"
	"encoding/json"
	"net/http"
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

// InviteeNoShowsService reads and changes the marks of invitees who did not come. There is
// no list of them: see Invitee.NoShow.
type InviteeNoShowsService struct{ client *Client }

// Get returns one mark. It needs the scope scheduled_events:read.
//
// API: GET /invitee_no_shows/{uuid}
func (s *InviteeNoShowsService) Get(ctx context.Context, noShow URI) (*InviteeNoShow, error) {
	return getRecord[InviteeNoShow](ctx, s.client, "/invitee_no_shows/{noShow}", noShow)
}

// InviteeNoShowInput says who did not come.
type InviteeNoShowInput struct {
	Invitee URI `json:"invitee" check:"required"`
}

// Create marks an invitee as not having come. It needs the scope
// scheduled_events:write.
//
// API: POST /invitee_no_shows
func (s *InviteeNoShowsService) Create(ctx context.Context, input InviteeNoShowInput) (*InviteeNoShow, error) {
	return sendRecord[InviteeNoShow](ctx, s.client, write{method: http.MethodPost, template: "/invitee_no_shows", input: input})
}

// Delete takes the mark away. It needs the scope scheduled_events:write.
//
// API: DELETE /invitee_no_shows/{uuid}
func (s *InviteeNoShowsService) Delete(ctx context.Context, noShow URI) error {
	return s.client.do(ctx, write{method: http.MethodDelete, template: "/invitee_no_shows/{noShow}", ids: []URI{noShow}})
}
