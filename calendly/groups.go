package calendly

import (
	"encoding/json"
	"time"
)

// Group is a part of an organization.
type Group struct {
	URI          URI       `json:"uri"`
	Name         string    `json:"name"`
	Organization URI       `json:"organization"`
	CreatedAt    time.Time `json:"created_at"`
	UpdatedAt    time.Time `json:"updated_at"`
	MemberCount  int       `json:"member_count"`

	Raw json.RawMessage `json:"-"`
}

// GroupRelationship says that a member, or somebody invited, is in a group.
type GroupRelationship struct {
	URI          URI        `json:"uri"`
	Role         string     `json:"role"` // member or admin
	Owner        GroupOwner `json:"owner"`
	Organization URI        `json:"organization"`
	Group        URI        `json:"group"`
	CreatedAt    time.Time  `json:"created_at"`
	UpdatedAt    time.Time  `json:"updated_at"`

	Raw json.RawMessage `json:"-"`
}

// GroupOwner is a membership or an invitation.
type GroupOwner struct {
	Type  string          `json:"type"` // OrganizationMembership or OrganizationInvitation
	URI   URI             `json:"uri"`
	Email *string         `json:"email"`
	User  json.RawMessage `json:"user"`
}
