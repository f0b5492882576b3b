package mysql

import (
	"context"
	"crypto/rand"
	"database/sql"
	"os"
	"strings"
	"testing"
	"time"

	driver "github.com/go-sql-driver/mysql"
	"go.uber.org/goleak"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/vault"
)

func TestMain(m *testing.M) {
	if connecttest.Victim(victim) {
		return
	}
	goleak.VerifyTestMain(m)
}

func TestDestination(t *testing.T) {
	t.Parallel()
	testServer(t)
	connecttest.TestDestination(t, connecttest.Harness{
		Fresh:           func(t testing.TB) connecttest.Place { return fresh(t) },
		InfinityRefused: true,
	})
}

func TestDestination_where_no_file_may_be_loaded(t *testing.T) {
	t.Parallel()
	testServer(t)
	connecttest.TestDestination(t, connecttest.Harness{
		Fresh: func(t testing.TB) connecttest.Place {
			p := fresh(t)
			p.rows = true
			return p
		},
		InfinityRefused: true,
	})
}

// testServer returns the address of the server for tests; see scripts/services.
func testServer(t testing.TB) string {
	t.Helper()
	const name = "KALENDS_TEST_MYSQL"
	address := os.Getenv(name)
	switch {
	case address != "":
	case os.Getenv("CI") == "true":
		t.Fatalf("%s is not set: run the tests with scripts/services", name)
	default:
		t.Skipf("needs a MariaDB or MySQL server: run the tests with scripts/services, or name one by %s", name)
	}
	return address
}

// place is a database of the server, in which a prefix begins the names of
// tables.
type place struct {
	database string
	rows     bool // nothing is loaded
}

const prefix = "a `prefix` "

// fresh returns a database that is new and is dropped after the test. Its own
// collation is one that is not to matter.
func fresh(t testing.TB) place {
	t.Helper()
	p := place{database: "kalends_" + strings.ToLower(rand.Text())}
	admin(t, "CREATE DATABASE "+p.database+" CHARACTER SET latin1")
	t.Cleanup(func() { admin(t, "DROP DATABASE "+p.database) })
	return p
}

// settings are those of the server for tests, with some of others.
func (p place) settings(t testing.TB, others ...string) connect.Settings {
	t.Helper()
	_, rest, _ := strings.Cut(testServer(t), ":")
	values, err := address(rest)
	if err != nil {
		t.Fatal(err)
	}
	values[fieldDatabase], values[fieldPrefix] = p.database, prefix
	s := connect.Settings{Values: values, Secrets: map[string]vault.Secret{}}
	for i := 0; i < len(others); i += 2 {
		if others[i] == fieldPassword {
			s.Secrets[fieldPassword] = vault.NewSecret(others[i+1])
		} else {
			values[others[i]] = others[i+1]
		}
	}
	return s
}

func (p place) Open(t testing.TB) connect.Destination {
	t.Helper()
	d, err := openWith(t.Context(), p.settings(t), usual())
	if err != nil {
		t.Fatalf("opening: %v", err)
	}
	d.rows = p.rows
	return d
}

// opened returns a destination that waits for locks a moment only.
func (p place) opened(t testing.TB, others ...string) (*destination, error) {
	t.Helper()
	return p.patient(t, patience{connect: 10 * time.Second, lock: time.Second, answer: time.Minute}, others...)
}

func (p place) patient(t testing.TB, how patience, others ...string) (*destination, error) {
	t.Helper()
	d, err := openWith(t.Context(), p.settings(t, others...), how)
	if err == nil {
		d.rows = p.rows
		t.Cleanup(func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return d, err
}

// table is the name of the table of a stream, in a statement of anybody.
func (p place) table(stream string) string {
	return p.database + "." + quote(names().Name(prefix+stream))
}

func (p place) Rows(t testing.TB, s connect.Stream) []map[string]any {
	t.Helper()
	db := client(t)
	defer db.Close()
	var there int
	err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM information_schema.tables WHERE table_schema = ? AND table_name = ?",
		p.database, names().Name(prefix+s.Name)).Scan(&there)
	if err != nil {
		t.Fatal(err)
	}
	if there == 0 {
		return nil
	}
	var columns []string
	for _, column := range s.Columns {
		columns = append(columns, quote(names().Name(column.Name)))
	}
	rows, err := db.QueryContext(t.Context(), "SELECT "+strings.Join(columns, ", ")+" FROM "+p.table(s.Name))
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []map[string]any
	for rows.Next() {
		row := map[string]any{}
		into := make([]any, len(s.Columns))
		for i, c := range s.Columns {
			into[i] = typed(c.Type)
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, c := range s.Columns {
			row[c.Name] = kept(into[i])
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// typed is where the driver puts a value of a column, if it has the type that
// other programs expect.
func typed(t connect.Type) any {
	switch t {
	case connect.Integer:
		return new(sql.Null[int64])
	case connect.Number:
		return new(sql.Null[float64])
	case connect.Boolean:
		return new(sql.Null[bool])
	case connect.Timestamp:
		return new(sql.Null[time.Time])
	case connect.JSON:
		return new(sql.Null[[]byte])
	case connect.Text:
	}
	return new(sql.Null[string])
}

func kept(v any) any {
	switch v := v.(type) {
	case *sql.Null[int64]:
		return orNil(*v)
	case *sql.Null[float64]:
		return orNil(*v)
	case *sql.Null[bool]:
		return orNil(*v)
	case *sql.Null[time.Time]:
		return orNil(*v)
	case *sql.Null[[]byte]:
		if v.Valid {
			return connect.Document(v.V)
		}
	case *sql.Null[string]:
		return orNil(*v)
	}
	return nil
}

func orNil[T any](v sql.Null[T]) any {
	if v.Valid {
		return v.V
	}
	return nil
}

func names() interface {
	Name(string) string
	Quoted(string) string
} {
	return newDialect(server{}, "", "")
}

func quote(name string) string { return names().Quoted(name) }

// client is another program's connections, of a user who may do everything.
func client(t testing.TB) *sql.DB {
	t.Helper()
	_, rest, _ := strings.Cut(testServer(t), ":")
	values, err := address(rest)
	if err != nil {
		t.Fatal(err)
	}
	c, err := configure(connect.Settings{Values: values}, "")
	if err != nil {
		t.Fatal(err)
	}
	c.ParseTime = true
	connector, err := driver.NewConnector(c)
	if err != nil {
		t.Fatal(err)
	}
	return sql.OpenDB(connector)
}

// admin runs statements as another program.
func admin(t testing.TB, statements ...string) {
	t.Helper()
	db := client(t)
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(context.Background(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// asked returns what a query of another program finds: a text a row.
func asked(t testing.TB, query string, args ...any) []string {
	t.Helper()
	db := client(t)
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// openAt opens a server that is none for tests.
func openAt(t testing.TB, host, port, mode string) (*destination, error) {
	t.Helper()
	return openWith(t.Context(), connect.Settings{Values: map[string]string{
		fieldHost: host, fieldPort: port, fieldDatabase: "d", fieldUser: "u", fieldTLS: mode,
	}}, usual())
}
