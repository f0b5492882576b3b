package connect

import (
	"math"
	"time"

	"github.com/kalends/kalends/internal/fault"
)

// KeyColumns returns where the key of s stands in its columns. A stream without
// a key, or whose key names no column, is fault.Schema.
func (s Stream) KeyColumns() ([]int, error) {
	var key []int
	for _, name := range s.Key {
		i := s.Column(name)
		if i < 0 {
			return nil, fault.New(fault.Schema, "the key of %s names the column %s, which it has not", s.Name, name)
		}
		key = append(key, i)
	}
	if len(key) == 0 {
		return nil, fault.New(fault.Schema, "%s has no key, so its records cannot be told apart", s.Name)
	}
	return key, nil
}

// Fit returns nil if v can be a value of c in a stream of that name; otherwise a
// fault.Schema that names the column and does not tell the value. A column that
// is required is never null.
func (c *Column) Fit(stream string, v any, required bool) error {
	switch {
	case v == nil && required:
		return fault.New(fault.Schema, "column %s of %s must not be null", c.Name, stream)
	case v != nil && !c.Type.Holds(v):
		return fault.New(fault.Schema, "column %s of %s keeps %s values; this %T does not fit", c.Name, stream, c.Type, v)
	}
	return nil
}

// Holds reports whether v, which is not nil, is a value of the type.
func (t Type) Holds(v any) bool {
	switch v := v.(type) {
	case string:
		return t == Text
	case int64:
		return t == Integer
	case bool:
		return t == Boolean
	case float64:
		return t == Number && !math.IsNaN(v)
	case time.Time:
		year := v.UTC().Year() // of four digits, or texts would not sort as times
		return t == Timestamp && 0 <= year && year <= 9999
	case Document:
		return t == JSON && v != ""
	}
	return false
}
