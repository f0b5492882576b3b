package intake

import (
	"math"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/kalends/kalends/internal/connect"
)

// declaredOf returns a cell as a value of a type that its column is known to
// have, or false if it is none: nothing is found out, so a number may have any
// digits and a text may look like one.
func declaredOf(cell any, t connect.Type) (any, bool) {
	switch v := cell.(type) {
	case string: // of CSV
		return declaredText(v, v, t)
	case jsontext.Value:
		text := string(v)
		if said := v.Kind() == '"'; said && json.Unmarshal(v, &text) != nil || said != quotes(t) && t != connect.JSON {
			return nil, false
		}
		return declaredText(text, string(v), t)
	}
	return valueOf(cell, t)
}

// quotes reports whether JSON has values of a type in quotes.
func quotes(t connect.Type) bool { return t == connect.Text || t == connect.Timestamp }

// declaredText reads a text as a value; raw is how it is written as JSON.
func declaredText(text, raw string, t connect.Type) (any, bool) {
	switch t {
	case connect.Integer:
		n, err := strconv.ParseInt(text, 10, 64)
		return n, err == nil
	case connect.Number:
		f, err := strconv.ParseFloat(text, 64)
		return f, err == nil && !math.IsNaN(f)
	case connect.Boolean:
		return text == "true", text == "true" || text == "false"
	case connect.Timestamp:
		at, ok := parseTime(text)
		return at, ok
	case connect.JSON:
		return connect.Document(raw), jsontext.Value(raw).IsValid()
	case connect.Text:
	}
	return text, true
}
