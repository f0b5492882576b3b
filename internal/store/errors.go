package store

import (
	"context"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/kalends/kalends/internal/fault"
)

// fault sorts an error of the database. doing says what was tried, in words
// that follow "the control database: "; a fault already made stays the kind it
// is.
func (s *Store) fault(ctx context.Context, doing string, err error) error {
	var made *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &made):
		return err
	case ctx.Err() != nil: // SQLite says "interrupted" only
		return fault.New(fault.KindOf(ctx.Err()), "%s: %w", doing, ctx.Err())
	}
	kind, why, hint := s.sort(err)
	return fault.New(kind, "%s: %s: %w", doing, why, err).WithHint("%s", hint)
}

// sort returns the kind of an error of SQLite, what it means and what to do.
func (s *Store) sort(err error) (kind fault.Kind, why, hint string) {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return fault.Internal, "the control database " + s.path, ""
	}
	switch e.Code() & 0xff { // the rest of an extended code is detail
	case sqlite3.SQLITE_NOTADB:
		return fault.Invalid, s.path + " is not a database", "choose another home folder, or move that file away"
	case sqlite3.SQLITE_CORRUPT:
		return fault.Internal, "the control database " + s.path + " is damaged", "restore it from a backup"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return fault.Invalid, "the control database " + s.path + " cannot be written", "choose a home folder that you may write to"
	case sqlite3.SQLITE_FULL:
		return fault.Unavailable, "the disk of " + s.path + " is full", "make room and try again: nothing is lost"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fault.Unavailable, "another process keeps " + s.path + " busy", "try again when it is done"
	case sqlite3.SQLITE_IOERR:
		return fault.Unavailable, "the disk of " + s.path + " does not answer as it should", "check the disk and try again"
	}
	return fault.Internal, "the control database " + s.path, ""
}
