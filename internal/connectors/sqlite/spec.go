// Package sqlite writes records to a file that is an SQLite database, and reads
// the tables of one.
//
// One table per stream; the file is for everyone: it is kept in write-ahead
// mode, so that other programs read while Kalends writes, and what Kalends did
// not make in it is left alone.
package sqlite

import (
	"context"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/relation"
)

// New returns the connector "sqlite".
func New() connect.Connector {
	return connect.Connector{
		Spec: connect.Spec{
			Name:        "sqlite",
			Title:       "SQLite",
			About:       "Tables in one file that any program can read, without a server.",
			Example:     file().Scheme + ":" + file().Example,
			Source:      true,
			Destination: true,
			Options:     relation.Options(),
			Guide:       file().Guide(),
			Fields:      file().Fields(),
		},
		Verify: func(ctx context.Context, s connect.Settings) (connect.Verification, error) {
			return file().Verify(ctx, s, open, openSource)
		},
		Address:         file().Address,
		OpenSource:      openSource,
		OpenDestination: open,
	}
}

func file() dialect.File {
	return dialect.File{Scheme: "sqlite", Called: "an SQLite file", Example: "calendly.db"}
}
