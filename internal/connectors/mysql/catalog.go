package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

// columns returns the columns of the table that is there, nil if there is none.
func (d *destination) columns(ctx context.Context, t *dialect.Table) (there []dialect.Column, err error) {
	var kind, by string
	err = d.session.row(ctx, `SELECT table_type, coalesce(engine, '') FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?`,
		[]any{t.Name}, &kind, &by)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	case kind != "BASE TABLE":
		return nil, t.Misfit("%s is there and is not an ordinary table (%s)", t.Name, kind)
	case by != "InnoDB":
		return nil, t.Misfit("table %s is kept by the engine %s there, but must be by InnoDB, which has transactions", t.Name, by)
	}
	json, err := d.jsonColumns(ctx, t)
	if err != nil {
		return nil, err
	}
	indexes, err := d.indexes(ctx, t)
	if err != nil {
		return nil, err
	}
	for _, i := range indexes {
		if i.unique && !i.primary {
			return nil, t.Misfit("table %s has the unique index %s there, by which rows would replace each other", t.Name, i.name)
		}
	}
	err = d.session.query(ctx, `SELECT column_name, column_type, coalesce(collation_name, ''), is_nullable = 'NO',
			column_default IS NOT NULL OR extra LIKE '%auto_increment%' OR coalesce(generation_expression, '') <> '',
			coalesce(generation_expression, '') <> ''
		FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position`, []any{t.Name},
		func(scan func(...any) error) error {
			var c dialect.Column
			var collation string
			err := scan(&c.Name, &c.Declared, &collation, &c.NotNull, &c.Filled, &c.Computed)
			if slices.Contains(json, c.Name) {
				c.Declared = "json"
			} else if collation != "" && c.Declared != "json" {
				c.Declared += " collate " + collation
			}
			c.Key = slices.ContainsFunc(indexes, func(i index) bool { return i.primary && i.whole && i.column == c.Name })
			there = append(there, c)
			return err
		})
	return there, err
}

// jsonColumns are the columns of a table that MariaDB calls texts although they
// are declared as JSON: there that is a text with a constraint.
func (d *destination) jsonColumns(ctx context.Context, t *dialect.Table) (names []string, err error) {
	if !d.server.maria {
		return nil, nil
	}
	err = d.session.query(ctx, `SELECT constraint_name FROM information_schema.check_constraints
		WHERE constraint_schema = DATABASE() AND table_name = ? AND lower(check_clause) = concat('json_valid(', ?, replace(constraint_name, ?, ?), ?, ')')`,
		[]any{t.Name, "`", "`", "``", "`"}, func(scan func(...any) error) error {
			var name string
			err := scan(&name)
			names = append(names, name)
			return err
		})
	return names, err
}

// index is a column of an index.
type index struct {
	name, column           string
	primary, unique, whole bool
	first                  bool // the column leads
}

// indexes are those of a table that is there.
func (d *destination) indexes(ctx context.Context, t *dialect.Table) (all []index, err error) {
	err = d.session.query(ctx, `SELECT index_name, coalesce(column_name, ''), index_name = 'PRIMARY', non_unique = 0, sub_part IS NULL, seq_in_index = 1
		FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name = ?`, []any{t.Name},
		func(scan func(...any) error) error {
			var i index
			err := scan(&i.name, &i.column, &i.primary, &i.unique, &i.whole, &i.first)
			all = append(all, i)
			return err
		})
	return all, err
}

// indexSQL makes an index for each reference to another record that has none.
// Of a long text it has the beginning.
func (d *destination) indexSQL(ctx context.Context, t *dialect.Table) (statements []string, err error) {
	indexes, err := d.indexes(ctx, t)
	for _, i := range t.References() {
		if slices.ContainsFunc(indexes, func(is index) bool { return is.first && t.Column(is.column) == i }) {
			continue
		}
		part := ""
		if t.Stream.Columns[i].Type == connect.Text && longest(t, i) == 0 {
			part = fmt.Sprintf("(%d)", indexed)
		}
		statements = append(statements, fmt.Sprintf("CREATE INDEX %s ON %s (%s%s)", t.Index(i), t.Quoted(), t.Names(i), part))
	}
	return statements, err
}
