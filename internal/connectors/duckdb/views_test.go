//go:build duckdb

package duckdb

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
)

// asking are views of things with lists; more is what the first one tells beside.
func asking(more string) []connect.View {
	return []connect.View{
		{Name: "parts", Of: []string{"things"}, Query: `SELECT t.uri, {{place "p"}} AS position, {{text "p" "name"}} AS name, {{flag "p" "good"}} AS good` + more + `
			FROM {{table "things"}} t {{each "t.list" "p"}}`},
		{Name: "counts", Of: []string{"things"}, Views: []string{"parts"}, Query: `SELECT uri, count(*) AS parts FROM {{table "parts"}} GROUP BY uri`},
		{Name: "nothing", Of: []string{"missing"}, Query: `SELECT 1 FROM {{table "missing"}}`},
	}
}

func TestKeepViews_makes_lists_into_rows_and_leaves_views_of_others(t *testing.T) {
	t.Parallel()
	d, _ := opened(t)
	s := connect.Stream{Name: "things", Key: []string{"uri"}, Columns: []connect.Column{{Name: "uri"}, {Name: "list", Type: connect.JSON}}}
	if _, err := d.Prepare(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	list := connect.Document(`[{"name":"\"Zoë\"","good":true},{"name":null,"good":false},{"name":"null"}]`)
	err := writeAll(t, d, s, []connect.Record{{Values: []any{"a", list}}, {Values: []any{"b", nil}}, {Values: []any{"c", connect.Document(`{}`)}}})
	if err != nil {
		t.Fatal(err)
	}
	keep := func(more string) {
		t.Helper()
		if err := d.KeepViews(t.Context(), asking(more)); err != nil {
			t.Fatal(err)
		}
	}
	asked := func(query string, want ...string) {
		t.Helper()
		var got []string
		err := d.query(t.Context(), query, nil, func(scan func(...any) error) error {
			var one string
			err := scan(&one)
			got = append(got, one)
			return err
		})
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", query, err, diff)
		}
	}
	const parts = "SELECT concat_ws(' ', uri, position, coalesce(name, 'NULL'), coalesce(good::VARCHAR, 'NULL')) FROM parts ORDER BY position"
	for range 2 {
		keep("")
		asked(parts, `a 0 "Zoë" true`, "a 1 NULL false", "a 2 null NULL")
	}
	asked("SELECT parts::VARCHAR FROM counts", "3")
	keep(", 7 AS more")
	asked("SELECT DISTINCT more::VARCHAR FROM parts", "7")
	if err := d.run(t.Context(), "CREATE OR REPLACE VIEW parts AS SELECT 'theirs' AS uri", "DROP VIEW counts", "CREATE TABLE counts (mine INT)"); err != nil {
		t.Fatal(err)
	}
	keep("")
	asked("SELECT * FROM parts", "theirs")
	asked("SELECT count(*)::VARCHAR FROM counts", "0")
}
