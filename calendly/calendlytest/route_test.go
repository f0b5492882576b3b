package calendlytest

import (
	"slices"
	"strings"
	"testing"
)

func TestRoutes_are_the_table_of_operations(t *testing.T) {
	t.Parallel()
	known := map[string]route{}
	for _, r := range routes() {
		known[r.pattern] = r
	}
	for _, o := range operations(t) {
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
