package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// Contact is somebody an account deals with.
type Contact struct {
	URI                 URI                  `json:"uri"`
	Emails              []ContactEmail       `json:"emails"`
	Name                *string              `json:"name"`
	PhoneNumbers        []ContactPhone       `json:"phone_numbers"`
	Timezone            *string              `json:"timezone"` // IANA name
	JobTitle            *string              `json:"job_title"`
	Company             *string              `json:"company"`
	Country             *string              `json:"country"`
	State               *string              `json:"state"`
	City                *string              `json:"city"`
	LinkedIn            *string              `json:"linkedin"`
	CustomFields        []ContactCustomField `json:"custom_fields"` // nil where they were excluded
	CreatedAt           time.Time            `json:"created_at"`
	UpdatedAt           time.Time            `json:"updated_at"`
	FirstEmailDate      *time.Time           `json:"first_email_date"`
	LastEmailDate       *time.Time           `json:"last_email_date"`
	NextMeetingDate     *time.Time           `json:"next_meeting_date"`
	LastMeetingDate     *time.Time           `json:"last_meeting_date"`
	LastInteractionDate *time.Time           `json:"last_interaction_date"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// ContactEmail is an address of a contact, one of which is the primary.
type ContactEmail struct {
	Email     string `json:"email"`
	IsPrimary bool   `json:"is_primary"`
}

// ContactPhone is a number of a contact.
type ContactPhone struct {
	PhoneNumber string `json:"phone_number"`
}

// ContactCustomField is the value of a custom field, whose type depends on the
// FieldType of its CustomFieldDefinition.
type ContactCustomField struct {
	URI   URI             `json:"uri"` // of the definition
	Label string          `json:"label"`
	Value json.RawMessage `json:"value"`
}

// ContactsService reads and changes contacts.
type ContactsService struct{ client *Client }

// ContactOptions say which contacts are listed. Of several values one is
// enough. Name, JobTitle, Company and City match in part, the others whole.
type ContactOptions struct {
	Email       []string `query:"email,comma"`
	PhoneNumber []string `query:"phone_number,comma"`
	Timezone    []string `query:"timezone,comma"`
	Name        []string `query:"name,comma"`
	JobTitle    []string `query:"job_title,comma"`
	Company     []string `query:"company,comma"`
	Country     []string `query:"country,comma"`
	State       []string `query:"state,comma"`
	City        []string `query:"city,comma"`
	ContactList URI      `query:"contact_list"`
	Exclude     string   `query:"exclude"`       // custom_fields leaves them out
	Sort        Sort     `query:"sort"`          // by created_at or updated_at
	Count       int      `query:"count,max=100"` // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken   string   `query:"page_token"`
}

// List returns one page of contacts. It needs the scope contacts:read.
//
// API: GET /contacts
func (s *ContactsService) List(ctx context.Context, options ContactOptions) (*Page[Contact], error) {
	return s.list(options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *ContactsService) Pages(ctx context.Context, options ContactOptions) iter.Seq2[*Page[Contact], error] {
	return s.list(options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *ContactsService) All(ctx context.Context, options ContactOptions) iter.Seq2[Contact, error] {
	return s.list(options).all(ctx)
}

func (s *ContactsService) list(options ContactOptions) list[Contact] {
	return newList[Contact](s.client, options, "/contacts")
}

// Get returns one contact. It needs the scope contacts:read.
//
// API: GET /contacts/{uuid}
func (s *ContactsService) Get(ctx context.Context, contact URI) (*Contact, error) {
	return getRecord[Contact](ctx, s.client, "/contacts/{contact}", contact)
}
