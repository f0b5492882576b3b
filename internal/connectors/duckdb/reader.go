//go:build duckdb

package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"net/url"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/kalends/kalends/internal/fault"
)

// reader is a connection to a file that is only read. Those of one source are
// connections to one opened database.
type reader struct {
	path   string
	db     *sql.DB
	conn   *sql.Conn
	spills *spills
}

func openReader(ctx context.Context, path string, s *spills) (*reader, error) {
	if err := file().Readable(path); err != nil {
		return nil, err
	}
	r := &reader{path: path, spills: s}
	folder, err := s.enter()
	if err == nil {
		err = r.connect(ctx, folder)
	}
	if err != nil {
		return nil, errors.Join(fromOf(r.fault(ctx, "opening", err)), s.leave())
	}
	return r, nil
}

// connect opens the file, so that others may read it meanwhile. One thread sorts
// in the memory that there is, where several would each want as much.
func (r *reader) connect(ctx context.Context, folder string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	connector, err := duckdb.NewConnector(dsn(r.path)+"&access_mode=READ_ONLY&threads=1&temp_directory="+url.QueryEscape(folder), nil)
	switch {
	case is(err, duckdb.ErrorTypeCatalog): // a file of data, which would be shown as a database in memory
		return notDuckDB(r.path)
	case err != nil:
		return err
	}
	r.db = sql.OpenDB(connector)
	if r.conn, err = r.db.Conn(ctx); err == nil {
		err = (&destination{path: r.path, conn: r.conn}).suits(ctx)
	}
	if err != nil {
		return errors.Join(err, r.disconnect())
	}
	return nil
}

func (r *reader) disconnect() (err error) {
	if r.conn != nil {
		err = r.conn.Close()
	}
	return errors.Join(err, r.db.Close())
}

// Close implements relation.Session.
func (r *reader) Close() error {
	return errors.Join(r.fault(context.Background(), "closing", r.disconnect()), r.spills.leave())
}

// ask shows each row of an answer to see, until it wants no more.
func (r *reader) ask(ctx context.Context, query string, see func(row []any) bool) (err error) {
	rows, err := r.conn.QueryContext(ctx, query)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	row, into := make([]any, len(names)), make([]any, len(names))
	for i := range row {
		into[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if !see(row) {
			return nil
		}
	}
	return rows.Err()
}

// fault sorts an error of the database; see destination.fault.
func (r *reader) fault(ctx context.Context, doing string, err error) error {
	for _, t := range []duckdb.ErrorType{duckdb.ErrorTypeConversion, duckdb.ErrorTypeInvalidInput, duckdb.ErrorTypeOutOfRange, duckdb.ErrorTypeConstraint, duckdb.ErrorTypePermission, duckdb.ErrorTypeTransaction} {
		if ctx.Err() == nil && is(err, t) { // its words may hold values
			f := fault.New(fault.Invalid, "%s %s: a row cannot be computed, or it was tried to write", doing, r.path).WithField("query")
			f.Err = err
			return f.WithHint("give a SELECT that changes nothing, and try it with duckdb, the program")
		}
	}
	return (&destination{path: r.path}).fault(ctx, doing, err)
}

// fromOf makes a fault one of what is read.
func fromOf(err error) error {
	var made *fault.Error
	if errors.As(err, &made) && made.Kind != fault.Canceled {
		made.Field = "from"
	}
	return err
}
