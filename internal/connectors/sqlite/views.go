package sqlite

import (
	"context"
	"fmt"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

var _ connect.ViewKeeper = (*destination)(nil)

// KeepViews implements connect.ViewKeeper. Its views are those in whose text
// their mark stands.
func (d *destination) KeepViews(ctx context.Context, views []connect.View) error {
	return d.within(ctx, "making views in", func() error {
		there, err := d.things(ctx)
		if err != nil {
			return err
		}
		isTable := func(name string) bool { return there[strings.ToLower(name)].kind == "table" }
		wanted, err := d.dialect.Views(views, words(), isTable)
		if err != nil {
			return err
		}
		for _, v := range wanted {
			if err := d.keepView(ctx, v, there[strings.ToLower(v.Name)]); err != nil {
				return err
			}
		}
		return nil
	})
}

// thing is a table or view that is there.
type thing struct{ kind, text string }

// things returns what is there, by its name in lower case.
func (d *destination) things(ctx context.Context) (_ map[string]thing, err error) {
	rows, err := d.conn.QueryContext(ctx, "SELECT lower(name), type, coalesce(sql, '') FROM sqlite_master WHERE type IN ('table', 'view')")
	if err != nil {
		return nil, err
	}
	defer func() { err = closed(rows, err) }()
	there := map[string]thing{}
	for rows.Next() {
		var name string
		var t thing
		if err := rows.Scan(&name, &t.kind, &t.text); err != nil {
			return nil, err
		}
		there[name] = t
	}
	return there, rows.Err()
}

func (d *destination) keepView(ctx context.Context, v dialect.View, is thing) error {
	var statements []string
	switch {
	case is.kind == "":
	case is.kind == "table" || !strings.Contains(is.text, dialect.MadeByKalends) || strings.Contains(is.text, v.Mark):
		return nil
	default:
		statements = append(statements, "DROP VIEW "+v.Quoted(d.dialect))
	}
	statements = append(statements, fmt.Sprintf("CREATE VIEW %s AS /* %s */ %s", v.Quoted(d.dialect), v.Mark, v.Query))
	for _, s := range statements {
		if _, err := d.conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// words are SQLite's.
func words() dialect.Words {
	member := func(format string) func(alias, member string) string {
		return func(alias, member string) string {
			return fmt.Sprintf(format, fmt.Sprintf("json_extract(%s.value, '$.%s')", alias, member))
		}
	}
	return dialect.Words{
		Each: func(list, alias string) string {
			return fmt.Sprintf("CROSS JOIN json_each(CASE json_type(%[1]s) WHEN 'array' THEN %[1]s ELSE '[]' END) AS %[2]s", list, alias)
		},
		Place:  func(alias string) string { return alias + ".key" },
		Text:   member("%s"),
		Flag:   member("%s = 1"),
		List:   member("%s"),
		First:  func(list, member string) string { return fmt.Sprintf("json_extract(%s, '$[0].%s')", list, member) },
		Length: func(list string) string { return fmt.Sprintf("json_array_length(%s)", list) },
		Minutes: func(from, to string) string {
			return fmt.Sprintf("CAST(round((julianday(%s) - julianday(%s)) * 1440) AS INTEGER)", to, from)
		},
		Day:     func(at string) string { return fmt.Sprintf("substr(%s, 1, 10)", at) },
		Integer: func(number string) string { return fmt.Sprintf("CAST(%s AS INTEGER)", number) },
	}
}
