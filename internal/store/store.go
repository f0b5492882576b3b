// Package store is the control database: credentials, how far each flow has
// come, and what became of its runs. It is the only package with SQL for it.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/kalends/kalends/internal/fault"
)

// Store is the open control database. Its methods may be called by several
// goroutines, and several processes may have the same file open. When a method
// that writes returns nil, what it wrote is on the disk and outlives kill -9
// and a power cut; when it returns an error, all of it is written or nothing.
// A canceled ctx ends a method with fault.Canceled. Times are kept to the
// microsecond, in UTC.
type Store struct {
	db    *sql.DB
	path  string
	locks string // the folder of lock files
}

// Open opens the control database in the file at path, making the file (mode
// 0600), its folder (mode 0700) and its tables where they are missing. The
// caller closes it.
//
// Errors are fault.Invalid if path cannot be used, is not a control database
// or is one of a newer Kalends, and fault.Unavailable if the disk is full or
// another process keeps the file busy.
func Open(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fault.New(fault.Invalid, "finding the control database: %w", err)
	}
	s := &Store{path: path, locks: filepath.Join(filepath.Dir(path), "locks")}
	if err := s.makeFiles(); err != nil {
		return nil, err
	}
	s.db, err = sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, s.fault(ctx, "opening", err)
	}
	s.db.SetMaxOpenConns(1) // SQLite has one writer; waiting here is fairer than in it
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	return s, nil
}

// Close releases the file. No other method may be running or follow.
func (s *Store) Close() error {
	if err := s.db.Close(); err != nil {
		return s.fault(context.Background(), "closing", err)
	}
	return nil
}

// makeFiles makes the folders and the file with modes SQLite would not choose.
func (s *Store) makeFiles() error {
	if err := os.MkdirAll(s.locks, 0o700); err != nil {
		return s.place(err)
	}
	f, err := os.OpenFile(s.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return s.place(err)
	}
	if err := f.Close(); err != nil {
		return s.place(err)
	}
	return nil
}

// place says that the database cannot be where it should.
func (s *Store) place(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return fault.New(fault.Unavailable, "there is no room for the control database %s: %w", s.path, err).
			WithHint("make room and try again")
	}
	return fault.New(fault.Invalid, "the control database cannot be kept at %s: %w", s.path, err).
		WithHint("choose a home folder that you may write to")
}

// dsn asks that every commit is synced: what was remembered must not be
// forgotten. The cache of 16 MB holds what a save of many records touches; with
// SQLite's 2 MB most of it was written and read again in the middle of one, and
// in this driver it cost the destination's cache as well: all have one pool.
func dsn(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(10000)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-16000)", "wal_autocheckpoint(4000)"},
	}.Encode()}
	return u.String()
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// all returns the rows of a query, each read by scan.
func all[T any](ctx context.Context, q querier, scan func(scan func(...any) error) (T, error), query string, args ...any) (list []T, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		one, err := scan(rows.Scan)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

// changed runs a statement and returns how many rows it changed.
func changed(ctx context.Context, q querier, query string, args ...any) (int64, error) {
	result, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// within runs do in a transaction that is committed if do returns nil.
func (s *Store) within(ctx context.Context, do func(tx *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		if undo := tx.Rollback(); undo != nil && !errors.Is(undo, sql.ErrTxDone) {
			err = errors.Join(err, fmt.Errorf("rolling back: %w", undo))
		}
		return err
	}
	return tx.Commit()
}
