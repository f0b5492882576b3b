// Package connect holds the contracts between Kalends and the systems it
// talks to. A record takes one path, whatever the systems are:
// Source → engine → Destination, in batches.
package connect

import (
	"context"
	"iter"
	"slices"
	"time"
)

// Source reads the records of one system.
type Source interface {
	// Streams lists what the source can read, parents before children, with
	// equal Groups side by side. It does no I/O.
	Streams() []Stream

	// Discover tells which streams these settings may read, in the order of
	// Streams. It asks the system but moves no rows.
	Discover(ctx context.Context) ([]Availability, error)

	// Read returns the batches of the streams in r, all of one Group. No work
	// is done before the first pull; nothing is held and every goroutine has
	// ended after the loop. There is at most one error, it is last, and its
	// Batch is empty. A canceled ctx stops fetching and ends with its error.
	//
	// A stream that may not be read is not an error: a batch says so in Skips.
	// The last Next is where the next run goes on.
	Read(ctx context.Context, r Reading) iter.Seq2[Batch, error]
}

// Reading is one request to read.
type Reading struct {
	// Streams are the wanted streams of one Group; at least one.
	Streams []Stream
	// From is where to go on: the Next of the last committed batch, nil for
	// the start. A source that cannot use it starts over.
	From Checkpoint
	// Memory is what earlier runs of the flow learned; nil is nothing.
	Memory Memory
	// Sample, if not nil, chooses of which records what belongs to them is
	// read, by their keys.
	Sample func(key string) bool
	// Observe, if not nil, is told of calls as they are answered. It is called
	// from several goroutines.
	Observe func(stream string, c Calls)
}

// Finder is a Source that can look records up one by one.
type Finder interface {
	// Find returns what has become of records of the one stream in r, of which
	// Key and Parent are given: each as it is now or, if it is gone, Deleted.
	// Those of which that cannot be found out are missing.
	Find(ctx context.Context, r Reading, records []Trace) ([]Record, error)
}

// Calls counts what a stream cost.
type Calls struct {
	Requests    int
	RateLimited int // answers that said "too many requests"
	// Limit and Left are the calls a minute the system allows and those left
	// in this minute, as its last answer said; Limit 0: it does not say. Budget is
	// how many percent of Limit may be used.
	Limit, Left, Budget int
}

// Availability says whether a stream may be read, and if not, why.
type Availability struct {
	Stream Stream
	OK     bool
	// Reason is why not, in words a person can act on; or, where OK, a
	// restriction that holds ("own events only").
	Reason string
}

// Checkpoint is a place in a stream group. Only the source that made it can
// read it; nil is the start.
type Checkpoint []byte

// Batch is what is committed at once. Its rows may be of several streams of
// the group. Replaying a batch changes nothing.
type Batch struct {
	// Next is the place after this batch, to be remembered once the batch is
	// committed.
	Next Checkpoint
	Rows []Rows
	// Traces are to be remembered with Next.
	Traces []Trace
	Skips  []Skip
	Notes  []Note
	// Share is how much of the group is read after this batch, 0 to 1, as far
	// as the source can tell; 0 if it cannot.
	Share float64
}

// Len returns the number of records in b.
func (b Batch) Len() int {
	n := 0
	for _, r := range b.Rows {
		n += len(r.Records)
	}
	return n
}

// And returns b followed by next, as one batch.
func (b Batch) And(next Batch) Batch {
	if len(next.Next) > 0 {
		b.Next = next.Next
	}
	b.Share = next.Share
	b.Traces = append(b.Traces, next.Traces...)
	b.Skips = append(b.Skips, next.Skips...)
	b.Notes = append(b.Notes, next.Notes...)
	for _, rows := range next.Rows {
		i := slices.IndexFunc(b.Rows, func(have Rows) bool { return have.Stream == rows.Stream })
		if i < 0 {
			b.Rows = append(b.Rows, rows)
			continue
		}
		b.Rows[i].Records = append(b.Rows[i].Records, rows.Records...)
	}
	return b
}

// Rows are records of one stream.
type Rows struct {
	Stream  string
	Records []Record
}

// Skip says that a stream is not read, and why.
type Skip struct{ Stream, Reason string }

// Note is a restriction a person must know of although the stream is read.
type Note struct{ Stream, Text string }

// Record is one row. Values stand in the order of Stream.Columns and hold
// nil, string, int64, float64 (never NaN), bool, time.Time (UTC, years 0 to
// 9999) or, for JSON columns, Document. Of a Deleted record only the key and
// _deleted_at are looked at: with a time in it, its row is marked, without one
// it is removed.
type Record struct {
	Deleted bool
	Values  []any
}

// Document is JSON text; it is never empty.
type Document string

// Destination writes records to one system.
type Destination interface {
	// Prepare makes room for a stream: creates its table or adds the columns
	// it lacks. Twice is harmless. It reports whether the table was made now,
	// so that no old checkpoint is trusted for it. What would lose data is a
	// fault.Schema that names the column and both types.
	Prepare(ctx context.Context, s Stream) (created bool, err error)
	// Begin starts a transaction. One is open at a time.
	Begin(ctx context.Context) (Tx, error)
	// Scan yields every row that is kept of a stream, as it was written but in
	// any order; one that is marked has its time in _deleted_at and is not
	// Deleted. It need not be prepared: what there is no table for has no rows,
	// what there is no column for is nil, and what cannot be a value of its
	// column is as the system has it. An error is last. No Tx may be open.
	Scan(ctx context.Context, s Stream) iter.Seq2[Record, error]
	// Close releases everything. No Tx may be open.
	Close() error
}

// Tx is one transaction. It is for one goroutine and ends with Commit or
// Rollback.
type Tx interface {
	// Write upserts by the stream's key; of two records with one key the later
	// wins. Nothing is visible until Commit. The Destination has prepared s. A
	// value that does not fit its column is a fault.Schema that names the
	// column and does not tell the value, and so is a row that the system
	// refuses for what it says, by a constraint or a trigger; the other rows can
	// be written without it. After an error only Rollback is left: Commit is an
	// error too and writes nothing.
	//
	// A History stream (see HistoryOf) keeps every version of a record: Write
	// leaves the open version of a key as it is if its _version is that of the
	// record; else it closes it by setting its _valid_to to the _valid_from of
	// the record, and adds the record. A Deleted record only closes.
	Write(ctx context.Context, s Stream, records []Record) error
	// Commit makes the writes durable. After an error nothing was written, or
	// all of it was: writing it again is right in both cases. Rows that are
	// refused only now are a fault.Schema, too.
	Commit(ctx context.Context) error
	// Rollback drops the writes; after Commit it does nothing.
	Rollback() error
}

// Checker is a Source or Destination that can test its settings before use.
type Checker interface {
	Check(ctx context.Context) error
}

// Stream is one kind of record.
type Stream struct {
	Name string // also the table's name
	// Group names the streams that are read together because one's calls bring
	// the other's rows.
	Group   string
	Columns []Column
	Key     []string // the primary key, names of Columns
	// Parent is the column that holds the key of the record that one belongs
	// to, and Time that by whose time the stream is read; empty: there is none.
	Parent, Time string
	// Rolling streams tell of the near future only: rows of earlier readings
	// stay, and cannot be compared with what is told now.
	Rolling bool
	// History streams keep every version of a record; see Tx.Write.
	History bool
	// OnRequest streams are read only when named.
	OnRequest bool
	Needs     Needs
	Doc       StreamDoc
}

// Needs is what a credential must have to read a stream; empty parts are not
// needed.
type Needs struct {
	Scope string
	Role  string
	Plan  string
}

// StreamDoc is what people read about a stream.
type StreamDoc struct {
	About     string   // one sentence
	Operation []string // source operations: "GET /users/me"
	Fresh     string   // how it is kept fresh, one sentence
}

// Column is one field of a stream.
type Column struct {
	Name string
	Type Type
	// Ref names the stream whose key the column holds, "*" when it refers to a
	// record of a kind that varies; such columns are indexed. Empty: no
	// reference.
	Ref string
	// Required columns are never null.
	Required bool
	// Personal says which personal data the column holds, by where inside: ""
	// is all of it; in JSON "user.email" is the member email of the member user,
	// in each element of a list. That of _raw need not repeat what the other
	// columns say.
	Personal map[string][]Personal
	// Doc is what people read about the column.
	Doc string
}

// Column returns where the column of a name stands in s, -1 if it has none.
func (s Stream) Column(name string) int {
	return slices.IndexFunc(s.Columns, func(c Column) bool { return c.Name == name })
}

// Personal is a kind of personal data, or Public.
type Personal string

// The kinds of personal data.
const (
	Email  Personal = "email"
	Name   Personal = "name" // also a part of a link that is made of the name
	Phone  Personal = "phone"
	Answer Personal = "answer" // what a person wrote or said, or what was written about one
)

// Public is what says nothing about a person, whatever word it is: a state, a
// time zone, the name of something on offer.
const Public Personal = "public"

// Type is the type of a column's values.
type Type uint8

// The types, with the Go type of their values in a Record.
const (
	Text      Type = iota // string
	Integer               // int64
	Number                // float64
	Boolean               // bool
	Timestamp             // time.Time, UTC, microseconds
	JSON                  // Document
)

// String returns the type's name in docs and messages.
func (t Type) String() string {
	return [...]string{"text", "integer", "number", "boolean", "timestamp", "json"}[t]
}

// TimeFormat is how a Timestamp is written as text: UTC, six digits.
const TimeFormat = "2006-01-02T15:04:05.000000Z"

// FormatTime writes t as text.
func FormatTime(t time.Time) string { return t.UTC().Format(TimeFormat) }

// Columns that Kalends itself adds to every stream.
const (
	ColumnKey     = "_key"        // a stable hash, where the API gives no URI
	ColumnRaw     = "_raw"        // the record as the API sent it
	ColumnSynced  = "_synced_at"  // when it was written
	ColumnDeleted = "_deleted_at" // when it was found to be deleted; null: it is there
)
