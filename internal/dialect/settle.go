package dialect

import (
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// Step is what is done about one record of a settled batch.
type Step int16

// The steps. Those of a History table are in history.go.
const (
	Put    Step = iota // insert it, or replace the row that has its key
	Mark               // set _deleted_at of the row that has its key, if there is one
	Remove             // delete the row that has its key, if there is one
)

// Change is a step and its record.
type Change struct {
	Step   Step
	Record connect.Record
}

// Settle brings a batch into a form that says what is to be there at its end:
// of each key there is at most one change, so that each kind of step can be one
// statement, in any order. What the records hold is checked, by Check.
//
// The changes of a History table are First, Next and End instead.
func (t *Table) Settle(records []connect.Record) ([]Change, error) {
	for _, r := range records {
		if err := t.check(r); err != nil {
			return nil, err
		}
	}
	if t.History != nil {
		return t.settleVersions(records), nil
	}
	changes := make([]Change, 0, len(records))
	known := make(map[string]int, len(records)) // where the change of a key stands
	var key []byte
	for _, r := range records {
		key = t.appendKey(key[:0], t.Key, r)
		i, again := known[string(key)]
		next := Change{t.step(r), r}
		switch {
		case !again:
			known[string(key)] = len(changes)
			changes = append(changes, next)
		case next.Step == Mark && changes[i].Step == Put:
			changes[i].Record = with(changes[i].Record, t.Deleted, r.Values[t.Deleted])
		case next.Step == Mark && changes[i].Step == Remove:
		default:
			changes[i] = next
		}
	}
	return changes, nil
}

// step returns what one record alone asks for.
func (t *Table) step(r connect.Record) Step {
	switch {
	case !r.Deleted:
		return Put
	case t.Deleted >= 0 && r.Values[t.Deleted] != nil:
		return Mark
	}
	return Remove
}

// check checks the values that are looked at.
func (t *Table) check(r connect.Record) error {
	if err := t.CheckWidth(r); err != nil {
		return err
	}
	columns := t.All
	if r.Deleted {
		columns = t.Key
		if t.step(r) == Mark {
			columns = append([]int{t.Deleted}, columns...)
		}
	}
	for _, i := range columns {
		if err := t.Check(i, r.Values[i]); err != nil {
			return err
		}
	}
	return nil
}

// with returns r with another value in a column.
func with(r connect.Record, column int, v any) connect.Record {
	r.Values = slices.Clone(r.Values)
	r.Values[column] = v
	return r
}

// appendKey appends to b what some columns of r hold, so that it is the same
// where the system finds it the same.
func (t *Table) appendKey(b []byte, columns []int, r connect.Record) []byte {
	for _, i := range columns {
		switch v := r.Values[i].(type) {
		case string:
			b = appendText(b, t.dialect.Text(v))
		case connect.Document:
			b = appendText(b, string(v))
		case int64:
			b = binary.BigEndian.AppendUint64(b, uint64(v))
		case float64:
			b = binary.BigEndian.AppendUint64(b, math.Float64bits(v+0)) // 0 for -0
		case time.Time:
			b = binary.BigEndian.AppendUint64(b, uint64(v.UnixMicro()))
		case bool:
			b = append(b, map[bool]byte{true: 1}[v])
		}
	}
	return b
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}
