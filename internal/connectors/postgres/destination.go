package postgres

import (
	"context"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

// destination is a schema of a database. It is for one goroutine at a time.
type destination struct {
	*session

	dialect *dialect.Dialect
	tables  map[string]*table // the prepared ones, by stream
}

var _ connect.Destination = (*destination)(nil)

// open connects. A server or database that cannot be used is refused here,
// before any row is read.
func open(ctx context.Context, s connect.Settings) (connect.Destination, error) {
	d, err := openWith(ctx, s, usual())
	if err != nil {
		return nil, err
	}
	return d, nil
}

func openWith(ctx context.Context, s connect.Settings, p patience) (*destination, error) {
	opened, err := openSession(ctx, s, p, false)
	if err != nil {
		return nil, err
	}
	return &destination{session: opened, dialect: newDialect(opened.schema, opened.place), tables: map[string]*table{}}, nil
}
