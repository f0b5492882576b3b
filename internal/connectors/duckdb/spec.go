// Package duckdb writes records to a file that is a DuckDB database, and reads
// the tables of one.
//
// One table per stream. A batch is appended to a temporary table and from there
// moved by one statement for each kind of change. DuckDB is C++: its half of the
// package is built with the tag duckdb only.
package duckdb

import (
	"strings"
	"unicode"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/relation"
)

// New returns the connector "duckdb". In a binary that was built without DuckDB
// it opens nothing, and says so, and takes no credentials.
func New() connect.Connector {
	return connect.Connector{
		Spec: connect.Spec{
			Name:        "duckdb",
			Title:       "DuckDB",
			About:       "Tables in one file for analysis, without a server; in binaries that are built with the tag duckdb.",
			Example:     file().Scheme + ":" + file().Example,
			Source:      true,
			Destination: true,
			Options:     relation.Options(),
			Guide:       file().Guide(),
			Fields:      file().Fields(),
		},
		Verify:          verifier(),
		Address:         address,
		OpenSource:      openSource,
		OpenDestination: open,
	}
}

func file() dialect.File {
	return dialect.File{Scheme: "duckdb", Called: "a DuckDB file", Example: "calendly.duckdb"}
}

func address(rest string) (map[string]string, error) {
	values, err := file().Address(rest)
	if err == nil {
		err = speakable(values[dialect.FieldPath])
	}
	if err != nil {
		return nil, err
	}
	return values, nil
}

// speakable refuses a path that the driver would read as a part of a URL.
func speakable(path string) error {
	special := func(r rune) bool { return unicode.IsControl(r) || strings.ContainsRune("%?#", r) }
	if !strings.ContainsFunc(path, special) {
		return nil
	}
	return fault.New(fault.Invalid, "the path of a DuckDB file can have no %%, ?, # or control character").
		WithField("to").WithHint("choose another file or folder")
}
