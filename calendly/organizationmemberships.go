package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"time"
)

// OrganizationMembership says that a user belongs to an organization.
type OrganizationMembership struct {
	URI          URI       `json:"uri"`
	Role         Role      `json:"role"`
	User         User      `json:"user"`
	Organization URI       `json:"organization"`
	CreatedAt    time.Time `json:"created_at"`
	UpdatedAt    time.Time `json:"updated_at"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// Role is what a member may do: a user sees what is their own, an admin and
// the owner see everybody's. An organization has one owner.
type Role string

// The roles of Calendly's API reference.
const (
	RoleUser  Role = "user"
	RoleAdmin Role = "admin"
	RoleOwner Role = "owner"
)

// OrganizationMembershipsService reads and changes who belongs to an organization. It is
// the only directory of users.
type OrganizationMembershipsService struct{ client *Client }

// OrganizationMembershipOptions say which memberships are listed. Give User or
// Organization.
type OrganizationMembershipOptions struct {
	User         URI    `query:"user"`         // any member may ask for their own
	Organization URI    `query:"organization"` // for admins and the owner
	Email        string `query:"email"`
	Role         Role   `query:"role"`
	Count        int    `query:"count,max=100"` // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken    string `query:"page_token"`
}

// List returns one page of memberships. It needs the scope organizations:read,
// and for a whole organization the role admin or owner: 403 otherwise.
//
// API: GET /organization_memberships
func (s *OrganizationMembershipsService) List(ctx context.Context, options OrganizationMembershipOptions) (*Page[OrganizationMembership], error) {
	return s.list(options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *OrganizationMembershipsService) Pages(ctx context.Context, options OrganizationMembershipOptions) iter.Seq2[*Page[OrganizationMembership], error] {
	return s.list(options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *OrganizationMembershipsService) All(ctx context.Context, options OrganizationMembershipOptions) iter.Seq2[OrganizationMembership, error] {
	return s.list(options).all(ctx)
}

func (s *OrganizationMembershipsService) list(options OrganizationMembershipOptions) list[OrganizationMembership] {
	return newList[OrganizationMembership](s.client, options, "/organization_memberships")
}

// Get returns one membership. It needs the scope organizations:read; 403 where
// its user is not in the caller's organization.
//
// API: GET /organization_memberships/{uuid}
func (s *OrganizationMembershipsService) Get(ctx context.Context, membership URI) (*OrganizationMembership, error) {
	return getRecord[OrganizationMembership](ctx, s.client, "/organization_memberships/{membership}", membership)
}

// Delete removes a user from the organization; the user keeps an account, and
// only its owner cannot be removed. It needs the scope organizations:write and
// the role admin or owner.
//
// API: DELETE /organization_memberships/{uuid}
func (s *OrganizationMembershipsService) Delete(ctx context.Context, membership URI) error {
	return s.client.do(ctx, write{method: http.MethodDelete, template: "/organization_memberships/{membership}", ids: []URI{membership}})
}
