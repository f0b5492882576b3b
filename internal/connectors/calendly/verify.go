package calendly

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/url"
	"regexp"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/vault"
)

// verify tests a credential: its form, whose token it is and whether the
// organization is the token's own; then what it may read.
func (c *connector) verify(ctx context.Context, settings connect.Settings) (connect.Verification, error) {
	s, err := c.source(settings)
	if err != nil {
		return connect.Verification{}, err
	}
	who, err := s.caller(ctx, s.client)
	if err != nil {
		return connect.Verification{}, aboutKey(faultOf(err))
	}
	streams, err := s.Discover(ctx)
	if err != nil {
		return connect.Verification{}, err
	}
	return connect.Verification{
		Values:  map[string]string{fieldOrganization: who.organization, fieldURL: s.url},
		Facts:   who.facts(),
		Streams: streams,
	}, nil
}

// aboutKey blames the token for an answer that only depends on it.
func aboutKey(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Field != "" {
		return err
	}
	switch f.Kind {
	case fault.Unauthorized:
		return fault.New(fault.Unauthorized, "Calendly does not accept this token: %w", f.Err).WithField(fieldKey).
			WithHint("copy the whole token, or make a new one; one that was revoked is not accepted again")
	case fault.Forbidden:
		return fault.New(fault.Forbidden, "the token may not tell whose it is: %w", f.Err).WithField(fieldKey).
			WithHint("make a token that has the scope users:read besides those of what is to be read")
	case fault.Internal, fault.Invalid, fault.NotFound, fault.Conflict, fault.Schema, fault.RateLimited, fault.Unavailable, fault.Canceled:
	}
	return err
}

// facts are what people are told of a credential.
func (c *caller) facts() []connect.Fact {
	unknown := "unknown: the token lacks the scope organizations:read"
	return []connect.Fact{
		{Name: "user", Title: "Token of", Value: strings.TrimSpace(c.name + " <" + c.email + ">")},
		{Name: "role", Title: "Role", Value: cmp.Or(c.role, unknown)},
		{Name: "organization", Title: "Organization", Value: cmp.Or(c.title, lastSegment(c.organization))},
		{Name: "plan", Title: "Plan", Value: cmp.Or(c.plan, unknown)},
	}
}

// parseKey checks the form of a token, of which only this is known: it is one
// line of printable characters.
func parseKey(secret vault.Secret) (string, error) {
	key := strings.TrimSpace(secret.Reveal())
	refuse := func(why string) (string, error) {
		return "", fault.New(fault.Invalid, "%s", why).WithField(fieldKey).WithHint("paste the token as Calendly showed it, and nothing else")
	}
	switch {
	case key == "":
		return refuse("the token is empty")
	case strings.HasPrefix(strings.ToLower(key), "bearer "):
		return refuse(`the token does not begin with "Bearer"`)
	case strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return refuse("the token has a space, a line break or a character that tokens do not have")
	}
	return key, nil
}

// parseURL returns the address of the API in its usual form.
func parseURL(text string) (string, error) {
	text = strings.TrimRight(strings.TrimSpace(cmp.Or(text, defaultURL)), "/")
	refuse := func(why string) (string, error) {
		return "", fault.New(fault.Invalid, "%s", why).WithField(fieldURL).
			WithHint("leave it out to use %s, or write the address a sandbox printed", defaultURL)
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Hostname() == "":
		return refuse("it is not an address such as " + defaultURL)
	case u.User != nil:
		return refuse("an address with a user name or password in it is not accepted")
	case u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return refuse("it has more than a scheme, a host and a port")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return refuse("the token travels encrypted only: https, or http to this machine itself")
	}
	return normalURI(text), nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// parseOrganization returns the URI of an organization in its usual form, ""
// if there is none.
func parseOrganization(text string) (string, error) {
	text = normalURI(text)
	u, err := url.Parse(text)
	if text == "" {
		return "", nil
	}
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		!regexp.MustCompile(`^/organizations/[A-Za-z0-9_-]+$`).MatchString(u.Path) {
		return "", fault.New(fault.Invalid, "it is not the URI of an organization").WithField(fieldOrganization).
			WithHint("write it as %s/organizations/AAAAAAAAAAAAAAAA, or leave it out to take the token's own", defaultURL)
	}
	return text, nil
}

// anotherOrganization refuses an organization that is not the token's own.
func anotherOrganization(given string, c *caller) error {
	want, have := hostOf(given), hostOf(c.organization)
	if want != have {
		return fault.New(fault.Invalid, "it is at %s, and the token is for the API at %s", want, have).WithField(fieldOrganization).
			WithHint("leave it out to take the token's own organization")
	}
	return fault.New(fault.Invalid, "the token of %s belongs to another organization", c.email).WithField(fieldOrganization).
		WithHint("leave it out to take the token's own, %s, or use a token of the organization you want", c.organization)
}

func hostOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	return u.Host
}
