package calendlytest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// assumption is a decision on which sources disagree or whose rule has
// changed, and that may be taken otherwise by Config.Assume.
type assumption struct {
	Name   string
	Values []string // the first is the default
	About  string
}

// assumptions lists what Config.Assume knows.
func assumptions() []assumption {
	return []assumption{
		{"taken_slot", []string{"400", "409", "404"}, "status of POST /invitees for a time that is taken; 400 was seen, other sources say 409 and 404"},
		{"paid_plan_for_invitees", []string{"false", "true"}, "POST /invitees needs a paid plan, as before 2026-11-03"},
		{"paid_plan_for_webhooks", []string{"false", "true"}, "webhook subscriptions need a paid plan, as before 2026-11-03"},
		{"paid_plan_for_contacts", []string{"false", "true"}, "contacts, lists and notes need a paid plan, as before 2026-11-19"},
		{"available_times_days", []string{"31", "7"}, "how many days available times may be asked for; 7 until 2026-07-09"},
		{"available_times_scope", []string{"either", "event_types", "availability"}, "whose :read scope available times need; the catalogue of scopes and the operation disagree"},
		{"pagination_count", []string{"rows", "requested"}, "what pagination.count is: the rows of the page, or the page size asked for"},
		{"zoom_location", []string{"zoom", "zoom_conference"}, "type of the location of a meeting held by Zoom; examples and schema disagree"},
		{"expired_token_message", []string{"invalid", "expired"}, "what the 401 for a token out of date says: as for any bad token, or that it expired; not documented"},
		{"refresh_rotation", []string{"true", "false"}, "a refresh token is good for one use, as since August 2026"},
		{"no_show_touches_event", []string{"false", "true"}, "marking a no-show changes updated_at of the event; not documented"},
	}
}

// assumed is the value of each assumption.
type assumed map[string]string

func (a assumed) value(name string) string { return a[name] }

// number is the value of an assumption whose values are numbers.
func (a assumed) number(name string) int64 {
	n, err := strconv.ParseInt(a[name], 10, 64)
	if err != nil {
		panic("calendlytest: " + err.Error()) // the table of assumptions is wrong
	}
	return n
}

func (a assumed) on(name string) bool { return a[name] == "true" }

// assume takes the decisions of Config.Assume, and the defaults for the rest.
func assume(chosen map[string]string) (assumed, error) {
	all := assumed{}
	var known []string
	for _, a := range assumptions() {
		all[a.Name] = a.Values[0]
		known = append(known, a.Name+"="+strings.Join(a.Values, "|"))
		if value, ok := chosen[a.Name]; ok {
			if !slices.Contains(a.Values, value) {
				return nil, fmt.Errorf("calendlytest: assume: %s=%q is not one of %s", a.Name, value, strings.Join(a.Values, ", "))
			}
			all[a.Name] = value
		}
	}
	for _, name := range slices.Sorted(maps.Keys(chosen)) {
		if all[name] == "" {
			return nil, fmt.Errorf("calendlytest: assume: there is no assumption %q; there are %s", name, strings.Join(known, ", "))
		}
	}
	return all, nil
}
