package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

// longestName is NAMEDATALEN - 1: the server would cut what is longer, and so
// make one of two.
const longestName = 63

// newDialect returns what PostgreSQL wants of statements about a schema.
func newDialect(schema, place string) *dialect.Dialect {
	return &dialect.Dialect{
		Place: place, Otherwise: "choose another schema", Schema: schema, Quote: `"`, LongestName: longestName, NULReplaced: true,
		Declare: func(t *dialect.Table, column int) string { return declared(t.Stream.Columns[column]) },
		Keeps: func(t *dialect.Table, column int, declared string) bool {
			return slices.Contains(keeping(t.Stream.Columns[column]), declared)
		},
	}
}

// declared returns the type that a column is declared with.
func declared(c connect.Column) string { return keeping(c)[0] }

// keeping returns the types that keep every value of a column. The record as it
// was sent is json: jsonb would put it into another order, and has no \u0000.
func keeping(c connect.Column) []string {
	switch c.Type {
	case connect.Integer:
		return []string{"bigint"}
	case connect.Number:
		return []string{"double precision"}
	case connect.Boolean:
		return []string{"boolean"}
	case connect.Timestamp:
		return []string{"timestamp with time zone", "timestamp(6) with time zone"}
	case connect.JSON:
		if c.Name == connect.ColumnRaw {
			return []string{"json"}
		}
		return []string{"jsonb", "json"}
	case connect.Text:
	}
	return []string{"text", "character varying"}
}

// Prepare makes the schema, and the table of s with its indexes, or adds the
// columns that are missing from it. Columns that are not the stream's are left
// alone. Processes that prepare at once take turns.
//
// A table that cannot keep the stream as it is meant is fault.Schema.
func (d *destination) Prepare(ctx context.Context, s connect.Stream) (created bool, err error) {
	wanted, err := d.dialect.Table(s)
	if err != nil {
		return false, err
	}
	t := newTable(wanted)
	err = d.within(ctx, "", func() error {
		created, err = d.shape(ctx, t)
		return err
	})
	if err != nil {
		return false, d.fault(ctx, "preparing "+s.Name+" in", err)
	}
	d.tables[s.Name] = t
	return created, nil
}

// within runs do in a transaction that is committed if do returns nil.
func (d *destination) within(ctx context.Context, how string, do func() error) error {
	err := d.begin(ctx, how)
	if err != nil {
		return err
	}
	if err = do(); err == nil {
		err = d.commit(ctx)
	}
	if err != nil {
		err = errors.Join(err, d.rollback())
	}
	return err
}

// shape makes or widens the table and its indexes.
func (d *destination) shape(ctx context.Context, t *table) (created bool, err error) {
	if _, err := d.row(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", "kalends prepares "+d.dialect.Schema); err != nil {
		return false, err
	}
	// IF NOT EXISTS would ask for the right to make it even if it is there.
	schemas, err := d.query(ctx, "SELECT 1 FROM pg_namespace WHERE nspname = $1", d.dialect.Schema)
	if err != nil {
		return false, err
	}
	if len(schemas) == 0 {
		if err := d.run(ctx, "CREATE SCHEMA "+d.dialect.Quoted(d.dialect.Schema)); err != nil {
			return false, err
		}
	}
	there, err := d.columns(ctx, t.Table)
	if err != nil {
		return false, err
	}
	var statements []string
	if there == nil {
		statements = append(statements, t.CreateSQL())
	} else {
		if err := t.Fits(there); err != nil {
			return false, err
		}
		for _, i := range t.Missing(there) {
			statements = append(statements, t.AddSQL(i))
		}
	}
	indexes, err := d.indexSQL(ctx, t.Table)
	if err != nil {
		return false, err
	}
	statements = append(append(statements, indexes...), t.unstageSQL())
	for _, statement := range statements {
		if err := d.run(ctx, statement); err != nil {
			return false, err
		}
	}
	return there == nil, nil
}

// columns returns the columns of the table that is there, nil if there is none.
func (d *destination) columns(ctx context.Context, t *dialect.Table) (there []dialect.Column, err error) {
	found, err := d.query(ctx, `SELECT CASE relkind WHEN 'r' THEN '' WHEN 'p' THEN '' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
			WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence' WHEN 'i' THEN 'index' ELSE relkind::text END
		FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = $1 AND relname = $2`, d.dialect.Schema, t.Name)
	switch {
	case err != nil || len(found) == 0:
		return nil, err
	case found[0][0] != "":
		return nil, t.Misfit("%s is there and is not an ordinary table (%s)", t.Name, found[0][0])
	}
	rows, err := d.query(ctx, `SELECT attname, format_type(atttypid, atttypmod), attnotnull, atthasdef OR attidentity <> '',
			attgenerated <> '' OR attidentity = 'a', coalesce(attnum = ANY (indkey), false)
		FROM pg_attribute LEFT JOIN pg_index ON indrelid = attrelid AND indisprimary
		WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, t.Quoted())
	there = []dialect.Column{} // of a table without columns
	for _, r := range rows {
		there = append(there, dialect.Column{
			Name: r[0], Declared: r[1], NotNull: r[2] == "t", Filled: r[3] == "t", Computed: r[4] == "t", Key: r[5] == "t",
		})
	}
	return there, err
}

// indexSQL makes an index for each reference to another record that has none.
// The server finds names for them that nothing else has. Most references of
// most records are null, and left out.
func (d *destination) indexSQL(ctx context.Context, t *dialect.Table) (statements []string, err error) {
	if len(t.References()) == 0 {
		return nil, nil
	}
	rows, err := d.query(ctx, `SELECT DISTINCT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
		WHERE indrelid = to_regclass($1) AND indisvalid`, t.Quoted())
	for _, i := range t.References() {
		if slices.ContainsFunc(rows, func(r []string) bool { return t.Column(r[0]) == i }) {
			continue
		}
		statement := fmt.Sprintf("CREATE INDEX ON %s (%s)", t.Quoted(), t.Names(i))
		if !t.Required(i) {
			statement += " WHERE " + t.Names(i) + " IS NOT NULL"
		}
		statements = append(statements, statement)
	}
	return statements, err
}
