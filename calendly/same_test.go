package calendly_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

// same requires that a record says everything that was sent, in the same
// words: every key of its Raw, however deep, has a field with its value.
func same(t *testing.T, record any) {
	t.Helper()
	raw := reflect.ValueOf(record).FieldByName("Raw").Bytes()
	text, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	var sent, read any
	if err := json.Unmarshal(raw, &sent); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	if at := lost(fmt.Sprintf("%T", record), sent, read); at != "" {
		t.Errorf("%s\nsent: %s\nread: %s", at, raw, text)
	}
}

// lost says where something that was sent is not in what was read.
func lost(at string, sent, read any) string {
	switch sent := sent.(type) {
	case map[string]any:
		object, ok := read.(map[string]any)
		if !ok {
			return at + " is no object"
		}
		for name, value := range sent {
			if got, ok := object[name]; !ok && value != nil {
				return at + "." + name + " has no field"
			} else if where := lost(at+"."+name, value, got); where != "" {
				return where
			}
		}
	case []any:
		list, ok := read.([]any)
		if !ok || len(list) != len(sent) {
			return at + " is no such list"
		}
		for i, value := range sent {
			if where := lost(fmt.Sprintf("%s[%d]", at, i), value, list[i]); where != "" {
				return where
			}
		}
	case string:
		if read != sent && !sameTime(sent, read) && !sameAmount(sent, read) {
			return fmt.Sprintf("%s is %v, not %q", at, read, sent)
		}
	default:
		if read != sent {
			return fmt.Sprintf("%s is %v, not %v", at, read, sent)
		}
	}
	return ""
}

func sameTime(sent string, read any) bool {
	text, ok := read.(string)
	if !ok || !strings.HasSuffix(sent, "Z") {
		return false
	}
	a, err := time.Parse(time.RFC3339Nano, sent)
	b, err2 := time.Parse(time.RFC3339Nano, text)
	return err == nil && err2 == nil && a.Equal(b)
}

// sameAmount compares an Amount that was sent as text.
func sameAmount(sent string, read any) bool {
	number, ok := read.(float64)
	amount, err := strconv.ParseFloat(sent, 64)
	return ok && err == nil && amount == number
}

func TestSame_finds_what_is_lost(t *testing.T) {
	t.Parallel()
	parse := func(text string) (v any) {
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range [][2]string{
		{`{"a":1}`, `{}`}, {`{"a":1}`, `{"a":2}`}, {`{"a":{"b":null,"c":1}}`, `{"a":{"b":null}}`}, {`[1]`, `[]`}, {`[{"a":"x"}]`, `[{"a":"y"}]`},
		{`"2026-01-01T00:00:00Z"`, `"2026-01-01T00:00:01Z"`}, {`{"a":null}`, `{"a":0}`}, {`{}`, `[]`}, {`"x"`, `null`},
	} {
		if lost("", parse(c[0]), parse(c[1])) == "" {
			t.Errorf("%s is said to be in %s", c[0], c[1])
		}
	}
	if at := lost("", parse(`{"a":"2026-01-01T00:00:00.000000Z","b":[null]}`), parse(`{"b":[null],"a":"2026-01-01T00:00:00Z","c":1}`)); at != "" {
		t.Error(at)
	}
}
