package sqlite

import (
	"context"
	"errors"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/kalends/kalends/internal/fault"
)

// fault sorts an error of the database by its result code. doing says what was
// tried: "opening".
func (d *destination) fault(ctx context.Context, doing string, err error) error {
	return fault.Sorted(ctx, doing+" "+d.path, err, sort)
}

// raised reports whether the text of an error is a trigger's, which may tell
// what stands in the row.
func raised(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code() == sqlite3.SQLITE_CONSTRAINT_TRIGGER
}

// sort returns the kind of an error of SQLite, what it means, with SQLite's own
// words unless they are a trigger's, and what to do.
func sort(err error) (kind fault.Kind, why, hint string) {
	if raised(err) {
		return fault.Schema, "a trigger of the table refuses a row", "change or drop the trigger"
	}
	kind, why, hint = sorted(err)
	return kind, why + ": " + err.Error(), hint
}

func sorted(err error) (kind fault.Kind, why, hint string) {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return fault.Internal, "the database driver", ""
	}
	switch e.Code() & 0xff { // the rest of an extended code is detail
	case sqlite3.SQLITE_NOTADB:
		return fault.Invalid, "the file is not an SQLite database, or it is encrypted", "choose another file"
	case sqlite3.SQLITE_CORRUPT:
		return fault.Invalid, "the database is damaged", "restore it from a backup, or choose a new file"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return fault.Invalid, "the file or its folder cannot be written", "choose a file in a folder that you may write to"
	case sqlite3.SQLITE_FULL:
		return fault.Unavailable, "the disk is full", "make room and run it again: nothing is lost"
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL:
		return fault.Unavailable, "another program keeps the database locked", "close that program or wait for it, and run it again"
	case sqlite3.SQLITE_IOERR:
		return fault.Unavailable, "the disk does not answer as it should", "check the disk and its room, and run it again: nothing is lost"
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH:
		return fault.Schema, "the table refuses a row", "change or drop the constraint, or choose another file"
	case sqlite3.SQLITE_TOOBIG:
		return fault.Schema, "a value is longer than SQLite keeps", "leave the stream out"
	}
	return fault.Internal, "the database", ""
}
