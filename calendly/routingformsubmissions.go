package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// RoutingFormSubmission is what a visitor answered, and where it led.
type RoutingFormSubmission struct {
	URI                 URI             `json:"uri"`
	RoutingForm         URI             `json:"routing_form"`
	QuestionsAndAnswers []RoutingAnswer `json:"questions_and_answers"`
	Tracking            Tracking        `json:"tracking"`
	Result              *RoutingResult  `json:"result"`
	Submitter           *URI            `json:"submitter"`      // the invitee, where the visitor went on to book
	SubmitterType       *string         `json:"submitter_type"` // Invitee
	CreatedAt           time.Time       `json:"created_at"`
	UpdatedAt           time.Time       `json:"updated_at"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// RoutingAnswer is one answer of a submission.
type RoutingAnswer struct {
	QuestionUUID *string `json:"question_uuid"` // nil where the question was deleted
	Question     string  `json:"question"`
	Answer       *string `json:"answer"`
}

// RoutingResult is where a visitor was sent. Value is by Type the URI of an
// event type, an URL, or an object with headline and body.
type RoutingResult struct {
	Type  RoutingResultType `json:"type"`
	Value json.RawMessage   `json:"value"`
}

// RoutingResultType is what a visitor was shown.
type RoutingResultType string

// The types of Calendly's API reference.
const (
	RoutingEventType     RoutingResultType = "event_type"
	RoutingExternalURL   RoutingResultType = "external_url"
	RoutingCustomMessage RoutingResultType = "custom_message"
)

// RoutingFormSubmissionsService reads what visitors answered. It needs the
// plan Teams or Enterprise: 403 otherwise.
type RoutingFormSubmissionsService struct{ client *Client }

// RoutingFormSubmissionOptions say which form's submissions are listed.
type RoutingFormSubmissionOptions struct {
	Form      URI    `query:"form,required"`
	Sort      Sort   `query:"sort"`          // by created_at
	Count     int    `query:"count,max=100"` // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken string `query:"page_token"`
}

// List returns one page of the submissions of a form. It needs the scope
// routing_forms:read.
//
// API: GET /routing_form_submissions
func (s *RoutingFormSubmissionsService) List(ctx context.Context, options RoutingFormSubmissionOptions) (*Page[RoutingFormSubmission], error) {
	return s.list(options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *RoutingFormSubmissionsService) Pages(ctx context.Context, options RoutingFormSubmissionOptions) iter.Seq2[*Page[RoutingFormSubmission], error] {
	return s.list(options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *RoutingFormSubmissionsService) All(ctx context.Context, options RoutingFormSubmissionOptions) iter.Seq2[RoutingFormSubmission, error] {
	return s.list(options).all(ctx)
}

func (s *RoutingFormSubmissionsService) list(options RoutingFormSubmissionOptions) list[RoutingFormSubmission] {
	return newList[RoutingFormSubmission](s.client, options, "/routing_form_submissions")
}

// Get returns one submission. It needs the scope routing_forms:read.
//
// API: GET /routing_form_submissions/{uuid}
func (s *RoutingFormSubmissionsService) Get(ctx context.Context, submission URI) (*RoutingFormSubmission, error) {
	return getRecord[RoutingFormSubmission](ctx, s.client, "/routing_form_submissions/{submission}", submission)
}
