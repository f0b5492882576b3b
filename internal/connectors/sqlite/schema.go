package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

// Prepare makes the table of s with its indexes, or adds the columns that are
// missing from it. Columns that are not the stream's are left alone.
//
// A table that cannot keep the stream as it is meant is fault.Schema.
func (d *destination) Prepare(ctx context.Context, s connect.Stream) (created bool, err error) {
	wanted, err := d.dialect.Table(s)
	if err != nil {
		return false, err
	}
	t := &table{Table: wanted}
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
	there, err := d.columns(ctx, t.Table)
	if err != nil {
		return false, err
	}
	var statements []string
	if there == nil {
		// Not WITHOUT ROWID: records are wide, and with them in the key's tree
		// filling a table of 100,000 events took twice as long.
		statements = append(statements, t.CreateSQL())
	} else {
		if err := t.Fits(there); err != nil {
			return false, err
		}
		for _, i := range t.Missing(there) {
			statements = append(statements, t.AddSQL(i))
		}
	}
	for _, statement := range append(statements, t.indexSQL()...) {
		if _, err := d.conn.ExecContext(ctx, statement); err != nil {
			return false, err
		}
	}
	return there == nil, nil
}

// indexSQL makes an index for each reference to another record. Most references
// of most records are null; leaving those out spares a fifth of the time of
// writing an invitee, and serves every search for a record all the same.
func (t *table) indexSQL() []string {
	var statements []string
	for _, i := range t.References() {
		statement := fmt.Sprintf("CREATE INDEX IF NOT EXISTS %s ON %s (%s)", t.Index(i), t.Quoted(), t.Names(i))
		if !t.Required(i) {
			statement += " WHERE " + t.Names(i) + " IS NOT NULL"
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

// columns returns the columns of the table that is there, nil if there is
// none.
func (d *destination) columns(ctx context.Context, t *dialect.Table) (there []dialect.Column, err error) {
	var kind string
	err = d.conn.QueryRowContext(ctx, `SELECT type FROM pragma_table_list WHERE schema = 'main' AND name = ? COLLATE NOCASE`, t.Name).Scan(&kind)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	case kind != "table":
		return nil, t.Misfit("%s is there and is not an ordinary table (%s)", t.Name, kind)
	}
	rows, err := d.conn.QueryContext(ctx, `SELECT name, type, "notnull", dflt_value IS NOT NULL OR hidden > 1, hidden > 1, pk > 0 FROM pragma_table_xinfo(?)`, t.Name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var c dialect.Column
		if err := rows.Scan(&c.Name, &c.Declared, &c.NotNull, &c.Filled, &c.Computed, &c.Key); err != nil {
			return nil, err
		}
		there = append(there, c)
	}
	return there, rows.Err()
}
