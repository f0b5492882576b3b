package calendly

import (
	"context"
	"encoding/json"
	"net/http"
)

// ContactInput is a new contact.
type ContactInput struct {
	Name         string              `json:"name" check:"required"`
	Emails       []ContactEmailInput `json:"emails" check:"required,size=10"` // exactly one of them the primary
	PhoneNumbers []ContactPhone      `json:"phone_numbers" check:"size=10"`
	Timezone     string              `json:"timezone"` // IANA name
	JobTitle     string              `json:"job_title"`
	Company      string              `json:"company"`
	Country      string              `json:"country"`
	State        string              `json:"state"`
	City         string              `json:"city"`
	LinkedIn     string              `json:"linkedin" check:"url"`
	CustomFields []CustomFieldInput  `json:"custom_fields"`
}

// ContactEmailInput is an address of a contact.
type ContactEmailInput struct {
	Email     string `json:"email" check:"required,email"`
	IsPrimary bool   `json:"is_primary" check:"always"`
}

// CustomFieldInput is the value of a custom field, whose JSON depends on the
// field's type; see FieldType. null removes the value.
type CustomFieldInput struct {
	UUID  string          `json:"uuid" check:"required"` // of the CustomFieldDefinition
	Value json.RawMessage `json:"value" check:"required"`
}

func (i ContactInput) validate() error { return onePrimary(i.Emails) }

func onePrimary(emails []ContactEmailInput) error {
	n := 0
	for _, e := range emails {
		if e.IsPrimary {
			n++
		}
	}
	if n != 1 {
		return &InputError{Field: "emails", Problem: "must have exactly one primary"}
	}
	return nil
}

// Create makes a contact. It needs the scope contacts:write; 409 where a
// contact has one of the addresses.
//
// API: POST /contacts
func (s *ContactsService) Create(ctx context.Context, input ContactInput) (*Contact, error) {
	return sendRecord[Contact](ctx, s.client, write{method: http.MethodPost, template: "/contacts", input: input})
}

// ContactChanges is what changes of a contact: at least one field.
type ContactChanges struct {
	Name         Opt[string]              `json:"name"`
	Emails       Opt[[]ContactEmailInput] `json:"emails" check:"size=10"`        // instead of all there are
	PhoneNumbers Opt[[]ContactPhone]      `json:"phone_numbers" check:"size=10"` // likewise
	Timezone     Opt[string]              `json:"timezone"`
	JobTitle     Opt[string]              `json:"job_title"`
	Company      Opt[string]              `json:"company"`
	Country      Opt[string]              `json:"country"`
	State        Opt[string]              `json:"state"`
	City         Opt[string]              `json:"city"`
	LinkedIn     Opt[string]              `json:"linkedin" check:"url"`
	CustomFields Opt[[]CustomFieldInput]  `json:"custom_fields"`
}

func (c ContactChanges) validate() error {
	if c.Emails.given {
		if err := onePrimary(c.Emails.value); err != nil {
			return err
		}
	}
	return oneOf("fields", c.Name.given, c.Emails.given, c.PhoneNumbers.given, c.Timezone.given, c.JobTitle.given,
		c.Company.given, c.Country.given, c.State.given, c.City.given, c.LinkedIn.given, c.CustomFields.given)
}

// Update changes a contact. It needs the scope contacts:write; 409 where
// another contact has one of the addresses.
//
// API: PATCH /contacts/{uuid}
func (s *ContactsService) Update(ctx context.Context, contact URI, changes ContactChanges) (*Contact, error) {
	return sendRecord[Contact](ctx, s.client, write{
		method: http.MethodPatch, template: "/contacts/{contact}", ids: []URI{contact}, input: changes,
	})
}

// Delete deletes a contact. It needs the scope contacts:write.
//
// API: DELETE /contacts/{uuid}
func (s *ContactsService) Delete(ctx context.Context, contact URI) error {
	return s.client.do(ctx, write{method: http.MethodDelete, template: "/contacts/{contact}", ids: []URI{contact}})
}
