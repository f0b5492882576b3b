package postgres

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
)

// shop makes a schema by statements, in which %s is its name.
func shop(t *testing.T, statements ...string) place {
	t.Helper()
	p := fresh(t)
	admin(t, "CREATE SCHEMA "+quote(p.schema))
	for _, s := range statements {
		admin(t, strings.ReplaceAll(s, "%s", quote(p.schema)))
	}
	return p
}

func (p place) source(t *testing.T, options map[string]string, streams ...string) connect.Source {
	t.Helper()
	settings := p.settings(t).With(options)
	settings.Streams = streams
	s, err := openSource(t.Context(), settings)
	if err != nil {
		t.Fatal(err, fault.HintOf(err))
	}
	return s
}

// all reads the first stream from a checkpoint on, and returns where it ends and
// what is noted.
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

// Each type that people have, what it is declared as, a value, and what that
// becomes; nil where there is no value that fits.
func TestSource_every_type_keeps_what_it_says(t *testing.T) {
	t.Parallel()
	server(t)
	ten := time.Date(2024, 1, 1, 10, 0, 0, 123456000, time.UTC)
	cases := []struct {
		declared, value string
		is              connect.Type
		want            any
	}{
		{"smallint", "-7", connect.Integer, int64(-7)},
		{"int", "7", connect.Integer, int64(7)},
		{"bigint", "9223372036854775807", connect.Integer, int64(9223372036854775807)},
		{"%s.age", "42", connect.Integer, int64(42)},
		{"numeric", "12345678901234567890.1234567890", connect.Text, "12345678901234567890.1234567890"},
		{"numeric", "'NaN'", connect.Text, "NaN"},
		{"numeric(12,2)", "1234567890.50", connect.Number, 1234567890.5},
		{"numeric(12,2)", "'NaN'", connect.Number, nil},
		{"numeric(16,2)", "12345678901234.50", connect.Text, "12345678901234.50"},
		{"numeric(18,0)", "123456789012345678", connect.Integer, int64(123456789012345678)},
		{"numeric(19,0)", "1234567890123456789", connect.Text, "1234567890123456789"},
		{"real", "0.5", connect.Number, 0.5},
		{"double precision", "0.1", connect.Number, 0.1},
		{"double precision", "'NaN'", connect.Number, nil},
		{"boolean", "true", connect.Boolean, true},
		{"text", "'a''b'", connect.Text, "a'b"},
		{"varchar(5)", "'abc'", connect.Text, "abc"},
		{"char(5)", "'abc'", connect.Text, "abc"},
		{"%s.mood", "'happy'", connect.Text, "happy"},
		{"uuid", "'6ecd8c99-4036-403d-bf84-cf8400f67836'", connect.Text, "6ecd8c99-4036-403d-bf84-cf8400f67836"},
		{"bytea", `'\x00ff'`, connect.Text, "00ff"},
		{"timestamptz", "'2024-01-01 12:00:00.123456+02'", connect.Timestamp, ten},
		{"timestamptz", "'infinity'", connect.Timestamp, nil},
		{"timestamptz", "'0044-03-15 12:00:00 BC'", connect.Timestamp, nil},
		{"timestamp", "'2024-01-01 10:00:00.123456'", connect.Timestamp, ten},
		{"date", "'2024-02-29'", connect.Text, "2024-02-29"},
		{"time", "'10:11:12.5'", connect.Text, "10:11:12.5"},
		{"interval", "'1 year 2 days 03:04:05'", connect.Text, "P1Y2DT3H4M5S"},
		{"json", `'{"b": 1.0,  "a":2}'`, connect.JSON, connect.Document(`{"b": 1.0,  "a":2}`)},
		{"jsonb", `'{"b": 1.0,  "a":2}'`, connect.JSON, connect.Document(`{"a": 2, "b": 1.0}`)},
		{"int[]", "'{1,null,3}'", connect.JSON, connect.Document("[1, null, 3]")},
		{"text[][]", `'{{a,"b c"}}'`, connect.JSON, connect.Document(`[["a", "b c"]]`)},
		{"numeric[]", "'{0.10}'", connect.JSON, connect.Document("[0.10]")},
		{"%s.pair", "(1, 'x')", connect.JSON, connect.Document(`{"a": 1, "b": "x"}`)},
		{"inet", "'10.0.0.1/8'", connect.Text, "10.0.0.1/8"},
		{"macaddr", "'08:00:2b:01:02:03'", connect.Text, "08:00:2b:01:02:03"},
		{"int4range", "'[1,3)'", connect.Text, "[1,3)"},
		{"bit(3)", "'101'", connect.Text, "101"},
		{"point", "'(1,2)'", connect.Text, "(1,2)"},
		{"xml", "'<a/>'", connect.Text, "<a/>"},
	}
	var columns, values []string
	for i, c := range cases {
		columns, values = append(columns, fmt.Sprintf("c%d %s", i, c.declared)), append(values, c.value)
	}
	p := shop(t, "CREATE TYPE %s.mood AS ENUM ('sad', 'happy'); CREATE DOMAIN %s.age AS int; CREATE TYPE %s.pair AS (a int, b text)",
		"CREATE TABLE %s.t (id int PRIMARY KEY, "+strings.Join(columns, ", ")+")",
		"INSERT INTO %s.t VALUES (1, "+strings.Join(values, ", ")+")", "INSERT INTO %s.t VALUES (2)")
	for what, options := range map[string]map[string]string{"a table": nil, "a query": {"query": "SELECT * FROM t ORDER BY id;", "key": "id"}} {
		s := p.source(t, options)
		got, _, notes := all(t, s, nil)
		for i, c := range cases {
			if is := s.Streams()[0].Columns[i+1].Type; is != c.is {
				t.Errorf("%s: %s is %s, want %s", what, c.declared, is, c.is)
			}
			if d := cmp.Diff(c.want, got[0][i+1]); d != "" || got[1][i+1] != nil {
				t.Errorf("%s: %s %s: %s", what, c.declared, c.value, d)
			}
			if told := strings.Contains(notes, fmt.Sprintf("column c%d ", i)); told != (c.want == nil) {
				t.Errorf("%s: %s %s: the notes are %s", what, c.declared, c.value, notes)
			}
		}
	}
}

func TestSource_every_ordered_type_can_be_a_cursor(t *testing.T) {
	t.Parallel()
	server(t)
	for declared, values := range map[string]string{
		"bigint": "1 2 3", "numeric": "1.10 2.25 1e30", "double precision": "0.1 0.2 0.30000000000000004", "text": `a'b a\b b"c`,
		"char(3)": "a b c", "uuid": "00000000-0000-0000-0000-000000000001 6ecd8c99-4036-403d-bf84-cf8400f67836 ffffffff-ffff-ffff-ffff-ffffffffffff",
		"date": "2024-01-01 2024-01-02 infinity", "time": "10:00 10:00:00.5 11:00", "timestamptz": "2024-01-01T10:00:00.000001Z 2024-01-01T10:00:00.000002Z infinity",
		"timestamp": "2024-01-01T10:00:00 2024-01-01T10:00:01 2024-01-01T10:00:02", "interval": "PT1H P1D P1Y", "%s.mood": "sad happy glad", "inet": "10.0.0.1 10.0.0.2 10.0.0.3",
	} {
		p := shop(t, "CREATE TYPE %s.mood AS ENUM ('sad', 'happy', 'glad'); CREATE TABLE %s.t (id serial PRIMARY KEY, \"the cursor\" "+declared+"); INSERT INTO %s.t (id) VALUES (0)")
		s := p.source(t, map[string]string{"cursor": "the cursor"}, "t")
		var next connect.Checkpoint
		for i, value := range strings.Fields(values) {
			admin(t, "INSERT INTO "+quote(p.schema)+".t (\"the cursor\") VALUES ('"+strings.ReplaceAll(value, "'", "''")+"')")
			var got [][]any
			got, next, _ = all(t, s, next)
			if len(got) != 2 || got[1][0] != int64(i+1) {
				t.Errorf("%s: after %s came %v", declared, value, got)
			}
		}
	}
}

func TestSource_lists_the_tables_of_the_schema(t *testing.T) {
	t.Parallel()
	server(t)
	p := shop(t, "CREATE TABLE %s.pairs (a int, b text, PRIMARY KEY (b, a)); CREATE TABLE %s.bare (v int); CREATE VIEW %s.v AS SELECT 1; CREATE TABLE %s.empty ()",
		"CREATE TABLE %s.parted (k int PRIMARY KEY) PARTITION BY RANGE (k); CREATE TABLE %s.part PARTITION OF %s.parted FOR VALUES FROM (0) TO (9); INSERT INTO %s.parted VALUES (1)")
	keys := map[string][]string{}
	for _, stream := range p.source(t, nil).Streams() {
		keys[stream.Name] = stream.Key
	}
	if d := cmp.Diff(map[string][]string{"pairs": {"b", "a"}, "parted": {"k"}, "bare": {"_key"}}, keys); d != "" {
		t.Error(d)
	}
	if got, _, _ := all(t, p.source(t, nil, "parted"), nil); len(got) != 1 {
		t.Errorf("%v", got)
	}
}

func TestSource_large_tables_come_in_batches(t *testing.T) {
	t.Parallel()
	server(t)
	p := shop(t, "CREATE TABLE %s.t AS SELECT i, repeat('x', 10000) AS v FROM generate_series(1, 2500) AS i")
	s := p.source(t, map[string]string{"cursor": "i", "key": "i"})
	n := 0
	for b, err := range s.Read(t.Context(), connect.Reading{Streams: s.Streams()}) {
		if err != nil || len(b.Next) == 0 || b.Len() > 500 { // 4 MB
			t.Fatal(err, b.Next, b.Len())
		}
		n += b.Len()
	}
	if n != 2500 {
		t.Errorf("%d rows", n)
	}
	for _, err := range s.Read(t.Context(), connect.Reading{Streams: s.Streams()}) {
		if err != nil {
			t.Error(err)
		}
		break // the connection ends; goleak looks
	}
}

func TestSource_refuses_what_is_wrong(t *testing.T) {
	t.Parallel()
	server(t)
	p := shop(t, "CREATE TABLE %s.t (id int PRIMARY KEY, flag boolean); INSERT INTO %s.t VALUES (1)",
		"CREATE FUNCTION %s.sly() RETURNS int LANGUAGE sql AS 'INSERT INTO %s.t VALUES (2) RETURNING id'")
	for query, says := range map[string]string{
		"SELECT x FROM t":       `column "x" does not exist`,
		"SELECT * FROM tt":      `relation "tt" does not exist`,
		"SELEC 1":               "syntax error",
		"DELETE FROM t":         "syntax error",
		"SELECT 1 AS a, 2 AS a": `named "a"`,
		"SELECT 1) q; DELETE FROM t; SELECT * FROM (SELECT 1": "multiple commands",
	} {
		settings := p.settings(t).With(map[string]string{"query": query})
		_, err := openSource(t.Context(), settings)
		connecttest.Refused(t, query, err, fault.Invalid, says)
		if fault.FieldOf(err) != "query" {
			t.Errorf("%s: of %q", query, fault.FieldOf(err))
		}
	}
	for _, query := range []string{"SELECT 1/(id-1) FROM t", "SELECT sly()", "SELECT set_config('default_transaction_read_only', 'off', false), sly()"} {
		s, n := p.source(t, map[string]string{"query": query}), 0
		for _, err := range s.Read(t.Context(), connect.Reading{Streams: s.Streams()}) {
			connecttest.Refused(t, query, err, fault.Invalid)
			n++
		}
		if n != 1 {
			t.Errorf("%s came to %d errors", query, n)
		}
	}
	settings := p.settings(t)
	settings.Streams = []string{"tt"}
	_, err := openSource(t.Context(), settings)
	connecttest.Refused(t, "a table", err, fault.Invalid, "choose from t")
	_, err = openSource(t.Context(), p.settings(t).With(map[string]string{"cursor": "flag"}))
	connecttest.Refused(t, "a cursor", err, fault.Invalid, "boolean")
	_, err = openSource(t.Context(), fresh(t).settings(t))
	connecttest.Refused(t, "a schema", err, fault.NotFound, "public")
}

func TestSource_needs_no_right_but_to_read(t *testing.T) {
	t.Parallel()
	server(t)
	p := shop(t, "CREATE TABLE %s.t (id int PRIMARY KEY); INSERT INTO %s.t VALUES (1)")
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
	if got, _, _ := all(t, s, nil); len(got) != 1 {
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
	p := shop(t, "CREATE TABLE %s.t AS SELECT i, repeat('x', 1000) AS v FROM generate_series(1, 20000) AS i")
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
	got, _, _ := all(t, s, next)
	if n == 20000 || n == 0 || n+len(got) != 20001 { // the last row is read again
		t.Errorf("%d and then %d rows", n, len(got))
	}
}
