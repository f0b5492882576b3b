package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Prepare makes the table of s with its indexes, or adds the columns that are
// missing from it. Columns that are not the stream's are left alone.
//
// A table that cannot keep the stream as it is meant is fault.Schema.
func (d *destination) Prepare(ctx context.Context, s connect.Stream) (created bool, err error) {
	t, err := newTable(s)
	if err != nil {
		return false, err
	}
	err = d.within(ctx, "preparing "+s.Name+" in", func() error {
		created, err = d.shape(ctx, t)
		return err
	})
	if err != nil {
		return false, err
	}
	if old, ok := d.tables[s.Name]; ok {
		if err := old.close(); err != nil {
			return false, d.fault(ctx, "preparing "+s.Name+" in", err)
		}
	}
	d.tables[s.Name] = t
	return created, nil
}

// shape makes or widens the table and its indexes.
func (d *destination) shape(ctx context.Context, t *table) (created bool, err error) {
	there, err := d.columns(ctx, t.name)
	if err != nil {
		return false, err
	}
	var statements []string
	if there == nil {
		statements = append(statements, t.createSQL())
	} else {
		if err := d.fits(t, there); err != nil {
			return false, err
		}
		for i, c := range t.columns {
			if find(there, c.Name) == nil {
				statements = append(statements, fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s", quote(t.name), t.columnSQL(i, false)))
			}
		}
	}
	for _, statement := range append(statements, t.indexSQL()...) {
		if _, err := d.conn.ExecContext(ctx, statement); err != nil {
			return false, err
		}
	}
	return there == nil, nil
}

// createSQL is not WITHOUT ROWID: records are wide, and with them in the key's
// tree filling a table of 100,000 events took twice as long.
func (t *table) createSQL() string {
	var columns []string
	for i := range t.columns {
		columns = append(columns, t.columnSQL(i, t.required(i)))
	}
	return fmt.Sprintf("CREATE TABLE %s (%s, PRIMARY KEY (%s))",
		quote(t.name), strings.Join(columns, ", "), strings.Join(t.keyNames(), ", "))
}

// columnSQL declares a column. One that is added to a table cannot be NOT
// NULL, since the rows that are there have no value for it.
func (t *table) columnSQL(column int, notNull bool) string {
	c := t.columns[column]
	text := quote(c.Name) + " " + declared(c.Type)
	if notNull {
		text += " NOT NULL"
	}
	return text
}

// indexSQL makes an index for each reference to another record, unless it
// leads the key, which is an index. Most references of most records are null;
// leaving those out spares a fifth of the time of writing an invitee, and
// serves every search for a record all the same.
func (t *table) indexSQL() []string {
	var statements []string
	for i, c := range t.columns {
		if c.Ref == "" || t.key[0] == i {
			continue
		}
		statement := fmt.Sprintf("CREATE INDEX IF NOT EXISTS %s ON %s (%s)", quote(t.name+"_"+c.Name+"_idx"), quote(t.name), quote(c.Name))
		if !t.required(i) {
			statement += " WHERE " + quote(c.Name) + " IS NOT NULL"
		}
		statements = append(statements, statement)
	}
	return statements
}

// declared returns the type a column is declared with. It tells other programs
// what the column holds, and must not make SQLite change a value: TIMESTAMP
// and BOOLEAN have numeric affinity, which leaves ISO 8601 text and 0 and 1 as
// they are; JSON alone has it too and would turn the text 1.0 into the number
// 1, hence JSON TEXT.
func declared(t connect.Type) string {
	switch t {
	case connect.Integer:
		return "INTEGER"
	case connect.Number:
		return "REAL"
	case connect.Boolean:
		return "BOOLEAN"
	case connect.Timestamp:
		return "TIMESTAMP"
	case connect.JSON:
		return "JSON TEXT"
	case connect.Text:
	}
	return "TEXT"
}

// meant returns the type that a column so declared is meant for: the reverse
// of declared, and the synonyms that have the same affinity
// (https://www.sqlite.org/datatype3.html, section 3.1).
func meant(declared string) (t connect.Type, ok bool) {
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(strings.ToUpper(declared), p) })
	}
	switch {
	case has("INT"):
		return connect.Integer, true
	case has("CHAR", "CLOB", "TEXT"):
		if has("JSON") {
			return connect.JSON, true
		}
		return connect.Text, true
	case has("REAL", "FLOA", "DOUB"):
		return connect.Number, true
	case has("BOOL"):
		return connect.Boolean, true
	case has("TIMESTAMP", "DATETIME"):
		return connect.Timestamp, true
	}
	return 0, false
}

// column is a column that is there.
type column struct {
	name, declared string
	notNull        bool
	filled         bool // has a default or is computed
	computed       bool
	key            bool
}

func find(there []column, name string) *column {
	i := slices.IndexFunc(there, func(c column) bool { return strings.EqualFold(c.name, name) })
	if i < 0 {
		return nil
	}
	return &there[i]
}

// columns returns the columns of the table that is there, nil if there is
// none.
func (d *destination) columns(ctx context.Context, table string) (there []column, err error) {
	var kind string
	err = d.conn.QueryRowContext(ctx, `SELECT type FROM pragma_table_list WHERE schema = 'main' AND name = ? COLLATE NOCASE`, table).Scan(&kind)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	case kind != "table":
		return nil, d.misfit("%s is there and is not an ordinary table (%s)", table, kind)
	}
	rows, err := d.conn.QueryContext(ctx, `SELECT name, type, "notnull", dflt_value IS NOT NULL OR hidden > 1, hidden > 1, pk > 0 FROM pragma_table_xinfo(?)`, table)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var c column
		if err := rows.Scan(&c.name, &c.declared, &c.notNull, &c.filled, &c.computed, &c.key); err != nil {
			return nil, err
		}
		there = append(there, c)
	}
	return there, rows.Err()
}

// fits says why a table that is there cannot keep the stream.
func (d *destination) fits(t *table, there []column) error {
	var key []string
	for _, is := range there {
		if is.key {
			key = append(key, quote(is.name))
		}
	}
	if !sameNames(key, t.keyNames()) {
		return d.misfit("the primary key of table %s is (%s) there, but must be (%s)", t.name, strings.Join(key, ", "), strings.Join(t.keyNames(), ", "))
	}
	for _, is := range there {
		i := slices.IndexFunc(t.columns, func(c connect.Column) bool { return strings.EqualFold(c.Name, is.name) })
		if err := d.keeps(t, i, is); err != nil {
			return err
		}
	}
	return nil
}

// keeps says why a column that is there cannot keep the stream's column i,
// which is -1 if the stream has no such column.
func (d *destination) keeps(t *table, i int, is column) error {
	where := fmt.Sprintf("column %s of table %s", is.name, t.name)
	switch {
	case i < 0 && is.notNull && !is.filled:
		return d.misfit("%s is not the stream's, but must not be null", where)
	case i < 0:
		return nil
	case is.computed:
		return d.misfit("%s is computed there, but is to be written", where)
	case is.notNull && !t.required(i):
		return d.misfit("%s is NOT NULL there, but may be null", where)
	}
	want := t.columns[i].Type
	if holds, ok := meant(is.declared); !ok || holds != want {
		return d.misfit("%s is declared %s there, but must be %s to hold %s values", where, cmp.Or(is.declared, "without a type"), declared(want), want)
	}
	return nil
}

// sameNames compares names as SQLite does, not minding case, in any order.
func sameNames(a, b []string) bool {
	in := func(names []string, name string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
	}
	return len(a) == len(b) && !slices.ContainsFunc(a, func(name string) bool { return !in(b, name) })
}

// misfit is the fault of a table that is there and cannot be used.
func (d *destination) misfit(format string, args ...any) error {
	return fault.New(fault.Schema, format+" (in %s)", append(args, d.path)...).
		WithHint("rename or drop it, or choose another file")
}
