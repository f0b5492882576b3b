package mapping

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/kalends/kalends/internal/connect"
)

// typeNames are the types as they are written in a map file.
func typeNames() map[string]connect.Type {
	all := map[string]connect.Type{}
	for t := connect.Text; t <= connect.JSON; t++ {
		all[t.String()] = t
	}
	return all
}

// convert makes a value of a column of v, which an expression or a jq program
// returned. The error says what is wrong without telling the value.
func convert(v any, t connect.Type) (any, error) {
	v = plain(v)
	if v == nil {
		return nil, nil
	}
	switch t {
	case connect.Text:
		return toText(v)
	case connect.Integer:
		return toInteger(v)
	case connect.Number:
		return toNumber(v)
	case connect.Boolean:
		return toBoolean(v)
	case connect.Timestamp:
		return toTime(v)
	case connect.JSON:
	}
	return toJSON(v)
}

// plain returns v as one of the few Go types that convert knows, if it is
// something simple.
func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := strconv.ParseInt(string(v), 10, 64); err == nil {
			return n
		}
		n, err := v.Float64()
		if err != nil {
			return math.Inf(1) // which no column holds
		}
		return n
	case *big.Int:
		n, _ := new(big.Float).SetInt(v).Float64()
		return n
	case time.Time, time.Duration, connect.Document:
		return v
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int()
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return int64(r.Uint())
	case reflect.Float32, reflect.Float64:
		return r.Float()
	default:
		return v
	}
}

// misfit is the error of a value that is no value of a type.
func misfit(v any, t connect.Type) error {
	return errors.New("it gives " + nameOf(reflect.TypeOf(v)) + " that is no " + t.String())
}

// nameOf says in words what values a Go type has.
func nameOf(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[time.Time]():
		return "a time"
	case reflect.TypeFor[time.Duration]():
		return "a span of time"
	}
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint8, reflect.Uint16, reflect.Uint32:
		return "an integer"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map:
		return "an object"
	default:
		return "something"
	}
}

func toText(v any) (any, error) {
	switch v := v.(type) {
	case string:
		return strings.ToValidUTF8(v, "\uFFFD"), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return strconv.FormatFloat(v, 'f', -1, 64), nil
		}
	case bool:
		return strconv.FormatBool(v), nil
	case time.Time:
		return connect.FormatTime(v), nil
	}
	return nil, misfit(v, connect.Text)
}

func toInteger(v any) (any, error) {
	switch v := v.(type) {
	case int64:
		return v, nil
	case float64:
		// All integers up to here are told apart by a float.
		if v == math.Trunc(v) && math.Abs(v) <= 1<<53 {
			return int64(v), nil
		}
	case string:
		if n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64); err == nil {
			return n, nil
		}
	}
	return nil, misfit(v, connect.Integer)
}

func toNumber(v any) (any, error) {
	n, ok := math.NaN(), false
	switch v := v.(type) {
	case int64:
		n, ok = float64(v), true
	case float64:
		n, ok = v, true
	case string:
		f, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
		n, ok = f, err == nil
	}
	if !ok || math.IsNaN(n) || math.IsInf(n, 0) {
		return nil, misfit(v, connect.Number)
	}
	return n, nil
}

func toBoolean(v any) (any, error) {
	switch v {
	case true, "true":
		return true, nil
	case false, "false":
		return false, nil
	}
	return nil, misfit(v, connect.Boolean)
}

func toTime(v any) (any, error) {
	var at time.Time
	switch v := v.(type) {
	case time.Time:
		at = v
	case string:
		for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
			if t, err := time.Parse(layout, v); err == nil {
				at = t
				break
			}
		}
		if at.IsZero() {
			return nil, misfit(v, connect.Timestamp)
		}
	default:
		return nil, misfit(v, connect.Timestamp)
	}
	at = at.UTC().Truncate(time.Microsecond)
	if at.Year() < 0 || at.Year() > 9999 {
		return nil, misfit(v, connect.Timestamp)
	}
	return at, nil
}

func toJSON(v any) (any, error) {
	switch known := v.(type) {
	case connect.Document:
		return known, nil
	case time.Time:
		v = connect.FormatTime(known)
	case time.Duration:
		return nil, misfit(v, connect.JSON)
	}
	text, err := jsonv2.Marshal(v, jsonv2.Deterministic(true))
	if err != nil { // the error may tell the value
		return nil, misfit(v, connect.JSON)
	}
	return connect.Document(text), nil
}

// canHold reports whether some value that an expression of a Go type gives can
// be one of a column. What is known only when it is computed may be.
func canHold(from reflect.Type, t connect.Type) bool {
	if from == nil || from.Kind() == reflect.Interface {
		return true
	}
	if from == reflect.TypeFor[time.Duration]() {
		return false
	}
	text := from.Kind() == reflect.String
	number := from.Kind() >= reflect.Int && from.Kind() <= reflect.Float64
	at := from == reflect.TypeFor[time.Time]()
	switch t {
	case connect.Text:
		return text || number || at || from.Kind() == reflect.Bool
	case connect.Integer, connect.Number:
		return text || number
	case connect.Boolean:
		return text || from.Kind() == reflect.Bool
	case connect.Timestamp:
		return text || at
	case connect.JSON:
	}
	return true
}
