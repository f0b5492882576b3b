//go:build duckdb

package duckdb

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
)

// statements returns the statements that make all there is.
func statements(t *testing.T, d *destination) (all []string) {
	t.Helper()
	err := d.query(t.Context(), `SELECT sql FROM duckdb_tables() UNION ALL SELECT sql FROM duckdb_indexes()
		UNION ALL SELECT sql FROM duckdb_views() WHERE NOT internal ORDER BY sql`, nil, func(scan func(...any) error) error {
		var one string
		err := scan(&one)
		all = append(all, one)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestPrepare_declares_what_a_column_holds(t *testing.T) {
	t.Parallel()
	d, _ := opened(t)
	wide := events()
	wide.Columns = append(wide.Columns, connect.Column{Name: "until", Type: connect.Timestamp, Required: true})
	for _, s := range []connect.Stream{events(), wide} {
		if _, err := d.Prepare(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{`CREATE TABLE events(uri VARCHAR, "type" VARCHAR, "start" TIMESTAMP WITH TIME ZONE NOT NULL, open BOOLEAN, ` +
		`size BIGINT, "share" DOUBLE, raw JSON, "until" TIMESTAMP WITH TIME ZONE, PRIMARY KEY(uri));`}
	if diff := cmp.Diff(want, statements(t, d)); diff != "" {
		t.Errorf("the schema (-want +got):\n%s", diff)
	}
}

func TestPrepare_takes_a_table_that_somebody_else_made_for_it(t *testing.T) {
	t.Parallel()
	for _, made := range []string{
		`CREATE TABLE EVENTS (URI TEXT PRIMARY KEY, type VARCHAR(200), Start TIMESTAMPTZ NOT NULL, open BOOL, size INT8, share FLOAT8, raw JSON)`,
		`CREATE TABLE events (mine TEXT, rank INT NOT NULL DEFAULT 7, twice INT AS (rank * 2), uri TEXT PRIMARY KEY)`,
		`CREATE TABLE events (uri TEXT PRIMARY KEY, type TEXT); CREATE INDEX theirs ON events (type); CREATE VIEW mine AS SELECT * FROM events`,
	} {
		d, _ := opened(t)
		if err := d.run(t.Context(), made); err != nil {
			t.Fatal(err)
		}
		created, err := d.Prepare(t.Context(), events())
		if err != nil || created {
			t.Fatalf("%s: created %v: %v", made, created, err)
		}
		for range 2 {
			if err := writeOne(t, d); err != nil {
				t.Errorf("%s: %v", made, err)
			}
		}
	}
}

func TestPrepare_refuses_a_table_that_cannot_keep_the_stream(t *testing.T) {
	t.Parallel()
	for made, says := range map[string]string{
		`CREATE VIEW events AS SELECT 1 AS uri`:                              "events is there and is not an ordinary table (view)",
		`CREATE TABLE events (uri TEXT)`:                                     `the primary key of table events is () there, but must be ("uri")`,
		`CREATE TABLE events (uri TEXT, type TEXT, PRIMARY KEY (uri, type))`: `the primary key of table events is ("uri", "type") there, but must be ("uri")`,
		`CREATE TABLE events (uri TEXT PRIMARY KEY, start TIMESTAMP)`:        "column start of table events is declared TIMESTAMP there, but must be TIMESTAMPTZ to hold timestamp values",
		`CREATE TABLE events (uri TEXT PRIMARY KEY, raw TEXT)`:               "column raw of table events is declared VARCHAR there, but must be JSON to hold json values",
		`CREATE TABLE events (uri TEXT PRIMARY KEY, share DECIMAL(9, 2))`:    "column share of table events is declared DECIMAL(9,2) there, but must be DOUBLE to hold number values",
		`CREATE TABLE events (uri TEXT PRIMARY KEY, type TEXT NOT NULL)`:     "column type of table events is NOT NULL there, but may be null",
		`CREATE TABLE events (uri TEXT PRIMARY KEY, mine TEXT NOT NULL)`:     "column mine of table events is not the stream's, but must not be null",
	} {
		d, _ := opened(t)
		if err := d.run(t.Context(), made); err != nil {
			t.Fatal(err)
		}
		before := statements(t, d)
		_, err := d.Prepare(t.Context(), events())
		if fault.KindOf(err) != fault.Schema || fault.HintOf(err) == "" || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), d.path) {
			t.Errorf("%s: %s: %v", made, fault.KindOf(err), err)
		}
		if diff := cmp.Diff(before, statements(t, d)); diff != "" {
			t.Errorf("%s: the schema after the refusal (-before +after):\n%s", made, diff)
		}
	}
}

func TestWrite_says_when_the_table_refuses_a_row(t *testing.T) {
	t.Parallel()
	for made, says := range map[string]string{
		`CREATE UNIQUE INDEX theirs ON events (size)`: "the table refuses a row",
		`ALTER TABLE events DROP COLUMN share`:        "dropped meanwhile",
		`DROP TABLE events`:                           "dropped meanwhile",
		`DROP TABLE events; CREATE TABLE events (uri TEXT PRIMARY KEY, start TIMESTAMPTZ AS (now()))`: "is computed",
	} {
		d, _ := opened(t)
		if _, err := d.Prepare(t.Context(), events()); err != nil {
			t.Fatal(err)
		}
		if err := d.run(t.Context(), `INSERT INTO events (uri, start, size) VALUES ('theirs', now(), 1)`, made); err != nil {
			t.Fatalf("%s: %v", made, err)
		}
		err := writeOne(t, d)
		if fault.KindOf(err) != fault.Schema || fault.HintOf(err) == "" || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "batch 1") {
			t.Errorf("%s: %s: %v", made, fault.KindOf(err), err)
		}
		if _, err := d.Begin(t.Context()); err != nil {
			t.Errorf("%s: Begin after the refusal: %v", made, err)
		}
	}
}

func TestWrite_refuses_what_is_no_JSON(t *testing.T) {
	t.Parallel()
	d, _ := opened(t)
	if _, err := d.Prepare(t.Context(), events()); err != nil {
		t.Fatal(err)
	}
	bad := connecttest.LoadBatch(1)[0]
	bad.Values[len(bad.Values)-1] = connect.Document("{hidden")
	err := writeAll(t, d, events(), []connect.Record{bad})
	if fault.KindOf(err) != fault.Schema || strings.Contains(err.Error(), "hidden") {
		t.Errorf("%s: %v", fault.KindOf(err), err)
	}
}

func TestWrite_keeps_JSON_to_the_byte(t *testing.T) {
	t.Parallel()
	d, p := opened(t)
	s := connect.Stream{Name: "things", Key: []string{"uri"}, Columns: []connect.Column{{Name: "uri"}, {Name: "places", Type: connect.JSON}, {Name: connect.ColumnRaw, Type: connect.JSON}}}
	if _, err := d.Prepare(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	const sent = ` {"b" : 1.50, "a":[ ],	"b":"twice \/ <&>", "big":12345678901234567890123} `
	const odd = `{"half of a character": "\ud800", "b":1e400}`
	if err := writeAll(t, d, s, []connect.Record{{Values: []any{"a", connect.Document(sent), connect.Document(odd)}}}); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"uri": "a", "places": connect.Document(sent), connect.ColumnRaw: connect.Document(odd)}
	if diff := cmp.Diff([]map[string]any{want}, p.Rows(t, s)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWrite_replaces_halves_of_characters_in_JSON(t *testing.T) {
	t.Parallel()
	d, p := opened(t)
	if _, err := d.Prepare(t.Context(), events()); err != nil {
		t.Fatal(err)
	}
	r := connecttest.LoadBatch(1)[0]
	r.Values[len(r.Values)-1] = connect.Document(`["\ud800"]`)
	if err := writeAll(t, d, events(), []connect.Record{r}); err != nil {
		t.Fatal(err)
	}
	if got := p.Rows(t, events())[0]["raw"]; got != connect.Document("[\"\uFFFD\"]") {
		t.Errorf("%s", got)
	}
}

// writeOne writes a record twice.
func writeOne(t *testing.T, d *destination) error {
	t.Helper()
	return writeAll(t, d, events(), append(connecttest.LoadBatch(1)[:1], connecttest.LoadBatch(1)[:1]...))
}

func writeAll(t *testing.T, d *destination, s connect.Stream, records []connect.Record) error {
	t.Helper()
	tx, err := d.Begin(t.Context())
	if err != nil {
		return err
	}
	if err := tx.Write(t.Context(), s, records); err != nil {
		if undo := tx.Rollback(); undo != nil {
			t.Errorf("Rollback: %v", undo)
		}
		return err
	}
	return tx.Commit(t.Context())
}
