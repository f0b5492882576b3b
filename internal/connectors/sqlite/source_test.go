package sqlite

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/relation/relationtest"
)

// shop makes a file by statements.
func shop(t *testing.T, statements string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "shop.db")
	change(t, path, statements)
	return path
}

func change(t testing.TB, path, statements string) {
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
	s, err := shopAt(path).Source(t.Context(), t, options, streams...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// shopAt is a file with tables.
type shopAt string

func (p shopAt) Run(t testing.TB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		change(t, string(p), s)
	}
}

func (p shopAt) Source(ctx context.Context, t testing.TB, options map[string]string, streams ...string) (connect.Source, error) {
	t.Helper()
	return openSource(ctx, connect.Settings{Values: map[string]string{"path": string(p)}, Streams: streams}.With(options))
}

func TestSource(t *testing.T) {
	t.Parallel()
	relationtest.TestSource(t, relationtest.Harness{
		Fresh: func(t testing.TB) relationtest.Place {
			t.Helper()
			path := filepath.Join(t.TempDir(), "a shop #1 100%.db")
			change(t, path, "VACUUM")
			return shopAt(path)
		},
		Quote: `"`,
		Cells: []relationtest.Cell{
			{Declared: "INTEGER", Value: "9223372036854775807", Type: connect.Integer, Want: int64(9223372036854775807)},
			{Declared: "REAL", Value: "0.1", Type: connect.Number, Want: 0.1},
			{Declared: "BOOLEAN", Value: "1", Type: connect.Boolean, Want: true},
			{Declared: "TEXT", Value: `'a''b"\c'`, Type: connect.Text, Want: `a'b"\c`},
			{Declared: "TEXT", Value: "''", Type: connect.Text, Want: ""},
			{Declared: "DATETIME", Value: "'2024-01-01 10:00:00.5'", Type: connect.Timestamp, Want: time.Date(2024, 1, 1, 10, 0, 0, 5e8, time.UTC)},
			{Declared: "JSON", Value: `'{"b": 1.0}'`, Type: connect.JSON, Want: connect.Document(`{"b": 1.0}`)},
			{Declared: "BLOB", Value: "x'00ff'", Type: connect.Text, Want: "00ff"},
		},
		Cursors: map[string][3]string{
			"INTEGER": {"1", "2", "9007199254740993"}, "REAL": {"0.1", "0.2", "0.30000000000000004"}, "TEXT": {`'a''b'`, `'a\b'`, `'b"c'`},
			"DATETIME": {"'2024-01-01 10:00:00'", "'2024-01-01 10:00:00.5'", "'2024-01-02 10:00:00'"},
		},
		Sly: []string{"DELETE FROM t RETURNING *", "SELECT 1) q; DELETE FROM t; SELECT * FROM (SELECT 1"},
	})
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
	got, _, notes := relationtest.ReadAll(t, s, nil)
	rows := [][]any{
		{int64(1), int64(9223372036854775807), "1", int64(1), "1", 2.0, 1.5, true, int64(2), ten, "2024-01-01 10:00:00", "2024-01-01", connect.Document(`{"a":1}`), "{", "00ff", nil, int64(1700000000), "2024-02-31 00:00:00"},
		{int64(2), nil, "two", int64(2), "2.5", 2.5, 2.0, false, int64(0), ten.Add(-2*time.Hour + time.Second/2), "soon", nil, connect.Document("7"), "[]", nil, nil, nil, nil},
		{int64(3), nil, "0.1", nil, "x", nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil, nil},
	}
	if d := cmp.Diff(rows, got); d != "" || notes != "" {
		t.Error(d, notes)
	}
}

func TestSource_cursors_of_mixed_values_go_on(t *testing.T) {
	t.Parallel()
	path := shop(t, `CREATE TABLE t (id INTEGER PRIMARY KEY, at); INSERT INTO t VALUES (1, 1), (2, 0.1), (3, 'x'), (4, x'01'), (5, 9007199254740993)`)
	for n := range 5 {
		change(t, path, "DELETE FROM t WHERE id > "+string(rune('0'+5-n)))
		options := map[string]string{"cursor": "at"}
		want, next, _ := relationtest.ReadAll(t, source(t, path, options), nil)
		got, _, _ := relationtest.ReadAll(t, source(t, path, options), next)
		if len(want) != 5-n || len(got) != 1 || got[0][0] != want[len(want)-1][0] {
			t.Errorf("of %v there are %v left", want, got)
		}
	}
}

func TestSource_refuses_what_is_no_database(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		path        string
		kind        fault.Kind
		field, says string
	}{
		"no file":     {text + "x", fault.NotFound, "from", "no file"},
		"a folder":    {t.TempDir(), fault.Invalid, "from", "not a file"},
		"no database": {text, fault.Invalid, "", "not an SQLite database"},
	} {
		_, err := shopAt(c.path).Source(t.Context(), t, nil)
		if fault.KindOf(err) != c.kind || fault.FieldOf(err) != c.field || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %s of %q: %v (%s)", what, fault.KindOf(err), fault.FieldOf(err), err, fault.HintOf(err))
		}
	}
}

func TestSource_leaves_the_file_as_it_is(t *testing.T) {
	t.Parallel()
	path := shop(t, `CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)`)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	relationtest.ReadAll(t, source(t, path, nil), nil)
	after, err := os.ReadFile(path)
	if err != nil || string(before) != string(after) {
		t.Error("the file was changed", err)
	}
}
