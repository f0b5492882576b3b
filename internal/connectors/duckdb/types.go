//go:build duckdb

package duckdb

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/relation"
)

// columnOf describes a column of a type as DuckDB writes it. What no other type
// holds without loss is text.
func columnOf(name, declared string) relation.Column {
	c := relation.Column{Name: name, Native: declared, Type: connect.Text, Select: "CAST(%s AS VARCHAR)", Read: asItIs}
	word, _, _ := strings.Cut(declared, "(")
	if strings.HasSuffix(declared, "]") {
		word = "[]"
	}
	switch word {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER":
		c.Type, c.Select = connect.Integer, "CAST(%s AS BIGINT)"
	case "FLOAT", "DOUBLE":
		c.Type, c.Select, c.Read = connect.Number, "CAST(%s AS DOUBLE)", readNumber
	case "DECIMAL":
		return decimalOf(c)
	case "BOOLEAN":
		c.Type, c.Select = connect.Boolean, ""
	case "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS":
		c.Type, c.Select, c.Read = connect.Timestamp, "CAST(%s AS TIMESTAMP)", readTime
	case "TIMESTAMP WITH TIME ZONE":
		c.Type, c.Select, c.Read = connect.Timestamp, "", readTime
	case "INTERVAL":
		c.Select, c.Read = "", readInterval
	case "BLOB":
		c.Select = "lower(hex(%s))"
	case "JSON":
		c.Type, c.Read = connect.JSON, readDocument
	case "[]", "STRUCT", "MAP", "UNION":
		c.Type, c.Select, c.Read = connect.JSON, "CAST(to_json(%s) AS VARCHAR)", readDocument
	}
	return c
}

// mayBeUnfit reports whether a value of DuckDB's can be none of the type.
func mayBeUnfit(t connect.Type) bool { return t == connect.Number || t == connect.Timestamp }

// decimalOf completes the column of a number of fixed scale.
func decimalOf(c relation.Column) relation.Column {
	const ofInteger, ofNumber = 18, 15 // digits that every one keeps
	var precision, scale int
	if _, err := fmt.Sscanf(c.Native, "DECIMAL(%d,%d)", &precision, &scale); err != nil {
		return c
	}
	switch {
	case scale == 0 && precision <= ofInteger:
		c.Type, c.Select = connect.Integer, "CAST(%s AS BIGINT)"
	case precision <= ofNumber:
		c.Type, c.Select, c.Read = connect.Number, "CAST(%s AS DOUBLE)", readNumber
	}
	return c
}

func asItIs(raw any) (any, bool) { return raw, true }

func readNumber(raw any) (any, bool) {
	f, ok := raw.(float64)
	return f, ok && !math.IsNaN(f)
}

// readTime leaves out the infinite ones, which the driver makes far ones.
func readTime(raw any) (any, bool) {
	at, ok := raw.(time.Time)
	at = at.UTC()
	return at, ok && 0 <= at.Year() && at.Year() <= 9999
}

// readDocument writes numbers that JSON has not as texts.
func readDocument(raw any) (any, bool) {
	text, ok := raw.(string)
	if ok && !json.Valid([]byte(text)) {
		parts := regexp.MustCompile(`"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b`)
		text = parts.ReplaceAllStringFunc(text, func(part string) string {
			if strings.HasPrefix(part, `"`) {
				return part
			}
			return strconv.Quote(part)
		})
		ok = json.Valid([]byte(text))
	}
	return connect.Document(text), ok
}

// readInterval writes an interval as ISO 8601 has it: P1Y2DT3H4M5.5S.
func readInterval(raw any) (any, bool) {
	i, ok := raw.(duckdb.Interval)
	part := func(n int64, unit string) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10) + unit
	}
	const second, minute, hour = 1_000_000, 60_000_000, 3_600_000_000 // in microseconds
	date := part(int64(i.Months/12), "Y") + part(int64(i.Months%12), "M") + part(int64(i.Days), "D")
	clock := part(i.Micros/hour, "H") + part(i.Micros%hour/minute, "M")
	if rest := i.Micros % minute; rest != 0 {
		clock += strconv.FormatFloat(float64(rest)/second, 'f', -1, 64) + "S"
	}
	switch {
	case clock != "":
		clock = "T" + clock
	case date == "":
		clock = "T0S"
	}
	return "P" + date + clock, ok
}
