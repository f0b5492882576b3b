package app

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/connect"
)

// system is one that copies are made into, as this test asks it.
type system struct {
	name, driver string
	to           func(c *copied) (address, dsn string)
	schema       string // what leads the names of tables
}

// systems keep a copy each, in a place of that name.
func systems(place string) []system {
	return append(ofTag(),
		system{name: "sqlite", driver: "sqlite", to: func(c *copied) (string, string) { return "sqlite:" + c.file, c.file }},
		system{name: "postgres", driver: "pgx", schema: place + ".", to: func(*copied) (string, string) {
			server := os.Getenv("KALENDS_TEST_POSTGRES")
			if server == "" {
				return "", ""
			}
			return server + "&schema=" + place, server
		}},
		system{name: "mysql", driver: "mysql", schema: place + "_", to: func(*copied) (string, string) {
			u, err := url.Parse(os.Getenv("KALENDS_TEST_MYSQL"))
			if err != nil || u.Host == "" {
				return "", ""
			}
			return u.String() + "&prefix=" + place + "_", fmt.Sprintf("%s@tcp(%s)%s?parseTime=true", u.User.Username(), u.Host, u.Path)
		}},
	)
}

// The same views, with the same columns, have the same answers everywhere.
func TestViews_answer_alike_in_every_system(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much work and little beside it: the race detector would find nothing")
	}
	c := newCopied(t, calendlytest.Config{Seed: 41, Events: 200})
	var names []string
	var first map[string][]string
	for _, s := range systems("views_" + strings.ToLower(rand.Text())) {
		to, dsn := s.to(c)
		if to == "" {
			if os.Getenv("CI") != "" {
				t.Errorf("%s does not run", s.name)
			}
			t.Logf("%s does not run: its views are not compared", s.name)
			continue
		}
		for range 2 { // the second run finds them
			if _, err := c.app.Sync(t.Context(), SyncRequest{From: "acme", To: to}); err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
		}
		if names == nil {
			_, source, _, err := c.app.chosen(t.Context(), SyncRequest{From: "acme"})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range source.(connect.Viewer).Views() {
				names = append(names, v.Name)
			}
		}
		answers := map[string][]string{}
		db, err := sql.Open(s.driver, dsn)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if answers[name] = answer(t, db, "SELECT * FROM "+s.schema+name); len(answers[name]) < 2 {
				t.Errorf("%s: %s is empty", s.name, name)
			}
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if first == nil {
			first = answers
		}
		for _, name := range names {
			if diff := cmp.Diff(first[name], answers[name]); diff != "" {
				t.Errorf("%s in %s differs (- the first system):\n%.2000s", name, s.name, diff)
			}
		}
	}
	for _, line := range first["meetings"] {
		if strings.Contains(line, "\x1f2\x1f") { // times_rescheduled, or hosts
			return
		}
	}
	t.Error("no meeting was moved twice")
}

// answer returns the columns of an answer and then its rows, sorted, in one
// form for all systems.
func answer(t *testing.T, db *sql.DB, query string) (lines []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		values := make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		var cells []string
		for _, v := range values {
			cells = append(cells, plainly(v))
		}
		lines = append(lines, strings.Join(cells, "\x1f"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return append([]string{strings.Join(columns, " ")}, lines...)
}

func plainly(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []byte:
		return string(v)
	case bool:
		return map[bool]string{true: "1", false: "0"}[v]
	case time.Time:
		return connect.FormatTime(v)
	}
	return fmt.Sprint(v)
}
