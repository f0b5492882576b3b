package mysql

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/relation/relationtest"
)

// Run runs statements in which names are of the database.
func (p place) Run(t testing.TB, statements ...string) {
	t.Helper()
	db := client(t)
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, s := range append([]string{"USE " + p.database}, statements...) {
		if _, err := db.ExecContext(context.Background(), s); err != nil {
			t.Fatalf("%.200s: %v", s, err)
		}
	}
}

func (p place) Source(ctx context.Context, t testing.TB, options map[string]string, streams ...string) (connect.Source, error) {
	t.Helper()
	settings := p.settings(t).With(options)
	settings.Values[fieldPrefix] = options[fieldPrefix]
	settings.Streams = streams
	return openSource(ctx, settings)
}

func TestSource(t *testing.T) {
	t.Parallel()
	testServer(t)
	relationtest.TestSource(t, relationtest.Harness{
		Fresh:  func(t testing.TB) relationtest.Place { return fresh(t) },
		Quote:  "`",
		Before: []string{"CREATE FUNCTION grab() RETURNS int MODIFIES SQL DATA BEGIN DELETE FROM t; RETURN 1; END"},
		Cells:  cells(),
		Cursors: map[string][3]string{
			"bigint": {"1", "9007199254740993", "9007199254740994"}, "decimal(30,10)": {"1", "12345678901234567890.5", "12345678901234567891"},
			"datetime(6)": {"'2024-01-01 10:00:00'", "'2024-01-01 10:00:00.000001'", "'2024-01-01 10:00:00.000002'"},
			"varchar(20)": {`'a''b'`, `'a\\b'`, `'b"c'`}, "double": {"0.1", "0.2", "0.30000000000000004"}, "date": {"'2024-01-01'", "'2024-01-02'", "'2025-01-01'"},
		},
		Sly: []string{"SELECT grab() AS n"},
	})
}

// cells are of each type that people have.
func cells() []relationtest.Cell {
	ten := time.Date(2024, 1, 1, 10, 0, 0, 0, time.UTC)
	return []relationtest.Cell{
		{Declared: "tinyint", Value: "'-7'", Type: connect.Integer, Want: int64(-7)},
		{Declared: "boolean", Value: "'1'", Type: connect.Boolean, Want: true, Untold: true},
		{Declared: "boolean", Value: "'7'", Type: connect.Boolean, Want: nil, Untold: true},
		{Declared: "int unsigned", Value: "'4294967295'", Type: connect.Integer, Want: int64(4294967295)},
		{Declared: "bigint", Value: "'-9223372036854775808'", Type: connect.Integer, Want: int64(-9223372036854775808)},
		{Declared: "bigint unsigned", Value: "'18446744073709551615'", Type: connect.Text, Want: "18446744073709551615"},
		{Declared: "double", Value: "'0.1'", Type: connect.Number, Want: 0.1},
		{Declared: "decimal(9,2)", Value: "'12.50'", Type: connect.Number, Want: 12.5},
		{Declared: "decimal(18,0)", Value: "'999999999999999999'", Type: connect.Integer, Want: int64(999999999999999999)},
		{Declared: "decimal(30,10)", Value: "'12345678901234567890.0123456789'", Type: connect.Text, Want: "12345678901234567890.0123456789"},
		{Declared: "datetime", Value: "'2024-01-01 10:00:00'", Type: connect.Timestamp, Want: ten},
		{Declared: "datetime(6)", Value: "'2024-01-01 10:00:00.123456'", Type: connect.Timestamp, Want: ten.Add(123456 * time.Microsecond)},
		{Declared: "timestamp NULL", Value: "'2024-01-01 10:00:00'", Type: connect.Timestamp, Want: ten},
		{Declared: "date", Value: "'2024-02-29'", Type: connect.Text, Want: "2024-02-29"},
		{Declared: "time", Value: "'-838:59:59'", Type: connect.Text, Want: "-838:59:59"},
		{Declared: "year", Value: "'2024'", Type: connect.Integer, Want: int64(2024)},
		{Declared: "enum('a','b')", Value: "'b'", Type: connect.Text, Want: "b"},
		{Declared: "set('a','b')", Value: "'a,b'", Type: connect.Text, Want: "a,b"},
		{Declared: "varchar(20) character set latin1", Value: "'Ünïcode'", Type: connect.Text, Want: "Ünïcode"},
		{Declared: "longtext", Value: "'it''s a \\\\ \"text\"'", Type: connect.Text, Want: "it's a \\ \"text\""},
		{Declared: "varbinary(9)", Value: "x'00ff'", Type: connect.Text, Want: "00ff", Untold: true},
		{Declared: "bit(9)", Value: "b'101'", Type: connect.Text, Want: "5"},
	}
}

func TestSource_reads_the_tables_of_a_prefix(t *testing.T) {
	t.Parallel()
	testServer(t)
	p := fresh(t)
	p.Run(t, "CREATE TABLE shop_people (id int PRIMARY KEY)", "CREATE TABLE people (id int PRIMARY KEY)")
	s, err := p.Source(t.Context(), t, map[string]string{fieldPrefix: "shop_"})
	if err != nil || len(s.Streams()) != 1 || !strings.HasPrefix(s.Streams()[0].Name, "shop_") {
		t.Errorf("%+v, %v", s, err)
	}
}
