package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// ContactList is a list or a view of contacts.
type ContactList struct {
	URI          URI             `json:"uri"`
	Name         string          `json:"name"`
	Type         ContactListType `json:"type"`
	ContactCount *int            `json:"contact_count"` // nil for views
	CreatedAt    time.Time       `json:"created_at"`
	UpdatedAt    time.Time       `json:"updated_at"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// ContactListType is whether contacts are put into a list or found for it.
type ContactListType string

// The types of Calendly's API reference.
const (
	StaticList  ContactListType = "static_list"
	DynamicView ContactListType = "dynamic_view"
)

// ContactListsService reads and changes lists of contacts.
type ContactListsService struct{ client *Client }

// ContactListOptions say which lists are listed.
type ContactListOptions struct {
	Type ContactListType `query:"type"`
}

// List returns the lists of contacts, of which there are at most 25, all in
// one page. It needs the scope contacts:read. See
// https://developer.calendly.com/api-docs/calendly-api/contacts/list-contact-lists.
//
// API: GET /contact_lists
func (s *ContactListsService) List(ctx context.Context, options ContactListOptions) (*Page[ContactList], error) {
	return s.list(options).page(ctx)
}

// All reads the records of List.
func (s *ContactListsService) All(ctx context.Context, options ContactListOptions) iter.Seq2[ContactList, error] {
	return s.list(options).all(ctx)
}

func (s *ContactListsService) list(options ContactListOptions) list[ContactList] {
	return newList[ContactList](s.client, options, "/contact_lists")
}

// Get returns one list. It needs the scope contacts:read.
//
// API: GET /contact_lists/{uuid}
func (s *ContactListsService) Get(ctx context.Context, list URI) (*ContactList, error) {
	return getRecord[ContactList](ctx, s.client, "/contact_lists/{list}", list)
}
