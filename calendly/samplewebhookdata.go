package calendly

import (
	"context"
	"encoding/json"
	"time"
)

// WebhookPayload is what Calendly sends to a WebhookSubscription.
type WebhookPayload struct {
	Event     WebhookEvent    `json:"event"`
	CreatedAt time.Time       `json:"created_at"`
	CreatedBy URI             `json:"created_by"` // the user who made the subscription
	Payload   json.RawMessage `json:"payload"`    // by Event

	Raw json.RawMessage `json:"-"` // as it was sent
}

// SampleWebhookDataOptions say what is shown.
type SampleWebhookDataOptions struct {
	Event        WebhookEvent `query:"event,required"`
	Organization URI          `query:"organization,required"`
	Scope        WebhookScope `query:"scope,required"`
	User         URI          `query:"user"`
	Group        URI          `query:"group"`
}

// SampleData returns what would be sent for an event. It needs the scope
// webhooks:read, and probably that to read what the event is about.
//
// API: GET /sample_webhook_data
func (s *WebhookSubscriptionsService) SampleData(ctx context.Context, options SampleWebhookDataOptions) (*WebhookPayload, error) {
	query, _, err := s.client.encode(options)
	if err != nil {
		return nil, err
	}
	return readRecord[WebhookPayload](ctx, s.client, "/sample_webhook_data", query)
}
