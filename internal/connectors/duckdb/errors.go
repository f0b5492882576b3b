//go:build duckdb

package duckdb

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/kalends/kalends/internal/fault"
)

// is reports whether err is one of DuckDB's of a type.
func is(err error, t duckdb.ErrorType) bool {
	var e *duckdb.Error
	return errors.As(err, &e) && e.Type == t
}

// fault sorts an error of the database by its type. doing says what was tried: "opening". The words of DuckDB are
// repeated where they are about the file only: elsewhere they may hold values.
func (d *destination) fault(ctx context.Context, doing string, err error) error {
	return fault.Sorted(ctx, doing+" "+d.path, err, func(err error) (fault.Kind, string, string) {
		m := sort(err)
		return m.kind, m.why, m.hint
	})
}

// meaning is what an error means to us.
type meaning struct {
	kind      fault.Kind
	why, hint string
}

// sort returns the meaning of an error of DuckDB.
func sort(err error) meaning {
	var e *duckdb.Error
	if !errors.As(err, &e) {
		return meaning{fault.Internal, "the database driver", ""}
	}
	switch e.Type {
	case duckdb.ErrorTypeIO, duckdb.ErrorTypeFatal, duckdb.ErrorTypePermission:
		return ofFile(e)
	case duckdb.ErrorTypeConnection:
		return meaning{fault.Conflict, "this program has the database open already, to do something else with it", "choose another file, or do one after the other"}
	case duckdb.ErrorTypeTransaction:
		return meaning{fault.Unavailable, "another writer was in the way", "run it again: nothing is lost"}
	case duckdb.ErrorTypeOutOfMemory:
		return meaning{fault.Unavailable, "there is not enough memory", "close other programs and run it again: nothing is lost"}
	case duckdb.ErrorTypeSerialization:
		return meaning{fault.Invalid, "the database is damaged, or of a later version of DuckDB", "restore it from a backup, or choose a new file"}
	case duckdb.ErrorTypeConstraint:
		return meaning{fault.Schema, "the table refuses a row", "remove the constraint, or choose another file"}
	case duckdb.ErrorTypeConversion, duckdb.ErrorTypeInvalidInput, duckdb.ErrorTypeOutOfRange:
		return meaning{fault.Schema, "a value is not one that its column can hold", "leave the stream out"}
	case duckdb.ErrorTypeCatalog, duckdb.ErrorTypeBinder:
		return meaning{fault.Schema, "a table or column is computed, or was dropped meanwhile", "run it again, or choose another file"}
	default:
		name, _, _ := strings.Cut(e.Msg, ":") // of the type
		return meaning{fault.Internal, "the database (" + name + ")", ""}
	}
}

// ofFile is the meaning of an error about the file. DuckDB has one type for all
// of them: the rest is in the words, some of which are the system's.
func ofFile(e *duckdb.Error) meaning {
	says := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(e.Msg, p) })
	}
	switch {
	case says("set lock on file", "used by another process"):
		return meaning{fault.Unavailable, "another program has the database open" + holder(e.Msg), "close that program or wait for it, and run it again: DuckDB lets one at a time"}
	case isFull(e):
		return meaning{fault.Unavailable, "the disk is full", "make room and run it again: nothing is lost"}
	case says("not a valid DuckDB database", "xtension"): // for the file of another database
		return meaning{fault.Invalid, "the file is not a DuckDB database", "choose another file"}
	case says("Permission denied", "Access is denied", "Read-only file system", "ermission"):
		return meaning{fault.Invalid, "the file or its folder cannot be written", "choose a file in a folder that you may write to"}
	case says("checksum", "corrupt", "Corrupt", "Could not read enough bytes"):
		return meaning{fault.Invalid, "the database is damaged", "restore it from a backup, or choose a new file"}
	}
	return meaning{fault.Unavailable, "the disk does not answer as it should (" + firstLine(e.Msg) + ")", "check the disk and its room, and run it again: nothing is lost"}
}

// holder says which program has a file open, as far as DuckDB tells.
func holder(words string) string {
	_, program, found := strings.Cut(words, "lock is held in ")
	if !found {
		_, program, found = strings.Cut(words, "already open in ")
	}
	i := strings.Index(program, ")") // (PID 123)
	if !found || i < 0 {
		return ""
	}
	return ": " + strings.TrimSpace(program[:i+1])
}

// isFull reports whether err says that the disk is full, in the words of one
// system or another.
func isFull(err error) bool {
	var e *duckdb.Error
	if !errors.As(err, &e) {
		return false
	}
	return slices.ContainsFunc([]string{"No space left", "not enough space", "Disk quota exceeded"}, func(words string) bool {
		return strings.Contains(e.Msg, words)
	})
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
