package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// table is a prepared stream and the statements that write it.
type table struct {
	name    string
	columns []connect.Column
	key     []int // where the key stands in columns
	all     []int // where each column stands
	deleted int   // where _deleted_at stands, or -1
	history *history

	upsert, remove, mark statement
	args                 []driver.NamedValue // of the statement being run
}

// statement is prepared when it is first run.
type statement struct{ driver.Stmt }

func newTable(s connect.Stream) (*table, error) {
	t := &table{name: s.Name, columns: s.Columns, deleted: -1}
	for i, c := range s.Columns {
		t.all = append(t.all, i)
		if c.Name == connect.ColumnDeleted {
			t.deleted = i
		}
	}
	key, err := s.KeyColumns()
	if err != nil {
		return nil, err
	}
	t.key = key
	if s.History {
		t.history = newHistory(t, s)
	}
	return t, nil
}

// table returns what Prepare made for s.
func (d *destination) table(s connect.Stream) (*table, error) {
	t, ok := d.tables[s.Name]
	same := func(a, b connect.Column) bool { return a.Name == b.Name && a.Type == b.Type }
	if !ok || !slices.EqualFunc(t.columns, s.Columns, same) {
		return nil, fault.New(fault.Internal, "%s was not prepared with these columns", s.Name)
	}
	return t, nil
}

func (t *table) isKey(column int) bool { return slices.Contains(t.key, column) }

// required says whether a column is never null.
func (t *table) required(column int) bool { return t.columns[column].Required || t.isKey(column) }

// write upserts, marks or deletes one record.
func (t *table) write(ctx context.Context, conn driver.Conn, r connect.Record) error {
	switch {
	case len(r.Values) != len(t.columns):
		return fault.New(fault.Schema, "a record of %s has %d values for %d columns", t.name, len(r.Values), len(t.columns))
	case t.history != nil:
		return t.history.write(ctx, conn, r)
	case r.Deleted && t.deleted >= 0 && r.Values[t.deleted] != nil:
		return t.run(ctx, conn, &t.mark, t.markSQL, r, append([]int{t.deleted}, t.key...))
	case r.Deleted:
		return t.run(ctx, conn, &t.remove, t.removeSQL, r, t.key)
	default:
		return t.run(ctx, conn, &t.upsert, t.upsertSQL, r, t.all)
	}
}

// run executes a statement with the values of some columns of r. It speaks to
// the driver itself: beside what SQLite does for a wide record, what
// database/sql does to forty values is a tenth.
func (t *table) run(ctx context.Context, conn driver.Conn, s *statement, text func() string, r connect.Record, columns []int) error {
	t.args = t.args[:0]
	for _, i := range columns {
		if err := t.bind(i, r.Values[i]); err != nil {
			return err
		}
	}
	if s.Stmt == nil {
		prepared, err := conn.Prepare(text())
		if err != nil {
			return err
		}
		s.Stmt = prepared
	}
	run, ok := s.Stmt.(driver.StmtExecContext)
	if !ok {
		return fault.New(fault.Internal, "the driver runs no prepared statements")
	}
	_, err := run.ExecContext(ctx, t.args)
	return err
}

// bind adds a value to args as SQLite keeps it, or says why it cannot: SQLite
// itself takes any value in any column.
func (t *table) bind(column int, v any) error {
	if err := t.columns[column].Fit(t.name, v, t.required(column)); err != nil {
		return err
	}
	t.args = append(t.args, driver.NamedValue{Ordinal: len(t.args) + 1, Value: value(v)})
	return nil
}

// value returns v as SQLite keeps it.
func value(v any) any {
	switch v := v.(type) {
	case time.Time:
		return connect.FormatTime(v)
	case connect.Document:
		return string(v)
	}
	return v
}

// close releases the statements.
func (t *table) close() error {
	statements := []statement{t.upsert, t.remove, t.mark}
	if t.history != nil {
		statements = append(statements, t.history.end, t.history.add)
	}
	var err error
	for _, s := range statements {
		if s.Stmt != nil {
			err = errors.Join(err, s.Close())
		}
	}
	return err
}

func (t *table) upsertSQL() string {
	var names, set []string
	for i, c := range t.columns {
		names = append(names, quote(c.Name))
		if !t.isKey(i) {
			set = append(set, quote(c.Name)+" = excluded."+quote(c.Name))
		}
	}
	do := "NOTHING"
	if len(set) > 0 {
		do = "UPDATE SET " + strings.Join(set, ", ")
	}
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (%s) DO %s",
		quote(t.name), strings.Join(names, ", "), strings.Repeat("?, ", len(names)-1)+"?",
		strings.Join(t.keyNames(), ", "), do)
}

func (t *table) removeSQL() string {
	return fmt.Sprintf("DELETE FROM %s WHERE %s = ?", quote(t.name), strings.Join(t.keyNames(), " = ? AND "))
}

func (t *table) markSQL() string {
	return fmt.Sprintf("UPDATE %s SET %s = ? WHERE %s = ?", quote(t.name), quote(connect.ColumnDeleted), strings.Join(t.keyNames(), " = ? AND "))
}

// keyNames returns the quoted names of the key's columns.
func (t *table) keyNames() []string {
	var names []string
	for _, i := range t.key {
		names = append(names, quote(t.columns[i].Name))
	}
	return names
}

// quote writes a name so that SQLite takes it for nothing else.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
