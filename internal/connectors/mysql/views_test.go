package mysql

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
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
	p := fresh(t)
	s := connect.Stream{Name: "things", Key: []string{"uri"}, Columns: []connect.Column{{Name: "uri"}, {Name: "list", Type: connect.JSON}}}
	d := prepared(t, p, s)
	list := connect.Document(`[{"name":"\"Zoë\"","good":true},{"name":null,"good":false},{"name":"null"}]`)
	err := write(t, d, s, connect.Record{Values: []any{"a", list}}, connect.Record{Values: []any{"b", nil}}, connect.Record{Values: []any{"c", connect.Document(`{}`)}})
	if err != nil {
		t.Fatal(err)
	}
	answers := func(of string) []string {
		return asked(t, "SELECT concat_ws(' ', uri, position, coalesce(name, 'NULL'), coalesce(good, 'NULL')"+of+") FROM "+p.table("parts")+" ORDER BY position")
	}
	text := func() []string {
		return asked(t, "SELECT concat(table_name, view_definition) FROM information_schema.views WHERE table_schema = ? ORDER BY 1", p.database)
	}
	for range 2 {
		if err := d.KeepViews(t.Context(), asking("")); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{`a 0 "Zoë" 1`, "a 1 NULL 0", "a 2 null NULL"}, answers("")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if got := asked(t, "SELECT parts FROM "+p.table("counts")); len(got) != 1 || got[0] != "3" {
		t.Errorf("counts: %v", got)
	}
	if err := d.KeepViews(t.Context(), asking(", 7 AS more")); err != nil {
		t.Fatal(err)
	}
	if got := answers(", more"); len(got) != 3 || !strings.HasSuffix(got[0], " 7") {
		t.Errorf("made anew: %v", got)
	}
	admin(t, "CREATE OR REPLACE VIEW "+p.table("parts")+" AS SELECT 'theirs' AS uri", "DROP VIEW "+p.table("counts"), "CREATE TABLE "+p.table("counts")+" (mine int)")
	before := text()
	if err := d.KeepViews(t.Context(), asking("")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, text()); diff != "" || len(before) != 1 {
		t.Errorf("what others made (-before +after):\n%s", diff)
	}
}

func TestKeepViews_says_when_a_permission_is_missing(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	s := connect.Stream{Name: "things", Key: []string{"uri"}, Columns: []connect.Column{{Name: "uri"}, {Name: "list", Type: connect.JSON}}}
	prepared(t, p, s)
	d, err := p.opened(t, fieldUser, account(t, p, "", "SELECT, CREATE"))
	if err != nil {
		t.Fatal(err)
	}
	connecttest.Refused(t, "making a view", d.KeepViews(t.Context(), asking("")), fault.Forbidden, "making views in", "GRANT", p.database)
}
