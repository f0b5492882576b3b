package calendlytest

import (
	"maps"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
)

// params reads the query of a call and gathers what is wrong with it, so that
// one answer names every bad parameter.
type params struct {
	call  *call
	wrong []detail
}

func (c *call) params() *params { return &params{call: c} }

// err returns the 400 for what was wrong so far, or nil.
func (p *params) err() error {
	if len(p.wrong) == 0 {
		return nil
	}
	return invalid(p.wrong...)
}

func (p *params) refuse(name, why string) {
	p.wrong = append(p.wrong, detail{Parameter: name, Message: why})
}

// has reports whether the parameter was given, if only empty.
func (p *params) has(name string) bool {
	return p.call.query.Has(name) || p.call.query.Has(name+"[]")
}

// text returns a parameter, "" when absent; given but empty is refused.
func (p *params) text(name string) string {
	value := p.call.query.Get(name)
	if value == "" && p.has(name) {
		p.refuse(name, saysEmpty)
	}
	return value
}

// require refuses the call unless the parameter was given.
func (p *params) require(name string) {
	if !p.has(name) {
		p.refuse(name, saysMissing)
	}
}

// onlyKnown refuses parameters that the route does not know.
func (p *params) onlyKnown() {
	known := append(strings.Fields(p.call.route.params), "count", "page_token")
	for _, name := range slices.Sorted(maps.Keys(p.call.query)) {
		if !slices.Contains(known, name) {
			p.refuse(name, saysUnknown)
		}
	}
}

// requireOne refuses the call unless one of the parameters was given.
func (p *params) requireOne(names ...string) {
	if !slices.ContainsFunc(names, p.has) {
		p.wrong = append(p.wrong, missingAll(names)...)
	}
}

// enum returns a parameter with a closed set of values, "" when absent.
func (p *params) enum(name string, allowed ...string) string {
	value := p.text(name)
	if value != "" && !slices.Contains(allowed, value) {
		p.refuse(name, oneOf(allowed))
	}
	return value
}

// email returns an e-mail address, "" when absent.
func (p *params) email(name string) string {
	value := p.text(name)
	if value == "" {
		return ""
	}
	if a, err := mail.ParseAddress(value); err != nil || a.Address != value {
		p.refuse(name, saysEmail)
	}
	return value
}

// flag returns a boolean, nil when absent.
func (p *params) flag(name string) *bool {
	switch p.text(name) {
	case "":
	case "true":
		return new(true)
	case "false":
		return new(false)
	default:
		p.refuse(name, saysBool)
	}
	return nil
}

// time returns a date-time in microseconds since 1970, fallback when absent.
func (p *params) time(name string, fallback int64) int64 {
	value := p.text(name)
	if value == "" {
		return fallback
	}
	// A + that was not escaped has become a space on the way.
	t, err := time.Parse(time.RFC3339Nano, strings.ReplaceAll(value, " ", "+"))
	if err != nil || t.Year() < 1 {
		p.refuse(name, saysTime)
		return fallback
	}
	return t.UnixMicro()
}

// number returns an integer between least and most, fallback when absent.
func (p *params) number(name string, fallback, least, most int) int {
	value := p.text(name)
	if value == "" {
		return fallback
	}
	n, err := strconv.Atoi(value)
	switch {
	case err != nil:
		p.refuse(name, saysInteger)
	case n < least:
		p.refuse(name, saysAtLeast+strconv.Itoa(least))
	case n > most:
		p.refuse(name, saysAtMost+strconv.Itoa(most))
	default:
		return n
	}
	return fallback
}

// object returns what the URI in a parameter names, nil when absent. Anything
// but the URI of one of kinds is refused.
func (p *params) object(name string, kinds ...kind) *target {
	value := p.text(name)
	if value == "" {
		return nil
	}
	t := p.call.server.target(value, kinds)
	if t == nil {
		p.refuse(name, saysURI)
	}
	return t
}

// required is object for a parameter that must be given.
func (p *params) required(name string, kinds ...kind) *target {
	p.require(name)
	return p.object(name, kinds...)
}

// list returns the values of a parameter that may be given several times,
// with or without [] behind its name, and separated by commas; nil when absent.
func (p *params) list(name string) []string {
	var values []string
	for _, given := range slices.Concat(p.call.query[name], p.call.query[name+"[]"]) {
		for value := range strings.SplitSeq(given, ",") {
			if value == "" {
				p.refuse(name, saysEmpty)
				return nil
			}
			values = append(values, value)
		}
	}
	return values
}

// objects is object for a list.
func (p *params) objects(name string, kinds ...kind) []target {
	var targets []target
	for _, value := range p.list(name) {
		t := p.call.server.target(value, kinds)
		if t == nil {
			p.refuse(name, saysURI)
			return nil
		}
		targets = append(targets, *t)
	}
	return targets
}

// order is one field of a sort parameter.
type order struct {
	field string
	desc  bool
}

// sort reads a list of field:direction; nil when absent.
func (p *params) sort(fields ...string) []order {
	var orders []order
	for _, part := range p.list("sort") {
		field, direction, _ := strings.Cut(part, ":")
		if !slices.Contains(fields, field) || direction != "asc" && direction != "desc" {
			p.refuse("sort", oneOf(directions(fields)))
			return nil
		}
		orders = append(orders, order{field, direction == "desc"})
	}
	return orders
}

func directions(fields []string) []string {
	var all []string
	for _, f := range fields {
		all = append(all, f+":asc", f+":desc")
	}
	return all
}

// descending reads a sort parameter that knows one field, ascending unless it
// says otherwise.
func (p *params) descending(field string) bool {
	orders := p.sort(field)
	return len(orders) > 0 && orders[0].desc
}
