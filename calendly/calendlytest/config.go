package calendlytest

import (
	"fmt"
	"io"
	"net/url"
	"slices"
	"time"
)

// Config says what organization a Server shows and how it answers. The zero
// Config is an Enterprise organization with DefaultEvents events and no limit.
type Config struct {
	// Seed chooses the world. Ids and tokens depend on nothing else; the rest
	// depends on Events, Members, Plan and the minute of Clock as well.
	Seed int64
	// Events is how many scheduled events there are. 0 means DefaultEvents,
	// a negative number none.
	Events int
	// Members is how many users belong to the organization. 0 means one for
	// 200 events, between 8 and 400.
	Members int
	// Plan is free, standard, teams or enterprise; "" means enterprise.
	Plan string
	// Trial makes the plan one that is only tried out.
	Trial bool
	// Seats is how many members and open invitations the organization has paid
	// for. 0 means any number.
	Seats int
	// SCIM has members managed elsewhere, so that invitations stay.
	SCIM bool
	// Assume takes decisions on which the sources about Calendly's API
	// disagree, by name; docs/sandbox.md lists them.
	Assume map[string]string
	// Apps are the OAuth applications; none means one, Server.App.
	Apps []App
	// State is what Server.Save wrote, to go on with. Seed, sizes, plan and
	// assumptions are those of the state, and the clock goes on from its time.
	State io.Reader
	// Faults go wrong from the start.
	Faults []Fault
	// Rate is how many requests a user may make in a minute. 0 means no limit
	// of any kind, and no X-RateLimit headers; otherwise bookings and OAuth
	// tokens have limits of their own, too, which follow Clock.
	Rate int
	// Latency is added to every request, half before it is looked at and half
	// before it is answered.
	Latency time.Duration
	// Clock tells the time; nil means time.Now. The world is made once, around
	// the minute of its first reading; later readings decide only what is
	// still in the future, and when something is written. Rate limits follow the
	// machine's clock instead.
	Clock func() time.Time
	// History and Future say how far the events reach back and ahead of the
	// clock. 0 means 730 and 90 days.
	History, Future time.Duration
	// PublicURL is what all URIs begin with, scheme and host only. Start may
	// leave it empty: then it is the address listened on.
	PublicURL string
	// Listen is where Start listens; "" means a free port of 127.0.0.1.
	Listen string
	// Tokens are added to owner, admin, member and stranger, or replace them.
	Tokens []Token
}

// Token is an access token to be accepted.
type Token struct {
	// Name is the key in Server.Tokens.
	Name string
	// Role says whose token it is: the owner's, an admin's or a member's, each
	// time the same one, or that of a stranger, who owns another organization.
	Role string
	// Scopes are the scopes of the token; nil means all.
	Scopes []string
	// Secret is the token itself; "" means one derived from Seed and Name.
	Secret string
}

// DefaultEvents is the number of events where Config.Events is 0.
const DefaultEvents = 1000

const (
	maxEvents      = 10_000_000
	maxMembers     = 5000
	defaultHistory = 730 * 24 * time.Hour
	defaultFuture  = 90 * 24 * time.Hour
	maxSpan        = 20 * 365 * 24 * time.Hour
)

// withDefaults returns cfg with every choice made, or what is wrong with it.
func (cfg Config) withDefaults() (Config, error) {
	if cfg.Events == 0 {
		cfg.Events = DefaultEvents
	}
	cfg.Events = max(cfg.Events, 0)
	if cfg.Members == 0 {
		cfg.Members = min(max(cfg.Events/200, 8), 400)
	}
	if cfg.Plan == "" {
		cfg.Plan = "enterprise"
	}
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.History == 0 {
		cfg.History = defaultHistory
	}
	if cfg.Future == 0 {
		cfg.Future = defaultFuture
	}
	return cfg, cfg.validate()
}

func (cfg Config) validate() error {
	u, err := url.Parse(cfg.PublicURL)
	switch {
	case cfg.Events > maxEvents:
		return fmt.Errorf("calendlytest: events: %d is more than %d", cfg.Events, maxEvents)
	case cfg.Members < minMembers || cfg.Members > maxMembers:
		return fmt.Errorf("calendlytest: members: %d is not between %d and %d", cfg.Members, minMembers, maxMembers)
	case planOf(cfg.Plan) == 0:
		return fmt.Errorf("calendlytest: plan: %q is not free, standard, teams or enterprise", cfg.Plan)
	case cfg.Rate < 0:
		return fmt.Errorf("calendlytest: rate: %d is negative", cfg.Rate)
	case cfg.Seats < 0:
		return fmt.Errorf("calendlytest: seats: %d is negative", cfg.Seats)
	case cfg.Latency < 0:
		return fmt.Errorf("calendlytest: latency: %s is negative", cfg.Latency)
	case cfg.History < 0 || cfg.Future < 0 || cfg.History > maxSpan || cfg.Future > maxSpan:
		return fmt.Errorf("calendlytest: history, future: must be between 0 and %d days", maxSpan/24/time.Hour)
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || cfg.PublicURL != u.Scheme+"://"+u.Host:
		return fmt.Errorf("calendlytest: public URL: %q is not an http or https address without a path", cfg.PublicURL)
	}
	return cfg.validateTokens()
}

func (cfg Config) validateTokens() error {
	seen := map[string]bool{}
	for _, t := range cfg.Tokens {
		switch {
		case t.Name == "" || seen[t.Name]:
			return fmt.Errorf("calendlytest: token %q: names must be given, and only once", t.Name)
		case !slices.Contains(tokenRoles(), t.Role):
			return fmt.Errorf("calendlytest: token %q: role %q is not owner, admin, member or stranger", t.Name, t.Role)
		}
		for _, s := range t.Scopes {
			if !slices.Contains(allScopes(), s) {
				return fmt.Errorf("calendlytest: token %q: there is no scope %q", t.Name, s)
			}
		}
		seen[t.Name] = true
	}
	return nil
}

// plan is a subscription; a greater one includes the lesser.
type plan uint8

const (
	planFree plan = iota + 1
	planStandard
	planTeams
	planEnterprise
)

// planOf returns the plan of that name, or 0.
func planOf(name string) plan { return plan(slices.Index(planNames(), name) + 1) }

// planNames lists the plans, the least first.
func planNames() []string { return []string{"free", "standard", "teams", "enterprise"} }

// upgrade is what Calendly says to those below the plan.
func (p plan) upgrade() string {
	switch p {
	case planEnterprise:
		return "Please upgrade your Calendly account to Enterprise."
	case planTeams:
		return saysTeamsPlan
	case planStandard:
		return "Please upgrade to a paid Calendly account"
	case planFree:
	}
	return noAccess
}
