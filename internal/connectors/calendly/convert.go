package calendly

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/kalends/kalends/internal/connect"
)

// convert returns the value of a column of that kind, not JSON, for valid JSON
// text; nil if it is null or does not fit.
func convert(kind connect.Type, text string) any {
	if text == "null" {
		return nil
	}
	scalar, ok := scalarOf(text)
	if !ok {
		return nil
	}
	switch kind {
	case connect.Text:
		return scalar
	case connect.Integer:
		return integer(scalar)
	case connect.Number:
		if n, err := strconv.ParseFloat(scalar, 64); err == nil && !math.IsInf(n, 0) && !math.IsNaN(n) {
			return n
		}
	case connect.Boolean:
		if scalar == "true" || scalar == "false" {
			return scalar == "true"
		}
	case connect.Timestamp:
		return moment(scalar)
	case connect.JSON:
	}
	return nil
}

// scalarOf returns what a string says, or a number or boolean as it is
// written; false for objects and lists.
func scalarOf(text string) (string, bool) {
	switch {
	case text[0] == '{' || text[0] == '[':
		return "", false
	case text[0] != '"':
		return text, true
	case strings.IndexByte(text, '\\') < 0:
		return text[1 : len(text)-1], true
	}
	unquoted, err := jsontext.AppendUnquote(nil, text)
	return string(unquoted), err == nil
}

// integer accepts 30, "30" and 30.0.
func integer(text string) any {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n != math.Trunc(n) || math.Abs(n) > 1<<53 {
		return nil
	}
	return int64(n)
}

// moment accepts RFC 3339 with any fraction and offset, and a bare date as its
// first moment in UTC.
func moment(text string) any {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		if t, err = time.Parse(time.DateOnly, text); err != nil {
			return nil
		}
	}
	return t.UTC().Truncate(time.Microsecond)
}
