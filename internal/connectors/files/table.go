package files

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Columns that a log has beside those of its stream.
const (
	columnOp  = "_op"  // put, mark or remove
	columnSeq = "_seq" // the place of a change in the log, from 1
)

// table is a prepared stream.
type table struct {
	connect.Stream
	shape    shape
	key      []int // where the key stands in Columns
	deleted  int   // where _deleted_at stands, or -1
	required []bool
	from     []int // for each column that is written the stream's, or -1
	sortBy   []int // the columns that are written by whose values changes are sorted
	lines    bool  // rows are lines of JSON
	liner    liner
}

func newTable(s connect.Stream, kept shape, o options) (*table, error) {
	key, err := s.KeyColumns()
	if err != nil {
		return nil, err
	}
	t := &table{Stream: s, shape: kept, key: key, deleted: s.Column(connect.ColumnDeleted), lines: o.Format == "jsonl"}
	for i, c := range s.Columns {
		t.required = append(t.required, c.Required || slices.Contains(key, i))
		if o.Layout == logs { // the columns of the stream, and no sorting
			t.from = append(t.from, i)
		}
	}
	if o.Layout == logs {
		return t, nil
	}
	t.sortBy = kept.sortBy()
	for _, c := range kept.Columns {
		t.from = append(t.from, s.Column(c.Name))
	}
	return t, nil
}

// sortBy returns the columns by whose values changes are sorted, in the order
// of the one who made the key.
func (s shape) sortBy() []int {
	var columns []int
	for _, name := range s.Key {
		if !s.History || name != connect.ColumnValidFrom {
			columns = append(columns, s.at(name))
		}
	}
	return columns
}

// change writes what a record asks for into c, whose memory is used again.
// Values that are not looked at are null.
func (t *table) change(c *change, r connect.Record) (err error) {
	if len(r.Values) != len(t.Columns) {
		return fault.New(fault.Schema, "a record of %s has %d values for %d columns", t.Name, len(r.Values), len(t.Columns))
	}
	c.op, c.values = put, c.values[:0]
	switch {
	case r.Deleted && t.deleted >= 0 && r.Values[t.deleted] != nil && !t.History:
		c.op = mark
	case r.Deleted:
		c.op = remove
	}
	for _, i := range t.from {
		switch {
		case i < 0:
			c.values = append(c.values, tagAbsent)
		case c.op == put, slices.Contains(t.key, i), c.op == mark && i == t.deleted:
			if c.values, err = t.pack(c.values, i, r.Values[i]); err != nil {
				return err
			}
		default:
			c.values = c.values.null()
		}
	}
	c.key = appendKeys(c.key[:0], c.values, t.sortBy)
	return nil
}

// pack adds a value as files keep it, or says why they cannot.
func (t *table) pack(to packed, i int, v any) (packed, error) {
	if v == nil && !t.required[i] {
		return to.null(), nil
	}
	if err := t.Columns[i].Fit(t.Name, v, t.required[i]); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case string:
		if !utf8.ValidString(v) {
			return to.text(strings.ToValidUTF8(v, "\ufffd")), nil
		}
	case float64:
		if t.lines && math.IsInf(v, 0) {
			return nil, fault.New(fault.Schema, "column %s of %s holds an infinite number, which JSON cannot tell", t.Columns[i].Name, t.Name).
				WithHint("use format=parquet or format=csv")
		}
	case connect.Document:
		if !t.lines {
			break
		}
		line, ok := t.liner.line(v)
		if !ok {
			return nil, fault.New(fault.Schema, "column %s of %s is to hold JSON; this is none", t.Columns[i].Name, t.Name)
		}
		return appendText(to, tagDocument, line), nil
	}
	return to.value(v), nil
}
