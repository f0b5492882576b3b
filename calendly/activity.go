package calendly

import (
	"encoding/json"
	"time"
)

// ActivityLogEntry is something that was done in an organization.
type ActivityLogEntry struct {
	URI                URI             `json:"uri"`
	OccurredAt         time.Time       `json:"occurred_at"`
	Actor              *Actor          `json:"actor"`
	Details            json.RawMessage `json:"details"`
	FullyQualifiedName string          `json:"fully_qualified_name"`
	Namespace          string          `json:"namespace"`
	Action             string          `json:"action"`
	Organization       URI             `json:"organization"`

	Raw json.RawMessage `json:"-"`
}

// Actor is who did it.
type Actor struct {
	Type                  string             `json:"type"`
	URI                   *URI               `json:"uri"`
	Organization          *ActorOrganization `json:"organization"`
	Group                 *ActorGroup        `json:"group"`
	DisplayName           *string            `json:"display_name"`
	AlternativeIdentifier *string            `json:"alternative_identifier"`
}

// ActorOrganization is the organization of an Actor.
type ActorOrganization struct {
	URI  *URI    `json:"uri"`
	Role *string `json:"role"`
}

// ActorGroup is the group of an Actor.
type ActorGroup struct {
	URI  *URI    `json:"uri"`
	Name *string `json:"name"`
	Role *string `json:"role"`
}

// OutgoingCommunication is a message that Calendly sent. It has no URI.
type OutgoingCommunication struct {
	Type          string    `json:"type"` // sms or email
	To            string    `json:"to"`
	From          string    `json:"from"`
	Subject       *string   `json:"subject"`
	Body          string    `json:"body"`
	SenderURI     *URI      `json:"sender_uri"`
	SenderEmail   *string   `json:"sender_email"`
	EventTypeURI  *URI      `json:"event_type_uri"`
	EventURI      *URI      `json:"event_uri"`
	SentAt        time.Time `json:"sent_at"`
	CreatedAt     time.Time `json:"created_at"`
	SchedulingURL *string   `json:"scheduling_url"`

	Raw json.RawMessage `json:"-"`
}
