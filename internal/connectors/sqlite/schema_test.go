package sqlite

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
)

func TestPrepare_declares_what_a_column_holds_and_indexes_references(t *testing.T) {
	t.Parallel()
	d, db := opened(t)
	if _, err := d.Prepare(t.Context(), events()); err != nil {
		t.Fatal(err)
	}
	wide := events()
	wide.Columns = append(wide.Columns,
		connect.Column{Name: "host", Type: connect.Text, Ref: "users"},
		connect.Column{Name: "until", Type: connect.Timestamp, Required: true})
	if _, err := d.Prepare(t.Context(), wide); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`CREATE TABLE "events" ("uri" TEXT NOT NULL, "type" TEXT, "start" TIMESTAMP NOT NULL, "open" BOOLEAN, "size" INTEGER, "share" REAL, "raw" JSON TEXT, "host" TEXT, "until" TIMESTAMP, PRIMARY KEY ("uri"))`,
		`CREATE INDEX "events_type_idx" ON "events" ("type") WHERE "type" IS NOT NULL`,
		`CREATE INDEX "events_host_idx" ON "events" ("host") WHERE "host" IS NOT NULL`,
	}
	if diff := cmp.Diff(want, statements(t, db)); diff != "" {
		t.Errorf("the schema (-want +got):\n%s", diff)
	}
}

func TestPrepare_makes_no_second_index_for_the_first_column_of_the_key(t *testing.T) {
	t.Parallel()
	d, db := opened(t)
	s := connect.Stream{Name: "members", Key: []string{"group", "user"}, Columns: []connect.Column{
		{Name: "group", Ref: "groups"}, {Name: "user", Ref: "users"},
	}}
	if _, err := d.Prepare(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`CREATE TABLE "members" ("group" TEXT NOT NULL, "user" TEXT NOT NULL, PRIMARY KEY ("group", "user"))`,
		`CREATE INDEX "members_user_idx" ON "members" ("user")`,
	}
	if diff := cmp.Diff(want, statements(t, db)); diff != "" {
		t.Errorf("the schema (-want +got):\n%s", diff)
	}
}

func TestPrepare_takes_a_table_that_somebody_else_made_for_it(t *testing.T) {
	t.Parallel()
	for _, made := range []string{
		`CREATE TABLE EVENTS (URI VARCHAR(200) PRIMARY KEY, type TEXT, Start DATETIME NOT NULL, open BOOL, size BIGINT, share DOUBLE PRECISION, raw TEXT_JSON)`,
		`CREATE TABLE events (mine TEXT, rank INT NOT NULL DEFAULT 7, twice AS (rank * 2), uri TEXT PRIMARY KEY NOT NULL) WITHOUT ROWID`,
		`CREATE TABLE events (uri TEXT PRIMARY KEY); CREATE INDEX events_type_idx ON events (uri); CREATE VIEW mine AS SELECT * FROM events`,
	} {
		d, db := opened(t)
		run(t, db, made)
		created, err := d.Prepare(t.Context(), events())
		if err != nil || created {
			t.Fatalf("%s: created %v: %v", made, created, err)
		}
		if err := writeOne(t, d); err != nil {
			t.Errorf("%s: %v", made, err)
		}
	}
}

func TestPrepare_refuses_a_table_that_cannot_keep_the_stream(t *testing.T) {
	t.Parallel()
	const rest = `type TEXT, start TIMESTAMP`
	for made, says := range map[string]string{
		`CREATE VIEW events AS SELECT 1 AS uri`:                                        "events is there and is not an ordinary table (view)",
		`CREATE VIRTUAL TABLE events USING fts5(uri)`:                                  "events is there and is not an ordinary table (virtual)",
		`CREATE TABLE events (uri TEXT)`:                                               `the primary key of table events is () there, but must be ("uri")`,
		`CREATE TABLE events (uri TEXT, type TEXT, PRIMARY KEY (uri, type))`:           `the primary key of table events is ("uri", "type") there, but must be ("uri")`,
		`CREATE TABLE events (uri TEXT PRIMARY KEY, start TEXT)`:                       "column start of table events is declared TEXT there, but must be TIMESTAMP to hold timestamp values",
		`CREATE TABLE events (uri TEXT PRIMARY KEY, start INTEGER)`:                    "column start of table events is declared INTEGER there, but must be TIMESTAMP to hold timestamp values",
		`CREATE TABLE events (uri TEXT PRIMARY KEY, raw JSON)`:                         "column raw of table events is declared JSON there, but must be JSON TEXT to hold json values",
		`CREATE TABLE events (uri TEXT PRIMARY KEY, share DECIMAL)`:                    "column share of table events is declared DECIMAL there, but must be REAL to hold number values",
		`CREATE TABLE events (uri PRIMARY KEY)`:                                        "column uri of table events is declared without a type there, but must be TEXT to hold text values",
		`CREATE TABLE events (uri TEXT PRIMARY KEY, type TEXT NOT NULL)`:               "column type of table events is NOT NULL there, but may be null",
		`CREATE TABLE events (uri TEXT PRIMARY KEY, type TEXT AS (upper(uri)))`:        "column type of table events is computed there, but is to be written",
		`CREATE TABLE events (uri TEXT PRIMARY KEY, mine TEXT NOT NULL, ` + rest + `)`: "column mine of table events is not the stream's, but must not be null",
	} {
		d, db := opened(t)
		run(t, db, made)
		before := statements(t, db)
		_, err := d.Prepare(t.Context(), events())
		if fault.KindOf(err) != fault.Schema || fault.HintOf(err) == "" || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), d.path) {
			t.Errorf("%s: %s: %v", made, fault.KindOf(err), err)
		}
		if diff := cmp.Diff(before, statements(t, db)); diff != "" {
			t.Errorf("%s: the schema after the refusal (-before +after):\n%s", made, diff)
		}
		if _, err := d.Begin(t.Context()); err != nil {
			t.Errorf("%s: Begin after the refusal: %v", made, err)
		}
	}
}

func TestWrite_says_when_a_constraint_of_others_refuses_a_row(t *testing.T) {
	t.Parallel()
	for _, made := range []string{
		`CREATE UNIQUE INDEX theirs ON events (size)`,
		`CREATE TRIGGER theirs BEFORE INSERT ON events BEGIN SELECT raise(ABORT, 'no'); END`,
		`CREATE TRIGGER theirs BEFORE INSERT ON events BEGIN SELECT raise(ABORT, 'no: ' || NEW.uri); END`,
		`CREATE TRIGGER theirs AFTER INSERT ON events BEGIN SELECT raise(ROLLBACK, 'no'); END`,
		`ALTER TABLE events ADD COLUMN theirs TEXT CHECK (uri = 'theirs')`,
		`ALTER TABLE events ADD COLUMN theirs TEXT NOT NULL DEFAULT 'x' CHECK (length(raw) < 100)`,
		`CREATE TABLE theirs (size INTEGER) STRICT; CREATE TRIGGER theirs_too AFTER INSERT ON events BEGIN INSERT INTO theirs VALUES (NEW.uri); END`,
		`CREATE TABLE theirs (id INTEGER PRIMARY KEY); CREATE TRIGGER theirs_too AFTER INSERT ON events BEGIN INSERT INTO theirs VALUES (NEW.uri); END`,
	} {
		d, db := opened(t)
		if _, err := d.Prepare(t.Context(), events()); err != nil {
			t.Fatal(err)
		}
		run(t, db, `INSERT INTO events (uri, start, size) VALUES ('theirs', '', 1); `+made)
		err := writeOne(t, d)
		if fault.KindOf(err) != fault.Schema || fault.HintOf(err) == "" || !strings.Contains(err.Error(), "events") {
			t.Errorf("%s: %s: %v", made, fault.KindOf(err), err)
		}
		if strings.Contains(err.Error(), "of batch") || strings.Contains(err.Error(), "rolling back") {
			t.Errorf("%s: a value is told: %v", made, err)
		}
	}
}

// TestOpen_asks_for_durability checks what a power cut would: it cannot be
// made here.
func TestOpen_asks_for_durability(t *testing.T) {
	t.Parallel()
	d, _ := opened(t)
	var journal string
	var synchronous int
	if err := d.conn.QueryRowContext(t.Context(), "SELECT * FROM pragma_journal_mode, pragma_synchronous").Scan(&journal, &synchronous); err != nil {
		t.Fatal(err)
	}
	const full = 2
	if journal != "wal" || synchronous != full {
		t.Errorf("journal_mode is %s, synchronous is %d", journal, synchronous)
	}
}

// opened returns a destination on a new file and a connection of another
// program.
func opened(t *testing.T) (*destination, *sql.DB) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	d, err := openPath(t, path)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, db) })
	return d, db
}

func run(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// writeOne writes a record twice.
func writeOne(t *testing.T, d *destination) error {
	t.Helper()
	tx, err := d.Begin(t.Context())
	if err != nil {
		return err
	}
	records := connecttest.LoadBatch(1)[:1]
	if err := tx.Write(t.Context(), events(), append(records, records...)); err != nil {
		return joined(err, tx.Rollback())
	}
	return tx.Commit(t.Context())
}

// statements returns the statements that made all there is in the database.
func statements(t *testing.T, db *sql.DB) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid") //nolint:sqlclosecheck // mustClose closes it
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, rows)
	var all []string
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func quote(name string) string { return newDialect("").Quoted(name) }
