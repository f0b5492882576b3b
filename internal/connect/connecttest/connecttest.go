// Package connecttest is what every connector must do, as tests that its own
// test calls:
//
//	func TestDestination(t *testing.T) {
//		connecttest.TestDestination(t, connecttest.Harness{Fresh: fresh})
//	}
//
// A source of tables has a suite, too: package relationtest. Only packages for
// tests such as these may import testing outside of _test.go files.
package connecttest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Harness is a kind of destination under test, and what its system cannot do.
// The limits of a system are the fields that are set.
type Harness struct {
	// Fresh returns an empty place, which is removed when the test ends. It is
	// called from several tests at once.
	Fresh func(t testing.TB) Place
	// NULReplaced: a NUL byte in a text arrives as U+FFFD, since the system
	// has no NUL. Elsewhere it arrives as it is.
	NULReplaced bool
	// InfinityRefused: an infinite number is fault.Schema. Elsewhere it
	// arrives. (What is not a number at all is refused everywhere.)
	InfinityRefused bool
}

// Place is where a destination keeps its records: a file, a schema, a folder.
type Place interface {
	// Open opens the place as a run does, again and again.
	Open(t testing.TB) connect.Destination
	// Rows returns what is committed to the table of s, in any order, read by
	// other means than the destination, which may be open: by column the
	// values that a connect.Record holds, JSON as its text in a
	// connect.Document. A table that is not there has no rows.
	Rows(t testing.TB, s connect.Stream) []map[string]any
}

// suite is tests by the promise they hold a destination to.
type suite map[string]func(*testing.T, Harness)

// TestDestination tests all that connect.Destination and connect.Tx promise.
func TestDestination(t *testing.T, h Harness) { //nolint:tparallel // whether it runs beside others is for its caller to say
	t.Helper()
	for _, tests := range []suite{tables(), values(), writing(), transactions(), keeping()} {
		for name, test := range tests {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, h)
			})
		}
	}
}

// bench is a fresh place with an open destination.
type bench struct {
	place Place
	connect.Destination
}

// fresh returns an open destination on a fresh place, where streams are
// prepared. It is closed when the test ends.
func (h Harness) fresh(t testing.TB, streams ...connect.Stream) *bench {
	t.Helper()
	b := &bench{place: h.Fresh(t)}
	b.Destination = b.place.Open(t)
	t.Cleanup(func() {
		if b.Destination == nil {
			return
		}
		if err := b.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	for _, s := range streams {
		b.prepare(t, s, true)
	}
	return b
}

// reopen closes the destination and opens its place again.
func (b *bench) reopen(t testing.TB, streams ...connect.Stream) {
	t.Helper()
	must(t, "Close", b.Close())
	b.Destination = nil
	b.Destination = b.place.Open(t)
	for _, s := range streams {
		b.prepare(t, s, false)
	}
}

func (b *bench) prepare(t testing.TB, s connect.Stream, wantCreated bool) {
	t.Helper()
	created, err := b.Prepare(t.Context(), s)
	must(t, "Prepare "+s.Name, err)
	if created != wantCreated {
		t.Fatalf("Prepare %s: created is %v, want %v", s.Name, created, wantCreated)
	}
}

func (b *bench) begin(t testing.TB) connect.Tx {
	t.Helper()
	tx, err := b.Begin(t.Context())
	must(t, "Begin", err)
	return tx
}

// commit writes records in one transaction.
func (b *bench) commit(t testing.TB, s connect.Stream, records ...connect.Record) {
	t.Helper()
	tx := b.begin(t)
	must(t, "Write", tx.Write(t.Context(), s, records))
	must(t, "Commit", tx.Commit(t.Context()))
}

// holds fails the test unless exactly records are visible in the table of s.
func (b *bench) holds(t testing.TB, s connect.Stream, records ...connect.Record) {
	t.Helper()
	var want []map[string]any
	for _, r := range records {
		row := map[string]any{}
		for i, c := range s.Columns {
			row[c.Name] = r.Values[i]
		}
		want = append(want, row)
	}
	got := b.place.Rows(t, s)
	if diff := gocmp.Diff(canonical(t, s, want), canonical(t, s, got)); diff != "" {
		t.Fatalf("rows of %s (-want +got):\n%s", s.Name, clip(diff))
	}
}

// canonical sorts rows by key and writes their values so that equal ones
// compare equal: JSON by what it says, times as text.
func canonical(t testing.TB, s connect.Stream, rows []map[string]any) []map[string]any {
	t.Helper()
	all := make([]map[string]any, 0, len(rows))
	for _, row := range rows {
		one := map[string]any{}
		for _, c := range s.Columns {
			one[c.Name] = plain(t, c, row[c.Name])
		}
		all = append(all, one)
	}
	key := func(row map[string]any) (k string) {
		for _, name := range s.Key {
			k += fmt.Sprintf("%q ", row[name])
		}
		return k
	}
	slices.SortFunc(all, func(a, b map[string]any) int { return cmp.Compare(key(a), key(b)) })
	return all
}

func plain(t testing.TB, c connect.Column, v any) any {
	t.Helper()
	switch v := v.(type) {
	case time.Time:
		return "time " + connect.FormatTime(v)
	case connect.Document:
		return decoded(t, c, v)
	}
	return v
}

// decoded keeps the digits of numbers.
func decoded(t testing.TB, c connect.Column, text connect.Document) (v any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		t.Fatalf("column %s holds no JSON: %v", c.Name, err)
	}
	return map[string]any{"json": v}
}

func must(t testing.TB, doing string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", doing, err)
	}
}

// fails fails the test unless err is a fault of that kind whose message names
// each of the parts.
func fails(t testing.TB, doing string, err error, kind fault.Kind, parts ...string) {
	t.Helper()
	switch {
	case err == nil:
		t.Fatalf("%s: no error, want %s", doing, kind)
	case fault.KindOf(err) != kind:
		t.Fatalf("%s: %s error, want %s: %v", doing, fault.KindOf(err), kind, err)
	}
	for _, p := range parts {
		if !bytes.Contains([]byte(err.Error()), []byte(p)) {
			t.Fatalf("%s: the error does not name %s: %v", doing, p, err)
		}
	}
}

// clip keeps a failure readable when a value is a megabyte.
func clip(text string) string {
	const most = 4000
	if len(text) > most {
		return text[:most] + " …"
	}
	return text
}

// stream returns a stream whose first column is its key.
func stream(name string, columns ...connect.Column) connect.Stream {
	return connect.Stream{Name: name, Group: name, Columns: columns, Key: []string{columns[0].Name}}
}

func column(name string, t connect.Type) connect.Column { return connect.Column{Name: name, Type: t} }

func record(values ...any) connect.Record { return connect.Record{Values: values} }

func deleted(values ...any) connect.Record { return connect.Record{Deleted: true, Values: values} }

// notes is a small stream for tests in which the types do not matter.
func notes() connect.Stream {
	return stream("notes", column("uri", connect.Text), column("title", connect.Text), column("size", connect.Integer))
}
