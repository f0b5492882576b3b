package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
)

// table is a prepared stream and the statements that write it.
type table struct {
	*dialect.Table
	end, add             statement           // of a History table
	upsert, remove, mark statement           // of any other
	args                 []driver.NamedValue // of the statement being run
}

// statement is prepared when it is first run.
type statement struct{ driver.Stmt }

// newDialect returns what SQLite wants of statements about the file.
func newDialect(path string) *dialect.Dialect {
	return &dialect.Dialect{
		Place: path, Otherwise: "choose another file", Quote: `"`, FoldsCase: true,
		Declare: func(t *dialect.Table, column int) string { return declared(t.Stream.Columns[column].Type) },
		Keeps: func(t *dialect.Table, column int, declared string) bool {
			holds, ok := meant(declared)
			return ok && holds == t.Stream.Columns[column].Type
		},
	}
}

// table returns what Prepare made for s.
func (d *destination) table(s connect.Stream) (*table, error) {
	t, ok := d.tables[s.Name]
	if !ok || !t.Is(s) {
		return nil, fault.New(fault.Internal, "%s was not prepared with these columns", s.Name)
	}
	return t, nil
}

// write upserts, marks or deletes one record.
func (t *table) write(ctx context.Context, conn driver.Conn, r connect.Record) error {
	if err := t.CheckWidth(r); err != nil {
		return err
	}
	switch {
	case t.History != nil:
		return t.version(ctx, conn, r)
	case r.Deleted && t.Deleted >= 0 && r.Values[t.Deleted] != nil:
		return t.run(ctx, conn, &t.mark, t.markSQL, r, append([]int{t.Deleted}, t.Key...))
	case r.Deleted:
		return t.run(ctx, conn, &t.remove, t.removeSQL, r, t.Key)
	default:
		return t.run(ctx, conn, &t.upsert, t.upsertSQL, r, t.All)
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
	if err := t.Check(column, v); err != nil {
		return err
	}
	switch kept := v.(type) {
	case time.Time:
		v = connect.FormatTime(kept)
	case connect.Document:
		v = string(kept)
	}
	t.args = append(t.args, driver.NamedValue{Ordinal: len(t.args) + 1, Value: v})
	return nil
}

// close releases the statements.
func (t *table) close() error {
	var err error
	for _, s := range []statement{t.upsert, t.remove, t.mark, t.end, t.add} {
		if s.Stmt != nil {
			err = errors.Join(err, s.Close())
		}
	}
	return err
}

func (t *table) upsertSQL() string {
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES (%s) %s", t.Quoted(), t.Names(t.All...), t.List(t.All, "?", ", "), t.OnConflict())
}

func (t *table) removeSQL() string {
	return fmt.Sprintf("DELETE FROM %s WHERE %s", t.Quoted(), t.List(t.Key, "%s = ?", " AND "))
}

func (t *table) markSQL() string {
	return fmt.Sprintf("UPDATE %s SET %s = ? WHERE %s", t.Quoted(), t.Names(t.Deleted), t.List(t.Key, "%s = ?", " AND "))
}
