package calendly

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"time"
)

// WebhookSubscription is where Calendly sends events. The signing key is never
// told.
type WebhookSubscription struct {
	URI            URI            `json:"uri"`
	CallbackURL    string         `json:"callback_url"`
	CreatedAt      time.Time      `json:"created_at"`
	UpdatedAt      time.Time      `json:"updated_at"`
	RetryStartedAt *time.Time     `json:"retry_started_at"` // since when sending fails
	State          WebhookState   `json:"state"`
	Events         []WebhookEvent `json:"events"`
	Scope          WebhookScope   `json:"scope"`
	Organization   URI            `json:"organization"`
	User           *URI           `json:"user"`
	Group          *URI           `json:"group"`
	Creator        *URI           `json:"creator"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// WebhookState is whether events are sent.
type WebhookState string

// The states of Calendly's API reference.
const (
	WebhookActive   WebhookState = "active"
	WebhookDisabled WebhookState = "disabled" // for good
)

// WebhookScope is whose events are sent.
type WebhookScope string

// The scopes of Calendly's API reference.
const (
	WebhookOrganization WebhookScope = "organization"
	WebhookUser         WebhookScope = "user"
	WebhookGroup        WebhookScope = "group"
)

// WebhookEvent is the name of an event.
type WebhookEvent string

// The events of Calendly's API reference.
const (
	EventInviteeCreated               WebhookEvent = "invitee.created"
	EventInviteeCanceled              WebhookEvent = "invitee.canceled"
	EventInviteeNoShowCreated         WebhookEvent = "invitee_no_show.created"
	EventInviteeNoShowDeleted         WebhookEvent = "invitee_no_show.deleted"
	EventRoutingFormSubmissionCreated WebhookEvent = "routing_form_submission.created" // WebhookOrganization only
	EventEventTypeCreated             WebhookEvent = "event_type.created"
	EventEventTypeUpdated             WebhookEvent = "event_type.updated"
	EventEventTypeDeleted             WebhookEvent = "event_type.deleted"
	EventMeetingRecapCreated          WebhookEvent = "meeting_recap.created" // WebhookUser only, like the next two
	EventMeetingRecapUpdated          WebhookEvent = "meeting_recap.updated"
	EventMeetingRecapDeleted          WebhookEvent = "meeting_recap.deleted"
	EventContactCreated               WebhookEvent = "contact.created"
	EventContactUpdated               WebhookEvent = "contact.updated"
	EventContactDeleted               WebhookEvent = "contact.deleted"
)

// WebhookSubscriptionsService reads and changes where Calendly sends events.
type WebhookSubscriptionsService struct{ client *Client }

// WebhookSubscriptionOptions say which subscriptions are listed.
type WebhookSubscriptionOptions struct {
	Organization URI          `query:"organization,required"`
	Scope        WebhookScope `query:"scope,required"`
	User         URI          `query:"user"`          // required for WebhookUser
	Group        URI          `query:"group"`         // required for WebhookGroup
	Sort         Sort         `query:"sort"`          // by created_at
	Count        int          `query:"count,max=100"` // rows of a page, 1 to 100; 0: 20 for List, 100 for Pages and All
	PageToken    string       `query:"page_token"`
}

func (o WebhookSubscriptionOptions) validate() error {
	switch {
	case o.Scope == WebhookUser && o.User == "":
		return &InputError{Field: "user", Problem: "is required for the scope user"}
	case o.Scope == WebhookGroup && o.Group == "":
		return &InputError{Field: "group", Problem: "is required for the scope group"}
	}
	return nil
}

// List returns one page of subscriptions. It needs the scope webhooks:read,
// and for WebhookOrganization the role admin or owner.
//
// API: GET /webhook_subscriptions
func (s *WebhookSubscriptionsService) List(ctx context.Context, options WebhookSubscriptionOptions) (*Page[WebhookSubscription], error) {
	return s.list(options).page(ctx)
}

// Pages reads the pages of List, each when it is pulled.
func (s *WebhookSubscriptionsService) Pages(ctx context.Context, options WebhookSubscriptionOptions) iter.Seq2[*Page[WebhookSubscription], error] {
	return s.list(options).pages(ctx)
}

// All reads the records of List, page by page.
func (s *WebhookSubscriptionsService) All(ctx context.Context, options WebhookSubscriptionOptions) iter.Seq2[WebhookSubscription, error] {
	return s.list(options).all(ctx)
}

func (s *WebhookSubscriptionsService) list(options WebhookSubscriptionOptions) list[WebhookSubscription] {
	return newList[WebhookSubscription](s.client, options, "/webhook_subscriptions")
}

// Get returns one subscription. It needs the scope webhooks:read.
//
// API: GET /webhook_subscriptions/{webhook_uuid}
func (s *WebhookSubscriptionsService) Get(ctx context.Context, subscription URI) (*WebhookSubscription, error) {
	return getRecord[WebhookSubscription](ctx, s.client, "/webhook_subscriptions/{subscription}", subscription)
}

// WebhookSubscriptionInput says what is sent where.
type WebhookSubscriptionInput struct {
	URL          string         `json:"url" check:"required,url"` // no two subscriptions may have the same
	Events       []WebhookEvent `json:"events" check:"required"`
	Organization URI            `json:"organization" check:"required"`
	Scope        WebhookScope   `json:"scope" check:"required"`
	User         URI            `json:"user"`        // of WebhookUser
	Group        URI            `json:"group"`       // of WebhookGroup
	SigningKey   string         `json:"signing_key"` // what events are signed with; see VerifyWebhook
}

func (i WebhookSubscriptionInput) validate() error {
	switch {
	case i.Scope == WebhookUser && i.User == "":
		return &InputError{Field: "user", Problem: "is required for the scope user"}
	case i.Scope == WebhookGroup && i.Group == "":
		return &InputError{Field: "group", Problem: "is required for the scope group"}
	}
	return nil
}

// Create subscribes to events. It needs the scope webhooks:write and the read
// scope of each kind of event; for a whole organization the role admin or
// owner. 409 where the URL is subscribed already.
//
// API: POST /webhook_subscriptions
func (s *WebhookSubscriptionsService) Create(ctx context.Context, input WebhookSubscriptionInput) (*WebhookSubscription, error) {
	return sendRecord[WebhookSubscription](ctx, s.client, write{method: http.MethodPost, template: "/webhook_subscriptions", input: input})
}

// Delete ends a subscription. It needs the scope webhooks:write.
//
// API: DELETE /webhook_subscriptions/{webhook_uuid}
func (s *WebhookSubscriptionsService) Delete(ctx context.Context, subscription URI) error {
	return s.client.do(ctx, write{method: http.MethodDelete, template: "/webhook_subscriptions/{subscription}", ids: []URI{subscription}})
}
