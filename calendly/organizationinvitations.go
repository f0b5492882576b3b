package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"time"
)

// OrganizationInvitation asks somebody to join an organization. It does not
// expire.
type OrganizationInvitation struct {
	URI          URI              `json:"uri"`
	Organization URI              `json:"organization"`
	Email        string           `json:"email"`
	Status       InvitationStatus `json:"status"`
	CreatedAt    time.Time        `json:"created_at"`
	UpdatedAt    time.Time        `json:"updated_at"`
	LastSentAt   *time.Time       `json:"last_sent_at"`
	User         *URI             `json:"user"` // once accepted

	Raw json.RawMessage `json:"-"` // as it was sent
}

// InvitationStatus is what became of an invitation.
type InvitationStatus string

// The statuses of Calendly's API reference.
const (
	InvitationPending  InvitationStatus = "pending"
	InvitationAccepted InvitationStatus = "accepted"
	InvitationDeclined InvitationStatus = "declined"
)

// OrganizationInvitationsService reads and changes who was asked to join an organization.
type OrganizationInvitationsService struct{ client *Client }

// OrganizationInvitationOptions say which invitations are listed.
type OrganizationInvitationOptions struct {
	Email     string           `query:"email"`
	Status    InvitationStatus `query:"status"`
	Sort      Sort             `query:"sort"`          // by created_at; ascending by default
	Count     int              `query:"count,max=100"` // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken string           `query:"page_token"`
}

// List returns one page of invitations. It needs the scope organizations:read
// and the role admin or owner.
//
// API: GET /organizations/{uuid}/invitations
func (s *OrganizationInvitationsService) List(ctx context.Context, organization URI, options OrganizationInvitationOptions) (*Page[OrganizationInvitation], error) {
	return s.list(organization, options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *OrganizationInvitationsService) Pages(ctx context.Context, organization URI, options OrganizationInvitationOptions) iter.Seq2[*Page[OrganizationInvitation], error] {
	return s.list(organization, options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *OrganizationInvitationsService) All(ctx context.Context, organization URI, options OrganizationInvitationOptions) iter.Seq2[OrganizationInvitation, error] {
	return s.list(organization, options).all(ctx)
}

func (s *OrganizationInvitationsService) list(organization URI, options OrganizationInvitationOptions) list[OrganizationInvitation] {
	return newList[OrganizationInvitation](s.client, options, "/organizations/{organization}/invitations", organization)
}

// Get returns one invitation. It needs the scope organizations:read and the
// role admin or owner.
//
// API: GET /organizations/{org_uuid}/invitations/{uuid}
func (s *OrganizationInvitationsService) Get(ctx context.Context, organization, invitation URI) (*OrganizationInvitation, error) {
	return getRecord[OrganizationInvitation](ctx, s.client, "/organizations/{organization}/invitations/{invitation}", organization, invitation)
}

// OrganizationInvitationInput says who is invited.
type OrganizationInvitationInput struct {
	Email string `json:"email" check:"required,email"`
}

// Create invites somebody to the organization, by email. It needs the scope
// organizations:write and the role admin or owner; 400 where the address is
// invited or a member already, or no seat is left.
//
// API: POST /organizations/{uuid}/invitations
func (s *OrganizationInvitationsService) Create(ctx context.Context, organization URI, input OrganizationInvitationInput) (*OrganizationInvitation, error) {
	return sendRecord[OrganizationInvitation](ctx, s.client, write{
		method: http.MethodPost, template: "/organizations/{organization}/invitations", ids: []URI{organization}, input: input,
	})
}

// Delete revokes an invitation that is pending. It needs the scope
// organizations:write and the role admin or owner.
//
// API: DELETE /organizations/{org_uuid}/invitations/{uuid}
func (s *OrganizationInvitationsService) Delete(ctx context.Context, organization, invitation URI) error {
	return s.client.do(ctx, write{
		method: http.MethodDelete, template: "/organizations/{organization}/invitations/{invitation}", ids: []URI{organization, invitation},
	})
}
