package calendly

import (
	"encoding/json"
	"time"
)

// Contact is somebody an account deals with.
type Contact struct {
	URI                 URI                  `json:"uri"`
	Emails              []ContactEmail       `json:"emails"`
	Name                *string              `json:"name"`
	PhoneNumbers        []ContactPhone       `json:"phone_numbers"`
	Timezone            *string              `json:"timezone"`
	JobTitle            *string              `json:"job_title"`
	Company             *string              `json:"company"`
	Country             *string              `json:"country"`
	State               *string              `json:"state"`
	City                *string              `json:"city"`
	LinkedIn            *string              `json:"linkedin"`
	CustomFields        []ContactCustomField `json:"custom_fields"`
	CreatedAt           time.Time            `json:"created_at"`
	UpdatedAt           time.Time            `json:"updated_at"`
	FirstEmailDate      *time.Time           `json:"first_email_date"`
	LastEmailDate       *time.Time           `json:"last_email_date"`
	NextMeetingDate     *time.Time           `json:"next_meeting_date"`
	LastMeetingDate     *time.Time           `json:"last_meeting_date"`
	LastInteractionDate *time.Time           `json:"last_interaction_date"`

	Raw json.RawMessage `json:"-"`
}

// ContactEmail is an address of a contact.
type ContactEmail struct {
	Email     string `json:"email"`
	IsPrimary bool   `json:"is_primary"`
}

// ContactPhone is a number of a contact.
type ContactPhone struct {
	PhoneNumber string `json:"phone_number"`
}

// ContactCustomField is the value of a custom field.
type ContactCustomField struct {
	URI   URI             `json:"uri"`
	Label string          `json:"label"`
	Value json.RawMessage `json:"value"`
}

// CustomFieldDefinition defines a custom field of contacts.
type CustomFieldDefinition struct {
	URI       URI           `json:"uri"`
	Label     string        `json:"label"`
	FieldType string        `json:"field_type"`
	Options   []FieldOption `json:"options"`
	Currency  *string       `json:"currency"`
	Source    *FieldSource  `json:"source"`
	CreatedAt time.Time     `json:"created_at"`
	UpdatedAt time.Time     `json:"updated_at"`

	Raw json.RawMessage `json:"-"`
}

// FieldOption is a choice of a custom field.
type FieldOption struct {
	UUID     string  `json:"uuid"`
	Label    string  `json:"label"`
	Color    *string `json:"color"`
	IsActive bool    `json:"is_active"`
}

// FieldSource is the question that fills a custom field.
type FieldSource struct {
	Type         string  `json:"type"`
	EventTypeURI *URI    `json:"event_type_uri"`
	Question     *string `json:"question"`
}

// ContactList is a list or view of contacts.
type ContactList struct {
	URI          URI       `json:"uri"`
	Name         string    `json:"name"`
	Type         string    `json:"type"` // static_list or dynamic_view
	ContactCount *int      `json:"contact_count"`
	CreatedAt    time.Time `json:"created_at"`
	UpdatedAt    time.Time `json:"updated_at"`

	Raw json.RawMessage `json:"-"`
}

// Note is what a user wrote about a contact.
type Note struct {
	URI       URI        `json:"uri"`
	Contact   URI        `json:"contact"`
	Title     *string    `json:"title"`
	Body      *string    `json:"body"`
	RemindAt  *time.Time `json:"remind_at"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`

	Raw json.RawMessage `json:"-"`
}
