package intake

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kalends/kalends/internal/connect"
)

// types is a set of types that a value, or every value of a column, can have
// without loss.
type types uint8

func set(all ...connect.Type) (s types) {
	for _, t := range all {
		s |= 1 << t
	}
	return s
}

const anyType types = math.MaxUint8 // of a column without values

func (s types) has(t connect.Type) bool { return s&(1<<t) != 0 }

// narrowest returns the type that says most of those in s.
func (s types) narrowest() connect.Type {
	if s == anyType {
		return connect.Text
	}
	for _, t := range []connect.Type{connect.Boolean, connect.Integer, connect.Number, connect.Timestamp} {
		if s.has(t) {
			return t
		}
	}
	if s.has(connect.Text) && !s.has(written) {
		return connect.Text
	}
	return connect.JSON
}

// written marks texts that are JSON: for those JSON says more, and for the texts
// of JSON itself it does not.
const written = connect.JSON + 1

// typesOfText returns the types that a text of CSV can have.
func typesOfText(text string) types {
	if strings.EqualFold(text, "true") || strings.EqualFold(text, "false") {
		return set(connect.Boolean, connect.Text)
	}
	if s := typesOfNumber(text); s != 0 {
		return s | set(connect.Text)
	}
	if _, ok := parseTime(text); ok {
		return set(connect.Timestamp, connect.Text)
	}
	if (text[0] == '{' || text[0] == '[') && jsontext.Value(text).IsValid() {
		return set(connect.JSON, written, connect.Text)
	}
	return set(connect.Text)
}

// typesOfNumber returns the types of a number that has no more digits than the
// type, and is written as a number is: 007 and +1 are not.
func typesOfNumber(text string) types {
	if strings.Trim(text, "0123456789+-.eE") != "" || !jsontext.Value(text).IsValid() {
		return 0
	}
	var s types
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && text != "-0" {
		s |= set(connect.Integer)
		if int64(float64(n)) == n && n != math.MaxInt64 {
			s |= set(connect.Number)
		}
		return s
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(text), "e")
	digits := strings.Trim(strings.NewReplacer("-", "", ".", "").Replace(mantissa), "0")
	f, err := strconv.ParseFloat(text, 64)
	const exact = 15 // digits that every float64 keeps
	if err == nil && len(digits) <= exact && (f != 0 || digits == "") {
		s |= set(connect.Number)
	}
	return s
}

// typesOfJSON returns the types that a value of JSON, which is not null, can have.
func typesOfJSON(v jsontext.Value) types {
	text := set(connect.Text, connect.JSON)
	switch kind := v.Kind(); {
	case kind == 't', kind == 'f':
		return set(connect.Boolean) | text
	case kind == '0':
		return typesOfNumber(string(v)) | text
	case kind == '"':
		var said string
		if json.Unmarshal(v, &said) == nil {
			if _, ok := parseTime(said); ok {
				return set(connect.Timestamp) | text
			}
		}
		return text
	}
	return set(connect.JSON, written)
}

// parseTime reads what is written to the second, and no finer than a Timestamp.
// Without a zone it is UTC.
func parseTime(text string) (time.Time, bool) {
	const shortest = len("2006-01-02T15:04:05")
	if len(text) < shortest || text[4] != '-' || text[10] != 'T' && text[10] != ' ' {
		return time.Time{}, false
	}
	for _, layout := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05"} {
		if at, err := time.Parse(layout, text); err == nil {
			at = at.UTC()
			return at, at.Equal(at.Truncate(time.Microsecond)) && 0 <= at.Year() && at.Year() <= 9999
		}
	}
	return time.Time{}, false
}

// typesOf returns the types that a cell, which is not nil, can have.
func typesOf(cell any) types {
	switch v := cell.(type) {
	case string:
		return typesOfText(v)
	case jsontext.Value:
		return typesOfJSON(v)
	case bool:
		return set(connect.Boolean, connect.Text)
	case int64:
		return typesOfNumber(strconv.FormatInt(v, 10)) | set(connect.Text)
	case float64:
		if math.IsNaN(v) {
			return set(connect.Text)
		}
		return set(connect.Number, connect.Text)
	case time.Time:
		if v.Equal(v.Truncate(time.Microsecond)) && 0 <= v.Year() && v.Year() <= 9999 {
			return set(connect.Timestamp, connect.Text)
		}
	case connect.Document:
		return set(connect.JSON, written, connect.Text)
	}
	return set(connect.Text)
}

// valueOf returns a cell as a value of a type, or false if it cannot be one.
func valueOf(cell any, t connect.Type) (any, bool) {
	if cell == nil {
		return nil, true
	}
	if text, is := cell.(string); is && t == connect.Text { // of which there are most
		return text, true
	}
	if !typesOf(cell).has(t) {
		return nil, false
	}
	switch v := cell.(type) {
	case string:
		return parse(v, v, t), true
	case jsontext.Value:
		text := string(v)
		if v.Kind() == '"' && json.Unmarshal(v, &text) != nil {
			return nil, false
		}
		return parse(text, string(v), t), true
	case verbatim:
		return string(v), true
	}
	return typed(cell, t), true
}

// typed returns a cell that has a type of its own as one that it can have, too.
func typed(cell any, t connect.Type) any {
	switch v := cell.(type) {
	case int64:
		if t == connect.Number {
			return float64(v)
		}
	case float64:
		if t == connect.Text {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
	case time.Time:
		if t == connect.Text {
			return v.Format(time.RFC3339Nano)
		}
	case connect.Document:
		if t == connect.Text {
			return string(v)
		}
	}
	if t == connect.Text {
		return fmt.Sprint(cell)
	}
	return cell
}

// parse reads a text that can be of the type; raw is how it is written as JSON.
func parse(text, raw string, t connect.Type) any {
	switch t {
	case connect.Integer:
		n, _ := strconv.ParseInt(text, 10, 64) // all can
		return n
	case connect.Number:
		f, _ := strconv.ParseFloat(text, 64)
		return f
	case connect.Boolean:
		return strings.EqualFold(text, "true")
	case connect.Timestamp:
		at, _ := parseTime(text)
		return at
	case connect.JSON:
		return connect.Document(raw)
	case connect.Text:
	}
	return text
}
