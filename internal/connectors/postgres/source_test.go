package postgres

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/relation/relationtest"
)

// shop makes a schema by statements.
func shop(t testing.TB, statements ...string) place {
	t.Helper()
	p := fresh(t)
	p.Run(t, statements...)
	return p
}

// Run runs statements in which names are of the schema.
func (p place) Run(t testing.TB, statements ...string) {
	t.Helper()
	admin(t, append([]string{"CREATE SCHEMA IF NOT EXISTS " + quote(p.schema), "SET search_path TO " + quote(p.schema)}, statements...)...)
}

func (p place) Source(ctx context.Context, t testing.TB, options map[string]string, streams ...string) (connect.Source, error) {
	t.Helper()
	settings := p.settings(t).With(options)
	settings.Streams = streams
	return openSource(ctx, settings)
}

func (p place) source(t *testing.T, options map[string]string, streams ...string) connect.Source {
	t.Helper()
	s, err := p.Source(t.Context(), t, options, streams...)
	if err != nil {
		t.Fatal(err, fault.HintOf(err))
	}
	return s
}

func TestSource(t *testing.T) {
	t.Parallel()
	server(t)
	relationtest.TestSource(t, relationtest.Harness{
		Fresh: func(t testing.TB) relationtest.Place { return fresh(t) },
		Quote: `"`,
		Before: []string{
			"CREATE TYPE mood AS ENUM ('sad', 'happy', 'glad')", "CREATE DOMAIN age AS int", "CREATE TYPE pair AS (a int, b text)",
			"CREATE FUNCTION sly() RETURNS int LANGUAGE plpgsql AS 'BEGIN DELETE FROM t; RETURN 1; END'",
		},
		Cells:   cells(),
		Cursors: cursors(),
		Sly:     []string{"SELECT 1/(id-1) FROM t", "SELECT sly()", "SELECT set_config('default_transaction_read_only', 'off', false), sly()"},
	})
}

// cells are of each type that people have.
func cells() []relationtest.Cell {
	ten := time.Date(2024, 1, 1, 10, 0, 0, 123456000, time.UTC)
	return []relationtest.Cell{
		{Declared: "smallint", Value: "-7", Type: connect.Integer, Want: int64(-7)},
		{Declared: "int", Value: "7", Type: connect.Integer, Want: int64(7)},
		{Declared: "bigint", Value: "9223372036854775807", Type: connect.Integer, Want: int64(9223372036854775807)},
		{Declared: "age", Value: "42", Type: connect.Integer, Want: int64(42)},
		{Declared: "numeric", Value: "12345678901234567890.1234567890", Type: connect.Text, Want: "12345678901234567890.1234567890"},
		{Declared: "numeric", Value: "'NaN'", Type: connect.Text, Want: "NaN"},
		{Declared: "numeric(12,2)", Value: "1234567890.50", Type: connect.Number, Want: 1234567890.5},
		{Declared: "numeric(12,2)", Value: "'NaN'", Type: connect.Number, Want: nil},
		{Declared: "numeric(16,2)", Value: "12345678901234.50", Type: connect.Text, Want: "12345678901234.50"},
		{Declared: "numeric(18,0)", Value: "123456789012345678", Type: connect.Integer, Want: int64(123456789012345678)},
		{Declared: "numeric(19,0)", Value: "1234567890123456789", Type: connect.Text, Want: "1234567890123456789"},
		{Declared: "real", Value: "0.5", Type: connect.Number, Want: 0.5},
		{Declared: "double precision", Value: "0.1", Type: connect.Number, Want: 0.1},
		{Declared: "double precision", Value: "'NaN'", Type: connect.Number, Want: nil},
		{Declared: "boolean", Value: "true", Type: connect.Boolean, Want: true},
		{Declared: "text", Value: "'a''b'", Type: connect.Text, Want: "a'b"},
		{Declared: "varchar(5)", Value: "'abc'", Type: connect.Text, Want: "abc"},
		{Declared: "char(5)", Value: "'abc'", Type: connect.Text, Want: "abc"},
		{Declared: "mood", Value: "'happy'", Type: connect.Text, Want: "happy"},
		{Declared: "uuid", Value: "'6ecd8c99-4036-403d-bf84-cf8400f67836'", Type: connect.Text, Want: "6ecd8c99-4036-403d-bf84-cf8400f67836"},
		{Declared: "bytea", Value: `'\x00ff'`, Type: connect.Text, Want: "00ff"},
		{Declared: "timestamptz", Value: "'2024-01-01 12:00:00.123456+02'", Type: connect.Timestamp, Want: ten},
		{Declared: "timestamptz", Value: "'infinity'", Type: connect.Timestamp, Want: nil},
		{Declared: "timestamptz", Value: "'0044-03-15 12:00:00 BC'", Type: connect.Timestamp, Want: nil},
		{Declared: "timestamp", Value: "'2024-01-01 10:00:00.123456'", Type: connect.Timestamp, Want: ten},
		{Declared: "date", Value: "'2024-02-29'", Type: connect.Text, Want: "2024-02-29"},
		{Declared: "time", Value: "'10:11:12.5'", Type: connect.Text, Want: "10:11:12.5"},
		{Declared: "interval", Value: "'1 year 2 days 03:04:05'", Type: connect.Text, Want: "P1Y2DT3H4M5S"},
		{Declared: "json", Value: `'{"b": 1.0,  "a":2}'`, Type: connect.JSON, Want: connect.Document(`{"b": 1.0,  "a":2}`)},
		{Declared: "jsonb", Value: `'{"b": 1.0,  "a":2}'`, Type: connect.JSON, Want: connect.Document(`{"a": 2, "b": 1.0}`)},
		{Declared: "int[]", Value: "'{1,null,3}'", Type: connect.JSON, Want: connect.Document("[1, null, 3]")},
		{Declared: "text[][]", Value: `'{{a,"b c"}}'`, Type: connect.JSON, Want: connect.Document(`[["a", "b c"]]`)},
		{Declared: "numeric[]", Value: "'{0.10}'", Type: connect.JSON, Want: connect.Document("[0.10]")},
		{Declared: "pair", Value: "(1, 'x')", Type: connect.JSON, Want: connect.Document(`{"a": 1, "b": "x"}`)},
		{Declared: "inet", Value: "'10.0.0.1/8'", Type: connect.Text, Want: "10.0.0.1/8"},
		{Declared: "macaddr", Value: "'08:00:2b:01:02:03'", Type: connect.Text, Want: "08:00:2b:01:02:03"},
		{Declared: "int4range", Value: "'[1,3)'", Type: connect.Text, Want: "[1,3)"},
		{Declared: "bit(3)", Value: "'101'", Type: connect.Text, Want: "101"},
		{Declared: "point", Value: "'(1,2)'", Type: connect.Text, Want: "(1,2)"},
		{Declared: "xml", Value: "'<a/>'", Type: connect.Text, Want: "<a/>"},
	}
}

// cursors are of each type that has an order.
func cursors() map[string][3]string {
	all := map[string][3]string{"text": {"'a''b'", `'a\b'`, `'b"c'`}}
	for declared, values := range map[string]string{
		"bigint": "1 2 3", "numeric": "1.10 2.25 1e30", "double precision": "0.1 0.2 0.30000000000000004",
		"char(3)": "a b c", "uuid": "00000000-0000-0000-0000-000000000001 6ecd8c99-4036-403d-bf84-cf8400f67836 ffffffff-ffff-ffff-ffff-ffffffffffff",
		"date": "2024-01-01 2024-01-02 infinity", "time": "10:00 10:00:00.5 11:00", "timestamptz": "2024-01-01T10:00:00.000001Z 2024-01-01T10:00:00.000002Z infinity",
		"timestamp": "2024-01-01T10:00:00 2024-01-01T10:00:01 2024-01-01T10:00:02", "interval": "PT1H P1D P1Y", "mood": "sad happy glad", "inet": "10.0.0.1 10.0.0.2 10.0.0.3",
	} {
		each := strings.Fields(values)
		all[declared] = [3]string{"'" + each[0] + "'", "'" + each[1] + "'", "'" + each[2] + "'"}
	}
	return all
}

func TestSource_reads_what_is_a_part_of_a_table_with_it(t *testing.T) {
	t.Parallel()
	server(t)
	p := shop(t, "CREATE TABLE empty ()", "CREATE TABLE parted (k int PRIMARY KEY) PARTITION BY RANGE (k)",
		"CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (9)", "INSERT INTO parted VALUES (1)")
	s := p.source(t, nil)
	if got, _, _ := relationtest.ReadAll(t, s, nil); len(got) != 1 || len(s.Streams()) != 1 || s.Streams()[0].Name != "parted" {
		t.Errorf("%v of %+v", got, s.Streams())
	}
}

func TestSource_names_the_schemas_if_there_is_none_so_called(t *testing.T) {
	t.Parallel()
	server(t)
	_, err := openSource(t.Context(), fresh(t).settings(t))
	connecttest.Refused(t, "a schema", err, fault.NotFound, "public")
}

func TestSource_needs_no_right_but_to_read(t *testing.T) {
	t.Parallel()
	server(t)
	p := shop(t, "CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)")
	name := role(t, p, "")
	settings := p.settings(t, fieldUser, name)
	_, err := openSource(t.Context(), settings)
	connecttest.Refused(t, "without rights", err, fault.Forbidden, "USAGE", "SELECT")
	admin(t, "GRANT USAGE ON SCHEMA "+quote(p.schema)+" TO "+name, "ALTER ROLE "+name+" SET default_transaction_read_only = on")
	s, err := openSource(t.Context(), settings)
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range s.Read(t.Context(), connect.Reading{Streams: s.Streams()}) {
		connecttest.Refused(t, "a table of others", err, fault.Forbidden, "SELECT")
	}
	admin(t, "GRANT SELECT ON ALL TABLES IN SCHEMA "+quote(p.schema)+" TO "+name)
	if got, _, _ := relationtest.ReadAll(t, s, nil); len(got) != 1 {
		t.Errorf("%v", got)
	}
	v, err := verify(t.Context(), settings)
	if err != nil || v.Facts[2].Value != "no" {
		t.Errorf("a credential to read with: %v, %v", v.Facts, err)
	}
}

func TestSource_a_lost_connection_ends_the_read_and_the_next_goes_on(t *testing.T) {
	t.Parallel()
	server(t)
	p := shop(t, "CREATE TABLE t AS SELECT i, repeat('x', 1000) AS v FROM generate_series(1, 20000) AS i")
	s := p.source(t, map[string]string{"cursor": "i", "key": "i"})
	var next connect.Checkpoint
	n := 0
	for b, err := range s.Read(t.Context(), connect.Reading{Streams: s.Streams()}) {
		if err != nil {
			connecttest.Refused(t, "reading", err, fault.Unavailable, "run it again")
			break
		}
		if n == 0 {
			admin(t, "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a JOIN pg_locks USING (pid) WHERE relation = '"+quote(p.schema)+".t'::regclass")
		}
		n, next = n+b.Len(), b.Next
	}
	got, _, _ := relationtest.ReadAll(t, s, next)
	if n == 20000 || n == 0 || n+len(got) != 20001 { // the last row is read again
		t.Errorf("%d and then %d rows", n, len(got))
	}
}
