package relation

import (
	"encoding/hex"
	"iter"
	"strings"

	"github.com/kalends/kalends/internal/connect"
)

// Relation is rows that are a stream.
type Relation struct {
	stream  connect.Stream
	from    string // in a statement
	table   bool   // rather than a query
	columns []Column
	cursor  int  // -1: it is read as a whole
	hashed  bool // its last column is _key, which it has not itself
}

const equalRows = "it has no primary key: equal rows are one row, and a row that was changed is another one (see --key)"

// New makes rows of these columns a stream. Its key is that of the options if
// they name one, else the one that is given, and if that is empty a hash of the
// row. A wrong option is a fault.Invalid.
func New(name string, columns []Column, key []string, options map[string]string) (*Relation, error) {
	r := &Relation{stream: connect.Stream{Name: name, Group: name, Key: key}, columns: columns, cursor: -1}
	for _, c := range columns {
		if r.stream.Column(c.Name) >= 0 {
			return nil, invalid(optionQuery, "two columns of %s are named %q", name, c.Name).WithHint("give one of them another name with AS")
		}
		r.stream.Columns = append(r.stream.Columns, connect.Column{Name: c.Name, Type: c.Type, Required: c.NotNull})
	}
	if err := r.setCursor(options[optionCursor]); err != nil {
		return nil, err
	}
	if err := r.setKey(options[optionKey]); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Relation) setCursor(name string) (err error) {
	if name == "" {
		return nil
	}
	if r.cursor, err = r.find(optionCursor, name); err != nil {
		return err
	}
	if t := r.columns[r.cursor].Type; t == connect.Boolean || t == connect.JSON {
		return invalid(optionCursor, "column %s of %s holds %s values, which have no order to go by", name, r.stream.Name, t).
			WithHint("choose a column of numbers, times or texts that grows with each change")
	}
	return nil
}

func (r *Relation) setKey(names string) error {
	if names != "" {
		r.stream.Key = nil
		for name := range strings.SplitSeq(names, ",") {
			name = strings.TrimSpace(name)
			if _, err := r.find(optionKey, name); err != nil {
				return err
			}
			r.stream.Key = append(r.stream.Key, name)
		}
	}
	if len(r.stream.Key) > 0 {
		return nil
	}
	if r.stream.Column(connect.ColumnKey) >= 0 {
		return invalid(optionKey, "%s has no primary key, and a column %s that is not one", r.stream.Name, connect.ColumnKey).
			WithHint("name the columns that tell its rows apart: --key %s", connect.ColumnKey)
	}
	r.hashed = true
	r.stream.Columns = append(r.stream.Columns, connect.Column{Name: connect.ColumnKey, Type: connect.Text, Required: true, Doc: "A hash of the row."})
	r.stream.Key = []string{connect.ColumnKey}
	return nil
}

// find returns where a column stands that an option names.
func (r *Relation) find(option, name string) (int, error) {
	var names []string
	for i, c := range r.columns {
		if c.Name == name {
			return i, nil
		}
		names = append(names, c.Name)
	}
	return 0, invalid(option, "%s has no column %q", r.stream.Name, name).WithHint("%s", choose("choose from", names))
}

// Available returns the stream, and what is to be known of it.
func (r *Relation) Available() connect.Availability {
	a := connect.Availability{Stream: r.stream, OK: true}
	if r.hashed {
		a.Reason = equalRows
	}
	return a
}

// Read shows all rows, of which each has a value for every column, in batches to
// see, until that wants no more.
func (r *Relation) Read(rows iter.Seq2[[]any, error], see func(connect.Batch) bool) error {
	b := r.batcher(see)
	return b.finish(b.run(rows))
}

func (r *Relation) batcher(see func(connect.Batch) bool) *batcher {
	return &batcher{relation: r, see: see, unfit: make([]int, len(r.columns))}
}

// record makes a record of a row, and counts by column the values that cannot be
// one of theirs.
func (r *Relation) record(row []any, unfit []int) connect.Record {
	values := make([]any, len(r.stream.Columns))
	for i, c := range r.columns {
		if row[i] == nil {
			continue
		}
		v, ok := c.Read(row[i])
		if !ok {
			unfit[i]++
			continue
		}
		values[i] = v
	}
	record := connect.Record{Values: values}
	if r.hashed {
		version := connect.VersionOf(r.stream, record) // the key is null in it
		values[len(values)-1] = hex.EncodeToString(version[:])
	}
	return record
}
