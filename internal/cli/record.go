package cli

import (
	"fmt"
	"math"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/kalends/kalends/internal/connect"
)

// maxCell is how many letters of a value are shown in a table.
const maxCell = 40

func cells(s connect.Stream, r connect.Record) []string {
	var all []string
	for i := range s.Columns {
		text := []rune(valueText(r.Values[i]))
		if len(text) > maxCell {
			text = append(text[:maxCell-1], '…')
		}
		all = append(all, string(text))
	}
	return all
}

// recordJSON returns a record as --json prints it: its columns by name, JSON as
// it is.
func recordJSON(s connect.Stream, r connect.Record) map[string]any {
	all := map[string]any{}
	for i, c := range s.Columns {
		switch v := r.Values[i].(type) {
		case nil:
			all[c.Name] = nil
		case connect.Document:
			all[c.Name] = string(v)
			if jsontext.Value(v).IsValid() {
				all[c.Name] = jsontext.Value(v)
			}
		case string, bool, int64:
			all[c.Name] = v
		case float64:
			all[c.Name] = v
			if math.IsInf(v, 0) { // JSON has none
				all[c.Name] = valueText(v)
			}
		default:
			all[c.Name] = valueText(v)
		}
	}
	return all
}

// valueText returns a value as people read it.
func valueText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return connect.FormatTime(v)
	}
	return fmt.Sprint(v)
}
