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
// another type than they should: they are then empty, or as far as they could
// be read. A value that must be there and is of another type is an error that
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
		switch {
		case err == nil:
		case !optional(f.Type):
			return fmt.Errorf("%s: %w", name, err)
		case !partial(err):
			field.SetZero()
		}
	}
	return nil
}

func optional(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return true
	case reflect.Struct:
		return t != reflect.TypeFor[time.Time]()
	default:
		return false
	}
}

// partial reports whether an error is about a value inside another, which has
// then been read but for it.
func partial(err error) bool {
	var mismatch *json.UnmarshalTypeError
	return errors.As(err, &mismatch) && mismatch.Field != ""
}
