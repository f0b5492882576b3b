package sqlite

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// shop makes a file by statements.
func shop(t *testing.T, statements string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "shop.db")
	change(t, path, statements)
	return path
}

func change(t *testing.T, path, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
}

func source(t *testing.T, path string, options map[string]string, streams ...string) connect.Source {
	t.Helper()
	s, err := openSource(t.Context(), connect.Settings{Values: map[string]string{"path": path}, Streams: streams}.With(options))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// all reads a stream from a checkpoint on, and returns where it ends and what is
// noted.
func all(t *testing.T, s connect.Source, from connect.Checkpoint) (values [][]any, next connect.Checkpoint, notes string) {
	t.Helper()
	next = from
	for b, err := range s.Read(t.Context(), connect.Reading{Streams: s.Streams()[:1], From: from}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, rows := range b.Rows {
			for _, r := range rows.Records {
				values = append(values, r.Values)
			}
		}
		for _, n := range b.Notes {
			notes += n.Text
		}
		if len(b.Next) > 0 {
			next = b.Next
		}
	}
	return values, next, notes
}

func columnTypes(s connect.Stream) map[string]string {
	types := map[string]string{}
	for _, c := range s.Columns {
		types[c.Name] = c.Type.String()
	}
	return types
}

func TestSource_a_column_has_the_type_that_holds_all_its_values(t *testing.T) {
	t.Parallel()
	path := shop(t, `CREATE TABLE t (id INTEGER PRIMARY KEY, declared INTEGER, mixed INTEGER, bare, bare_mixed, price DECIMAL(10,2), huge REAL,
			flag BOOLEAN, no_flag BOOLEAN, at DATETIME, no_time DATETIME, day DATE, doc JSON, no_doc JSON, bytes BLOB, void, epoch TIMESTAMP, february DATETIME);
		INSERT INTO t VALUES (1, 9223372036854775807, 1, 1, 1, 2, 1.5, 1, 2, '2024-01-01 10:00:00', '2024-01-01 10:00:00', '2024-01-01', '{"a":1}', '{', x'00ff', NULL, 1700000000, '2024-02-31 00:00:00'),
			(2, NULL, 'two', 2, 2.5, 2.5, 2, 0, 0, '2024-01-01T10:00:00.5+02:00', 'soon', NULL, 7, '[]', NULL, NULL, NULL, NULL),
			(3, NULL, 0.1, NULL, 'x', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)`)
	s := source(t, path, nil)
	want := map[string]string{
		"id": "integer", "declared": "integer", "mixed": "text", "bare": "integer", "bare_mixed": "text", "price": "number", "huge": "number",
		"flag": "boolean", "no_flag": "integer", "at": "timestamp", "no_time": "text", "day": "text", "doc": "json", "no_doc": "text", "bytes": "text",
		"void": "text", "epoch": "integer", "february": "text",
	}
	if d := cmp.Diff(want, columnTypes(s.Streams()[0])); d != "" {
		t.Error(d)
	}
	ten := time.Date(2024, 1, 1, 10, 0, 0, 0, time.UTC)
	got, _, notes := all(t, s, nil)
	rows := [][]any{
		{int64(1), int64(9223372036854775807), "1", int64(1), "1", 2.0, 1.5, true, int64(2), ten, "2024-01-01 10:00:00", "2024-01-01", connect.Document(`{"a":1}`), "{", "00ff", nil, int64(1700000000), "2024-02-31 00:00:00"},
		{int64(2), nil, "two", int64(2), "2.5", 2.5, 2.0, false, int64(0), ten.Add(-2*time.Hour + time.Second/2), "soon", nil, connect.Document("7"), "[]", nil, nil, nil, nil},
		{int64(3), nil, "0.1", nil, "x", nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil},
	}
	if d := cmp.Diff(rows, got); d != "" || notes != "" {
		t.Error(d, notes)
	}
}

func TestSource_lists_tables_with_their_keys_and_not_what_is_the_systems(t *testing.T) {
	t.Parallel()
	path := shop(t, `CREATE TABLE pairs (a INT, b TEXT, PRIMARY KEY (b, a)); CREATE TABLE "odd ""name" (id INTEGER PRIMARY KEY AUTOINCREMENT, "b c");
		CREATE TABLE bare (v); CREATE VIEW v AS SELECT 1; INSERT INTO "odd ""name" VALUES (1, 'x'); INSERT INTO bare VALUES (1), (1), (2)`)
	keys := map[string][]string{}
	for _, stream := range source(t, path, nil).Streams() {
		keys[stream.Name] = stream.Key
	}
	if d := cmp.Diff(map[string][]string{"pairs": {"b", "a"}, `odd "name`: {"id"}, "bare": {"_key"}}, keys); d != "" {
		t.Error(d)
	}
	got, _, notes := all(t, source(t, path, nil, "bare"), nil)
	if len(got) != 3 || got[0][1] != got[1][1] || got[0][1] == got[2][1] || !strings.Contains(notes, "equal rows are one row") {
		t.Errorf("%v, %s", got, notes)
	}
	if got, _, _ := all(t, source(t, path, nil, `odd "name`), nil); cmp.Diff([][]any{{int64(1), "x"}}, got) != "" {
		t.Errorf("%v", got)
	}
}

func TestSource_a_cursor_reads_ties_again_and_no_nulls(t *testing.T) {
	t.Parallel()
	path := shop(t, `CREATE TABLE t (id INTEGER PRIMARY KEY, at TEXT); INSERT INTO t VALUES (1, 'b'), (2, 'a''"\'), (3, NULL), (4, 'b')`)
	options := map[string]string{"cursor": "at"}
	got, next, notes := all(t, source(t, path, options), nil)
	if len(got) != 4 || got[0][0] != int64(3) || got[1][0] != int64(2) || !strings.Contains(notes, "1 of the rows have no at") {
		t.Fatalf("%v, %s", got, notes)
	}
	change(t, path, `INSERT INTO t VALUES (5, 'b'), (6, 'c'), (7, 'a'), (8, NULL)`)
	got, next, notes = all(t, source(t, path, options), next)
	if len(got) != 4 || got[3][0] != int64(6) || !strings.Contains(notes, "without --cursor") {
		t.Errorf("%v, %s", got, notes)
	}
	if got, _, _ = all(t, source(t, path, options), next); len(got) != 1 {
		t.Errorf("nothing new: %v", got)
	}
	for what, other := range map[string]map[string]string{"another cursor": {"cursor": "id"}, "a query": {"cursor": "at", "query": "SELECT * FROM t"}, "no cursor": nil} {
		if got, _, _ := all(t, source(t, path, other), next); len(got) != 8 {
			t.Errorf("%s goes on from the checkpoint of this one: %v", what, got)
		}
	}
}

func TestSource_cursors_of_mixed_values_go_on(t *testing.T) {
	t.Parallel()
	path := shop(t, `CREATE TABLE t (id INTEGER PRIMARY KEY, at); INSERT INTO t VALUES (1, 1), (2, 0.1), (3, 'x'), (4, x'01'), (5, 9007199254740993)`)
	for n := range 5 {
		change(t, path, "DELETE FROM t WHERE id > "+string(rune('0'+5-n)))
		options := map[string]string{"cursor": "at"}
		want, next, _ := all(t, source(t, path, options), nil)
		got, _, _ := all(t, source(t, path, options), next)
		if len(want) != 5-n || len(got) != 1 || got[0][0] != want[len(want)-1][0] {
			t.Errorf("of %v there are %v left", want, got)
		}
	}
}

func TestSource_large_tables_come_in_batches(t *testing.T) {
	t.Parallel()
	path := shop(t, `CREATE TABLE t (id INTEGER PRIMARY KEY, v);
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) INSERT INTO t SELECT i, i FROM n`)
	s := source(t, path, map[string]string{"cursor": "id"})
	var sizes []int
	for b, err := range s.Read(t.Context(), connect.Reading{Streams: s.Streams()}) {
		if err != nil || len(b.Next) == 0 {
			t.Fatal(err, b.Next)
		}
		sizes = append(sizes, b.Len())
	}
	if d := cmp.Diff([]int{1000, 1000, 500}, sizes); d != "" {
		t.Error(d)
	}
	for b, err := range s.Read(t.Context(), connect.Reading{Streams: s.Streams()}) {
		if err != nil || b.Len() != 1000 {
			t.Error(b.Len(), err)
		}
		break // nothing is held: another read works
	}
	if got, _, _ := all(t, s, nil); len(got) != 2500 {
		t.Errorf("%d rows", len(got))
	}
}

func TestSource_refuses_what_is_wrong(t *testing.T) {
	t.Parallel()
	path := shop(t, `CREATE TABLE t (id INTEGER PRIMARY KEY, flag BOOLEAN); CREATE TABLE kept (_key TEXT); INSERT INTO t VALUES (1, 1)`)
	empty := shop(t, `CREATE VIEW v AS SELECT 1`)
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		path    string
		options map[string]string
		streams []string
		kind    fault.Kind
		field   string
		says    string
	}{
		"a table":      {path: path, streams: []string{"tt"}, kind: fault.Invalid, field: "streams", says: "choose from kept, t"},
		"a cursor":     {path: path, options: map[string]string{"cursor": "at"}, streams: []string{"t"}, kind: fault.Invalid, field: "cursor", says: "choose from id, flag"},
		"its type":     {path: path, options: map[string]string{"cursor": "flag"}, streams: []string{"t"}, kind: fault.Invalid, field: "cursor", says: "boolean"},
		"a key":        {path: path, options: map[string]string{"key": "id, at"}, streams: []string{"t"}, kind: fault.Invalid, field: "key", says: `no column "at"`},
		"a name taken": {path: path, streams: []string{"kept"}, kind: fault.Invalid, field: "key", says: "--key _key"},
		"a query":      {path: path, options: map[string]string{"query": "SELECT x FROM t"}, kind: fault.Invalid, field: "query", says: "no such column"},
		"a change":     {path: path, options: map[string]string{"query": "DELETE FROM t RETURNING *"}, kind: fault.Invalid, field: "query", says: "syntax"},
		"both":         {path: path, options: map[string]string{"query": "SELECT 1"}, streams: []string{"t"}, kind: fault.Invalid, field: "query", says: "--streams"},
		"no file":      {path: path + "x", kind: fault.NotFound, field: "from", says: "no file"},
		"a folder":     {path: t.TempDir(), kind: fault.Invalid, field: "from", says: "not a file"},
		"no database":  {path: text, kind: fault.Invalid, says: "not an SQLite database"},
		"no tables":    {path: empty, kind: fault.NotFound, field: "from", says: "no tables"},
	} {
		_, err := openSource(t.Context(), connect.Settings{Values: map[string]string{"path": c.path}, Streams: c.streams}.With(c.options))
		if fault.KindOf(err) != c.kind || fault.FieldOf(err) != c.field || !strings.Contains(err.Error()+fault.HintOf(err), c.says) {
			t.Errorf("%s: %s of %q: %v (%s)", what, fault.KindOf(err), fault.FieldOf(err), err, fault.HintOf(err))
		}
	}
}

// What a query does to get out of its parentheses is not written either.
func TestSource_writes_nothing(t *testing.T) {
	t.Parallel()
	path := shop(t, `CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)`)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	all(t, source(t, path, nil), nil)
	_, err = openSource(t.Context(), connect.Settings{Values: map[string]string{"path": path, "query": "SELECT 1) q; DELETE FROM t; SELECT * FROM (SELECT 1"}})
	if err == nil {
		t.Error("several statements are a query")
	}
	after, err := os.ReadFile(path)
	if err != nil || string(before) != string(after) {
		t.Error("the file was changed", err)
	}
}
