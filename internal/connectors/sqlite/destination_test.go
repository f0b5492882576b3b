package sqlite

import (
	"database/sql"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
)

func TestMain(m *testing.M) {
	if connecttest.Victim(victim) {
		return
	}
	goleak.VerifyTestMain(m)
}

func TestDestination(t *testing.T) {
	t.Parallel()
	connecttest.TestDestination(t, connecttest.Harness{Fresh: func(t testing.TB) connecttest.Place {
		return place(filepath.Join(t.TempDir(), "copy of #1 100%.db"))
	}})
}

// place is that of an SQLite destination.
type place string

func (f place) Open(t testing.TB) connect.Destination {
	t.Helper()
	d, err := New().OpenDestination(t.Context(), connect.Settings{Values: map[string]string{"path": string(f)}})
	if err != nil {
		t.Fatalf("opening %s: %v", f, err)
	}
	return d
}

// reader opens the file as another program does that only reads.
func (f place) reader(t testing.TB) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", strings.SplitN(dsn(string(f), time.Second), "?", 2)[0]+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func (f place) Rows(t testing.TB, s connect.Stream) []map[string]any {
	t.Helper()
	db := f.reader(t)
	defer mustClose(t, db)
	var there int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM sqlite_master WHERE name = ?", s.Name).Scan(&there); err != nil {
		t.Fatal(err)
	}
	if there == 0 {
		return nil
	}
	var columns []string
	for _, c := range s.Columns {
		name := quote(c.Name)
		columns = append(columns, "typeof("+name+")", "CAST("+name+" AS BLOB)", name+" + 0")
	}
	rows, err := db.QueryContext(t.Context(), "SELECT "+strings.Join(columns, ", ")+" FROM "+quote(s.Name)) //nolint:sqlclosecheck // mustClose closes it
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, rows)
	var all []map[string]any
	for rows.Next() {
		stored := make([]stored, len(s.Columns))
		var to []any
		for i := range stored {
			to = append(to, &stored[i].class, &stored[i].bytes, &stored[i].number)
		}
		if err := rows.Scan(to...); err != nil {
			t.Fatal(err)
		}
		row := map[string]any{}
		for i, c := range s.Columns {
			row[c.Name], err = stored[i].value(c.Type)
			if err != nil {
				t.Fatalf("column %s of %s: %v", c.Name, s.Name, err)
			}
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// stored is a value as it is in the file.
type stored struct {
	class  string // null, integer, real, text
	bytes  []byte
	number any
}

// value fails unless the file holds what other programs expect of the type.
func (v stored) value(t connect.Type) (any, error) {
	want := map[connect.Type]string{connect.Integer: "integer", connect.Boolean: "integer", connect.Number: "real"}[t]
	if want == "" {
		want = "text"
	}
	switch {
	case v.class == "null":
		return nil, nil
	case v.class != want:
		return nil, fmt.Errorf("%s is kept as %s", t, v.class)
	}
	switch t {
	case connect.Integer, connect.Number:
		return v.number, nil
	case connect.Boolean:
		if v.number != int64(0) && v.number != int64(1) {
			return nil, fmt.Errorf("%v is neither 0 nor 1", v.number)
		}
		return v.number == int64(1), nil
	case connect.Timestamp:
		return time.Parse(connect.TimeFormat, string(v.bytes))
	case connect.JSON:
		return connect.Document(v.bytes), nil
	case connect.Text:
	}
	return string(v.bytes), nil
}

func mustClose(t testing.TB, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}
