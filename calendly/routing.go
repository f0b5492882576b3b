package calendly

import (
	"encoding/json"
	"time"
)

// RoutingForm asks visitors questions and sends them on.
type RoutingForm struct {
	URI          URI               `json:"uri"`
	Organization URI               `json:"organization"`
	Name         string            `json:"name"`
	Status       string            `json:"status"` // draft or published
	Questions    []RoutingQuestion `json:"questions"`
	CreatedAt    time.Time         `json:"created_at"`
	UpdatedAt    time.Time         `json:"updated_at"`

	Raw json.RawMessage `json:"-"`
}

// RoutingQuestion is a question of a routing form.
type RoutingQuestion struct {
	UUID          string   `json:"uuid"`
	Name          string   `json:"name"`
	Type          string   `json:"type"`
	Required      bool     `json:"required"`
	AnswerChoices []string `json:"answer_choices"`
}

// RoutingFormSubmission is what a visitor answered.
type RoutingFormSubmission struct {
	URI                 URI             `json:"uri"`
	RoutingForm         URI             `json:"routing_form"`
	QuestionsAndAnswers []RoutingAnswer `json:"questions_and_answers"`
	Tracking            Tracking        `json:"tracking"`
	Result              *RoutingResult  `json:"result"`
	Submitter           *URI            `json:"submitter"`
	SubmitterType       *string         `json:"submitter_type"`
	CreatedAt           time.Time       `json:"created_at"`
	UpdatedAt           time.Time       `json:"updated_at"`

	Raw json.RawMessage `json:"-"`
}

// RoutingAnswer is one answer of a submission.
type RoutingAnswer struct {
	QuestionUUID *string `json:"question_uuid"`
	Question     string  `json:"question"`
	Answer       *string `json:"answer"`
}

// RoutingResult is where a visitor was sent: Value is a string, or an object
// for a custom message.
type RoutingResult struct {
	Type  string          `json:"type"` // event_type, external_url or custom_message
	Value json.RawMessage `json:"value"`
}
