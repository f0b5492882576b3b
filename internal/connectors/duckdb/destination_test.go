//go:build duckdb

package duckdb

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/dialect"
)

func TestMain(m *testing.M) {
	if connecttest.Victim(func(ctx context.Context, path string) (connect.Destination, error) { return openFile(ctx, path) }) {
		return
	}
	if path := os.Getenv(countEnv); path != "" {
		fmt.Println(count(context.Background(), path))
		return
	}
	goleak.VerifyTestMain(m)
}

func TestDestination(t *testing.T) {
	t.Parallel()
	connecttest.TestDestination(t, connecttest.Harness{Fresh: func(t testing.TB) connecttest.Place {
		return place(filepath.Join(t.TempDir(), "temp.db")) // also the name of DuckDB's own catalog
	}})
}

// place is that of a DuckDB destination.
type place string

func (p place) Open(t testing.TB) connect.Destination {
	t.Helper()
	d, err := New().OpenDestination(t.Context(), connect.Settings{Values: map[string]string{dialect.FieldPath: string(p)}})
	if err != nil {
		t.Fatalf("opening %s: %v", p, err)
	}
	return d
}

// reader opens a copy of the file and its log as they are on the disk: the file
// itself may be open.
func (p place) reader(t testing.TB) *sql.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	for _, suffix := range []string{"", ".wal"} {
		content, err := os.ReadFile(string(p) + suffix)
		if os.IsNotExist(err) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		write(t, path+suffix, content)
	}
	db, err := sql.Open("duckdb", dsn(path)+"&threads=1")
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func (p place) Rows(t testing.TB, s connect.Stream) []map[string]any {
	t.Helper()
	db := p.reader(t)
	defer mustClose(t, db)
	var there int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM duckdb_tables() WHERE table_name = ?", s.Name).Scan(&there); err != nil {
		t.Fatal(err)
	}
	if there == 0 {
		return nil
	}
	var columns []string
	for _, c := range s.Columns {
		columns = append(columns, fmt.Sprintf("typeof(%s), %[1]s", quote(c.Name)))
		if c.Type == connect.JSON {
			columns[len(columns)-1] += "::VARCHAR"
		}
	}
	rows, err := db.QueryContext(t.Context(), "SELECT "+strings.Join(columns, ", ")+" FROM "+quote(s.Name)) //nolint:sqlclosecheck // mustClose closes it
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, rows)
	var all []map[string]any
	for rows.Next() {
		kinds, values := make([]string, len(s.Columns)), make([]any, len(s.Columns))
		var to []any
		for i := range values {
			to = append(to, &kinds[i], &values[i])
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatal(err)
		}
		row := map[string]any{}
		for i, c := range s.Columns {
			if kinds[i] != inCatalog(c) && values[i] != nil {
				t.Fatalf("column %s of %s is a %s", c.Name, s.Name, kinds[i])
			}
			row[c.Name] = values[i]
			if text, ok := values[i].(string); ok && c.Type == connect.JSON {
				row[c.Name] = connect.Document(text)
			}
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func quote(name string) string { return newDialect("").Quoted(name) }

func mustClose(t testing.TB, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func write(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
