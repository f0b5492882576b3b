package calendly

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"
)

// decode reads a record into a struct and keeps its bytes in the field Raw, if
// there is one. What may be null, lists and nested objects may also be of
// another type than they should, or have such a value in them: they are then
// empty. A value that must be there and is of another type is an error that
// names its field; one that is absent or null is zero.
func decode(raw json.RawMessage, into any) error {
	v := reflect.ValueOf(into).Elem()
	if text := bytes.TrimLeft(raw, " \t\r\n"); len(text) == 0 || text[0] != '{' {
		return errors.New("not an object")
	}
	if err := json.Unmarshal(raw, into); err != nil {
		v.SetZero()
		if err := decodeFields(raw, v); err != nil {
			return err
		}
	}
	if kept := v.FieldByName("Raw"); kept.IsValid() {
		kept.SetBytes(raw)
	}
	return nil
}

// decodeFields decodes each field by itself.
func decodeFields(raw json.RawMessage, v reflect.Value) error {
	var values map[string]json.RawMessage
	if err := json.Unmarshal(raw, &values); err != nil {
		return err
	}
	for f, field := range v.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		text, given := values[name]
		if name == "-" || !given {
			continue
		}
		err := json.Unmarshal(text, field.Addr().Interface())
		if err == nil {
			continue
		}
		field.SetZero()
		if !optional(f.Type) {
			return fmt.Errorf("%s: %w", name, unquoted(err))
		}
		decodeNested(text, field)
	}
	return nil
}

// unquoted is an error without the value that it is about.
func unquoted(err error) error {
	var p *time.ParseError
	if errors.As(err, &p) {
		return errors.New("is not a time as in RFC 3339")
	}
	return err
}

func optional(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || nested(t)
}

func nested(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]()
}

// decodeNested reads an object inside a record without those of its optional
// parts that are of another type; it stays empty if others are.
func decodeNested(text json.RawMessage, field reflect.Value) {
	t := field.Type()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if !nested(t) {
		return
	}
	object := reflect.New(t)
	switch {
	case decodeFields(text, object.Elem()) != nil:
	case field.Kind() == reflect.Pointer:
		field.Set(object)
	default:
		field.Set(object.Elem())
	}
}
