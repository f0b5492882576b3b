package calendly

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/connect"
)

// refusal says, in words a person can act on, why Calendly refused to let the
// caller read a stream.
func (c *caller) refusal(needs connect.Needs, err error) string {
	if scopes := missingScopes(err); len(scopes) > 0 {
		return fmt.Sprintf("the token lacks the scope %s: make a new one that has it", strings.Join(scopes, ", "))
	}
	var why []string
	if needs.Plan != "" && c.plan != "" && !c.covers(needs.Plan) {
		why = append(why, fmt.Sprintf("needs the %s plan, and the organization is on %s", needs.Plan, c.plan))
	}
	if needs.Role != "" && c.role == roleUser {
		why = append(why, fmt.Sprintf("needs the role %s, and the token is of a user: have an admin or the owner make one", needs.Role))
	}
	if len(why) == 0 {
		why = append(why, "Calendly does not allow it")
	}
	var said *api.Error
	if errors.As(err, &said) && said.Message != "" {
		why = append(why, fmt.Sprintf("Calendly says %q", said.Message))
	}
	return strings.Join(why, "; ")
}

// covers reports whether the organization has a plan or a greater one, as far
// as is known.
func (c *caller) covers(plan string) bool {
	ranks := []string{"free", "basic", "essentials", "standard", "professional", "teams", "enterprise"}
	least := slices.Index(ranks, strings.ToLower(plan))
	if plan == planPaid {
		least = slices.Index(ranks, "essentials")
	}
	return slices.Index(ranks, c.plan) >= least
}

const (
	planPaid       = "paid"
	planTeams      = "Teams"
	planEnterprise = "Enterprise"
)

// ownOnly says that only the caller's own records of a stream are read; "" if
// that is not so.
func (c *caller) ownOnly(s connect.Stream) string {
	own := map[string]string{"users": "user", "event_types": "event types", "scheduled_events": "events"}[s.Group]
	if c.wide() || own == "" || s.Needs.Role == "" {
		return ""
	}
	return fmt.Sprintf("own %s only: the token is of %s, whose role is user; to read the whole organization, have an admin or the owner make one",
		own, cmp.Or(c.email, c.user))
}

// ownUser says that only the caller is read, as the others may not be listed.
func ownUser(reason string) string { return "own user only: " + reason }
