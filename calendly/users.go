package calendly

import (
	"encoding/json"
	"time"
)

// User is a person with a Calendly account. Embedded in other records it has
// neither CurrentOrganization nor ResourceType.
type User struct {
	URI                 URI       `json:"uri"`
	Name                string    `json:"name"`
	Slug                string    `json:"slug"`
	Email               string    `json:"email"`
	SchedulingURL       string    `json:"scheduling_url"`
	Timezone            string    `json:"timezone"`      // IANA name
	TimeNotation        string    `json:"time_notation"` // 12h or 24h
	AvatarURL           *string   `json:"avatar_url"`
	CreatedAt           time.Time `json:"created_at"`
	UpdatedAt           time.Time `json:"updated_at"`
	CurrentOrganization *URI      `json:"current_organization"`
	ResourceType        *string   `json:"resource_type"`
	Locale              string    `json:"locale"`

	Raw json.RawMessage `json:"-"`
}
