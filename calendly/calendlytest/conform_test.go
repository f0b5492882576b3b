package calendlytest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// verdict is how a value compares with a type: whether it is one at all, what
// is wrong with it then, and which alternatives of fields it shows.
type verdict struct {
	fits        bool
	wrong, seen []string
}

// check compares a value with the alternatives of a field; base is what URIs
// begin with.
func (s *schema) check(base, at string, f fieldSchema, v any) verdict {
	best := verdict{}
	for _, t := range f.types {
		if len(f.types) > 1 && s.excludes(t, v) {
			continue
		}
		got := s.is(base, at, t, v)
		if !got.fits || best.fits && len(best.wrong) <= len(got.wrong) {
			continue
		}
		if rows, ok := v.([]any); f.origin != "" && (!ok || len(rows) > 0) {
			got.seen = append(got.seen, f.origin+": "+t)
		}
		best = got
	}
	if !best.fits {
		best.wrong = []string{fmt.Sprintf("%s is %.80v, not %s", at, v, strings.Join(f.types, " | "))}
	}
	return best
}

func (s *schema) is(base, at, kind string, v any) verdict {
	if types, ok := s.names[kind]; ok {
		return s.check(base, at, fieldSchema{origin: kind, types: types}, v)
	}
	if fields, ok := s.objects[kind]; ok {
		o, isObject := v.(map[string]any)
		if !isObject {
			return verdict{}
		}
		return s.object(base, at, fields, o)
	}
	if inner, ok := strings.CutPrefix(kind, "["); ok {
		rows, isList := v.([]any)
		all := verdict{fits: isList}
		of := fieldSchema{types: alternatives(strings.TrimSuffix(inner, "]"))}
		for n, row := range rows {
			all.add(s.check(base, at+"["+strconv.Itoa(n)+"]", of, row))
		}
		return all
	}
	return verdict{fits: isValue(base, kind, v)}
}

// excludes reports whether an object says that it is of another type, by a
// field that is one of few texts.
func (s *schema) excludes(kind string, v any) bool {
	o, ok := v.(map[string]any)
	for _, name := range []string{"type", "kind", "event"} {
		f, has := s.objects[kind][name]
		text, isText := o[name].(string)
		if ok && has && isText && strings.HasPrefix(f.types[0], "'") && !slices.Contains(f.types, "'"+text+"'") {
			return true
		}
	}
	return false
}

func (s *schema) object(base, at string, fields map[string]fieldSchema, o map[string]any) verdict {
	all := verdict{fits: true}
	for name, f := range fields {
		v, given := o[name]
		switch {
		case given:
			all.add(s.check(base, at+"."+name, f, v))
		case f.optional:
			all.seen = append(all.seen, f.origin+": absent")
		default:
			all.wrong = append(all.wrong, at+"."+name+" is missing")
		}
	}
	for name := range o {
		if _, known := fields[name]; !known {
			all.wrong = append(all.wrong, at+"."+name+" is not documented")
		}
	}
	return all
}

func (v *verdict) add(of verdict) {
	v.wrong, v.seen = append(v.wrong, of.wrong...), append(v.seen, of.seen...)
}

// scalar reports whether there is such a type of values that are no objects.
func (s *schema) scalar(kind string) bool {
	return strings.HasPrefix(kind, "'") || strings.HasPrefix(kind, "uri /") ||
		slices.Contains(strings.Fields("null string integer number boolean any map date-time seconds date clock zone email color uuid url uri"), kind)
}

// patterns are the types of texts that have a form.
func patterns() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		"date-time": regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$`),
		"seconds":   regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`),
		"date":      regexp.MustCompile(`^\d{4}-\d\d-\d\d$`),
		"clock":     regexp.MustCompile(`^([01]\d|2[0-3]):[0-5]\d$`),
		"color":     regexp.MustCompile(`^#[0-9a-f]{6}$`),
		"uuid":      regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$`),
	}
}

var thePatterns = patterns()

// isValue tells for the types that are in the notation itself.
func isValue(base, kind string, v any) bool {
	switch kind {
	case "any":
		return true
	case "null":
		return v == nil
	case "boolean":
		_, ok := v.(bool)
		return ok
	case "number", "integer":
		n, ok := v.(float64)
		return ok && (kind == "number" || n == float64(int64(n)))
	case "map":
		_, ok := v.(map[string]any)
		return ok
	}
	s, ok := v.(string)
	return ok && isText(base, kind, s)
}

func isText(base, kind, s string) bool {
	if form := thePatterns[kind]; form != nil {
		_, err := time.Parse(time.RFC3339, s)
		return form.MatchString(s) && (err == nil || !strings.HasSuffix(s, "Z"))
	}
	switch kind {
	case "string":
		return true
	case "zone":
		return isZone(s)
	case "email":
		return isEmail(s)
	case "url":
		u, err := url.Parse(s)
		return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http") && !strings.HasPrefix(s, base+"/")
	case "uri":
		return strings.HasPrefix(s, base+"/")
	}
	if literal, ok := strings.CutPrefix(kind, "'"); ok {
		return s == strings.TrimSuffix(literal, "'")
	}
	path, ok := strings.CutPrefix(s, base)
	want := strings.Split(strings.TrimPrefix(kind, "uri "), "/")
	got := strings.Split(path, "/")
	return ok && slices.EqualFunc(want, got, func(w, g string) bool { return w == g || w == "*" && thePatterns["uuid"].MatchString(g) })
}

// knownZones remembers the time zones that exist, which are slow to look up.
var knownZones sync.Map

func isZone(s string) bool {
	if _, ok := knownZones.Load(s); ok {
		return true
	}
	_, err := time.LoadLocation(s)
	if err != nil || s == "" || s == "Local" {
		return false
	}
	knownZones.Store(s, true)
	return true
}

// answer compares the body of an answer with what an operation answers.
func (s *schema) answer(base, operation string, body any) verdict {
	return s.check(base, operation, fieldSchema{origin: operation, types: []string{operation}}, body)
}

// refusal compares an error with those of its status.
func (s *schema) refusal(base string, status int, body any) verdict {
	o, _ := body.(map[string]any)
	title, _ := o["title"].(string)
	message, _ := o["message"].(string)
	kind := "Error"
	if title == "Insufficient scope" {
		kind = "ScopeError"
	}
	got := s.check(base, strconv.Itoa(status), fieldSchema{origin: "error", types: []string{kind}}, body)
	want, known := s.errors[strconv.Itoa(status)][title]
	before, after, open := strings.Cut(want, "*")
	if !known || message != want && (!open || !strings.HasPrefix(message, before) || !strings.HasSuffix(message, after)) {
		got.wrong = append(got.wrong, fmt.Sprintf("%d: %q, %q is not documented", status, title, message))
	}
	return got
}

// conforms compares an answer with the schema, unless something was made to go
// wrong with it.
func conforms(t testing.TB, s *Server, method, path string, w *httptest.ResponseRecorder) {
	t.Helper()
	route, _ := s.table.match(method, path)
	success := w.Code < http.StatusBadRequest
	if s.faults.added > 0 || route != nil && route.oauth || strings.HasPrefix(path, adminPath) && success {
		return
	}
	var body any
	if w.Code != http.StatusNoContent {
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Errorf("%s %s: %v", method, path, err)
		}
	}
	got := verdict{}
	switch {
	case !success:
		got = loadSchema(t).refusal(s.URL, w.Code, body)
	case w.Code != http.StatusNoContent:
		got = loadSchema(t).answer(s.URL, route.pattern, body)
	}
	if len(got.wrong) > 0 {
		t.Errorf("%s %s: %d\n%s", method, path, w.Code, strings.Join(got.wrong[:min(len(got.wrong), 5)], "\n"))
	}
}
