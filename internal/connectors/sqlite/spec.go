// Package sqlite writes records to a file that is an SQLite database, and reads
// the tables of one.
//
// One table per stream; the file is for everyone: it is kept in write-ahead
// mode, so that other programs read while Kalends writes, and what Kalends did
// not make in it is left alone.
package sqlite

import (
	"path/filepath"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/relation"
)

// New returns the connector "sqlite".
func New() connect.Connector {
	return connect.Connector{
		Spec: connect.Spec{
			Name:        "sqlite",
			Title:       "SQLite",
			About:       "Tables in one file that any program can read, without a server.",
			Example:     "sqlite:calendly.db",
			Source:      true,
			Destination: true,
			Options:     relation.Options(),
			Fields: []connect.Field{{
				Name:     "path",
				Title:    "Database file",
				Help:     "Where the tables are kept. The file is made if it is missing, its folder is not.",
				Example:  "calendly.db",
				Required: true,
			}},
		},
		Address:         address,
		OpenSource:      openSource,
		OpenDestination: open,
	}
}

// address reads the FILE of "sqlite:FILE": a path, absolute or relative to the
// working folder, taken as it is written. What it returns is absolute, because
// progress is remembered by it and must not be that of another folder's file.
//
// The form sqlite://… is refused: programs disagree on whether sqlite:///a.db
// is a.db here or in the root folder. So is a "?", which other programs take
// for the start of options.
func address(rest string) (map[string]string, error) {
	switch {
	case strings.HasPrefix(rest, "//"):
		return nil, invalid("sqlite:// means different files to different programs").
			WithHint("write sqlite:FILE, for example sqlite:calendly.db or sqlite:/srv/calendly.db")
	case strings.Contains(rest, "?"):
		return nil, invalid("the address of an SQLite file takes no options").
			WithHint("leave out the question mark and what follows it")
	}
	if err := named(rest); err != nil {
		return nil, err
	}
	path, err := filepath.Abs(rest)
	if err != nil {
		return nil, invalid("finding %s: %w", rest, err)
	}
	return map[string]string{"path": path}, nil
}

// named refuses what is not the name of a file.
func named(path string) error {
	switch {
	case path == "":
		return invalid("no file is named").
			WithHint("write sqlite:FILE, for example sqlite:calendly.db")
	case strings.HasPrefix(path, ":memory:"):
		return invalid("a database in memory is gone when the command ends").
			WithHint("name a file, for example sqlite:calendly.db")
	}
	return nil
}

// invalid is a fault of the address that the user gave.
func invalid(format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).WithField("to")
}
