package calendlytest

import (
	"slices"
	"strings"
)

// madeWebhook is what a write said about a subscription.
type madeWebhook struct {
	url          string
	key          string // signing key, "" for none
	retryStarted int64
	disabled     bool
	updated      int64
	failing      int // messages that are tried again
	failures     int // messages that failed since retryStarted
}

func (m *madeWebhook) show(b webhookBody) webhookBody {
	b.CallbackURL, b.RetryStartedAt, b.UpdatedAt = m.url, stampOrNull(m.retryStarted), stamp(m.updated)
	if m.disabled {
		b.State = "disabled"
	}
	return b
}

// family returns what stands before the dot in the name of a webhook event.
func family(event string) string {
	name, _, _ := strings.Cut(event, ".")
	return name
}

// familyScope returns the scope a token needs to subscribe to an event.
func familyScope(event string) string {
	switch family(event) {
	case "routing_form_submission":
		return "routing_forms:read"
	case "event_type":
		return "event_types:read"
	case "meeting_recap":
		return "meeting_recaps:read"
	case "contact":
		return "contacts:read"
	}
	return "scheduled_events:read"
}

// familyPlan returns the plan that a subscription to an event needs.
func familyPlan(event string) plan {
	switch family(event) {
	case "routing_form_submission":
		return planTeams
	case "meeting_recap":
		return planStandard
	}
	return planFree
}

// scoped is as params.scoped, for a body.
func (in *input) scoped() scoped {
	s := scoped{organization: in.required("organization", kindOrganization), user: in.object("user", kindUser), group: in.object("group", kindGroup)}
	in.require("scope")
	s.scope = in.enum("scope", scopeOrganization, scopeUser, scopeGroup)
	if s.scope == scopeUser || s.scope == scopeGroup {
		in.require(s.scope)
	}
	return s
}

func createWebhook(c *call) (change, error) {
	in := c.input()
	in.require("url")
	in.require("events")
	url, s, key := in.web("url"), in.scoped(), in.text("signing_key", 1024)
	events := in.texts("events", 100, func(name string) bool {
		return slices.Contains(webhookEvents(), name) && (s.scope == "" || subscribable(name, s.scope))
	}, saysEventScope)
	if in.has("events") && len(events) == 0 {
		in.refuse("events", saysEmpty)
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	if err := c.maySubscribeTo(events); err != nil {
		return nil, err
	}
	subject, err := c.allow(s)
	if err != nil {
		return nil, err
	}
	if c.app != nil {
		key = c.app.SigningKey
	}
	w := c.world
	if w.hooked(url, s.scope, subject) {
		return nil, alreadyExists("Hook with this url already exists")
	}
	return func() any {
		n := len(w.webhooks)
		w.webhooks = append(w.webhooks, webhook{
			scope: s.scope, subject: subject, creator: c.user, created: c.now, events: slices.Compact(slices.Sorted(slices.Values(events))),
			made: &madeWebhook{url: url, key: key, updated: c.now},
		})
		w.log(c.now, c.user, "Webhook", "Create", map[string]any{"name": url})
		return resource[webhookBody]{w.webhookBody(n)}
	}, nil
}

// maySubscribeTo says whether scopes and plan suffice for the events.
func (c *call) maySubscribeTo(events []string) error {
	var lacking []string
	needs := planFree
	if c.server.assume.on("paid_plan_for_webhooks") {
		needs = planStandard
	}
	for _, name := range events {
		if scope := familyScope(name); !c.may(scope) && !slices.Contains(lacking, scope) {
			lacking = append(lacking, scope)
		}
		needs = max(needs, familyPlan(name))
	}
	switch {
	case lacking != nil:
		return insufficientScope(lacking)
	case c.world.plan < needs && needs == planStandard:
		return forbidden(paidPlan)
	case c.world.plan < needs:
		return forbidden(needs.upgrade())
	}
	return nil
}

// hooked reports whether a subscription of a scope has that address.
func (w *world) hooked(url, scope string, subject int) bool {
	for n := range w.webhooks {
		if v := &w.webhooks[n]; !v.gone && v.scope == scope && v.subject == subject && w.webhookBody(n).CallbackURL == url {
			return true
		}
	}
	return false
}

func deleteWebhook(c *call) (change, error) {
	r, err := c.mine(c.path[0], kindWebhook, noAccess)
	if err != nil {
		return nil, err
	}
	v := &c.world.webhooks[r.index]
	if err := c.maySubscribe(v.scope, v.subject); err != nil {
		return nil, err
	}
	return func() any {
		url := c.world.webhookBody(r.index).CallbackURL
		v.gone = true
		c.world.log(c.now, c.user, "Webhook", "Delete", map[string]any{"name": url})
		return nil
	}, nil
}
