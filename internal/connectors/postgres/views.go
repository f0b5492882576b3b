package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

var _ connect.ViewKeeper = (*destination)(nil)

// KeepViews implements connect.ViewKeeper. Its views are those that have their
// mark as a comment.
func (d *destination) KeepViews(ctx context.Context, views []connect.View) error {
	err := d.within(ctx, "", func() error { return d.keepViews(ctx, views) })
	if err != nil {
		return d.fault(ctx, "making views in", err)
	}
	return nil
}

func (d *destination) keepViews(ctx context.Context, views []connect.View) error {
	if _, err := d.row(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", "kalends prepares "+d.dialect.Schema); err != nil {
		return err
	}
	rows, err := d.query(ctx, `SELECT relname, relkind, coalesce(obj_description(c.oid, 'pg_class'), '')
		FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = $1`, d.dialect.Schema)
	if err != nil {
		return err
	}
	type thing struct{ kind, comment string }
	there := map[string]thing{}
	for _, r := range rows {
		there[r[0]] = thing{r[1], r[2]}
	}
	isTable := func(name string) bool { return strings.Contains("rp", there[name].kind) && there[name].kind != "" }
	wanted, err := d.dialect.Views(views, words(), isTable)
	if err != nil {
		return err
	}
	var drop, create []string
	changed := false
	for _, v := range wanted {
		is, name := there[v.Name], v.Quoted(d.dialect)
		switch {
		case is.kind == "v" && strings.HasPrefix(is.comment, dialect.MadeByKalends):
			drop = append([]string{"DROP VIEW " + name}, drop...) // those made of others first
		case is.kind != "":
			continue
		}
		changed = changed || is.comment != v.Mark
		create = append(create, fmt.Sprintf("CREATE VIEW %s AS %s; COMMENT ON VIEW %s IS '%s'", name, v.Query, name, v.Mark))
	}
	if !changed {
		return nil
	}
	return d.run(ctx, strings.Join(append(drop, create...), "; "))
}

// words are PostgreSQL's.
func words() dialect.Words {
	member := func(format string) func(alias, member string) string {
		return func(alias, member string) string { return fmt.Sprintf(format, alias, member) }
	}
	list := func(list string) string {
		return fmt.Sprintf("CASE jsonb_typeof((%[1]s)::jsonb) WHEN 'array' THEN (%[1]s)::jsonb ELSE '[]' END", list)
	}
	return dialect.Words{
		Each: func(of, alias string) string {
			return fmt.Sprintf("CROSS JOIN LATERAL jsonb_array_elements(%s) WITH ORDINALITY AS %s (value, ordinal)", list(of), alias)
		},
		Place:  func(alias string) string { return alias + ".ordinal - 1" },
		Text:   member("%s.value ->> '%s'"),
		Flag:   member("(%s.value -> '%s') = 'true'::jsonb"),
		List:   member("%s.value -> '%s'"),
		First:  func(of, member string) string { return fmt.Sprintf("(%s)::jsonb -> 0 ->> '%s'", of, member) },
		Length: func(of string) string { return fmt.Sprintf("jsonb_array_length(%s)::bigint", list(of)) },
		Minutes: func(from, to string) string {
			return fmt.Sprintf("CAST(round(extract(epoch FROM %s - %s) / 60) AS bigint)", to, from)
		},
		Day:     func(at string) string { return fmt.Sprintf("to_char(%s AT TIME ZONE 'UTC', 'YYYY-MM-DD')", at) },
		Integer: func(number string) string { return fmt.Sprintf("CAST(%s AS bigint)", number) },
	}
}
