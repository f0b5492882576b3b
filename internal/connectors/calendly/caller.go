package calendly

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/fault"
)

// caller is who a token speaks for, and for which organization.
type caller struct {
	user         string // URI
	name, email  string
	record       json.RawMessage // the user as the API sent it
	organization string          // URI
	now          func() time.Time

	// What follows is empty where the token may not ask.

	role        string // user, admin or owner
	plan, stage string // of the organization
	title       string // the organization's name
	founded     time.Time
}

const roleUser = "user"

// wide reports whether the whole organization is read, rather than what is the
// caller's own.
func (c *caller) wide() bool { return c.role != roleUser }

// scope returns the parameter, and its value, that scopes what is read.
func (c *caller) scope() (name, uri string) {
	if c.wide() {
		return "organization", c.organization
	}
	return "user", c.user
}

// scoped adds the scope to a request.
func (c *caller) scoped(q request) request {
	name, uri := c.scope()
	q.query.Set(name, uri)
	return q
}

// meet asks who the token speaks for.
func meet(ctx context.Context, client *api.Client, now func() time.Time) (*caller, error) {
	c := &caller{now: now}
	var user struct {
		URI          string `json:"uri"`
		Name         string `json:"name"`
		Email        string `json:"email"`
		Organization string `json:"current_organization"`
	}
	record, err := readInto(ctx, client, "/users/me", &user)
	if err != nil {
		return nil, err
	}
	c.record, c.user, c.name, c.email, c.organization = record, user.URI, user.Name, user.Email, user.Organization
	if lastSegment(c.user) == "" || lastSegment(c.organization) == "" {
		return nil, fault.New(fault.Unavailable, "Calendly does not say whose the token is")
	}
	if err := c.learnRole(ctx, client); err != nil {
		return nil, err
	}
	return c, c.learnPlan(ctx, client)
}

// learnRole finds the caller's membership. A token that may not read
// memberships tries the organization's events instead: if they are refused for
// another reason than a missing scope, it is a user's.
func (c *caller) learnRole(ctx context.Context, client *api.Client) error {
	for page, err := range pages(ctx, client, list("/organization_memberships", "user", c.user)) {
		switch {
		case forbidden(err):
			return c.tryRole(ctx, client)
		case err != nil:
			return err
		}
		if role, ok := c.roleIn(page.records); ok {
			c.role = role
		}
	}
	return nil
}

// roleIn returns the role of the one among memberships that is in the
// organization.
func (c *caller) roleIn(memberships []json.RawMessage) (role string, ok bool) {
	for _, raw := range memberships {
		var m struct{ Role, Organization string }
		if json.Unmarshal(raw, &m) == nil && sameURI(m.Organization, c.organization) {
			return m.Role, true
		}
	}
	return "", false
}

func (c *caller) tryRole(ctx context.Context, client *api.Client) error {
	q := list("/scheduled_events", "organization", c.organization)
	q.query.Set("count", "1")
	for _, err := range pages(ctx, client, q) {
		switch {
		case err == nil || len(missingScopes(err)) > 0:
		case forbidden(err):
			c.role = roleUser
		default:
			return err
		}
		break
	}
	return nil
}

// learnPlan reads the organization.
func (c *caller) learnPlan(ctx context.Context, client *api.Client) error {
	var o struct {
		Name, Plan, Stage string
		Created           time.Time `json:"created_at"`
	}
	_, err := readInto(ctx, client, "/organizations/"+lastSegment(c.organization), &o)
	if forbidden(err) {
		return nil
	}
	c.title, c.plan, c.stage, c.founded = o.Name, o.Plan, o.Stage, o.Created
	return err
}

// lastSegment returns the id at the end of a URI, escaped for a path.
func lastSegment(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	path := u.EscapedPath()
	return path[strings.LastIndexByte(path, '/')+1:]
}

// sameURI compares two URIs of the API without regard to a trailing slash or
// the case of scheme and host.
func sameURI(a, b string) bool { return normalURI(a) == normalURI(b) }

func normalURI(text string) string {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return text
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	return strings.TrimRight(u.String(), "/")
}
