package calendly

import (
	"encoding/json"
	"errors"
	"net/mail"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Opt is a field of a change. The zero Opt leaves what is there as it is, Set
// gives it a value, Null removes it.
type Opt[T any] struct {
	given, null bool
	value       T
}

// Set returns an Opt that gives a value.
func Set[T any](value T) Opt[T] { return Opt[T]{given: true, value: value} }

// Null returns an Opt that removes what is there.
func Null[T any]() Opt[T] { return Opt[T]{given: true, null: true} }

// says returns what o says: a value, nil to remove it, or nothing.
func (o Opt[T]) says() (value any, given bool) {
	if o.null {
		return nil, true
	}
	return o.value, o.given
}

// bodyOf turns input into JSON. Inputs are structs whose fields have the tags
//
//	json:"name" check:"required,always,min=N,max=N,size=N,email,url,color,date"
//
// The zero value of a field is not sent, unless check says always. min and max
// bound numbers, max the characters of a text, size the elements of a list; the
// other rules hold for a text or each of a list. URIs must be of this API.
func (c *Client) bodyOf(input any) ([]byte, error) {
	if input == nil {
		return nil, nil
	}
	object, err := c.object("", reflect.ValueOf(input))
	if err != nil {
		return nil, err
	}
	return json.Marshal(object)
}

// object returns the fields of a struct that say something.
func (c *Client) object(prefix string, v reflect.Value) (map[string]any, error) {
	object := map[string]any{}
	for f, value := range v.Fields() {
		name := f.Tag.Get("json")
		p := body{client: c, name: prefix + name, rules: strings.Split(f.Tag.Get("check"), ",")}
		said, given, err := p.field(value)
		switch {
		case err != nil:
			return nil, err
		case given:
			object[name] = said
		case p.has("required"):
			return nil, p.refuse("is required")
		}
	}
	if whole, ok := v.Interface().(validator); ok {
		if err := whole.validate(); err != nil {
			var wrong *InputError
			if errors.As(err, &wrong) && prefix != "" {
				return nil, &InputError{Field: prefix + wrong.Field, Problem: wrong.Problem}
			}
			return nil, err
		}
	}
	return object, nil
}

// body is one field of a body.
type body struct {
	rules

	client *Client
	name   string
}

func (p body) refuse(problem string) error { return &InputError{Field: p.name, Problem: problem} }

// field returns what a field says, as JSON can have it.
func (p body) field(v reflect.Value) (said any, given bool, err error) {
	if o, ok := v.Interface().(interface{ says() (any, bool) }); ok {
		value, given := o.says()
		if value == nil || !given {
			return nil, given, nil
		}
		said, err = p.value(reflect.ValueOf(value))
		return said, true, err
	}
	if v.IsZero() && !p.has("always") {
		return nil, false, nil
	}
	said, err = p.value(v)
	return said, true, err
}

func (p body) value(v reflect.Value) (any, error) {
	switch value := v.Interface().(type) {
	case URI:
		_, err := p.client.uri(p.name, value)
		return value, err
	case time.Time:
		return value.UTC().Format(wireTime), nil
	case json.RawMessage:
		if !json.Valid(value) {
			return nil, p.refuse("is no JSON")
		}
		return value, nil
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return p.value(v.Elem())
	case reflect.Struct:
		return p.client.object(p.name+".", v)
	case reflect.Slice:
		return p.list(v)
	case reflect.String:
		return v.String(), p.text(v.String())
	case reflect.Int:
		return v.Int(), p.within(v.Int())
	default:
		return v.Interface(), nil
	}
}

func (p body) list(v reflect.Value) (any, error) {
	if most, ok := p.number("size"); ok && int64(v.Len()) > most {
		return nil, p.refuse("must have at most " + strconv.FormatInt(most, 10) + " elements")
	}
	all := make([]any, 0, v.Len())
	for i := range v.Len() {
		one := p
		one.name += "[" + strconv.Itoa(i) + "]"
		said, err := one.value(v.Index(i))
		if err != nil {
			return nil, err
		}
		all = append(all, said)
	}
	return all, nil
}

func (p body) within(n int64) error {
	if least, ok := p.number("min"); ok && n < least {
		return p.refuse("must be at least " + strconv.FormatInt(least, 10))
	}
	if most, ok := p.number("max"); ok && n > most {
		return p.refuse("must be at most " + strconv.FormatInt(most, 10))
	}
	return nil
}

func (p body) text(s string) error {
	if !utf8.ValidString(s) {
		return p.refuse("is not valid UTF-8")
	}
	if most, ok := p.number("max"); ok && int64(utf8.RuneCountInString(s)) > most {
		return p.refuse("must have at most " + strconv.FormatInt(most, 10) + " characters")
	}
	switch {
	case p.has("email") && !isEmail(s):
		return p.refuse("is not an email address")
	case p.has("url") && !isWeb(s):
		return p.refuse("is not a URL")
	case p.has("color") && !isColor(s):
		return p.refuse("must be a color like #8247f5, in lower case")
	case p.has("date"):
		if _, err := time.Parse(time.DateOnly, s); err != nil {
			return p.refuse("must be a date like 2026-01-31")
		}
	}
	return nil
}

func isEmail(s string) bool {
	address, err := mail.ParseAddress(s)
	return err == nil && address.Address == s
}

func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

func isColor(s string) bool {
	return len(s) == 7 && s[0] == '#' && strings.Trim(s[1:], "0123456789abcdef") == ""
}

// oneOf requires that some of the fields of a change say something.
func oneOf(names string, given ...bool) error {
	for _, g := range given {
		if g {
			return nil
		}
	}
	return &InputError{Field: names, Problem: "one of them is required"}
}
