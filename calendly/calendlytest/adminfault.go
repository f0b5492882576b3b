package calendlytest

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// faultBody is the wire form of a Fault.
type faultBody struct {
	Fault

	Delay string `json:"delay"`
}

type faultsBody struct {
	Faults []faultBody `json:"faults"`
}

func listFaults(c *call) (any, error) {
	all := faultsBody{Faults: []faultBody{}}
	for _, f := range c.server.Faults() {
		all.Faults = append(all.Faults, faultBody{f, f.Delay.String()})
	}
	return all, nil
}

func addFault(c *call) (change, error) {
	in := c.input()
	in.only("operation", "kind", "probability", "count", "after", "delay", "retry_after", "status", "title", "message", "field", "rows")
	f := Fault{Operation: in.filled("operation", 0), Title: in.text("title", 0), Message: in.text("message", 0), Field: in.text("field", 0)}
	in.require("kind")
	f.Kind = in.enum("kind", FaultKinds()...)
	if p, ok := typed[json.Number](in, "probability", "must be a number"); ok {
		f.Probability, _ = p.Float64() // a number too great is refused as one above 1
	}
	numbers := map[string]*int{"count": &f.Count, "retry_after": &f.RetryAfter, "status": &f.Status, "rows": &f.Rows}
	for _, name := range slices.Sorted(maps.Keys(numbers)) {
		if n := in.integer(name, -1000, 1_000_000); n != nil {
			*numbers[name] = *n
		}
	}
	if after := in.flag("after"); after != nil {
		f.After = *after
	}
	if in.has("delay") {
		var err error
		if f.Delay, err = time.ParseDuration(in.text("delay", 0)); err != nil {
			in.refuse("delay", "must be a duration, as 1.5s")
		}
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	id, err := c.server.AddFault(f)
	if err != nil {
		return nil, invalid(detail{Parameter: "body", Message: err.Error()})
	}
	return func() any {
		f.ID = id
		return faultBody{f, f.Delay.String()}
	}, nil
}

func removeFaults(c *call) (change, error) {
	id := ""
	if len(c.path) > 0 {
		id = c.path[0]
		if !slices.ContainsFunc(c.server.Faults(), func(f Fault) bool { return f.ID == id }) {
			return nil, notFound()
		}
	}
	return func() any {
		c.server.RemoveFaults(id)
		return nil
	}, nil
}
