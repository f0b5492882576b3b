package mysql

import (
	"context"
	"fmt"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

var _ connect.ViewKeeper = (*destination)(nil)

// KeepViews implements connect.ViewKeeper. Its views are those in which
// something is called by their mark: views have no comments here.
func (d *destination) KeepViews(ctx context.Context, views []connect.View) error {
	err := d.alone(ctx, func() error { return d.keepViews(ctx, views) })
	return d.fault(ctx, "making views in", err)
}

func (d *destination) keepViews(ctx context.Context, views []connect.View) error {
	type thing struct{ kind, text string }
	there := map[string]thing{}
	err := d.session.query(ctx, `SELECT t.table_name, t.table_type, coalesce(v.view_definition, '') FROM information_schema.tables t
		LEFT JOIN information_schema.views v ON v.table_schema = t.table_schema AND v.table_name = t.table_name WHERE t.table_schema = DATABASE()`,
		nil, func(scan func(...any) error) error {
			var name string
			var is thing
			err := scan(&name, &is.kind, &is.text)
			there[name] = is
			return err
		})
	if err != nil {
		return err
	}
	wanted, err := d.dialect.Views(views, words(), func(table string) bool { return there[table].kind == "BASE TABLE" })
	if err != nil {
		return err
	}
	for _, v := range wanted {
		is := there[v.Name]
		ours := is.kind == "VIEW" && strings.Contains(is.text, dialect.MadeByKalends)
		if is.kind != "" && !ours || strings.Contains(is.text, v.Mark) {
			continue
		}
		// Who asks the view has to have the right to ask the tables.
		err := d.session.run(ctx, fmt.Sprintf("CREATE OR REPLACE SQL SECURITY INVOKER VIEW %s AS SELECT * FROM (%s) AS %s",
			v.Quoted(d.dialect), v.Query, d.dialect.Quoted(v.Mark)))
		if err != nil {
			return err
		}
	}
	return nil
}

// words are those that MySQL and MariaDB have in common.
func words() dialect.Words {
	list := func(list string) string {
		return fmt.Sprintf("CASE json_type(%[1]s) WHEN 'ARRAY' THEN %[1]s ELSE '[]' END", list)
	}
	text := func(json, path string) string { // null is a text to json_unquote
		is := fmt.Sprintf("json_extract(%s, '$%s')", json, path)
		return fmt.Sprintf("CASE json_type(%[1]s) WHEN 'NULL' THEN NULL ELSE json_unquote(%[1]s) END", is)
	}
	return dialect.Words{
		// A view of MariaDB forgets that a column of JSON_TABLE is JSON, and finds
		// texts and numbers alone: an element is found by its place, and made a text.
		Each: func(of, alias string) string {
			return fmt.Sprintf(`CROSS JOIN JSON_TABLE(%[1]s, '$[*]' COLUMNS (ordinal FOR ORDINALITY)) AS %[2]s_at
				CROSS JOIN JSON_TABLE(json_array(concat('', json_extract(%[1]s, concat('$[', %[2]s_at.ordinal - 1, ']')))), '$[*]'
					COLUMNS (value LONGTEXT CHARACTER SET utf8mb4 PATH '$')) AS %[2]s`, list(of), alias)
		},
		Place: func(alias string) string { return "CAST(" + alias + "_at.ordinal AS SIGNED) - 1" },
		Text:  func(alias, member string) string { return text(alias+".value", "."+member) },
		Flag: func(alias, member string) string {
			return fmt.Sprintf("json_unquote(json_extract(%s.value, '$.%s')) = 'true'", alias, member)
		},
		List:   func(alias, member string) string { return fmt.Sprintf("json_extract(%s.value, '$.%s')", alias, member) },
		First:  func(of, member string) string { return text(of, "[0]."+member) },
		Length: func(of string) string { return fmt.Sprintf("json_length(%s)", list(of)) },
		Minutes: func(from, to string) string {
			return fmt.Sprintf("CAST(round(timestampdiff(MICROSECOND, %s, %s) / 60000000) AS SIGNED)", from, to)
		},
		Day:     func(at string) string { return fmt.Sprintf("date_format(%s, '%%Y-%%m-%%d')", at) },
		Integer: func(number string) string { return fmt.Sprintf("CAST(%s AS SIGNED)", number) },
	}
}
