package calendlytest

import (
	"cmp"
	"slices"
	"strconv"
)

// webhook is a subscription.
type webhook struct {
	scope   string
	subject int // the user or group, for these scopes
	creator int
	created int64
	events  []string
	gone    bool
	made    *madeWebhook // nil for one that was drawn
}

// webhookBody is the wire form of a webhook subscription.
type webhookBody struct {
	URI            string   `json:"uri"`
	CallbackURL    string   `json:"callback_url"`
	CreatedAt      string   `json:"created_at"`
	UpdatedAt      string   `json:"updated_at"`
	RetryStartedAt *string  `json:"retry_started_at"`
	State          string   `json:"state"`
	Events         []string `json:"events"`
	Scope          string   `json:"scope"`
	Organization   string   `json:"organization"`
	User           *string  `json:"user"`
	Group          *string  `json:"group"`
	Creator        *string  `json:"creator"`
}

// The scopes of webhook subscriptions.
const (
	scopeOrganization = "organization"
	scopeUser         = "user"
	scopeGroup        = "group"
)

// makeWebhooks subscribes the organization thrice, a third of the members and
// every group, oldest first.
func (w *world) makeWebhooks() {
	add := func(scope string, subject, creator int, events ...string) {
		d := w.draw(kindWebhook, len(w.webhooks), 0)
		created := w.start*micros + d.n64((w.now-w.start)*micros)
		w.webhooks = append(w.webhooks, webhook{scope: scope, subject: subject, creator: creator, created: created, events: events})
	}
	add(scopeOrganization, 0, ownerIndex, "invitee.created", "invitee.canceled")
	add(scopeOrganization, 0, w.admin(), "routing_form_submission.created")
	add(scopeOrganization, 0, ownerIndex, "invitee_no_show.created", "invitee_no_show.deleted", "contact.created")
	for user := range w.members {
		if user%3 == 0 || user == w.member() {
			add(scopeUser, user, user, "invitee.created", "meeting_recap.created")
		}
	}
	for g := range w.groups {
		add(scopeGroup, g, w.groups[g].members[len(w.groups[g].members)-1], "invitee.created", "event_type.updated")
	}
	slices.SortStableFunc(w.webhooks, func(a, b webhook) int { return cmp.Compare(a.created, b.created) })
}

func (w *world) webhookBody(n int) webhookBody {
	v := &w.webhooks[n]
	b := webhookBody{
		URI: w.uri(kindWebhook, n), CallbackURL: "https://hooks." + w.domain + "/calendly/" + strconv.Itoa(n), CreatedAt: stamp(v.created),
		UpdatedAt: stamp(v.created), State: statusActive, Events: v.events, Scope: v.scope, Organization: w.uri(kindOrganization, 0),
		Creator: new(w.uri(kindUser, v.creator)),
	}
	switch v.scope {
	case scopeUser:
		b.User = new(w.uri(kindUser, v.subject))
	case scopeGroup:
		b.Group = new(w.uri(kindGroup, v.subject))
	}
	if v.made != nil {
		return v.made.show(b)
	}
	switch n % 7 {
	case 4:
		b.State, b.RetryStartedAt = "disabled", new(stamp(v.created+(w.now*micros-v.created)/2))
		b.UpdatedAt = *b.RetryStartedAt
	case 5:
		b.RetryStartedAt = new(stampSeconds(w.now - 2*hour))
	case 6:
		b.Creator = nil
	}
	return b
}

// maySubscribe says whether the caller may see the subscriptions of a scope.
func (c *call) maySubscribe(scope string, subject int) error {
	switch {
	case c.admin(), scope == scopeUser && subject == c.user, scope == scopeGroup && c.world.leads(c.user, subject):
		return nil
	}
	return forbidden(noPermission)
}

// scoped reads the parameters organization, scope, user and group, of which
// the last two must be there for the scopes of these names.
type scoped struct {
	organization, user, group *target
	scope                     string
}

func (p *params) scoped() scoped {
	s := scoped{organization: p.required("organization", kindOrganization), user: p.object("user", kindUser), group: p.object("group", kindGroup)}
	p.require("scope")
	s.scope = p.enum("scope", scopeOrganization, scopeUser, scopeGroup)
	if s.scope == scopeUser || s.scope == scopeGroup {
		p.require(s.scope)
	}
	return s
}

// allow checks s and returns the user or group it is about.
func (c *call) allow(s scoped) (subject int, err error) {
	if _, err := c.owned(s.organization, noAccess); err != nil {
		return 0, err
	}
	switch s.scope {
	case scopeUser:
		r, err := c.owned(s.user, notInOrg)
		if err != nil {
			return 0, err
		}
		subject = r.index
	case scopeGroup:
		r, err := c.owned(s.group, noAccess)
		if err != nil {
			return 0, err
		}
		subject = r.index
	}
	return subject, c.maySubscribe(s.scope, subject)
}

func getWebhook(c *call) (any, error) {
	r, err := c.mine(c.path[0], kindWebhook, noAccess)
	if err != nil {
		return nil, err
	}
	v := &c.world.webhooks[r.index]
	if err := c.maySubscribe(v.scope, v.subject); err != nil {
		return nil, err
	}
	return resource[webhookBody]{c.world.webhookBody(r.index)}, nil
}

func listWebhooks(c *call) (any, error) {
	p := c.params()
	s := p.scoped()
	descending := p.descending("created_at")
	pages := p.page(maxCount)
	if err := p.err(); err != nil {
		return nil, err
	}
	subject, err := c.allow(s)
	if err != nil {
		return nil, err
	}
	w := c.world
	n := len(w.webhooks)
	keep := func(p int) bool {
		v := &w.webhooks[turned(p, n, descending)]
		return !v.gone && v.scope == s.scope && v.subject == subject
	}
	return page(pages, n, keep, func(p int) webhookBody { return w.webhookBody(turned(p, n, descending)) }), nil
}
