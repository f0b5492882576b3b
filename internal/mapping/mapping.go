// Package mapping is what lies between a source and a destination: which
// columns are kept and how they are named, what is computed, which records are
// left out, and what is done with personal data. It does no I/O.
//
// file.go reads a map file, compile.go and columns.go check it against the
// streams of a source. personal.go takes personal data out of a record,
// search.go finds it in text and document.go in JSON.
package mapping

import (
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/vault"
)

// Mapping is a map file compiled for the streams of a source. It is safe for
// concurrent use.
type Mapping struct{ streams map[string]*Stream }

// Stream returns the mapping of the source's stream of that name, nil if the
// source has none.
func (m *Mapping) Stream(name string) *Stream { return m.streams[name] }

// Stream is the mapping of one stream. It is safe for concurrent use.
type Stream struct {
	source, target connect.Stream
	same           bool // nothing is changed
	slots          []slot
	from           []int // where in the source the value of a slot is; -1: nowhere
	fixed          []any // of the slots that hold the same in every row
	filter         *expression
	computed       []computed
	cleaner        *cleaner // nil: there is no personal data to take out
	path           string   // of its rules in the map file
	fingerprint    string
}

// computed is a column that is made of others.
type computed struct {
	at         int // its slot
	field      string
	expression *expression // or
	query      *query
}

// Target returns the stream as it is written: what a destination has to
// prepare, and what the records that Map returns are of.
func (s *Stream) Target() connect.Stream { return s.target }

// Fingerprint tells this mapping of a stream from others. When it changes, rows
// that were written earlier are not what they would be now. It is empty if
// nothing is changed.
func (s *Stream) Fingerprint() string { return s.fingerprint }

// Map returns the record to write for one of the source, which it leaves as it
// is. A record that does not pass the filter becomes a Deleted one, as an earlier
// version of it may have; so does a Deleted one, whose key is mapped.
//
// An error is that of this record alone: a fault.Schema whose Field is the
// setting and whose message names the column, without any value. The record
// may be kept elsewhere as Clean returns it.
func (s *Stream) Map(r connect.Record) (connect.Record, error) {
	switch {
	case len(r.Values) != len(s.source.Columns):
		return connect.Record{}, fault.New(fault.Internal, "a record of %s has %d values, not %d", s.source.Name, len(r.Values), len(s.source.Columns))
	case s.same:
		return r, nil
	case r.Deleted:
		return s.gone(r, true), nil
	}
	if s.filter != nil {
		passes, err := s.passes(r)
		if err != nil {
			return connect.Record{}, err
		}
		if !passes {
			return s.gone(r, false), nil
		}
	}
	values := make([]any, len(s.from))
	for i, at := range s.from {
		if at >= 0 {
			values[i] = r.Values[at]
		} else {
			values[i] = s.fixed[i]
		}
	}
	if err := s.compute(r, values); err != nil {
		return connect.Record{}, err
	}
	if s.cleaner != nil {
		if column, err := s.cleaner.clean(r.Values, s.slots, values); err != nil {
			return connect.Record{}, s.refused(s.path, column, err)
		}
	}
	return connect.Record{Values: values}, nil
}

// Clean returns a record of the source without its personal data and otherwise
// as it is: for what is kept of a record that cannot be mapped. A value that
// cannot be cleaned is null.
func (s *Stream) Clean(r connect.Record) connect.Record {
	if s.cleaner == nil {
		return r
	}
	clean := connect.Record{Deleted: r.Deleted, Values: append([]any{}, r.Values...)}
	known := append([]any{}, r.Values...)
	for {
		copy(clean.Values, known)
		column, err := s.cleaner.clean(known, s.cleaner.source, clean.Values)
		if err == nil {
			return clean
		}
		known[s.source.Column(column)] = nil
	}
}

// gone returns the record that says that the row of r is not there, or at when
// it was deleted if r says so.
func (s *Stream) gone(r connect.Record, marked bool) connect.Record {
	values := make([]any, len(s.from))
	for i, slot := range s.slots {
		switch {
		case slot.key && slot.do != nil && slot.do.action != keep:
			values[i] = s.cleaner.done(slot.do, r.Values[s.from[i]])
		case slot.key, marked && slot.column.Name == connect.ColumnDeleted:
			values[i] = r.Values[s.from[i]]
		}
	}
	return connect.Record{Deleted: true, Values: values}
}

// passes reports whether the filter lets r through. Null is not true.
func (s *Stream) passes(r connect.Record) (bool, error) {
	result, err := s.filter.run(r.Values)
	field := s.path + ".filter"
	if err != nil {
		return false, fault.New(fault.Schema, "the filter of %s: %w", s.source.Name, err).WithField(field)
	}
	if result == nil {
		return false, nil
	}
	passes, ok := result.(bool)
	if !ok {
		return false, fault.New(fault.Schema, "the filter of %s is neither true nor false", s.source.Name).WithField(field)
	}
	return passes, nil
}

// compute fills the computed columns.
func (s *Stream) compute(r connect.Record, values []any) error {
	var record any // what jq sees, decoded once
	for _, c := range s.computed {
		var v any
		var err error
		switch {
		case c.expression != nil:
			v, err = c.expression.run(r.Values)
		case record == nil:
			if record, err = input(s.source, r.Values); err == nil {
				v, err = c.query.run(record)
			}
		default:
			v, err = c.query.run(record)
		}
		column := s.target.Columns[c.at]
		if err == nil {
			values[c.at], err = convert(v, column.Type)
		}
		if err != nil {
			return s.refused(c.field, column.Name, err)
		}
	}
	return nil
}

// refused is the error of one record.
func (s *Stream) refused(field, column string, err error) error {
	return fault.New(fault.Schema, "column %s of %s: %w", column, s.target.Name, err).WithField(field)
}

// newCleaner returns what takes the personal data out of records of s, where
// source says what is done with each column.
func newCleaner(s connect.Stream, source []slot, secret vault.Secret) *cleaner {
	c := &cleaner{source: source, secret: secret}
	for i, column := range s.Columns {
		if source[i].key || column.Name == s.Parent || column.Ref != "" {
			c.names = append(c.names, i)
		}
	}
	return c
}
