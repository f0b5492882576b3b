package calendlytest

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// schema is testdata/schema.json: what the answers of Calendly's API look like.
type schema struct {
	objects map[string]map[string]fieldSchema // of types and of answers, by their names
	names   map[string][]string               // alternatives of the other types
	answers map[string]any                    // by operation; nil for none
	errors  map[string]map[string]string      // messages by status and title
	faults  []string                          // the 400 and 404 that nothing but a fault makes
	unseen  map[string]string                 // alternatives that no answer shows, and why
}

// fieldSchema is what is said of one field.
type fieldSchema struct {
	origin   string // as "Event.name", of the object that says it
	optional bool
	types    []string // the alternatives
}

// writtenSchema is the schema as it stands in the file.
type writtenSchema struct {
	About, Assumed []string
	Types, Answers map[string]any
	Errors         map[string]map[string]string
	Faults         []string
	Unseen         map[string]string
}

var theSchema = sync.OnceValues(readSchema)

func loadSchema(t testing.TB) *schema {
	t.Helper()
	s, err := theSchema()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func readSchema() (*schema, error) {
	text, err := os.ReadFile("testdata/schema.json")
	if err != nil {
		return nil, err
	}
	var raw writtenSchema
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(&raw); err != nil {
		return nil, err
	}
	s := &schema{objects: map[string]map[string]fieldSchema{}, names: map[string][]string{}, answers: raw.Answers, errors: raw.Errors, faults: raw.Faults, unseen: raw.Unseen}
	all := maps.Clone(raw.Types)
	maps.Copy(all, raw.Answers)
	for name, v := range all {
		switch v := v.(type) {
		case string:
			s.names[name] = alternatives(v)
		case map[string]any:
			s.objects[name] = fields(raw.Types, name, v)
		}
	}
	return s, s.complete()
}

// fields returns the fields of an object and of those it takes over.
func fields(types map[string]any, name string, written map[string]any) map[string]fieldSchema {
	found := map[string]fieldSchema{}
	if others, ok := written["..."].(string); ok {
		for other := range strings.SplitSeq(others, ", ") {
			of, _ := types[other].(map[string]any)
			maps.Copy(found, fields(types, other, of))
		}
	}
	for key, v := range written {
		field, optional := strings.CutSuffix(key, "?")
		kind, _ := v.(string)
		switch {
		case key == "...":
		case kind == "never":
			delete(found, field)
		default:
			found[field] = fieldSchema{origin: name + "." + field, optional: optional, types: alternatives(kind)}
		}
	}
	return found
}

// alternatives splits a type; what is in brackets stays together.
func alternatives(kind string) []string {
	if strings.HasPrefix(kind, "[") && strings.Count(kind, "]") == 1 && strings.HasSuffix(kind, "]") {
		return []string{kind}
	}
	return strings.Split(kind, " | ")
}

// complete reports what the schema names and does not say, or says in vain.
func (s *schema) complete() error {
	used := map[string]bool{"Error": true, "ScopeError": true}
	for name := range s.answers {
		used[name] = true
	}
	var wrong []string
	refer := func(at string, types []string) {
		for _, t := range types {
			if inner := strings.Trim(t, "[]"); inner != t {
				t = inner
			}
			used[t] = true
			if _, ok := s.names[t]; !ok && s.objects[t] == nil && !s.scalar(t) {
				wrong = append(wrong, fmt.Sprintf("%s: there is no type %q", at, t))
			}
		}
	}
	for _, fields := range s.objects {
		for _, f := range fields {
			refer(f.origin, f.types)
			used[strings.Split(f.origin, ".")[0]] = true // taken over by another
		}
	}
	for name, types := range s.names {
		refer(name, types)
	}
	for _, name := range slices.Concat(slices.Collect(maps.Keys(s.objects)), slices.Collect(maps.Keys(s.names))) {
		if !used[name] {
			wrong = append(wrong, name+" is not used")
		}
	}
	if wrong != nil {
		slices.Sort(wrong)
		return fmt.Errorf("schema: %s", strings.Join(wrong, "; "))
	}
	return nil
}

// everything lists each alternative of each field.
func (s *schema) everything() []string {
	set := map[string]bool{}
	for _, fields := range s.objects {
		for _, f := range fields {
			for _, t := range f.types {
				set[f.origin+": "+t] = true
			}
			if f.optional {
				set[f.origin+": absent"] = true
			}
		}
	}
	for name, types := range s.names {
		for _, t := range types {
			set[name+": "+t] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}
