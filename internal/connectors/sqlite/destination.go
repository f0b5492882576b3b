package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

// patience is how long a locked file is waited for.
const patience = 10 * time.Second

// destination is an open file. It is for one goroutine at a time.
type destination struct {
	path    string
	dialect *dialect.Dialect
	db      *sql.DB
	// conn is the only connection: a transaction is begun and ended on it by
	// hand, so that nothing but Commit and Rollback ends it.
	conn   *sql.Conn
	tables map[string]*table // the prepared ones, by stream
}

var _ connect.Destination = (*destination)(nil)

// open opens the file named by the setting "path", making it if it is
// missing. A file that cannot be used is refused here, before any row is
// read: fault.Invalid, or fault.Unavailable if another program has it locked
// or the disk is full.
func open(ctx context.Context, s connect.Settings) (connect.Destination, error) {
	d, err := openFile(ctx, s.Values[dialect.FieldPath], patience)
	if err != nil {
		return nil, err
	}
	return d, nil
}

func openFile(ctx context.Context, path string, patience time.Duration) (*destination, error) {
	path, err := file().Path(path)
	if err != nil {
		return nil, err
	}
	if err := file().Usable(path); err != nil {
		return nil, err
	}
	d := &destination{path: path, dialect: newDialect(path), tables: map[string]*table{}}
	d.db, err = sql.Open("sqlite", dsn(path, patience))
	if err != nil {
		return nil, d.refused(ctx, err)
	}
	d.conn, err = d.db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(d.refused(ctx, err), d.db.Close())
	}
	if err := d.writable(ctx); err != nil {
		return nil, errors.Join(d.refused(ctx, err), d.Close())
	}
	return d, nil
}

// writable asks to write and takes it back: a file that may only be read opens
// without an error, and even begins a transaction.
func (d *destination) writable(ctx context.Context) error {
	if err := d.begin(ctx); err != nil {
		return err
	}
	_, err := d.conn.ExecContext(ctx, "PRAGMA user_version = 0")
	return errors.Join(err, d.rollback())
}

// dsn opens path with a write-ahead log.
//
// synchronous is FULL: Kalends remembers a batch as done once Commit returned,
// so a power cut must not take it back. NORMAL would survive kill -9 but not a
// power cut. FULL costs one fsync a commit: 0.2 to 0.7 ms where it was
// measured (BenchmarkCommit), beside 14 ms for a batch of 1,000 events.
//
// The cache of 16 MB holds a batch and the upper levels of the indexes; with
// SQLite's 2 MB a table of 100,000 events took 1.2 times as long to fill.
//
// A record fills more than half of a page of SQLite's 4 KB; in pages of 8 KB
// two or three fit. The log is moved into the tables every 64 MB rather than
// every 4, so that the pages that every batch changes, those of the indexes,
// are moved less often. Together they spare an eighth of a sync's CPU time.
func dsn(path string, patience time.Duration) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{
		"_dqs":          {"0"},   // a misspelled name is an error, not a text
		"_error_rc":     {"1"},   // no message of another call's error
		"_journal_mode": {"WAL"}, // after the _pragma list: it would settle the page size
		"_pragma": {
			"busy_timeout(" + strconv.FormatInt(patience.Milliseconds(), 10) + ")",
			"page_size(8192)", "synchronous(FULL)", "cache_size(-16000)", "wal_autocheckpoint(8000)",
		},
	}.Encode()}
	return u.String()
}

// Close releases the file, and if no other program has it open leaves all of
// it in one file, without a log. The statements come first: SQLite keeps a
// database open as long as there is one, and database/sql does not know those
// of a single connection.
func (d *destination) Close() error {
	var err error
	for _, t := range d.tables {
		err = errors.Join(err, t.close())
	}
	d.tables = nil
	return d.fault(context.Background(), "closing", errors.Join(err, d.conn.Close(), d.db.Close()))
}

// begin starts a transaction. It takes the lock for writing at once: asking
// for it later could fail without waiting.
func (d *destination) begin(ctx context.Context) error {
	_, err := d.conn.ExecContext(ctx, "BEGIN IMMEDIATE")
	if err != nil {
		// A canceled BEGIN may have begun.
		return errors.Join(err, d.rollback())
	}
	return nil
}

func (d *destination) commit(ctx context.Context) error {
	_, err := d.conn.ExecContext(ctx, "COMMIT")
	return err
}

// rollback ends the transaction if there is one. There may be none: SQLite
// rolls back by itself when, for one, the disk is full.
func (d *destination) rollback() error {
	_, err := d.conn.ExecContext(context.Background(), "ROLLBACK")
	var e *sqlite.Error
	if errors.As(err, &e) && e.Code() == sqlite3.SQLITE_ERROR || errors.Is(err, sql.ErrConnDone) {
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

// refused is the fault of a file that could not be opened.
func (d *destination) refused(ctx context.Context, err error) error {
	return dialect.Refused(d.fault(ctx, "opening", err))
}
