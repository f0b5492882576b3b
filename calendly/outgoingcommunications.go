package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// OutgoingCommunication is a message that Calendly sent. It has no URI.
type OutgoingCommunication struct {
	Type          CommunicationType `json:"type"`
	To            string            `json:"to"`
	From          string            `json:"from"`
	Subject       *string           `json:"subject"` // nil for CommunicationSMS
	Body          string            `json:"body"`
	SenderURI     *URI              `json:"sender_uri"`
	SenderEmail   *string           `json:"sender_email"`
	EventTypeURI  *URI              `json:"event_type_uri"`
	EventURI      *URI              `json:"event_uri"`
	SentAt        time.Time         `json:"sent_at"`
	CreatedAt     time.Time         `json:"created_at"`
	SchedulingURL *string           `json:"scheduling_url"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// CommunicationType is how a message was sent.
type CommunicationType string

// The types of Calendly's API reference.
const (
	CommunicationSMS   CommunicationType = "sms"
	CommunicationEmail CommunicationType = "email"
)

// OutgoingCommunicationsService reads the messages that Calendly sent. It
// needs the plan Enterprise.
type OutgoingCommunicationsService struct{ client *Client }

// OutgoingCommunicationOptions say which messages are listed.
type OutgoingCommunicationOptions struct {
	Organization URI       `query:"organization,required"`
	MinCreatedAt time.Time `query:"min_created_at"`
	MaxCreatedAt time.Time `query:"max_created_at"`
	Count        int       `query:"count,max=100"` // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken    string    `query:"page_token"`
}

// List returns one page of messages. Its TotalCount is set. It needs the scope
// outgoing_communications:read.
//
// API: GET /outgoing_communications
func (s *OutgoingCommunicationsService) List(ctx context.Context, options OutgoingCommunicationOptions) (*Page[OutgoingCommunication], error) {
	return s.list(options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *OutgoingCommunicationsService) Pages(ctx context.Context, options OutgoingCommunicationOptions) iter.Seq2[*Page[OutgoingCommunication], error] {
	return s.list(options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *OutgoingCommunicationsService) All(ctx context.Context, options OutgoingCommunicationOptions) iter.Seq2[OutgoingCommunication, error] {
	return s.list(options).all(ctx)
}

func (s *OutgoingCommunicationsService) list(options OutgoingCommunicationOptions) list[OutgoingCommunication] {
	return newList[OutgoingCommunication](s.client, options, "/outgoing_communications")
}
