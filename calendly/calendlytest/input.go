package calendlytest

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// input reads the JSON body of a call, or an object inside it, and gathers
// what is wrong, so that one answer names every bad field. null counts as
// absent unless a method says otherwise.
type input struct {
	call   *call
	prefix string // of the names of fields, as "invitee."
	values map[string]any
	wrong  *[]detail
}

// input decodes the body. An empty body is an object without fields.
func (c *call) input() *input {
	in := &input{call: c, values: map[string]any{}, wrong: new([]detail)}
	if len(bytes.TrimSpace(c.body)) == 0 {
		return in
	}
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.UseNumber()
	if err := d.Decode(&in.values); err != nil || in.values == nil {
		in.values = map[string]any{}
		in.refuse("body", saysObject)
	} else if _, err := d.Token(); err != io.EOF {
		in.refuse("body", saysObject)
	}
	return in
}

// err returns the 400 for what was wrong so far, or nil.
func (in *input) err() error {
	if len(*in.wrong) == 0 {
		return nil
	}
	return invalid(*in.wrong...)
}

func (in *input) refuse(name, why string) { in.refuseAs(name, why, "") }

func (in *input) refuseAs(name, why, code string) {
	*in.wrong = append(*in.wrong, detail{Parameter: in.prefix + name, Message: why, Code: code})
}

// only refuses fields of other names.
func (in *input) only(names ...string) {
	for _, name := range slices.Sorted(maps.Keys(in.values)) {
		if !slices.Contains(names, name) {
			in.refuse(name, saysUnknown)
		}
	}
}

// has reports whether a field was given, and is not null.
func (in *input) has(name string) bool { return in.values[name] != nil }

// given reports whether a field was given, if only as null.
func (in *input) given(name string) bool {
	_, ok := in.values[name]
	return ok
}

// require refuses the call unless the field was given.
func (in *input) require(name string) {
	if !in.has(name) {
		in.refuse(name, saysMissing)
	}
}

// typed returns a field of one JSON type, and refuses others.
func typed[T any](in *input, name, says string) (value T, ok bool) {
	if !in.has(name) {
		return value, false
	}
	value, ok = in.values[name].(T)
	if !ok {
		in.refuse(name, says)
	}
	return value, ok
}

// text returns a string of at most so many characters, "" when absent.
func (in *input) text(name string, most int) string {
	s, _ := typed[string](in, name, saysString)
	if most > 0 && len([]rune(s)) > most {
		in.refuse(name, saysAtMostLong+strconv.Itoa(most))
	}
	return s
}

// filled is text for a field that must be given and not be blank.
func (in *input) filled(name string, most int) string {
	in.require(name)
	s := in.text(name, most)
	if given, ok := in.values[name].(string); ok && strings.TrimSpace(given) == "" {
		in.refuse(name, saysEmpty)
	}
	return s
}

// enum returns a string of a closed set, "" when absent.
func (in *input) enum(name string, allowed ...string) string {
	s := in.text(name, 0)
	if in.has(name) && !slices.Contains(allowed, s) {
		in.refuse(name, oneOf(allowed))
		return ""
	}
	return s
}

// flag returns a boolean, nil when absent.
func (in *input) flag(name string) *bool {
	if b, ok := typed[bool](in, name, saysBool); ok {
		return &b
	}
	return nil
}

// integer returns a whole number, nil when absent.
func (in *input) integer(name string, least, most int) *int {
	number, ok := typed[json.Number](in, name, saysInteger)
	if !ok {
		return nil
	}
	n, err := strconv.Atoi(number.String())
	switch {
	case err != nil:
		in.refuse(name, saysInteger)
	case n < least:
		in.refuse(name, saysAtLeast+strconv.Itoa(least))
	case n > most:
		in.refuse(name, saysAtMost+strconv.Itoa(most))
	default:
		return &n
	}
	return nil
}

// time returns a date-time in microseconds since 1970, 0 when absent.
func (in *input) time(name string) int64 {
	s := in.text(name, 0)
	if !in.has(name) {
		return 0
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.Year() < 1 {
		in.refuse(name, saysTime)
		return 0
	}
	return t.UnixMicro()
}

// date returns the first second of a day, as "2026-11-23", 0 when absent.
func (in *input) date(name string) int64 {
	s := in.text(name, 0)
	if !in.has(name) {
		return 0
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		in.refuse(name, saysDate)
		return 0
	}
	return t.Unix()
}

// zone returns the time zone in the field timezone, "" when absent.
func (in *input) zone() string {
	const name = "timezone"
	s := in.text(name, 64)
	if !in.has(name) {
		return ""
	}
	if _, err := time.LoadLocation(s); err != nil || s == "" || s == "Local" {
		in.refuse(name, saysZone)
	}
	return s
}

// email returns an e-mail address, "" when absent.
func (in *input) email(name string) string {
	s := in.text(name, 0)
	if in.has(name) && !isEmail(s) {
		in.refuse(name, saysEmail)
	}
	return s
}

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// web returns an http or https address, "" when absent.
func (in *input) web(name string) string {
	s := in.text(name, 2048)
	u, err := url.Parse(s)
	if in.has(name) && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		in.refuse(name, saysURI)
	}
	return s
}

// object returns what the URI in a field names, nil when absent.
func (in *input) object(name string, kinds ...kind) *target {
	s := in.text(name, 0)
	if !in.has(name) {
		return nil
	}
	t := in.call.server.target(s, kinds)
	if t == nil {
		in.refuse(name, saysURI)
	}
	return t
}

// required is object for a field that must be given.
func (in *input) required(name string, kinds ...kind) *target {
	in.require(name)
	return in.object(name, kinds...)
}
