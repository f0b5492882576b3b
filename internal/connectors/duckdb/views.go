//go:build duckdb

package duckdb

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
	return d.within(ctx, "making views in", func() error {
		there, err := d.things(ctx)
		if err != nil {
			return err
		}
		isTable := func(name string) bool { return there.named(d.dialect, name).kind == kindTable }
		wanted, err := d.dialect.Views(views, words(), isTable)
		if err != nil {
			return err
		}
		for _, v := range wanted {
			is := there.named(d.dialect, v.Name)
			ours := is.kind == kindView && strings.HasPrefix(is.comment, dialect.MadeByKalends)
			if is.kind != "" && !ours || is.comment == v.Mark {
				continue
			}
			name := v.Quoted(d.dialect)
			if err := d.run(ctx, fmt.Sprintf("CREATE OR REPLACE VIEW %s AS %s", name, v.Query), fmt.Sprintf("COMMENT ON VIEW %s IS '%s'", name, v.Mark)); err != nil {
				return err
			}
		}
		return nil
	})
}

// words are DuckDB's.
func words() dialect.Words {
	member := func(format string) func(alias, member string) string {
		return func(alias, member string) string { return fmt.Sprintf(format, alias, member) }
	}
	list := func(list string) string {
		return fmt.Sprintf("CASE json_type(%[1]s) WHEN 'ARRAY' THEN %[1]s ELSE '[]' END", list)
	}
	return dialect.Words{
		Each: func(of, alias string) string {
			return fmt.Sprintf(`CROSS JOIN LATERAL (SELECT unnest(l.items) AS value, generate_subscripts(l.items, 1) AS ordinal
				FROM (SELECT CAST(%s AS JSON[]) AS items) AS l) AS %s`, list(of), alias)
		},
		Place:  func(alias string) string { return alias + ".ordinal - 1" },
		Text:   member("json_extract_string(%s.value, '$.%s')"),
		Flag:   member("json_extract_string(%s.value, '$.%s') = 'true'"),
		List:   member("json_extract(%s.value, '$.%s')"),
		First:  func(of, member string) string { return fmt.Sprintf("json_extract_string(%s, '$[0].%s')", of, member) },
		Length: func(of string) string { return fmt.Sprintf("CAST(json_array_length(%s) AS BIGINT)", list(of)) },
		Minutes: func(from, to string) string {
			return fmt.Sprintf("CAST(round((epoch_us(%s) - epoch_us(%s)) / 60000000) AS BIGINT)", to, from)
		},
		Day:     func(at string) string { return fmt.Sprintf("strftime(%s AT TIME ZONE 'UTC', '%%Y-%%m-%%d')", at) },
		Integer: func(number string) string { return fmt.Sprintf("CAST(%s AS BIGINT)", number) },
	}
}
