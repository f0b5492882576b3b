package connect

import (
	"context"
	"time"
)

// Memory is what is remembered of the records of a flow from one run to the
// next. It is how unchanged records are left alone and deletions are noticed.
// It is safe for concurrent use.
type Memory interface {
	// Empty reports whether nothing is known of a stream.
	Empty(ctx context.Context, stream string) (bool, error)
	// Known returns what is remembered of records of a stream, by key; those
	// that are not known are missing.
	Known(ctx context.Context, stream string, keys []string) (map[string]Trace, error)
	// Keys returns the keys of the records of a stream that are known and not
	// gone: those of parent unless it is empty, and those whose At lies in the
	// span unless it is zero.
	Keys(ctx context.Context, stream, parent string, in Span) ([]string, error)
}

// Trace is what is remembered of one record.
type Trace struct {
	Stream, Key string
	Parent      string // the key of the record that it belongs to; empty: none
	Version     Version
	// At is the time by which its stream is read, zero where there is none.
	At time.Time
	// Nested is when what belongs to it was last read; zero: never.
	Nested time.Time
	Gone   bool // it was found to be deleted
}

// Version tells two states of a record apart.
type Version [16]byte

// Span is the time from From, included, to To, excluded; a zero time is an open
// end.
type Span struct{ From, To time.Time }

// IsZero reports whether s has no end at all.
func (s Span) IsZero() bool { return s.From.IsZero() && s.To.IsZero() }
