package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// ActivityLogEntry is something that was done in an organization.
type ActivityLogEntry struct {
	URI                URI             `json:"uri"`
	OccurredAt         time.Time       `json:"occurred_at"`
	Actor              *Actor          `json:"actor"`
	Details            json.RawMessage `json:"details"`              // an object, by action
	FullyQualifiedName string          `json:"fully_qualified_name"` // namespace.action
	Namespace          string          `json:"namespace"`
	Action             string          `json:"action"`
	Organization       URI             `json:"organization"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// Actor is who did it.
type Actor struct {
	Type                  string             `json:"type"` // User, System …
	URI                   *URI               `json:"uri"`
	Organization          *ActorOrganization `json:"organization"`
	Group                 *ActorGroup        `json:"group"`
	DisplayName           *string            `json:"display_name"`
	AlternativeIdentifier *string            `json:"alternative_identifier"` // an e-mail address
}

// ActorOrganization is the organization of an Actor.
type ActorOrganization struct {
	URI  *URI    `json:"uri"`
	Role *string `json:"role"` // in upper and lower case
}

// ActorGroup is the group of an Actor.
type ActorGroup struct {
	URI  *URI    `json:"uri"`
	Name *string `json:"name"`
	Role *string `json:"role"` // in upper and lower case
}

// ActivityLogEntriesService reads what was done in an organization. It needs
// the plan Enterprise, and the role admin or owner.
type ActivityLogEntriesService struct{ client *Client }

// ActivityLogEntryOptions say which entries are listed.
type ActivityLogEntryOptions struct {
	Organization  URI       `query:"organization,required"`
	SearchTerm    string    `query:"search_term"` // at most 300 characters, with the operators | + "…" - ( ) *
	Actor         []URI     `query:"actor,comma"`
	MinOccurredAt time.Time `query:"min_occurred_at"`
	MaxOccurredAt time.Time `query:"max_occurred_at"`
	Namespace     []string  `query:"namespace"`
	Action        []string  `query:"action"`
	Sort          []Sort    `query:"sort"`           // by action, actor.display_name, actor.uri, namespace or occurred_at (descending by default)
	Count         int       `query:"count,max=1000"` // rows of a page, 1 to 1000; 0: 20 for List, 1000 for Pages and All
	PageToken     string    `query:"page_token"`
}

// List returns one page of entries. Its TotalCount, ExceedsMaxTotalCount and
// LastEventTime are set. It needs the scope activity_log:read.
//
// API: GET /activity_log_entries
func (s *ActivityLogEntriesService) List(ctx context.Context, options ActivityLogEntryOptions) (*Page[ActivityLogEntry], error) {
	return s.list(options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *ActivityLogEntriesService) Pages(ctx context.Context, options ActivityLogEntryOptions) iter.Seq2[*Page[ActivityLogEntry], error] {
	return s.list(options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *ActivityLogEntriesService) All(ctx context.Context, options ActivityLogEntryOptions) iter.Seq2[ActivityLogEntry, error] {
	return s.list(options).all(ctx)
}

func (s *ActivityLogEntriesService) list(options ActivityLogEntryOptions) list[ActivityLogEntry] {
	return newList[ActivityLogEntry](s.client, options, "/activity_log_entries")
}
