//go:build duckdb

package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"os"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
)

// destination is an open file. It is for one goroutine at a time.
type destination struct {
	path    string
	dialect *dialect.Dialect
	db      *sql.DB
	// conn is the only connection: a transaction is begun and ended on it by
	// hand, so that nothing but Commit and Rollback ends it.
	conn   *sql.Conn
	closed bool
	tables map[string]*table // the prepared ones, by stream
}

var _ connect.Destination = (*destination)(nil)

// open opens the file named by the setting "path", making it if it is missing.
// A file that cannot be used is refused here, before any row is read:
// fault.Invalid, or fault.Unavailable if another program has it open or the disk
// is full.
func open(ctx context.Context, s connect.Settings) (connect.Destination, error) {
	d, err := openFile(ctx, s.Values[dialect.FieldPath])
	if err != nil {
		return nil, err
	}
	return d, nil
}

func openFile(ctx context.Context, path string) (*destination, error) {
	path, err := file().Path(path)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(file().Usable(path), speakable(path)); err != nil {
		return nil, err
	}
	_, missing := os.Stat(path)
	d := &destination{path: path, dialect: newDialect(path), tables: map[string]*table{}}
	err = d.connect(ctx)
	if missing != nil && isFull(err) { // DuckDB leaves a part of a file, and cannot open it later
		err = errors.Join(err, os.Remove(path))
	}
	if err != nil {
		return nil, dialect.Refused(d.fault(ctx, "opening", err))
	}
	return d, nil
}

// dsn opens path without extensions but those that are built in: DuckDB would
// download others when it thinks they are needed. Nor may it keep as much of the
// file in memory as it likes, which is most of the machine's: 1,200,000 records
// were written with a limit of 150 MB.
func dsn(path string) string {
	return path + "?autoinstall_known_extensions=false&autoload_known_extensions=false&memory_limit=512MB"
}

// connect opens the file. Two that are opened at once in this process are one
// for DuckDB, which is why the driver is told the path itself: files that are
// attached are not looked for, and it would spoil one that is attached twice.
func (d *destination) connect(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	connector, err := duckdb.NewConnector(dsn(d.path), nil)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	conn, err := db.Conn(ctx)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	d.db, d.conn = db, conn
	if err := d.suits(ctx); err != nil {
		return errors.Join(err, d.disconnect())
	}
	return nil
}

// suits sets up the session, and refuses a file of data that DuckDB shows as a
// database in memory: what is written there is gone.
func (d *destination) suits(ctx context.Context) error {
	if err := d.run(ctx, "SET TimeZone = 'UTC'"); err != nil {
		return err
	}
	var inFile bool
	err := d.conn.QueryRowContext(ctx, "SELECT path IS NOT NULL AND type = 'duckdb' FROM duckdb_databases() WHERE database_name = current_database()").Scan(&inFile)
	if err == nil && !inFile {
		return notDuckDB(d.path)
	}
	return err
}

func notDuckDB(path string) error {
	return fault.New(fault.Invalid, "opening %s: the file is not a DuckDB database", path).WithHint("choose another file")
}

func (d *destination) disconnect() error {
	err := d.conn.Close()
	if errors.Is(err, sql.ErrConnDone) { // it was not opened again
		err = nil
	}
	return errors.Join(err, d.db.Close())
}

// Close releases the file, and leaves all of it in one, without a log.
func (d *destination) Close() error {
	d.closed = true
	return d.fault(context.Background(), "closing", d.disconnect())
}

// begin starts a transaction. After an error that DuckDB calls fatal, such as a
// full disk, the file has to be opened again.
func (d *destination) begin(ctx context.Context) error {
	if d.closed {
		return fault.New(fault.Internal, "the destination is closed")
	}
	err := d.run(ctx, "BEGIN")
	if is(err, duckdb.ErrorTypeFatal) || errors.Is(err, sql.ErrConnDone) {
		if err := errors.Join(d.disconnect(), d.connect(ctx)); err != nil {
			return err
		}
		err = d.run(ctx, "BEGIN")
	}
	if err != nil { // a canceled BEGIN may have begun
		return errors.Join(err, d.rollback())
	}
	return nil
}

// commit ends the transaction. A cancellation does not reach it, so that it is
// known what came of it.
func (d *destination) commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return d.run(context.WithoutCancel(ctx), "COMMIT")
}

// rollback ends the transaction if there is one. There may be none: DuckDB rolls
// back by itself when a commit fails.
func (d *destination) rollback() error {
	err := d.run(context.Background(), "ROLLBACK")
	if is(err, duckdb.ErrorTypeTransaction) || is(err, duckdb.ErrorTypeFatal) || errors.Is(err, sql.ErrConnDone) {
		return nil
	}
	return err
}

// within runs do in a transaction that is committed if do returns nil.
func (d *destination) within(ctx context.Context, doing string, do func() error) error {
	err := d.begin(ctx)
	if err != nil {
		return d.fault(ctx, doing, err)
	}
	if err = do(); err == nil {
		err = d.commit(ctx)
	}
	if err != nil {
		err = errors.Join(err, d.rollback())
	}
	return d.fault(ctx, doing, err)
}

// run runs statements, one after the other.
func (d *destination) run(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := d.conn.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// query shows each row of a query to see, which scans it.
func (d *destination) query(ctx context.Context, query string, args []any, see func(scan func(...any) error) error) (err error) {
	rows, err := d.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := see(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
