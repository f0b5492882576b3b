package calendlytest

import (
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
func (p *params) has(name string) bool { return p.call.query.Has(name) }

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

// target is the object that a URI names: in which organization, and which.
// world is nil when no such object was ever minted.
type target struct {
	world *world
	ref   ref
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

// target resolves a URI; nil when it is not one of an object of kinds.
func (s *Server) target(uri string, kinds []kind) *target {
	rest, ok := strings.CutPrefix(uri, s.URL)
	if !ok {
		return nil
	}
	for _, k := range kinds {
		if id, ok := k.cutPath(rest); ok {
			return s.lookup(id, k)
		}
	}
	return nil
}

// lookup finds the object of that kind and id in either organization.
func (s *Server) lookup(id string, k kind) *target {
	for _, w := range []*world{s.home, s.away} {
		if r, ok := w.codec.ref(id); ok && r.kind == k && w.exists(r) {
			return &target{world: w, ref: r}
		}
	}
	return &target{}
}

// mine returns the object with an id from the path, 404 when there is none and
// 403 with those words when it belongs to another organization.
func (c *call) mine(id string, k kind, says string) (ref, error) {
	return c.owned(c.server.lookup(id, k), says)
}

// owned is mine for an object named by a parameter, which must not be nil.
func (c *call) owned(t *target, says string) (ref, error) {
	switch t.world {
	case nil:
		return ref{}, unknownObject()
	case c.world:
		return t.ref, nil
	}
	return ref{}, forbidden(says)
}

// order is one field of a sort parameter.
type order struct {
	field string
	desc  bool
}

// sort reads field:direction[,field:direction]; nil when absent.
func (p *params) sort(fields ...string) []order {
	value := p.text("sort")
	if value == "" {
		return nil
	}
	var orders []order
	for _, part := range strings.Split(value, ",") {
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

// descending reads a sort parameter that knows one field.
func (p *params) descending(field string, fallback bool) bool {
	orders := p.sort(field)
	if len(orders) == 0 {
		return fallback
	}
	return orders[0].desc
}
