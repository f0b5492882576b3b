package files

import (
	"math"
	"slices"
	"strings"
	"time"
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
	sortBy   []int // the part of it by which changes are sorted
	deleted  int   // where _deleted_at stands, or -1
	required []bool
	from     []int // for each column of the shape the stream's, or -1
	lines    bool  // rows are lines of JSON
	liner    liner
}

func newTable(s connect.Stream, kept shape, o options) (*table, error) {
	key, err := s.KeyColumns()
	if err != nil {
		return nil, err
	}
	t := &table{Stream: s, shape: kept, key: key, deleted: s.Column(connect.ColumnDeleted), lines: o.Format == "jsonl"}
	for _, name := range kept.Key { // the order of the one who made it
		if !s.History || name != connect.ColumnValidFrom {
			t.sortBy = append(t.sortBy, s.Column(name))
		}
	}
	for _, c := range kept.Columns {
		t.from = append(t.from, s.Column(c.Name))
	}
	for i, c := range s.Columns {
		t.required = append(t.required, c.Required || slices.Contains(key, i))
	}
	return t, nil
}

// record returns what a record asks for: what is to be done, and the values of
// the stream's columns as files keep them. Those that are not looked at are
// null.
func (t *table) record(r connect.Record) (o op, values []any, err error) {
	if len(r.Values) != len(t.Columns) {
		return 0, nil, fault.New(fault.Schema, "a record of %s has %d values for %d columns", t.Name, len(r.Values), len(t.Columns))
	}
	values = make([]any, len(t.Columns), len(t.Columns)+2) // a log adds two
	if !r.Deleted {
		for i := range values {
			if values[i], err = t.kept(i, r.Values[i]); err != nil {
				return 0, nil, err
			}
		}
		return put, values, nil
	}
	o = remove
	looked := t.key
	if t.deleted >= 0 && r.Values[t.deleted] != nil && !t.History {
		o, looked = mark, append([]int{t.deleted}, t.key...)
	}
	for _, i := range looked {
		if values[i], err = t.kept(i, r.Values[i]); err != nil {
			return 0, nil, err
		}
	}
	return o, values, nil
}

// kept returns a value as files keep it, or says why they cannot.
func (t *table) kept(i int, v any) (any, error) {
	if err := t.Columns[i].Fit(t.Name, v, t.required[i]); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case string:
		if !utf8.ValidString(v) {
			return strings.ToValidUTF8(v, "\ufffd"), nil
		}
	case time.Time:
		return v.UTC().Truncate(time.Microsecond), nil
	case float64:
		if t.lines && math.IsInf(v, 0) {
			return nil, fault.New(fault.Schema, "column %s of %s holds an infinite number, which JSON cannot tell", t.Columns[i].Name, t.Name).
				WithHint("use format=parquet or format=csv")
		}
	case connect.Document:
		if !t.lines {
			return v, nil
		}
		line, ok := t.liner.line(v)
		if !ok {
			return nil, fault.New(fault.Schema, "column %s of %s is to hold JSON; this is none", t.Columns[i].Name, t.Name)
		}
		return line, nil
	}
	return v, nil
}

// change writes what a record asks for into c, whose memory is used again.
func (t *table) change(c *change, o op, values []any) {
	c.op, c.key, c.payload = o, c.key[:0], c.payload[:0]
	for _, i := range t.sortBy {
		c.key = appendKey(c.key, values[i])
	}
	for _, i := range t.from {
		if i < 0 {
			c.payload = append(c.payload, tagAbsent)
		} else {
			c.payload = appendValue(c.payload, values[i])
		}
	}
}

// sortKey returns the key by which changes of a row are sorted.
func (s shape) sortKey(to []byte, values []any) []byte {
	for _, name := range s.Key {
		if !s.History || name != connect.ColumnValidFrom {
			to = appendKey(to, values[s.at(name)])
		}
	}
	return to
}
