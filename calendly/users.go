package calendly

import (
	"context"
	"encoding/json"
	"time"
)

// User is a person with a Calendly account. Embedded in other records it has
// neither CurrentOrganization nor ResourceType.
type User struct {
	URI                 URI          `json:"uri"`
	Name                string       `json:"name"`
	Slug                string       `json:"slug"`
	Email               string       `json:"email"`
	SchedulingURL       string       `json:"scheduling_url"`
	Timezone            string       `json:"timezone"` // IANA name
	TimeNotation        TimeNotation `json:"time_notation"`
	AvatarURL           *string      `json:"avatar_url"`
	CreatedAt           time.Time    `json:"created_at"`
	UpdatedAt           time.Time    `json:"updated_at"`
	CurrentOrganization *URI         `json:"current_organization"`
	ResourceType        *string      `json:"resource_type"` // User
	Locale              string       `json:"locale"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// TimeNotation is how a user wants clock times shown.
type TimeNotation string

// The notations of Calendly's API reference.
const (
	TimeNotation12h TimeNotation = "12h"
	TimeNotation24h TimeNotation = "24h"
)

// UsersService reads users. There is no list of them: see
// OrganizationMembershipsService.
type UsersService struct{ client *Client }

// Me returns the user whose token it is. It needs the scope users:read.
//
// API: GET /users/me
func (s *UsersService) Me(ctx context.Context) (*User, error) {
	return getRecord[User](ctx, s.client, "/users/me")
}

// Get returns a user of the caller's organization. It needs the scope
// users:read.
//
// API: GET /users/{uuid}
func (s *UsersService) Get(ctx context.Context, user URI) (*User, error) {
	return getRecord[User](ctx, s.client, "/users/{user}", user)
}
