package calendly

import (
	"encoding/json"
	"time"
)

// WebhookSubscription is where Calendly sends events.
type WebhookSubscription struct {
	URI            URI        `json:"uri"`
	CallbackURL    string     `json:"callback_url"`
	CreatedAt      time.Time  `json:"created_at"`
	UpdatedAt      time.Time  `json:"updated_at"`
	RetryStartedAt *time.Time `json:"retry_started_at"`
	State          string     `json:"state"` // active or disabled
	Events         []string   `json:"events"`
	Scope          string     `json:"scope"` // user, organization or group
	Organization   URI        `json:"organization"`
	User           *URI       `json:"user"`
	Group          *URI       `json:"group"`
	Creator        *URI       `json:"creator"`

	Raw json.RawMessage `json:"-"`
}
