// Package calendly reads a Calendly organization.
//
// streams.go says what can be read and how its columns come about, source.go
// is where reading begins, pipeline.go how calls become batches, timeline.go
// how records are read by time.
package calendly

import (
	"context"
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Names of the settings.
const (
	fieldKey          = "api_key"
	fieldOrganization = "organization_uri"
	fieldURL          = "api_url"
	optionStart       = "start"
)

const defaultURL = "https://api.calendly.com"

// Deps are what the connector takes from its surroundings.
type Deps struct {
	// Version is told to Calendly.
	Version string
	// Now tells the time.
	Now func() time.Time
	// Transport sends the requests; nil means one of the client's own.
	Transport http.RoundTripper
}

// New returns the connector "calendly". All that it opens for one token shares
// one allowance, since Calendly counts the calls of a user.
func New(deps Deps) connect.Connector {
	c := &connector{deps: deps, all: catalog(), allowances: map[[sha256.Size]byte]*allowance{}}
	return connect.Connector{Spec: spec(), Verify: c.verify, OpenSource: c.openSource}
}

func spec() connect.Spec {
	return connect.Spec{
		Name:   "calendly",
		Title:  "Calendly",
		About:  "An organization at Calendly: its people, what they offer, what was booked, and by whom.",
		Source: true,
		Fields: []connect.Field{
			{
				Name: fieldKey, Title: "API Key", Secret: true, Required: true,
				Help: "A personal access token. It acts with the permissions of whoever made it: the whole organization is read with one of an admin or the owner.",
			},
			{
				Name: fieldOrganization, Title: "Organization URI",
				Help:    "The organization to read, as Calendly names it. Leave it empty to take the token's own.",
				Example: defaultURL + "/organizations/AAAAAAAAAAAAAAAA",
			},
			{
				Name: fieldURL, Title: "API URL", Default: defaultURL,
				Help:    "Where the API is. Change it to use a sandbox.",
				Example: "http://127.0.0.1:8080",
			},
		},
		Options: append([]connect.Field{{
			Name: optionStart, Title: "Start",
			Help:    "Leave out meetings, log entries and messages before this date or time (UTC). Empty: all history is read.",
			Example: "2024-01-01",
		}, budgetOption()}, freshOptions()...),
		Guide: []string{
			"Log in to calendly.com as an admin or the owner of the organization.",
			"In the account menu choose Integrations & apps, then API and webhooks.",
			"Under Personal access tokens choose Get a token now, or Generate new token.",
			"Name the token, tick what it may read, and choose Create token; Calendly e-mails a code to confirm it.",
			"Choose Copy token. It is shown only once.",
			"To revoke a token, open the same page and delete it there.",
		},
	}
}

// connector is what all uses of Calendly in this process share.
type connector struct {
	deps Deps
	all  []*stream

	mu         sync.Mutex
	allowances map[[sha256.Size]byte]*allowance // by token
}

// allowance returns that of a token.
func (c *connector) allowance(token string) *allowance {
	key := sha256.Sum256([]byte(token))
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.allowances[key]
	if !ok {
		a = newAllowance()
		c.allowances[key] = a
	}
	return a
}

// source returns the source that settings describe. Settings without a token
// make one that cannot read.
func (c *connector) source(settings connect.Settings) (*source, error) {
	start, err := connect.ParseStart(settings.Values[optionStart])
	if err != nil {
		return nil, fault.New(fault.Invalid, "%w", err).WithField(optionStart).WithHint("write it as 2024-01-01 or 2024-01-01T09:00:00Z")
	}
	organization, err := parseOrganization(settings.Values[fieldOrganization])
	if err != nil {
		return nil, err
	}
	address, err := parseURL(settings.Values[fieldURL])
	if err != nil {
		return nil, err
	}
	fresh, err := parseFreshness(settings.Values)
	if err != nil {
		return nil, err
	}
	deletes, err := parseDeletes(settings.Values["deletes"])
	if err != nil {
		return nil, err
	}
	budget, err := parseBudget(settings.Values[optionBudget])
	if err != nil {
		return nil, err
	}
	s := &source{
		fresh: fresh, deletes: deletes, budget: budget, allowance: newAllowance(),
		url: address, organization: organization, start: start, startOption: settings.Values[optionStart],
		now: c.deps.Now, all: c.all, room: semaphore.NewWeighted(ahead), meeting: make(chan struct{}, 1),
	}
	if settings.Secrets[fieldKey].Empty() {
		return s, nil
	}
	token, err := parseKey(settings.Secrets[fieldKey])
	if err != nil {
		return nil, err
	}
	s.allowance = c.allowance(token)
	options := []api.Option{
		api.WithBaseURL(address), api.WithLimiter(s.allowance.limiter), api.WithUserAgent("kalends/" + c.deps.Version), api.WithPageDecoder(decodePage),
	}
	if c.deps.Transport != nil {
		options = append(options, api.WithTransport(c.deps.Transport))
	}
	if s.client, err = api.New(token, options...); err != nil {
		return nil, fault.New(fault.Invalid, "%w", err)
	}
	return s, nil
}

func (c *connector) openSource(_ context.Context, settings connect.Settings) (connect.Source, error) {
	s, err := c.source(settings)
	if err != nil {
		return nil, err // not a nil *source in a Source
	}
	return s, nil
}
