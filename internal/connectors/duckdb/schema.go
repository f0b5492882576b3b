//go:build duckdb

package duckdb

import (
	"context"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

// Prepare makes the table of s, or adds the columns that are missing from it.
// Columns that are not the stream's are left alone.
//
// There is no index but that of the key: columns are read in a row, and one that
// is in an index cannot be updated in its place.
//
// A table that cannot keep the stream as it is meant is fault.Schema.
func (d *destination) Prepare(ctx context.Context, s connect.Stream) (created bool, err error) {
	wanted, err := d.dialect.Table(s)
	if err != nil {
		return false, err
	}
	err = d.within(ctx, "preparing "+s.Name+" in", func() error {
		created, err = d.shape(ctx, wanted)
		return err
	})
	if err != nil {
		return false, err
	}
	d.tables[s.Name] = newTable(wanted)
	return created, nil
}

// shape makes or widens the table.
func (d *destination) shape(ctx context.Context, t *dialect.Table) (created bool, err error) {
	there, err := d.columns(ctx, t)
	if err != nil {
		return false, err
	}
	if there == nil {
		return true, d.run(ctx, t.CreateSQL())
	}
	if err := t.Fits(there); err != nil {
		return false, err
	}
	for _, i := range t.Missing(there) {
		if err := d.run(ctx, t.AddSQL(i)); err != nil {
			return false, err
		}
	}
	return false, nil
}

// columns returns the columns of the table that is there, nil if there is none.
// The catalog does not tell computed columns from those with a default.
func (d *destination) columns(ctx context.Context, t *dialect.Table) (there []dialect.Column, err error) {
	things, err := d.things(ctx)
	if err != nil {
		return nil, err
	}
	switch is := things.named(d.dialect, t.Name); is.kind {
	case "":
		return nil, nil
	case kindTable:
	default:
		return nil, t.Misfit("%s is there and is not an ordinary table (%s)", t.Name, is.kind)
	}
	err = d.query(ctx, `SELECT column_name, data_type, NOT is_nullable, column_default IS NOT NULL, coalesce(list_contains(key, column_name), false)
		FROM duckdb_columns() LEFT JOIN (SELECT database_oid, table_oid, constraint_column_names AS key FROM duckdb_constraints()
			WHERE constraint_type = 'PRIMARY KEY') USING (database_oid, table_oid)
		WHERE database_name = current_database() AND schema_name = current_schema() AND lower(table_name) = lower(?)
		ORDER BY column_index`, []any{t.Name}, func(scan func(...any) error) error {
		var c dialect.Column
		err := scan(&c.Name, &c.Declared, &c.NotNull, &c.Filled, &c.Key)
		there = append(there, c)
		return err
	})
	return there, err
}

const (
	kindTable = "table"
	kindView  = "view"
)

// thing is a table or view that is there.
type thing struct{ name, kind, comment string }

type things []thing

// named returns what has a name.
func (all things) named(d *dialect.Dialect, name string) thing {
	for _, t := range all {
		if d.Same(t.name, name) {
			return t
		}
	}
	return thing{}
}

func (d *destination) things(ctx context.Context) (all things, err error) {
	err = d.query(ctx, `SELECT name, kind, coalesce(comment, '') FROM (
			SELECT table_name AS name, '`+kindTable+`' AS kind, comment, database_name, schema_name FROM duckdb_tables()
			UNION ALL SELECT view_name, '`+kindView+`', comment, database_name, schema_name FROM duckdb_views())
		WHERE database_name = current_database() AND schema_name = current_schema()`, nil, func(scan func(...any) error) error {
		var t thing
		err := scan(&t.name, &t.kind, &t.comment)
		all = append(all, t)
		return err
	})
	return all, err
}
