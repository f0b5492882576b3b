package mysql

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/dialect"
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
	s.Columns = append(s.Columns, connect.Column{Name: connect.ColumnRaw, Type: connect.JSON}, connect.Column{Name: "rank", Type: connect.Integer, Ref: "ranks"})
	d := prepared(t, p, s)
	s.Columns = append(s.Columns, connect.Column{Name: "host", Ref: "users"}, connect.Column{Name: "until", Type: connect.Timestamp, Required: true})
	for range 2 {
		if _, err := d.Prepare(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	table, err := d.dialect.Table(s)
	if err != nil {
		t.Fatal(err)
	}
	there, err := d.columns(t.Context(), table)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range there {
		text := c.Name + " " + strings.ReplaceAll(strings.ReplaceAll(c.Declared, d.server.collation(), "C"), "bigint(20)", "bigint")
		if c.NotNull {
			text += " NOT NULL"
		}
		got = append(got, text)
	}
	want := []string{
		"uri varchar(768) collate C NOT NULL", "type longtext collate C", "start datetime(6) NOT NULL", "open tinyint(1)", "size bigint", "share double",
		"raw json", "_raw longtext collate C", "rank bigint", "host longtext collate C", "until datetime(6)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	got = asked(t, `SELECT concat_ws(' ', index_name, column_name, sub_part) FROM information_schema.statistics WHERE table_schema = ? ORDER BY index_name`, p.database)
	want = []string{"events_host_idx host 255", "events_rank_idx rank", "events_type_idx type 255", "PRIMARY uri"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("indexes (-want +got):\n%s", diff)
	}
}

func TestPrepare_takes_a_table_that_somebody_else_made_for_it(t *testing.T) {
	t.Parallel()
	s := connecttest.LoadStreams()[0]
	for _, made := range []string{
		"(uri varchar(768) COLLATE C PRIMARY KEY, START datetime(6) NOT NULL, raw json, mine text, `rank` int NOT NULL DEFAULT 7, twice int GENERATED ALWAYS AS (7) STORED, KEY theirs (mine(10)))",
		"(uri varchar(768) COLLATE C PRIMARY KEY, type longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci, start datetime(6), size bigint)",
	} {
		p := fresh(t)
		d, err := p.opened(t)
		if err != nil {
			t.Fatal(err)
		}
		admin(t, "CREATE TABLE "+p.table("events")+" "+strings.ReplaceAll(made, "COLLATE C ", "COLLATE "+d.server.collation()+" "))
		if _, err := d.Prepare(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", made, err)
		}
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
	d, err := p.opened(t)
	if err != nil {
		t.Fatal(err)
	}
	s := connecttest.LoadStreams()[0]
	s.Columns = append(s.Columns, connect.Column{Name: connect.ColumnRaw, Type: connect.JSON})
	const key, name = "uri varchar(768) COLLATE C PRIMARY KEY", "a `prefix` events"
	for made, says := range map[string]string{
		"VIEW T AS SELECT 1 AS uri":                                           name + " is there and is not an ordinary table (VIEW)",
		"TABLE T (uri varchar(20) PRIMARY KEY) ENGINE=MyISAM":                 "is kept by the engine MyISAM there",
		"TABLE T (uri longtext)":                                              "the primary key of table " + name + " is () there, but must be (`uri`)",
		"TABLE T (uri varchar(768) COLLATE C, PRIMARY KEY (uri(10)))":         "is () there, but must be (`uri`)",
		"TABLE T (uri text, `other` int PRIMARY KEY)":                         "is (`other`) there, but must be (`uri`)",
		"TABLE T (" + key + ", size bigint UNIQUE)":                           "has the unique index size there",
		"TABLE T (uri varchar(768) COLLATE utf8mb4_general_ci PRIMARY KEY)":   "column uri of table " + name + " is declared varchar(768) collate utf8mb4_general_ci there, but must be varchar(768) collate C to hold text values",
		"TABLE T (uri varchar(20) COLLATE C PRIMARY KEY)":                     "column uri of table " + name + " is declared varchar(20) collate C there, but must be varchar(768) collate C to hold text values",
		"TABLE T (" + key + ", start timestamp(6) NULL)":                      "column start of table " + name + " is declared timestamp(6) there, but must be datetime(6) to hold timestamp values",
		"TABLE T (" + key + ", size int(11))":                                 "but must be bigint to hold integer values",
		"TABLE T (" + key + ", size bigint unsigned)":                         "unsigned there, but must be bigint to hold integer values",
		"TABLE T (" + key + ", type longtext CHARACTER SET latin1)":           "column type of table " + name + " is declared longtext collate latin1_swedish_ci there",
		"TABLE T (" + key + ", _raw json)":                                    "column _raw of table " + name + " is declared json there, but must be longtext collate C to hold json values",
		"TABLE T (" + key + ", raw longtext)":                                 "but must be json to hold json values",
		"TABLE T (" + key + ", type longtext CHARACTER SET utf8mb4 NOT NULL)": "column type of table " + name + " is NOT NULL there, but may be null",
		"TABLE T (" + key + ", size bigint GENERATED ALWAYS AS (1) STORED)":   "column size of table " + name + " is computed there, but is to be written",
		"TABLE T (" + key + ", mine int NOT NULL)":                            "column mine of table " + name + " is not the stream's, but must not be null",
	} {
		c := d.server.collation()
		admin(t, "CREATE "+strings.ReplaceAll(strings.Replace(made, " T ", " "+p.table("events")+" ", 1), "COLLATE C", "COLLATE "+c))
		_, err := d.Prepare(t.Context(), s)
		connecttest.Refused(t, made, err, fault.Schema, strings.ReplaceAll(says, "collate C", "collate "+c), p.database, "rename or drop it, or choose another database or prefix")
		kind, _, _ := strings.Cut(made, " ")
		admin(t, "DROP "+kind+" "+p.table("events"))
	}
	p.completes(t, d, 0)
}

func TestWrite_tells_no_value_when_a_constraint_of_others_refuses_a_row(t *testing.T) {
	t.Parallel()
	for made, says := range map[string]string{
		"ALTER TABLE T ADD CONSTRAINT theirs CHECK (size <> 0)":                                                           "the table refuses a row",
		"ALTER TABLE T ADD COLUMN mine int NOT NULL, ALTER mine DROP DEFAULT":                                             "a value is not one that its column can hold",
		"CREATE TRIGGER D.theirs BEFORE INSERT ON T FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no batch 0'": "a trigger refuses a row",
	} {
		p := fresh(t)
		d, err := p.opened(t)
		if err != nil {
			t.Fatal(err)
		}
		if err := connecttest.PrepareLoad(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		admin(t, strings.NewReplacer(" T ", " "+p.table("events")+" ", " D.", " "+p.database+".").Replace(made))
		connecttest.Refused(t, made, connecttest.WriteLoad(t.Context(), d, 0, func() {}), fault.Schema, says)
	}
}

func TestWrite_refuses_a_key_that_is_too_long(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	s := connect.Stream{Name: "things", Key: []string{"uri", "at", "part"}, Columns: []connect.Column{
		{Name: "uri"}, {Name: "at", Type: connect.Timestamp}, {Name: "part"}, {Name: "text"},
	}}
	d := prepared(t, p, s)
	const most = (longestIndex - 8) / 4 / 2
	for _, character := range []string{"x", "ü", "🎉"} {
		fits := strings.Repeat(character, most)
		record := connect.Record{Values: []any{fits, time.Unix(0, 0).UTC(), fits, strings.Repeat(fits, 10)}}
		for range 2 {
			if err := write(t, d, s, record); err != nil {
				t.Fatal(err)
			}
		}
		record.Values[2] = fits + character
		err := write(t, d, s, record)
		if fault.KindOf(err) != fault.Schema || !strings.Contains(err.Error(), "column part of things keeps texts of up to 383 characters; one of 384 does not fit") {
			t.Errorf("a key that is too long: %v", err)
		}
	}
	if n := len(p.Rows(t, s)); n != 3 {
		t.Errorf("%d rows", n)
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
	indexes := asked(t, "SELECT index_name FROM information_schema.statistics WHERE table_schema = ?", p.database)
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
		`{"z": 1,  "a":"\u0000 \ud83d\ude00 \u00e9", "z":2.50}`: `{"z": 2.5, "a": "` + "\uFFFD" + ` 😀 é"}`,
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
		same := connect.Stream{Columns: []connect.Column{{Name: "nested", Type: connect.JSON}}}
		if kept := row["nested"]; connect.VersionOf(same, connect.Record{Values: []any{kept}}) != connect.VersionOf(same, connect.Record{Values: []any{connect.Document(sent)}}) &&
			connect.VersionOf(same, connect.Record{Values: []any{kept}}) != connect.VersionOf(same, connect.Record{Values: []any{connect.Document(nested)}}) {
			t.Errorf("%s: is kept as %s, want %s", sent, kept, nested)
		}
	}
	err := write(t, d, s, connect.Record{Values: []any{"a", connect.Document(`{"secret": `), nil}})
	connecttest.Refused(t, "what is no JSON", err, fault.Schema, "things")
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the value is told: %v", err)
	}
}

// The server would cut what a file holds and does not fit.
func TestWrite_lets_the_server_cut_no_value(t *testing.T) {
	t.Parallel()
	p, s := fresh(t), connecttest.LoadStreams()[0]
	for column, cut := range map[int]any{
		0: strings.Repeat("x", 769), 2: "2026-02-31 00:00:00", 3: int64(1000), 4: "9223372036854775808", 5: "text",
	} {
		for _, rows := range []bool{false, true} {
			d := prepared(t, p, s)
			d.rows = rows
			d.dialect.Longest = nil
			bad := connecttest.LoadBatch(0)[0]
			bad.Values[column] = cut
			tx, err := d.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			table, err := d.table(s)
			if err != nil {
				t.Fatal(err)
			}
			for _, statement := range table.stageSQL() {
				if err := d.session.run(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
			err = d.fault(t.Context(), "filling", d.fill(t.Context(), table, []dialect.Change{{Step: dialect.Put, Record: bad}}))
			connecttest.Refused(t, s.Columns[column].Name, err, fault.Schema, "not one that its column can hold")
			if err := tx.Rollback(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestWrite_keeps_times_of_all_years(t *testing.T) {
	t.Parallel()
	s := connect.Stream{Name: "things", Key: []string{"at"}, Columns: []connect.Column{{Name: "at", Type: connect.Timestamp}}}
	for _, rows := range []bool{false, true} {
		p := fresh(t)
		d := prepared(t, p, s)
		d.rows = rows
		for _, at := range []time.Time{
			time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(999, 12, 31, 23, 59, 59, 999999000, time.UTC),
			time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC),
		} {
			if err := write(t, d, s, connect.Record{Values: []any{at}}); err != nil {
				t.Errorf("%s: %v", at, err)
			}
			found := false
			for r, err := range d.Scan(t.Context(), s) {
				found = found || err == nil && r.Values[0] == at.Truncate(time.Microsecond)
			}
			if !found {
				t.Errorf("%s is not read as it was written", at)
			}
		}
	}
}

func TestTimes_do_not_depend_on_the_zone_of_the_server_or_a_session(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	s := connect.Stream{Name: "things", Key: []string{"uri"}, Columns: []connect.Column{{Name: "uri"}, {Name: "at", Type: connect.Timestamp}}}
	d := prepared(t, p, s)
	at := time.Date(2026, 3, 29, 3, 30, 0, 123456789, time.FixedZone("", 2*3600))
	if err := write(t, d, s, connect.Record{Values: []any{"a", at}}); err != nil {
		t.Fatal(err)
	}
	db := client(t)
	defer db.Close()
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.ExecContext(t.Context(), "SET time_zone = '-09:00'"); err != nil {
		t.Fatal(err)
	}
	var text string
	if err := c.QueryRowContext(t.Context(), "SELECT concat(at) FROM "+p.table("things")).Scan(&text); err != nil || text != "2026-03-29 01:30:00.123456" {
		t.Errorf("another session sees %s, %v", text, err)
	}
}

func TestScan_shows_what_is_no_value_of_its_column_as_it_is(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	admin(t, "CREATE TABLE "+p.table("things")+` (uri varchar(20), at datetime(6), size decimal(9, 2), odd text)`,
		"SET sql_mode = ''", "INSERT INTO "+p.table("things")+` VALUES ('a', '0000-00-00', 1.50, '{1,2}'), ('b', '2026-01-01 00:00:00.25', NULL, NULL)`)
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
		"a": {"a", "0000-00-00 00:00:00.000000", "1.50", "{1,2}", nil},
		"b": {"b", time.Date(2026, 1, 1, 0, 0, 0, 250_000_000, time.UTC), nil, nil, nil},
	}
	if diff := cmp.Diff(want, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
