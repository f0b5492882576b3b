package calendlytest

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// operation is what the table of operations says of one.
type operation struct {
	Method string            `json:"method"`
	Path   string            `json:"path"`
	Scope  string            `json:"scope"`
	Query  map[string]string `json:"query"`
}

func TestRoutes_are_the_table_of_operations(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../operations.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Operations []operation `json:"operations"`
	}
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	known := map[string]route{}
	for _, r := range routes() {
		known[r.pattern] = r
	}
	for _, o := range table.Operations {
		pattern := o.Method + " " + o.Path
		r, ok := known[pattern]
		if !ok {
			t.Errorf("%s has no route", pattern)
			continue
		}
		delete(known, pattern)
		for scope := range strings.SplitSeq(r.scope, "|") {
			if !strings.Contains(o.Scope, scope) {
				t.Errorf("%s: scope %q, want %q", pattern, r.scope, o.Scope)
			}
		}
		for name := range o.Query {
			if !slices.Contains(append(strings.Fields(r.params), "count", "page_token"), name) {
				t.Errorf("%s: does not know the parameter %s", pattern, name)
			}
		}
		for name := range strings.FieldsSeq(r.params) {
			if _, ok := o.Query[strings.TrimSuffix(name, "[]")]; !ok {
				t.Errorf("%s: there is no parameter %s", pattern, name)
			}
		}
	}
	for pattern := range known {
		t.Errorf("%s is not an operation", pattern)
	}
}
