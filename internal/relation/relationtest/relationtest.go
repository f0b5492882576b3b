// Package relationtest is what every source of tables and queries must do, as
// tests that its own test calls.
package relationtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
)

// Harness is a kind of source of tables and queries under test, and what is its
// system's own.
type Harness struct {
	// Fresh returns a place without tables, which is removed when the test ends.
	// It is called from several tests at once.
	Fresh func(t testing.TB) Place
	// Quote stands around a name that is taken as it is, and twice for itself in
	// one.
	Quote string
	// Before are statements that Cells, Cursors and Sly need.
	Before []string
	// Cells are a value of each type.
	Cells []Cell
	// Cursors are three values that grow, as literals, by what a column of them is
	// declared as.
	Cursors map[string][3]string
	// Sly are queries that would change the table t, or what else there is, if
	// they could.
	Sly []string
}

// Place is where tables are: a file, a schema.
type Place interface {
	// Run runs statements by other means than the source; names are of the place.
	Run(t testing.TB, statements ...string)
	// Source opens the source, with options of it and for some streams, if any are
	// named.
	Source(ctx context.Context, t testing.TB, options map[string]string, streams ...string) (connect.Source, error)
}

// Cell is a value in a column.
type Cell struct {
	Declared, Value string // as they stand in statements
	Type            connect.Type
	Want            any // nil: no value of the type
	// Untold: what is known of the result of a query does not tell the type.
	Untold bool
}

// TestSource tests all that a source of tables promises.
func TestSource(t *testing.T, h Harness) { //nolint:tparallel // whether it runs beside others is for its caller to say
	t.Helper()
	for name, test := range map[string]func(*testing.T, Harness){
		"Every_type_keeps_what_it_says":        testCells,
		"Every_ordered_type_can_be_a_cursor":   testCursors,
		"A_cursor_reads_ties_again":            testTies,
		"Tables_have_their_keys":               testTableKeys,
		"Large_tables_come_in_batches":         testBatches,
		"Queries_are_named_and_keyed":          testQueries,
		"What_is_wrong_is_refused":             testRefusals,
		"Nothing_is_written":                   testSly,
		"A_canceled_read_ends_with_that_error": testCanceled,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, h)
		})
	}
}

// made returns a place with tables.
func (h Harness) made(t testing.TB, statements ...string) Place {
	t.Helper()
	p := h.Fresh(t)
	p.Run(t, h.Before...)
	p.Run(t, statements...)
	return p
}

func (h Harness) quoted(name string) string {
	return h.Quote + strings.ReplaceAll(name, h.Quote, h.Quote+h.Quote) + h.Quote
}

func opened(t testing.TB, p Place, options map[string]string, streams ...string) connect.Source {
	t.Helper()
	s, err := p.Source(t.Context(), t, options, streams...)
	if err != nil {
		t.Fatalf("opening with %v: %v (%s)", options, err, fault.HintOf(err))
	}
	return s
}

// ReadAll reads the first stream of a source from a checkpoint on, and returns
// its rows, where it ends and what is noted.
func ReadAll(t testing.TB, s connect.Source, from connect.Checkpoint) (rows [][]any, next connect.Checkpoint, notes string) {
	t.Helper()
	next = from
	for b, err := range s.Read(t.Context(), connect.Reading{Streams: s.Streams()[:1], From: from}) {
		if err != nil {
			t.Fatalf("reading %s: %v", s.Streams()[0].Name, err)
		}
		for _, r := range b.Rows {
			for _, record := range r.Records {
				rows = append(rows, record.Values)
			}
		}
		for _, n := range b.Notes {
			notes += n.Text + "\n"
		}
		if len(b.Next) > 0 {
			next = b.Next
		}
	}
	return rows, next, notes
}

func testCells(t *testing.T, h Harness) {
	var columns, values []string
	for i, c := range h.Cells {
		columns, values = append(columns, fmt.Sprintf("c%d %s", i, c.Declared)), append(values, c.Value)
	}
	p := h.made(t, "CREATE TABLE t (id integer PRIMARY KEY, "+strings.Join(columns, ", ")+")",
		"INSERT INTO t VALUES (1, "+strings.Join(values, ", ")+")", "INSERT INTO t (id) VALUES (2)")
	for what, options := range map[string]map[string]string{"of a table": nil, "of a query": {"query": "SELECT * FROM t ORDER BY id;", "key": "id"}} {
		s := opened(t, p, options)
		rows, _, notes := ReadAll(t, s, nil)
		if len(rows) != 2 {
			t.Fatalf("%d rows %s", len(rows), what)
		}
		for i, c := range h.Cells {
			if c.Untold && options != nil {
				continue
			}
			if is := s.Streams()[0].Columns[i+1].Type; is != c.Type {
				t.Errorf("%s %s is %s, want %s", c.Declared, what, is, c.Type)
			}
			if d := gocmp.Diff(c.Want, rows[0][i+1]); d != "" || rows[1][i+1] != nil {
				t.Errorf("%s %s %s, and null is %v: %s", c.Declared, c.Value, what, rows[1][i+1], d)
			}
			if told := strings.Contains(notes, fmt.Sprintf("column c%d ", i)); told != (c.Want == nil) {
				t.Errorf("%s %s %s: the notes are %s", c.Declared, c.Value, what, notes)
			}
		}
	}
}

// A checkpoint holds the last value; so that row comes again, and those after it.
func testCursors(t *testing.T, h Harness) {
	for declared, values := range h.Cursors {
		name := h.quoted("the cursor")
		p := h.made(t, "CREATE TABLE t (id integer PRIMARY KEY, "+name+" "+declared+")", "INSERT INTO t (id) VALUES (0)")
		var next connect.Checkpoint
		for i, value := range values {
			p.Run(t, fmt.Sprintf("INSERT INTO t VALUES (%d, %s)", i+1, value))
			var rows [][]any
			rows, next, _ = ReadAll(t, opened(t, p, map[string]string{"cursor": "the cursor"}, "t"), next)
			if len(rows) != 2 || rows[1][0] != int64(i+1) {
				t.Errorf("%s: after %s came %v", declared, value, rows)
			}
		}
	}
}

func testTies(t *testing.T, h Harness) {
	p := h.made(t, "CREATE TABLE t (id integer PRIMARY KEY, changed varchar(20))", `INSERT INTO t VALUES (1, 'b'), (2, 'a''"'), (3, NULL), (4, 'b')`)
	options := map[string]string{"cursor": "changed"}
	rows, next, notes := ReadAll(t, opened(t, p, options), nil)
	if len(rows) != 4 || rows[0][0] != int64(3) || rows[1][0] != int64(2) || !strings.Contains(notes, "1 of the rows have no changed") {
		t.Fatalf("at first %v, %s", rows, notes)
	}
	p.Run(t, `INSERT INTO t VALUES (5, 'b'), (6, 'c'), (7, 'a'), (8, NULL)`)
	rows, next, notes = ReadAll(t, opened(t, p, options), next)
	if len(rows) != 4 || rows[3][0] != int64(6) || !strings.Contains(notes, "without --cursor") {
		t.Errorf("then %v, %s", rows, notes)
	}
	if rows, _, _ = ReadAll(t, opened(t, p, options), next); len(rows) != 1 {
		t.Errorf("when there is nothing new: %v", rows)
	}
	for what, other := range map[string]map[string]string{"another cursor": {"cursor": "id"}, "a query": {"cursor": "changed", "query": "SELECT * FROM t"}, "no cursor": nil} {
		if rows, _, _ := ReadAll(t, opened(t, p, other), next); len(rows) != 8 {
			t.Errorf("%s goes on from the checkpoint of this one: %v", what, rows)
		}
	}
}

func testTableKeys(t *testing.T, h Harness) {
	odd := "odd " + h.Quote + "name"
	p := h.made(t, "CREATE TABLE pairs (a integer, b varchar(20), PRIMARY KEY (b, a))",
		"CREATE TABLE "+h.quoted(odd)+" (id integer PRIMARY KEY, "+h.quoted("b c")+" varchar(20))", "INSERT INTO "+h.quoted(odd)+" VALUES (1, 'x')",
		"CREATE TABLE bare (v integer)", "INSERT INTO bare VALUES (1), (1), (2)", "CREATE VIEW looks AS SELECT 1 AS one")
	keys := map[string][]string{}
	for _, stream := range opened(t, p, nil).Streams() {
		keys[stream.Name] = stream.Key
	}
	if d := gocmp.Diff(map[string][]string{"pairs": {"b", "a"}, odd: {"id"}, "bare": {"_key"}}, keys); d != "" {
		t.Error(d)
	}
	rows, _, notes := ReadAll(t, opened(t, p, nil, "bare"), nil)
	if len(rows) != 3 || rows[0][1] != rows[1][1] || rows[0][1] == rows[2][1] || !strings.Contains(notes, "equal rows are one row") {
		t.Errorf("without a key: %v, %s", rows, notes)
	}
	if rows, _, _ := ReadAll(t, opened(t, p, nil, odd), nil); gocmp.Diff([][]any{{int64(1), "x"}}, rows) != "" {
		t.Errorf("of an odd name: %v", rows)
	}
	if s := opened(t, p, map[string]string{"key": "b"}, "pairs").Streams()[0]; !slices.Equal(s.Key, []string{"b"}) {
		t.Errorf("with another key: %v", s.Key)
	}
}

// filled is a table of so many rows, whose texts have so many characters.
func (h Harness) filled(t testing.TB, rows, length int) Place {
	t.Helper()
	p := h.made(t, "CREATE TABLE t (id integer PRIMARY KEY, v varchar(20000))")
	const atOnce = 500
	var statements []string
	for from := 0; from < rows; from += atOnce {
		var values []string
		for i := from; i < min(from+atOnce, rows); i++ {
			values = append(values, fmt.Sprintf("(%d, '%0*d')", i, length, i))
		}
		statements = append(statements, "INSERT INTO t VALUES "+strings.Join(values, ", "))
	}
	p.Run(t, statements...)
	return p
}

func testBatches(t *testing.T, h Harness) {
	s := opened(t, h.filled(t, 2500, 10), map[string]string{"cursor": "id"})
	var sizes []int
	for b, err := range s.Read(t.Context(), connect.Reading{Streams: s.Streams()}) {
		if err != nil || len(b.Next) == 0 {
			t.Fatal(err, b.Next)
		}
		sizes = append(sizes, b.Len())
	}
	if d := gocmp.Diff([]int{1000, 1000, 500}, sizes); d != "" {
		t.Error(d)
	}
	s = opened(t, h.filled(t, 1000, 10_000), nil)
	for b, err := range s.Read(t.Context(), connect.Reading{Streams: s.Streams()}) {
		if err != nil || b.Len() > 500 { // 4 MB
			t.Error(b.Len(), err)
		}
		break // nothing is held: another read works, and no goroutine is left
	}
	rows, _, _ := ReadAll(t, s, nil)
	seen := map[any]bool{}
	for _, row := range rows {
		seen[row[0]] = true
	}
	if len(rows) != 1000 || len(seen) != 1000 {
		t.Errorf("%d rows of %d keys", len(rows), len(seen))
	}
}

func testQueries(t *testing.T, h Harness) {
	p := h.made(t, "CREATE TABLE people (id integer PRIMARY KEY, name varchar(20))", "INSERT INTO people VALUES (1, 'a'), (2, 'b'), (3, 'b')")
	s := opened(t, p, map[string]string{"query": "SELECT name, count(*) AS n FROM people GROUP BY name -- each\n;", "name": "names", "key": "name"})
	rows, _, _ := ReadAll(t, s, nil)
	if len(rows) != 2 || s.Streams()[0].Name != "names" || !slices.Equal(s.Streams()[0].Key, []string{"name"}) {
		t.Errorf("%v of %+v", rows, s.Streams()[0])
	}
	s = opened(t, p, map[string]string{"query": "SELECT name FROM people WHERE id > 2"})
	if rows, _, notes := ReadAll(t, s, nil); len(rows) != 1 || s.Streams()[0].Name != "query" || !strings.Contains(notes, "equal rows") {
		t.Errorf("%v of %+v, %s", rows, s.Streams()[0], notes)
	}
	twice, err := p.Source(t.Context(), t, map[string]string{"query": "SELECT 1 AS a, 2 AS a"})
	if err != nil {
		connecttest.Refused(t, "two columns of a name", err, fault.Invalid)
	} else if c := twice.Streams()[0].Columns; len(c) != 3 || c[0].Name == c[1].Name {
		t.Errorf("two columns of a name are %+v", c)
	}
	if got, err := s.Discover(t.Context()); err != nil || len(got) != 1 || !got[0].OK {
		t.Errorf("%+v, %v", got, err)
	}
}

func testCanceled(t *testing.T, h Harness) {
	s := opened(t, h.filled(t, 3000, 10), nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	n := 0
	for b, err := range s.Read(ctx, connect.Reading{Streams: s.Streams()}) {
		cancel()
		n, last = n+b.Len(), err
	}
	if n == 3000 && last == nil {
		return // all of it was on its way
	}
	if fault.KindOf(last) != fault.Canceled {
		t.Errorf("a canceled read: %v", last)
	}
}
