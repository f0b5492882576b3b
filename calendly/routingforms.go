package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// RoutingForm asks visitors questions and sends them on.
type RoutingForm struct {
	URI          URI               `json:"uri"`
	Organization URI               `json:"organization"`
	Name         string            `json:"name"`
	Status       RoutingFormStatus `json:"status"`
	Questions    []RoutingQuestion `json:"questions"`
	CreatedAt    time.Time         `json:"created_at"`
	UpdatedAt    time.Time         `json:"updated_at"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// RoutingFormStatus is whether visitors see a form.
type RoutingFormStatus string

// The statuses of Calendly's API reference.
const (
	RoutingFormDraft     RoutingFormStatus = "draft"
	RoutingFormPublished RoutingFormStatus = "published"
)

// RoutingQuestion is a question of a routing form.
type RoutingQuestion struct {
	UUID          string              `json:"uuid"`
	Name          string              `json:"name"`
	Type          RoutingQuestionType `json:"type"`
	Required      bool                `json:"required"`
	AnswerChoices []string            `json:"answer_choices"`
}

// RoutingQuestionType is what answer a RoutingQuestion takes.
type RoutingQuestionType string

// The types of Calendly's API reference.
const (
	RoutingQuestionName     RoutingQuestionType = "name"
	RoutingQuestionText     RoutingQuestionType = "text"
	RoutingQuestionEmail    RoutingQuestionType = "email"
	RoutingQuestionPhone    RoutingQuestionType = "phone"
	RoutingQuestionTextarea RoutingQuestionType = "textarea"
	RoutingQuestionSelect   RoutingQuestionType = "select"
	RoutingQuestionRadios   RoutingQuestionType = "radios"
)

// RoutingFormsService reads routing forms. They need the plan Teams or
// Enterprise: 403 otherwise.
type RoutingFormsService struct{ client *Client }

// RoutingFormOptions say which forms are listed.
type RoutingFormOptions struct {
	Organization URI    `query:"organization,required"`
	Sort         Sort   `query:"sort"`          // by created_at
	Count        int    `query:"count,max=100"` // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken    string `query:"page_token"`
}

// List returns one page of forms. It needs the scope routing_forms:read.
//
// API: GET /routing_forms
func (s *RoutingFormsService) List(ctx context.Context, options RoutingFormOptions) (*Page[RoutingForm], error) {
	return s.list(options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *RoutingFormsService) Pages(ctx context.Context, options RoutingFormOptions) iter.Seq2[*Page[RoutingForm], error] {
	return s.list(options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *RoutingFormsService) All(ctx context.Context, options RoutingFormOptions) iter.Seq2[RoutingForm, error] {
	return s.list(options).all(ctx)
}

func (s *RoutingFormsService) list(options RoutingFormOptions) list[RoutingForm] {
	return newList[RoutingForm](s.client, options, "/routing_forms")
}

// Get returns one form. It needs the scope routing_forms:read.
//
// API: GET /routing_forms/{uuid}
func (s *RoutingFormsService) Get(ctx context.Context, form URI) (*RoutingForm, error) {
	return getRecord[RoutingForm](ctx, s.client, "/routing_forms/{form}", form)
}
