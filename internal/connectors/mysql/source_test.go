package mysql

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// shop makes a database by statements, in which %s is its name.
func shop(t *testing.T, statements ...string) place {
	t.Helper()
	p := fresh(t)
	for _, s := range statements {
		admin(t, strings.ReplaceAll(s, "%s", p.database))
	}
	return p
}

func (p place) source(t *testing.T, options map[string]string, streams ...string) (connect.Source, error) {
	t.Helper()
	settings := p.settings(t).With(options)
	settings.Values[fieldPrefix] = options[fieldPrefix]
	settings.Streams = streams
	return openSource(t.Context(), settings)
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

// Each type that people have, a value, and what that becomes; nil where there is
// no value that fits.
func TestSource_every_type_keeps_what_it_says(t *testing.T) {
	t.Parallel()
	testServer(t)
	ten := time.Date(2024, 1, 1, 10, 0, 0, 0, time.UTC)
	cases := []struct {
		declared, value string
		is              connect.Type
		want            any
	}{
		{"tinyint", "-7", connect.Integer, int64(-7)},
		{"boolean", "1", connect.Boolean, true},
		{"boolean", "7", connect.Boolean, nil},
		{"int unsigned", "4294967295", connect.Integer, int64(4294967295)},
		{"bigint", "-9223372036854775808", connect.Integer, int64(-9223372036854775808)},
		{"bigint unsigned", "18446744073709551615", connect.Text, "18446744073709551615"},
		{"double", "0.1", connect.Number, 0.1},
		{"decimal(9,2)", "12.50", connect.Number, 12.5},
		{"decimal(18,0)", "999999999999999999", connect.Integer, int64(999999999999999999)},
		{"decimal(30,10)", "12345678901234567890.0123456789", connect.Text, "12345678901234567890.0123456789"},
		{"datetime", "2024-01-01 10:00:00", connect.Timestamp, ten},
		{"datetime(6)", "2024-01-01 10:00:00.123456", connect.Timestamp, ten.Add(123456 * time.Microsecond)},
		{"timestamp", "2024-01-01 10:00:00", connect.Timestamp, ten},
		{"date", "2024-02-29", connect.Text, "2024-02-29"},
		{"time", "-838:59:59", connect.Text, "-838:59:59"},
		{"year", "2024", connect.Integer, int64(2024)},
		{"enum('a','b')", "b", connect.Text, "b"},
		{"set('a','b')", "a,b", connect.Text, "a,b"},
		{"varchar(20) character set latin1", "Ünïcode", connect.Text, "Ünïcode"},
		{"longtext", "it's a \\\\ \"text\"", connect.Text, "it's a \\ \"text\""},
	}
	var columns, values []string
	for i, c := range cases {
		columns = append(columns, fmt.Sprintf("c%d %s", i, c.declared))
		values = append(values, "'"+strings.ReplaceAll(c.value, "'", "''")+"'")
	}
	p := shop(t, "CREATE TABLE %s.things (id int PRIMARY KEY, "+strings.Join(columns, ", ")+", raw varbinary(9), flags bit(9)) DEFAULT CHARSET utf8mb4",
		"INSERT INTO %s.things VALUES (1, "+strings.Join(values, ", ")+", x'00ff', b'101')", "INSERT INTO %s.things (id) VALUES (2)")
	s, err := p.source(t, nil)
	if err != nil {
		t.Fatal(err, fault.HintOf(err))
	}
	stream := s.Streams()[0]
	rows, _, notes := all(t, s, nil)
	if len(rows) != 2 || len(stream.Key) != 1 || stream.Key[0] != "id" {
		t.Fatalf("%d rows, the key is %v", len(rows), stream.Key)
	}
	for i, c := range cases {
		if got := stream.Columns[i+1].Type; got != c.is {
			t.Errorf("%s is %s, want %s", c.declared, got, c.is)
		}
		if diff := cmp.Diff(c.want, rows[0][i+1]); diff != "" {
			t.Errorf("%s: %s", c.declared, diff)
		}
		if rows[1][i+1] != nil && !strings.HasPrefix(c.declared, "timestamp") {
			t.Errorf("%s: null is %v", c.declared, rows[1][i+1])
		}
	}
	if last := rows[0][len(cases)+1:]; last[0] != "00ff" || last[1] != "5" {
		t.Errorf("bytes and bits are %q", last)
	}
	if !strings.Contains(notes, "c2") {
		t.Errorf("the note does not tell of the value that does not fit: %q", notes)
	}
}

func TestSource_goes_on_from_the_cursor_with_ties(t *testing.T) {
	t.Parallel()
	testServer(t)
	for name, cursor := range map[string]struct{ declared, first, later string }{
		"integer": {"bigint", "9007199254740993", "9007199254740994"},
		"decimal": {"decimal(30,10)", "12345678901234567890.5", "12345678901234567891"},
		"time":    {"datetime(6)", "2024-01-01 10:00:00.000001", "2024-01-01 10:00:00.000002"},
		"text":    {"varchar(20)", "it's \\\\ a", "it's \\\\ b"},
	} {
		quoted := func(v string) string { return "'" + strings.ReplaceAll(v, "'", "''") + "'" }
		p := shop(t, "CREATE TABLE %s.log (id int PRIMARY KEY, at "+cursor.declared+")",
			"INSERT INTO %s.log VALUES (1, "+quoted(cursor.first)+"), (2, "+quoted(cursor.first)+"), (3, NULL)")
		s, err := p.source(t, map[string]string{"cursor": "at"}, "log")
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		rows, next, notes := all(t, s, nil)
		if len(rows) != 3 || !strings.Contains(notes, "have no at") {
			t.Errorf("%s: %d rows, noted %q", name, len(rows), notes)
		}
		admin(t, "INSERT INTO "+p.database+".log VALUES (4, "+quoted(cursor.first)+"), (5, "+quoted(cursor.later)+")")
		if rows, _, _ = all(t, s, next); len(rows) != 4 { // those that are equal again
			t.Errorf("%s: then %d rows", name, len(rows))
		}
	}
}

func TestSource_reads_queries_and_never_writes(t *testing.T) {
	t.Parallel()
	testServer(t)
	p := shop(t, "CREATE TABLE %s.people (id int PRIMARY KEY, name varchar(20))", "INSERT INTO %s.people VALUES (1, 'a'), (2, 'b'), (3, 'b')",
		"CREATE FUNCTION %s.grab() RETURNS int MODIFIES SQL DATA BEGIN DELETE FROM %s.people; RETURN 1; END")
	s, err := p.source(t, map[string]string{"query": "SELECT name, count(*) AS n FROM people GROUP BY name", "name": "names", "key": "name"})
	if err != nil {
		t.Fatal(err)
	}
	if rows, _, _ := all(t, s, nil); len(rows) != 2 || s.Streams()[0].Name != "names" {
		t.Errorf("%v of %s", rows, s.Streams()[0].Name)
	}
	s, err = p.source(t, map[string]string{"query": "SELECT grab() AS n"})
	if err == nil {
		for _, err = range s.Read(t.Context(), connect.Reading{Streams: s.Streams()}) {
			continue
		}
	}
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("a query that writes: %v", err)
	}
	if s, err = p.source(t, nil, "people"); err != nil {
		t.Fatal(err)
	}
	if rows, _, _ := all(t, s, nil); len(rows) != 3 {
		t.Errorf("%d people are left", len(rows))
	}
	for options, field := range map[string]string{"query=SELECT nothing": "query", "query=SELEKT 1": "query", "cursor=at": "cursor", "key=at": "key"} {
		name, value, _ := strings.Cut(options, "=")
		if _, err := p.source(t, map[string]string{name: value}); fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != field {
			t.Errorf("%s: %v", options, err)
		}
	}
	if _, err := p.source(t, nil, "persons"); err == nil || !strings.Contains(fault.HintOf(err), "people") {
		t.Errorf("a table that is not there: %v, %s", err, fault.HintOf(err))
	}
}
