package calendly

import (
	"reflect"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/connect"
)

// accounts are what happens around an account.
func accounts() []entry {
	return []entry{
		{
			name: "webhook_subscriptions", single: true, group: "webhook_subscriptions",
			record: reflect.TypeFor[api.WebhookSubscription](),
			needs:  connect.Needs{Scope: "webhooks:read"},
			doc: connect.StreamDoc{
				About:     "Who is told of events by webhook: subscriptions of the organization (for its admins), of its groups and of the token's own user.",
				Operation: []string{"GET /webhook_subscriptions"},
				Fresh:     "Every sync reads all of them.",
			},
			request: func(c *caller, group string) request {
				switch {
				case group != "":
					return list("/webhook_subscriptions", "organization", c.organization, "scope", "group", "group", group, "sort", "created_at:asc")
				case c.wide():
					return list("/webhook_subscriptions", "organization", c.organization, "scope", "organization", "sort", "created_at:asc")
				default:
					return ownWebhooks(c)
				}
			},
		},
		{
			name: "activity_log_entries", at: "occurred_at", group: "activity_log_entries",
			record: reflect.TypeFor[api.ActivityLogEntry](),
			needs:  connect.Needs{Scope: "activity_log:read", Role: adminRole, Plan: planEnterprise},
			doc: connect.StreamDoc{
				About:     "Who did what in the organization, and when.",
				Operation: []string{"GET /activity_log_entries"},
				Fresh:     "Every sync reads all of them, in windows of occurred_at; with --start those from then on.",
			},
			request: func(c *caller, _ string) request {
				return list("/activity_log_entries", "organization", c.organization)
			},
		},
		{
			name: "outgoing_communications", at: "created_at", group: "outgoing_communications",
			record: reflect.TypeFor[api.OutgoingCommunication](),
			needs:  connect.Needs{Scope: "outgoing_communications:read", Role: adminRole, Plan: planEnterprise},
			// Not sent_at, which may come later than the record.
			key: []string{"type", "to", "from", "sender_uri", "sender_email", "event_type_uri", "event_uri", "subject", "body", "created_at"},
			doc: connect.StreamDoc{
				About:     "E-mails and text messages that Calendly sent for the organization. Calendly gives them no identity: equal ones are one row.",
				Operation: []string{"GET /outgoing_communications"},
				Fresh:     "Every sync reads all of them, in windows of created_at; with --start those from then on.",
			},
			request: func(c *caller, _ string) request {
				return list("/outgoing_communications", "organization", c.organization)
			},
		},
	}
}

func ownWebhooks(c *caller) request {
	return list("/webhook_subscriptions", "organization", c.organization, "scope", "user", "user", c.user, "sort", "created_at:asc")
}
