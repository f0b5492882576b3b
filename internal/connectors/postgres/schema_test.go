package postgres

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
)

func prepared(t *testing.T, p place, s connect.Stream) *destination {
	t.Helper()
	d, err := p.opened(t)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Prepare(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return d
}

func write(t *testing.T, d *destination, s connect.Stream, records ...connect.Record) error {
	t.Helper()
	tx, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Write(t.Context(), s, records); err != nil {
		if rollback := tx.Rollback(); rollback != nil {
			t.Error(rollback)
		}
		return err
	}
	return tx.Commit(t.Context())
}

func TestPrepare_declares_what_a_column_holds_and_indexes_references(t *testing.T) {
	t.Parallel()
	p, s := fresh(t), connecttest.LoadStreams()[0]
	s.Columns = append(s.Columns, connect.Column{Name: connect.ColumnRaw, Type: connect.JSON})
	d := prepared(t, p, s)
	s.Columns = append(s.Columns, connect.Column{Name: "host", Ref: "users"}, connect.Column{Name: "until", Type: connect.Timestamp, Required: true})
	for range 2 {
		if _, err := d.Prepare(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	got := asked(t, `SELECT concat_ws(' ', attname, format_type(atttypid, atttypmod), CASE WHEN attnotnull THEN 'NOT NULL' END) FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 ORDER BY attnum`, quote(p.schema)+".events")
	want := []string{
		"uri text NOT NULL", "type text", "start timestamp with time zone NOT NULL", "open boolean", "size bigint", "share double precision",
		"raw jsonb", "_raw json", "host text", "until timestamp with time zone",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	got = asked(t, `SELECT replace(indexdef, $1, 'S') FROM pg_indexes WHERE schemaname = $2 ORDER BY indexname`, quote(p.schema), p.schema)
	want = []string{
		"CREATE INDEX events_host_idx ON S.events USING btree (host) WHERE (host IS NOT NULL)",
		"CREATE UNIQUE INDEX events_pkey ON S.events USING btree (uri)",
		"CREATE INDEX events_type_idx ON S.events USING btree (type) WHERE (type IS NOT NULL)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("indexes (-want +got):\n%s", diff)
	}
}

func TestPrepare_takes_a_table_that_somebody_else_made_for_it(t *testing.T) {
	t.Parallel()
	s := connecttest.LoadStreams()[0]
	for _, made := range []string{
		`(uri varchar PRIMARY KEY, start timestamptz NOT NULL, raw json, mine text, rank int NOT NULL DEFAULT 7, twice int GENERATED ALWAYS AS (7) STORED)`,
		`(uri text PRIMARY KEY) PARTITION BY HASH (uri)`,
	} {
		p := fresh(t)
		admin(t, "CREATE SCHEMA "+quote(p.schema), "CREATE TABLE "+quote(p.schema)+".events "+made)
		if strings.Contains(made, "PARTITION") {
			admin(t, "CREATE TABLE "+quote(p.schema)+".part PARTITION OF "+quote(p.schema)+".events FOR VALUES WITH (MODULUS 1, REMAINDER 0)")
		}
		d := prepared(t, p, s)
		for range 2 {
			if err := write(t, d, s, connecttest.LoadBatch(1)[:2]...); err != nil {
				t.Errorf("%s: %v", made, err)
			}
		}
		if n := len(p.Rows(t, s)); n != 2 {
			t.Errorf("%s: %d rows", made, n)
		}
	}
}

func TestPrepare_refuses_a_table_that_cannot_keep_the_stream(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	schema := quote(p.schema)
	admin(t, "CREATE SCHEMA "+schema)
	d, err := p.opened(t)
	if err != nil {
		t.Fatal(err)
	}
	s := connecttest.LoadStreams()[0]
	s.Columns = append(s.Columns, connect.Column{Name: connect.ColumnRaw, Type: connect.JSON})
	for made, says := range map[string]string{
		`VIEW S.events AS SELECT 1 AS uri`:                                                  "events is there and is not an ordinary table (view)",
		`SEQUENCE S.events`:                                                                 "events is there and is not an ordinary table (sequence)",
		`TABLE S.events ()`:                                                                 `the primary key of table events is () there, but must be ("uri")`,
		`TABLE S.events (uri text, "URI" text PRIMARY KEY)`:                                 `the primary key of table events is ("URI") there, but must be ("uri")`,
		`TABLE S.events (uri text PRIMARY KEY, start timestamp)`:                            "column start of table events is declared timestamp without time zone there, but must be timestamp with time zone to hold timestamp values",
		`TABLE S.events (uri text PRIMARY KEY, size int)`:                                   "column size of table events is declared integer there, but must be bigint to hold integer values",
		`TABLE S.events (uri varchar(20) PRIMARY KEY)`:                                      "column uri of table events is declared character varying(20) there, but must be text to hold text values",
		`TABLE S.events (uri text PRIMARY KEY, _raw jsonb)`:                                 "column _raw of table events is declared jsonb there, but must be json to hold json values",
		`TABLE S.events (uri text PRIMARY KEY, type text NOT NULL)`:                         "column type of table events is NOT NULL there, but may be null",
		`TABLE S.events (uri text PRIMARY KEY, size bigint GENERATED ALWAYS AS (1) STORED)`: "column size of table events is computed there, but is to be written",
		`TABLE S.events (uri text PRIMARY KEY, mine text NOT NULL)`:                         "column mine of table events is not the stream's, but must not be null",
	} {
		made = strings.ReplaceAll(made, "S.", schema+".")
		admin(t, "CREATE "+made)
		_, err := d.Prepare(t.Context(), s)
		connecttest.Refused(t, made, err, fault.Schema, says, p.schema, "rename or drop it, or choose another schema")
		kind, _, _ := strings.Cut(made, " ")
		admin(t, "DROP "+kind+" "+schema+".events")
	}
	p.completes(t, d, 0)
}

func TestWrite_tells_no_value_when_a_constraint_of_others_refuses_a_row(t *testing.T) {
	t.Parallel()
	for made, says := range map[string]string{
		`CREATE UNIQUE INDEX theirs ON S.events (size)`:                "constraint theirs",
		`ALTER TABLE S.events ADD CONSTRAINT theirs CHECK (size <> 0)`: "constraint theirs",
		`CREATE FUNCTION S.no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no % here', NEW.uri; END$$;
			CREATE TRIGGER theirs BEFORE INSERT ON S.events FOR EACH ROW EXECUTE FUNCTION S.no()`: "a trigger refuses a row",
	} {
		p := fresh(t)
		d, err := p.opened(t)
		if err != nil {
			t.Fatal(err)
		}
		if err := connecttest.PrepareLoad(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		admin(t, strings.ReplaceAll(made, "S.", quote(p.schema)+"."))
		connecttest.Refused(t, made, connecttest.WriteLoad(t.Context(), d, 0, func() {}), fault.Schema, says)
	}
}

func TestNames_that_are_too_long_are_kept_apart(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	long := strings.Repeat("ein sehr langer Näme ", 5)
	s := connect.Stream{Name: long + "a", Key: []string{long + "1"}, Columns: []connect.Column{
		{Name: long + "1", Ref: "x"}, {Name: long + "2", Ref: "x"}, {Name: long + "3", Ref: "x", Type: connect.Text},
	}}
	other := s
	other.Name = long + "b"
	d := prepared(t, p, s)
	if _, err := d.Prepare(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	for range 2 { // prepared again it is the same table
		for i, s := range []connect.Stream{s, other} {
			if created, err := d.Prepare(t.Context(), s); err != nil || created {
				t.Fatalf("prepared again: %v, %v", created, err)
			}
			name := string(rune('a' + i))
			if err := write(t, d, s, connect.Record{Values: []any{"key", "2 of " + name, "3 of " + name}}); err != nil {
				t.Fatal(err)
			}
			want := []map[string]any{{long + "1": "key", long + "2": "2 of " + name, long + "3": "3 of " + name}}
			if diff := cmp.Diff(want, p.Rows(t, s)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for r, err := range d.Scan(t.Context(), s) {
				if err != nil || r.Values[2] != "3 of "+name {
					t.Errorf("Scan: %v, %v", r, err)
				}
			}
		}
	}
	indexes := asked(t, "SELECT indexname FROM pg_indexes WHERE schemaname = $1", p.schema)
	if len(indexes) != 6 { // a key and two references each
		t.Errorf("indexes: %v", indexes)
	}
}

func TestWrite_keeps_the_record_as_it_was_sent_and_cleans_other_JSON(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	s := connect.Stream{Name: "things", Key: []string{"uri"}, Columns: []connect.Column{
		{Name: "uri"}, {Name: "nested", Type: connect.JSON}, {Name: connect.ColumnRaw, Type: connect.JSON},
	}}
	d := prepared(t, p, s)
	for sent, nested := range map[string]string{
		`{"z": 1,  "a":"\u0000 \ud83d\ude00 \u00e9", "z":2.50}`: `{"a": "` + "\uFFFD 😀 é" + `", "z": 2.50}`,
		`"\ud83d \ude00\ud83d\ude00 \\u0000 \\\u0000"`:          `"` + "\uFFFD \uFFFD😀" + ` \\u0000 \\` + "\uFFFD" + `"`,
		`"bad ` + "\xff" + ` byte"`:                             `"bad ` + "\uFFFD" + ` byte"`,
	} {
		if err := write(t, d, s, connect.Record{Values: []any{"a", connect.Document(sent), connect.Document(sent)}}); err != nil {
			t.Fatalf("%s: %v", sent, err)
		}
		row := p.Rows(t, s)[0]
		if want := connect.Document(strings.ToValidUTF8(sent, "\uFFFD")); row[connect.ColumnRaw] != want {
			t.Errorf("%s: _raw is %s", sent, row[connect.ColumnRaw])
		}
		if row["nested"] != connect.Document(nested) {
			t.Errorf("%s: is kept as %s, want %s", sent, row["nested"], nested)
		}
	}
	err := write(t, d, s, connect.Record{Values: []any{"a", connect.Document(`{"secret": 1e999999}`), nil}})
	connecttest.Refused(t, "a number that jsonb cannot hold", err, fault.Schema, "things")
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the value is told: %v", err)
	}
}

func TestScan_shows_what_is_no_value_of_its_column_as_it_is(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	admin(t, "CREATE SCHEMA "+quote(p.schema), "CREATE TABLE "+quote(p.schema)+`.things (uri text, at timestamptz, size numeric, odd int[])`,
		"INSERT INTO "+quote(p.schema)+`.things VALUES ('a', 'infinity', 1.50, '{1,2}'), ('b', '2026-01-01 00:00:00.25+02', NULL, NULL)`)
	s := connect.Stream{Name: "things", Key: []string{"uri"}, Columns: []connect.Column{
		{Name: "uri"}, {Name: "at", Type: connect.Timestamp}, {Name: "size", Type: connect.Integer}, {Name: "odd", Type: connect.JSON}, {Name: "missing"},
	}}
	d, err := p.opened(t)
	if err != nil {
		t.Fatal(err)
	}
	found := map[any][]any{}
	for r, err := range d.Scan(t.Context(), s) {
		if err != nil {
			t.Fatal(err)
		}
		found[r.Values[0]] = r.Values
	}
	want := map[any][]any{
		"a": {"a", "infinity", "1.50", "{1,2}", nil},
		"b": {"b", time.Date(2025, 12, 31, 22, 0, 0, 250_000_000, time.UTC), nil, nil, nil},
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
