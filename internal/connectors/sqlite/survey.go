package sqlite

import (
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/relation"
)

// SQLite keeps any value in any column, whatever it is declared as. So the
// values themselves are asked which kinds of them there are, in one pass over
// the table. The kinds, a letter each:
//
//	b  0 or 1
//	i  an integer that a float64 can be
//	I  any other integer
//	r  a real number
//	j  JSON, where a column is declared so
//	s  a time, where a column is declared so
//	t  any other text
//	x  a blob
const kindSQL = `group_concat(DISTINCT CASE typeof(%[1]s)
	WHEN 'integer' THEN CASE WHEN %[1]s IN (0, 1) THEN 'b' WHEN %[1]s BETWEEN -9007199254740992 AND 9007199254740992 THEN 'i' ELSE 'I' END
	WHEN 'real' THEN 'r' WHEN 'blob' THEN 'x' WHEN 'text' THEN %[2]s END)`

// timeSQL is the condition that a text is a time that readTime reads.
const timeSQL = `%[1]s GLOB '[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9][ T][0-2][0-9]:[0-5][0-9]:[0-5][0-9]*'
	AND julianday(%[1]s) IS NOT NULL AND date(substr(%[1]s, 1, 10)) = substr(%[1]s, 1, 10) AND substr(%[1]s, 12, 2) < '24'
	AND instr(substr(%[1]s, 20), ' ') = 0 AND %[1]s NOT GLOB '*.[0-9][0-9][0-9][0-9][0-9][0-9][0-9]*'`

// atATime is how many columns are asked about by one statement: SQLite has a
// limit.
const atATime = 100

// survey finds the types of columns by what they hold, and how each is read.
func (r *reader) survey(ctx context.Context, from string, columns []relation.Column) error {
	for part := range slices.Chunk(columns, atATime) {
		var all []string
		for _, c := range part {
			all = append(all, kind(c))
		}
		for row, err := range r.Rows(ctx, "SELECT "+strings.Join(all, ", ")+" FROM "+from) {
			if err != nil {
				return err
			}
			for i := range part {
				kinds, _ := row[i].(string)
				c := &part[i]
				c.Type = typeOf(c.Native, strings.ReplaceAll(kinds, ",", ""))
				c.Select = "+%s" // the declared type does not change what the driver returns
				c.Read = readers(c.Type)
			}
		}
	}
	return nil
}

// kind is the expression for the kinds of a column's values.
func kind(c relation.Column) string {
	name, text := quoted(c.Name), "'t'"
	switch t, _ := wanted(c.Native); t {
	case connect.JSON:
		text = fmt.Sprintf("CASE WHEN json_valid(%s) THEN 'j' ELSE 't' END", name)
	case connect.Timestamp:
		text = fmt.Sprintf("CASE WHEN "+timeSQL+" THEN 's' ELSE 't' END", name)
	case connect.Text, connect.Integer, connect.Number, connect.Boolean:
	}
	return fmt.Sprintf(kindSQL, name, text)
}

// wanted returns what a column so declared is meant for, by whoever declared it.
func wanted(declared string) (t connect.Type, ok bool) {
	upper := strings.ToUpper(declared)
	switch {
	case strings.Contains(upper, "JSON"):
		return connect.JSON, true
	case strings.Contains(upper, "NUM"), strings.Contains(upper, "DEC"):
		return connect.Number, true
	}
	return meant(declared)
}

// typeOf returns the type that holds every value of a column: the one that it is
// declared for, if it does.
func typeOf(declared, kinds string) connect.Type {
	only := func(allowed string) bool { return strings.Trim(kinds, allowed) == "" }
	t, ok := wanted(declared)
	switch {
	case kinds == "":
		return t // Text, if it is declared for nothing
	case ok && t == connect.Boolean && only("b"), ok && t == connect.Timestamp && only("s"),
		ok && t == connect.JSON && only("jbiIr"), ok && t == connect.Number && only("bir"):
		return t
	case only("biI"):
		return connect.Integer
	case only("bir"):
		return connect.Number
	}
	return connect.Text
}

// readers returns how the driver's values are read as values of a type. A row
// that was written since the survey may hold another kind.
func readers(t connect.Type) func(raw any) (any, bool) {
	switch t {
	case connect.Integer:
		return func(raw any) (any, bool) { n, ok := raw.(int64); return n, ok }
	case connect.Number:
		return readNumber
	case connect.Boolean:
		return func(raw any) (any, bool) { n, ok := raw.(int64); return n == 1, ok && (n == 0 || n == 1) }
	case connect.Timestamp:
		return readTime
	case connect.JSON:
		return func(raw any) (any, bool) {
			f, isFloat := raw.(float64)
			text := inText(raw)
			return connect.Document(text), text != "" && !(isFloat && math.IsInf(f, 0))
		}
	case connect.Text:
	}
	return func(raw any) (any, bool) { return inText(raw), true }
}

func readNumber(raw any) (any, bool) {
	switch n := raw.(type) {
	case float64:
		return n, true
	case int64:
		f := float64(n)
		return f, int64(f) == n
	}
	return nil, false
}

// readTime reads what SQLite and most programs write: without a zone it is UTC.
func readTime(raw any) (any, bool) {
	text, ok := raw.(string)
	if !ok {
		return nil, false
	}
	text = strings.Replace(strings.ToUpper(text), " ", "T", 1)
	for _, layout := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), true
		}
	}
	return nil, false
}

// inText writes a value as text, without loss. A blob is hexadecimal.
func inText(raw any) string {
	switch v := raw.(type) {
	case string:
		return strings.ToValidUTF8(v, "\uFFFD")
	case []byte:
		return hex.EncodeToString(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(raw)
}
