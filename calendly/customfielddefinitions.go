package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"time"
)

// CustomFieldDefinition defines a custom field of contacts.
type CustomFieldDefinition struct {
	URI       URI           `json:"uri"`
	Label     string        `json:"label"`
	FieldType FieldType     `json:"field_type"`
	Options   []FieldOption `json:"options"`  // of FieldSingleSelect and FieldTags
	Currency  *string       `json:"currency"` // ISO code, of FieldCurrency
	Source    *FieldSource  `json:"source"`   // of FieldInviteeQuestion
	CreatedAt time.Time     `json:"created_at"`
	UpdatedAt time.Time     `json:"updated_at"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// FieldType is what values a custom field has.
type FieldType string

// The types of Calendly's API reference, with the JSON of their values.
const (
	FieldText            FieldType = "text"          // string
	FieldNumber          FieldType = "number"        // number
	FieldCurrency        FieldType = "currency"      // integer, in the smallest unit of Currency
	FieldTags            FieldType = "tags"          // list of strings
	FieldDate            FieldType = "date"          // string, YYYY-MM-DD
	FieldSingleSelect    FieldType = "single_select" // string: the UUID of an option
	FieldInviteeQuestion FieldType = "invitee_question"
)

// FieldOption is a choice of a custom field.
type FieldOption struct {
	UUID     string  `json:"uuid"`
	Label    string  `json:"label"`
	Color    *string `json:"color"`
	IsActive bool    `json:"is_active"`
}

// FieldSource is the question that fills a custom field.
type FieldSource struct {
	Type         string  `json:"type"` // event_type_invitee_question
	EventTypeURI *URI    `json:"event_type_uri"`
	Question     *string `json:"question"`
}

// CustomFieldDefinitionsService reads and changes the definitions of custom fields.
type CustomFieldDefinitionsService struct{ client *Client }

// List returns the definitions of custom fields, all in one page. It needs the
// scope contacts:read.
//
// API: GET /contacts/custom_field_definitions
func (s *CustomFieldDefinitionsService) List(ctx context.Context) (*Page[CustomFieldDefinition], error) {
	return s.list().page(ctx)
}

// All reads the records of List.
func (s *CustomFieldDefinitionsService) All(ctx context.Context) iter.Seq2[CustomFieldDefinition, error] {
	return s.list().all(ctx)
}

func (s *CustomFieldDefinitionsService) list() list[CustomFieldDefinition] {
	return newList[CustomFieldDefinition](s.client, struct{}{}, "/contacts/custom_field_definitions")
}

// Get returns one definition. It needs the scope contacts:read.
//
// API: GET /contacts/custom_field_definitions/{uuid}
func (s *CustomFieldDefinitionsService) Get(ctx context.Context, definition URI) (*CustomFieldDefinition, error) {
	return getRecord[CustomFieldDefinition](ctx, s.client, "/contacts/custom_field_definitions/{definition}", definition)
}

// CustomFieldDefinitionInput is a new custom field.
type CustomFieldDefinitionInput struct {
	Label     string             `json:"label" check:"required,max=255"`
	FieldType FieldType          `json:"field_type" check:"required"` // not FieldInviteeQuestion
	Options   []FieldOptionInput `json:"options"`                     // of FieldSingleSelect and FieldTags
	Currency  string             `json:"currency"`                    // ISO code, of FieldCurrency
}

// FieldOptionInput is a choice of a new custom field.
type FieldOptionInput struct {
	Label string `json:"label" check:"required,max=255"`
}

// Create makes a custom field. It needs the scope contacts:write; 409 where
// there is one of that label.
//
// API: POST /contacts/custom_field_definitions
func (s *CustomFieldDefinitionsService) Create(ctx context.Context, input CustomFieldDefinitionInput) (*CustomFieldDefinition, error) {
	return sendRecord[CustomFieldDefinition](ctx, s.client, write{
		method: http.MethodPost, template: "/contacts/custom_field_definitions", input: input,
	})
}
