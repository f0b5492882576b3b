package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// GroupRelationship says that a member, or somebody invited, is in a group.
type GroupRelationship struct {
	URI          URI        `json:"uri"`
	Role         GroupRole  `json:"role"`
	Owner        GroupOwner `json:"owner"`
	Organization URI        `json:"organization"`
	Group        URI        `json:"group"`
	CreatedAt    time.Time  `json:"created_at"`
	UpdatedAt    time.Time  `json:"updated_at"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// GroupRole is what somebody may do in a group.
type GroupRole string

// The roles of Calendly's API reference.
const (
	GroupRoleMember GroupRole = "member"
	GroupRoleAdmin  GroupRole = "admin"
)

// GroupOwner is who is in a group: a membership, with its User, or an
// invitation, with its Email.
type GroupOwner struct {
	Type  GroupOwnerType  `json:"type"`
	URI   URI             `json:"uri"` // of the membership or invitation
	Email *string         `json:"email"`
	User  json.RawMessage `json:"user"` // Calendly's API reference does not say its fields
}

// GroupOwnerType is whether a GroupOwner has joined the organization.
type GroupOwnerType string

// The types of Calendly's API reference.
const (
	GroupOwnerMembership GroupOwnerType = "OrganizationMembership"
	GroupOwnerInvitation GroupOwnerType = "OrganizationInvitation"
)

// GroupRelationshipsService reads who is in which group.
type GroupRelationshipsService struct{ client *Client }

// GroupRelationshipOptions say which relationships are listed. Give at least
// one of the first three.
type GroupRelationshipOptions struct {
	Organization URI    `query:"organization"`
	Owner        URI    `query:"owner"` // a membership or an invitation, not a user
	Group        URI    `query:"group"`
	Count        int    `query:"count,max=100"` // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken    string `query:"page_token"`
}

// List returns one page of relationships. It needs the scope groups:read.
//
// API: GET /group_relationships
func (s *GroupRelationshipsService) List(ctx context.Context, options GroupRelationshipOptions) (*Page[GroupRelationship], error) {
	return s.list(options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *GroupRelationshipsService) Pages(ctx context.Context, options GroupRelationshipOptions) iter.Seq2[*Page[GroupRelationship], error] {
	return s.list(options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *GroupRelationshipsService) All(ctx context.Context, options GroupRelationshipOptions) iter.Seq2[GroupRelationship, error] {
	return s.list(options).all(ctx)
}

func (s *GroupRelationshipsService) list(options GroupRelationshipOptions) list[GroupRelationship] {
	return newList[GroupRelationship](s.client, options, "/group_relationships")
}

// Get returns one relationship. It needs the scope groups:read.
//
// API: GET /group_relationships/{uuid}
func (s *GroupRelationshipsService) Get(ctx context.Context, relationship URI) (*GroupRelationship, error) {
	return getRecord[GroupRelationship](ctx, s.client, "/group_relationships/{relationship}", relationship)
}
