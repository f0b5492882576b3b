package mapping

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/itchyny/gojq"

	"github.com/kalends/kalends/internal/connect"
)

// maxSteps is how many steps a jq program may take for one record, some tenths
// of a second.
const maxSteps = 1_000_000

// query is a compiled jq program. It is safe for concurrent use.
type query struct{ code *gojq.Code }

// newQuery compiles a jq program. An error is of the setting field.
func newQuery(field, source string) (*query, error) {
	parsed, err := gojq.Parse(source)
	if err != nil {
		return nil, wrong(field, "the jq program: %w", err)
	}
	code, err := gojq.Compile(parsed)
	if err != nil {
		return nil, wrong(field, "the jq program: %w", err)
	}
	return &query{code: code}, nil
}

// run returns what the program makes of a record: one value, or null if it
// makes none. What gojq says of an error may tell the record's values, so that
// only its kind is told.
func (q *query) run(record any) (any, error) {
	limit := &steps{left: maxSteps}
	results := q.code.RunWithContext(limit, record)
	value, ok := results.Next()
	if err, failed := value.(error); failed {
		if errors.Is(err, errSteps) {
			return nil, errSteps
		}
		return nil, errFailed
	}
	if !ok {
		return nil, nil
	}
	if _, more := results.Next(); more {
		return nil, errors.New("it gives more than one value; put it in [ ] for a list, or use first( )")
	}
	return value, nil
}

// input returns the record that jq programs see: the one in _raw, or an object
// of the columns if there is none.
func input(s connect.Stream, values []any) (any, error) {
	if raw := s.Column(connect.ColumnRaw); raw >= 0 && values[raw] != nil {
		return decoded(s.Columns[raw], values[raw].(connect.Document))
	}
	object := make(map[string]any, len(s.Columns))
	for i, c := range s.Columns {
		switch v := values[i].(type) {
		case connect.Document:
			inside, err := decoded(c, v)
			if err != nil {
				return nil, err
			}
			object[c.Name] = inside
		case time.Time:
			object[c.Name] = connect.FormatTime(v)
		case int64:
			object[c.Name] = int(v)
		default:
			object[c.Name] = v
		}
	}
	return object, nil
}

// decoded keeps the digits of numbers.
func decoded(c connect.Column, text connect.Document) (v any, err error) {
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if d.Decode(&v) != nil { // the error may tell the value
		return nil, fmt.Errorf("column %s holds no JSON", c.Name)
	}
	return v, nil
}

// errSteps says that a jq program did not end.
var errSteps = fmt.Errorf("the jq program takes more than %d steps", maxSteps)

// steps is a context that ends after it was looked at so often. gojq looks at
// it before each step: so a program is stopped at the same step on every
// machine, however busy it is.
type steps struct{ left int }

var _ context.Context = (*steps)(nil)

func (s *steps) Done() <-chan struct{} {
	s.left--
	if s.left >= 0 {
		return nil
	}
	over := make(chan struct{})
	close(over)
	return over
}

func (s *steps) Err() error {
	if s.left >= 0 {
		return nil
	}
	return errSteps
}

func (s *steps) Deadline() (time.Time, bool) { return time.Time{}, false }

func (s *steps) Value(any) any { return nil }
