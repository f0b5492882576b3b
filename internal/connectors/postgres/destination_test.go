package postgres

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
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
	server(t)
	connecttest.TestDestination(t, connecttest.Harness{
		Fresh:       func(t testing.TB) connecttest.Place { return fresh(t) },
		NULReplaced: true,
	})
}

// server returns the address of the server for tests; see scripts/services.
func server(t testing.TB) string {
	t.Helper()
	const name = "KALENDS_TEST_POSTGRES"
	address := os.Getenv(name)
	switch {
	case address != "":
	case os.Getenv("CI") == "true":
		t.Fatalf("%s is not set: run the tests with scripts/services", name)
	default:
		t.Skipf("needs a PostgreSQL server: run the tests with scripts/services, or name one by %s", name)
	}
	return address
}

// place is a schema of the server's database.
type place struct{ schema string }

// fresh returns a schema that is not there yet and is dropped after the test.
func fresh(t testing.TB) place {
	t.Helper()
	p := place{`a "schema" ` + rand.Text()}
	t.Cleanup(func() { admin(t, "DROP SCHEMA IF EXISTS "+quote(p.schema)+" CASCADE") })
	return p
}

// settings are those of the server for tests, with some of others.
func (p place) settings(t testing.TB, others ...string) connect.Settings {
	t.Helper()
	_, rest, _ := strings.Cut(server(t), ":")
	values, err := address(rest)
	if err != nil {
		t.Fatal(err)
	}
	values[fieldSchema] = p.schema
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
	d, err := New().OpenDestination(t.Context(), p.settings(t))
	if err != nil {
		t.Fatalf("opening: %v", err)
	}
	return d
}

// opened returns a destination that waits for locks a moment only.
func (p place) opened(t testing.TB, others ...string) (*destination, error) {
	t.Helper()
	return p.patient(t, patience{connect: 10 * time.Second, lock: 200 * time.Millisecond, answer: time.Minute}, others...)
}

func (p place) patient(t testing.TB, how patience, others ...string) (*destination, error) {
	t.Helper()
	d, err := openWith(t.Context(), p.settings(t, others...), how)
	if err == nil {
		t.Cleanup(func() {
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	return d, err
}

func (p place) Rows(t testing.TB, s connect.Stream) []map[string]any {
	t.Helper()
	c := client(t)
	defer c.Close(context.Background())
	table := quote(p.schema) + "." + quote(newDialect("", "").Name(s.Name))
	var there bool
	if err := c.QueryRow(t.Context(), "SELECT to_regclass($1) IS NOT NULL", table).Scan(&there); err != nil {
		t.Fatal(err)
	}
	if !there {
		return nil
	}
	var columns []string
	for _, column := range s.Columns {
		name := quote(newDialect("", "").Name(column.Name))
		if column.Type == connect.JSON {
			name += "::text"
		}
		columns = append(columns, name)
	}
	rows, err := c.Query(t.Context(), "SELECT "+strings.Join(columns, ", ")+" FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []map[string]any
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		row := map[string]any{}
		for i, column := range s.Columns {
			row[column.Name] = kept(t, column, values[i])
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// kept fails the test unless the driver found the type that other programs
// expect of the column.
func kept(t testing.TB, c connect.Column, v any) any {
	t.Helper()
	ok := v == nil
	switch c.Type {
	case connect.Text:
		_, is := v.(string)
		ok = ok || is
	case connect.Integer:
		_, is := v.(int64)
		ok = ok || is
	case connect.Number:
		_, is := v.(float64)
		ok = ok || is
	case connect.Boolean:
		_, is := v.(bool)
		ok = ok || is
	case connect.Timestamp:
		at, is := v.(time.Time)
		if is {
			return at.UTC()
		}
	case connect.JSON:
		if text, is := v.(string); is {
			return connect.Document(text)
		}
	}
	if !ok {
		t.Fatalf("column %s is kept as %T", c.Name, v)
	}
	return v
}

func quote(name string) string { return newDialect("", "").Quoted(name) }

// client is another program's connection, of a user who may do everything.
func client(t testing.TB) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(context.Background(), server(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// admin runs statements as another program.
func admin(t testing.TB, statements ...string) {
	t.Helper()
	c := client(t)
	defer c.Close(context.Background())
	for _, s := range statements {
		if _, err := c.Exec(context.Background(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// asked returns what a query of another program finds: a text a row.
func asked(t testing.TB, query string, args ...any) []string {
	t.Helper()
	c := client(t)
	defer c.Close(context.Background())
	rows, err := c.Query(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// openAt opens a server that is none for tests.
func (p place) openAt(t testing.TB, host, port, mode string) (*destination, error) {
	t.Helper()
	return openWith(t.Context(), connect.Settings{Values: map[string]string{
		fieldHost: host, fieldPort: port, fieldDatabase: "d", fieldUser: "u", fieldSchema: p.schema, fieldTLS: mode,
	}}, usual())
}
