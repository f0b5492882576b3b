//go:build duckdb

package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/relation/relationtest"
)

// shop is a file with tables.
type shop string

func newShop(t testing.TB, statements ...string) shop {
	t.Helper()
	p := shop(filepath.Join(t.TempDir(), "shop.duckdb"))
	p.Run(t, statements...)
	return p
}

func (p shop) Run(t testing.TB, statements ...string) {
	t.Helper()
	db, err := sql.Open("duckdb", dsn(string(p)))
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, db)
	db.SetMaxOpenConns(1)
	for _, s := range append([]string{"SET TimeZone = 'UTC'"}, statements...) {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%.200s: %v", s, err)
		}
	}
}

func (p shop) Source(ctx context.Context, t testing.TB, options map[string]string, streams ...string) (connect.Source, error) {
	t.Helper()
	return openSource(ctx, connect.Settings{Values: map[string]string{dialect.FieldPath: string(p)}, Streams: streams}.With(options))
}

func (p shop) source(t testing.TB, options map[string]string, streams ...string) connect.Source {
	t.Helper()
	s, err := p.Source(t.Context(), t, options, streams...)
	if err != nil {
		t.Fatal(err, fault.HintOf(err))
	}
	return s
}

// countEnv names the file of which another process is to count the rows of t.
const countEnv = "KALENDS_TEST_COUNT"

func count(ctx context.Context, path string) (n int, err error) {
	db, err := sql.Open("duckdb", path+"?access_mode=READ_ONLY")
	if err == nil {
		err = errors.Join(db.QueryRowContext(ctx, "SELECT count(*) FROM t").Scan(&n), db.Close())
	}
	return n, err
}

// countedElsewhere is what another process, which only reads, counts.
func (p shop) countedElsewhere(t *testing.T) string {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program)
	cmd.Env = append(os.Environ(), countEnv+"="+string(p))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func TestSource(t *testing.T) {
	t.Parallel()
	relationtest.TestSource(t, relationtest.Harness{
		Fresh:  func(t testing.TB) relationtest.Place { return newShop(t) },
		Quote:  `"`,
		Before: []string{"CREATE TYPE mood AS ENUM ('sad', 'ha''ppy', 'glad')", "CREATE SEQUENCE numbers"},
		Cells:  cells(),
		Cursors: map[string][3]string{
			"BIGINT": {"1", "2", "9007199254740993"}, "HUGEINT": {"1", "2", "170141183460469231731687303715884105727"}, "DECIMAL(30,10)": {"1.1", "2.25", "12345678901234567890.5"},
			"DOUBLE": {"0.1", "0.2", "0.30000000000000004"}, "VARCHAR": {`'a''b'`, `'a\b'`, `'b"c' || chr(0) || 'd'`}, "DATE": {"'2024-01-01'", "'2024-01-02'", "'infinity'"},
			"TIMESTAMP": {"'2024-01-01 10:00:00'", "'2024-01-01 10:00:00.000001'", "'infinity'"}, "TIMESTAMP_NS": {"'2024-01-01 10:00:00'", "'2024-01-01 10:00:00.000000001'", "'2024-01-02'"},
			"TIMESTAMPTZ": {"'2024-01-01 10:00:00+02'", "'2024-01-01 10:00:00+01'", "'2024-01-01 10:00:00.000001+00'"}, "TIME": {"'10:00'", "'10:00:00.5'", "'11:00'"},
			"INTERVAL": {"'1 hour'", "'1 day'", "'1 year'"}, "mood": {"'sad'", "'ha''ppy'", "'glad'"}, "UUID": {"'00000000-0000-0000-0000-000000000001'", "'6ecd8c99-4036-403d-bf84-cf8400f67836'", "'ffffffff-ffff-ffff-ffff-ffffffffffff'"},
			"BLOB": {`'\x00'`, `'\x00\x01'`, `'\xff'`},
		},
		Sly: []string{"SELECT nextval('numbers')", "SELECT * FROM query('DELETE FROM t')", "SELECT 1 / 0 + CAST('x' || id AS INTEGER) FROM t"},
	})
}

// cells are of each type that DuckDB has.
func cells() []relationtest.Cell {
	ten := time.Date(2024, 1, 1, 10, 0, 0, 123456000, time.UTC)
	cell := func(declared, value string, is connect.Type, want any) relationtest.Cell {
		return relationtest.Cell{Declared: declared, Value: value, Type: is, Want: want}
	}
	return []relationtest.Cell{
		cell("TINYINT", "-7", connect.Integer, int64(-7)), cell("UINTEGER", "4294967295", connect.Integer, int64(4294967295)),
		cell("BIGINT", "-9223372036854775808", connect.Integer, int64(-9223372036854775808)),
		cell("UBIGINT", "18446744073709551615", connect.Text, "18446744073709551615"),
		cell("HUGEINT", "-170141183460469231731687303715884105728", connect.Text, "-170141183460469231731687303715884105728"),
		cell("UHUGEINT", "340282366920938463463374607431768211455", connect.Text, "340282366920938463463374607431768211455"),
		cell("BIGNUM", "'123456789012345678901234567890123456789012345'", connect.Text, "123456789012345678901234567890123456789012345"),
		cell("FLOAT", "0.5", connect.Number, 0.5), cell("DOUBLE", "0.30000000000000004", connect.Number, 0.30000000000000004), cell("DOUBLE", "'nan'", connect.Number, nil),
		cell("DECIMAL(12,2)", "1234567890.50", connect.Number, 1234567890.5), cell("DECIMAL(15,15)", "0.1", connect.Number, 0.1),
		cell("DECIMAL(16,2)", "12345678901234.50", connect.Text, "12345678901234.50"), cell("DECIMAL(18,0)", "123456789012345678", connect.Integer, int64(123456789012345678)),
		cell("DECIMAL(38,10)", "12345678901234567890.0123456789", connect.Text, "12345678901234567890.0123456789"),
		cell("BOOLEAN", "true", connect.Boolean, true), cell("VARCHAR", `'a''b"\c' || chr(0) || 'é'`, connect.Text, "a'b\"\\c\x00é"), cell("VARCHAR", "''", connect.Text, ""),
		cell("mood", "'ha''ppy'", connect.Text, "ha'ppy"), cell("UUID", "'6ECD8C99-4036-403d-bf84-cf8400f67836'", connect.Text, "6ecd8c99-4036-403d-bf84-cf8400f67836"),
		cell("BLOB", `'\x00\xFF'`, connect.Text, "00ff"), cell("BIT", "'101'", connect.Text, "101"),
		cell("TIMESTAMP", "'2024-01-01 10:00:00.123456'", connect.Timestamp, ten), cell("TIMESTAMP", "'infinity'", connect.Timestamp, nil), cell("TIMESTAMP", "'12000-01-01'", connect.Timestamp, nil),
		cell("TIMESTAMP_S", "'2024-01-01 10:00:00'", connect.Timestamp, ten.Truncate(time.Second)), cell("TIMESTAMP_MS", "'2024-01-01 10:00:00.123'", connect.Timestamp, ten.Truncate(time.Millisecond)),
		cell("TIMESTAMP_NS", "'2024-01-01 10:00:00.123456789'", connect.Text, "2024-01-01 10:00:00.123456789"),
		cell("TIMESTAMPTZ", "'2024-01-01 12:00:00.123456+02'", connect.Timestamp, ten), cell("TIMESTAMPTZ", "'-infinity'", connect.Timestamp, nil),
		cell("DATE", "'2024-02-29'", connect.Text, "2024-02-29"), cell("TIME", "'10:11:12.5'", connect.Text, "10:11:12.5"), cell("TIMETZ", "'10:11:12+02'", connect.Text, "10:11:12+02"),
		cell("INTERVAL", "'1 year 2 days 03:04:05.5'", connect.Text, "P1Y2DT3H4M5.5S"), cell("INTERVAL", "'-14 months -1 microsecond'", connect.Text, "P-1Y-2MT-0.000001S"), cell("INTERVAL", "'0 days'", connect.Text, "PT0S"),
		cell("JSON", `'{"b": 1.0,  "a":2}'`, connect.JSON, connect.Document(`{"b": 1.0,  "a":2}`)), cell("JSON", `'null'`, connect.JSON, connect.Document("null")),
		cell("INTEGER[]", "[1, NULL, 3]", connect.JSON, connect.Document("[1,null,3]")), cell("VARCHAR[2]", "['a', 'b c']", connect.JSON, connect.Document(`["a","b c"]`)),
		cell("DOUBLE[]", `['nan'::DOUBLE, 'inf'::DOUBLE, '-inf'::DOUBLE, 0.5]`, connect.JSON, connect.Document(`["NaN","Infinity","-Infinity",0.5]`)),
		cell("STRUCT(a DECIMAL(30,2), b STRUCT(c DOUBLE, d VARCHAR))", `{'a': 1.10, 'b': {'c': 'nan'::DOUBLE, 'd': 'NaN "x" -Infinity'}}`, connect.JSON, connect.Document(`{"a":1.10,"b":{"c":"NaN","d":"NaN \"x\" -Infinity"}}`)),
		cell("MAP(VARCHAR, HUGEINT)", "MAP {'k': 170141183460469231731687303715884105727}", connect.JSON, connect.Document(`{"k":170141183460469231731687303715884105727}`)),
		cell("UNION(n INTEGER, s VARCHAR)", "5", connect.JSON, connect.Document(`{"n":5}`)), cell("mood[]", "['sad']", connect.JSON, connect.Document(`["sad"]`)),
	}
}

func TestSource_a_column_named_as_the_numbers_of_rows_is_a_column(t *testing.T) {
	t.Parallel()
	p := newShop(t, "CREATE TABLE t (id INTEGER PRIMARY KEY, RowID BOOLEAN)", "INSERT INTO t SELECT i, i % 2 = 0 FROM range(10000) r(i)")
	for what, options := range map[string]map[string]string{"a table": nil, "a cursor": {"cursor": "id"}, "a query": {"query": "SELECT rowid, id FROM t", "key": "id"}} {
		if rows, _, _ := relationtest.ReadAll(t, p.source(t, options), nil); len(rows) != 10_000 {
			t.Errorf("%s: %d rows of 10000", what, len(rows))
		}
	}
}

func TestSource_reads_what_remains_after_rows_were_deleted(t *testing.T) {
	t.Parallel()
	p := newShop(t, "CREATE TABLE t AS SELECT i FROM range(20000) r(i)", "DELETE FROM t WHERE i < 12345 OR i % 2 = 0")
	if rows, _, _ := relationtest.ReadAll(t, p.source(t, map[string]string{"key": "i"}), nil); len(rows) != 3828 {
		t.Errorf("%d rows", len(rows))
	}
}

// Others may read the file meanwhile, and nothing is left beside it.
func TestSource_leaves_the_file_as_it_is_and_to_others(t *testing.T) {
	t.Parallel()
	p := newShop(t, "CREATE TABLE t (id INTEGER PRIMARY KEY, v VARCHAR)", "INSERT INTO t SELECT i, 'x' FROM range(5000) r(i)")
	before, err := os.ReadFile(string(p))
	if err != nil {
		t.Fatal(err)
	}
	s := p.source(t, map[string]string{"cursor": "id"})
	for _, err := range s.Read(t.Context(), connect.Reading{Streams: s.Streams()}) {
		if err != nil {
			t.Fatal(err)
		}
		if got := p.countedElsewhere(t); got != "5000 <nil>" {
			t.Errorf("another program reads %s", got)
		}
		break
	}
	after, err := os.ReadFile(string(p))
	if err != nil || string(before) != string(after) {
		t.Error("the file was changed", err)
	}
	if got := list(t, filepath.Dir(string(p))); len(got) != 1 {
		t.Errorf("beside the file there are %v", got)
	}
}

func TestSource_reads_what_a_killed_program_had_committed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "copy.duckdb")
	release := connecttest.Hold(t, path) // killed with its log beside the file
	_, err := shop(path).Source(t.Context(), t, nil)
	if fault.KindOf(err) != fault.Unavailable || fault.FieldOf(err) != "from" || !strings.Contains(err.Error(), "another program has the database open: ") || !strings.Contains(err.Error(), "(PID ") || fault.HintOf(err) == "" {
		t.Errorf("while it is open elsewhere: %s of %q: %v (%s)", fault.KindOf(err), fault.FieldOf(err), err, fault.HintOf(err))
	}
	release()
	if rows, _, _ := relationtest.ReadAll(t, shop(path).source(t, nil, "events"), nil); len(rows) != 0 {
		t.Errorf("%d rows that were not committed", len(rows))
	}
	mustClose(t, place(path).Open(t))
}

func TestSource_refuses_what_is_no_database(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	in := func(name, content string) string {
		path := filepath.Join(folder, name)
		write(t, path, []byte(content))
		return path
	}
	for path, c := range map[string]struct {
		kind fault.Kind
		says string
	}{
		filepath.Join(folder, "none"): {fault.NotFound, "there is no file"},
		folder:                        {fault.Invalid, "not a file"},
		in("text", strings.Repeat("text ", 10000)): {fault.Invalid, "not a DuckDB database"},
		in("empty", ""):           {fault.Invalid, "not a DuckDB database"},
		in("a.csv", "a,b\n1,2\n"): {fault.Invalid, "not a DuckDB database"},
		in("50%", ""):             {fault.Invalid, "can have no %"},
	} {
		_, err := shop(path).Source(t.Context(), t, nil)
		if fault.KindOf(err) != c.kind || fault.FieldOf(err) != "from" || fault.HintOf(err) == "" || !strings.Contains(fmt.Sprint(err), c.says) {
			t.Errorf("%s: %s of %q: %v (%s)", path, fault.KindOf(err), fault.FieldOf(err), err, fault.HintOf(err))
		}
	}
}

func TestSource_takes_only_so_much_memory(t *testing.T) {
	t.Parallel()
	p := newShop(t, "CREATE TABLE t AS SELECT i, md5(CAST(i AS VARCHAR)) AS k, repeat(md5(CAST(i AS VARCHAR)), 30) AS v FROM range(100000) r(i)")
	r, err := openReader(t.Context(), string(p), newSpills())
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, name := range []string{"threads", "memory_limit", "access_mode"} {
		err := r.ask(t.Context(), "SELECT CAST(current_setting("+text(name)+") AS VARCHAR)", func(row []any) bool {
			settings[name] = row[0].(string)
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if d := cmp.Diff(map[string]string{"threads": "1", "memory_limit": "488.2 MiB", "access_mode": "read_only"}, settings); d != "" {
		t.Error(d)
	}
	_, err = p.Source(t.Context(), t, nil) // by a session of its own, which would be set up otherwise
	if fault.KindOf(err) != fault.Conflict || fault.HintOf(err) == "" {
		t.Error(err)
	}
	mustClose(t, r)
	s, last := p.source(t, map[string]string{"cursor": "k", "key": "i"}), ""
	for b, err := range s.Read(t.Context(), connect.Reading{Streams: s.Streams()}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, rows := range b.Rows {
			for _, record := range rows.Records {
				if k := record.Values[1].(string); k < last {
					t.Fatalf("%s comes after %s", k, last)
				} else {
					last = k
				}
			}
		}
	}
}
