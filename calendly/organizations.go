package calendly

import (
	"encoding/json"
	"time"
)

// Organization is an account that users belong to.
type Organization struct {
	URI       URI       `json:"uri"`
	Kind      *string   `json:"kind"` // single or multiple
	Name      *string   `json:"name"`
	Plan      string    `json:"plan"`  // basic, essentials, standard, professional, teams, enterprise
	Stage     string    `json:"stage"` // trial, free, paid
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`

	Raw json.RawMessage `json:"-"`
}

// OrganizationMembership says that a user belongs to an organization.
type OrganizationMembership struct {
	URI          URI       `json:"uri"`
	Role         string    `json:"role"` // user, admin or owner
	User         User      `json:"user"`
	Organization URI       `json:"organization"`
	CreatedAt    time.Time `json:"created_at"`
	UpdatedAt    time.Time `json:"updated_at"`

	Raw json.RawMessage `json:"-"`
}

// OrganizationInvitation asks somebody to join an organization.
type OrganizationInvitation struct {
	URI          URI        `json:"uri"`
	Organization URI        `json:"organization"`
	Email        string     `json:"email"`
	Status       string     `json:"status"` // pending, accepted or declined
	CreatedAt    time.Time  `json:"created_at"`
	UpdatedAt    time.Time  `json:"updated_at"`
	LastSentAt   *time.Time `json:"last_sent_at"`
	User         *URI       `json:"user"` // once accepted

	Raw json.RawMessage `json:"-"`
}

// Team is a team page that owns shared event types; it is not a Group.
type Team struct {
	URI           URI    `json:"uri"`
	Name          string `json:"name"`
	Organization  URI    `json:"organization"`
	SchedulingURL string `json:"scheduling_url"`

	Raw json.RawMessage `json:"-"`
}
