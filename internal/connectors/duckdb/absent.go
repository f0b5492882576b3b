//go:build !duckdb

package duckdb

import (
	"context"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

func verifier() func(context.Context, connect.Settings) (connect.Verification, error) { return nil }

// open says that there is no DuckDB in this binary.
func open(context.Context, connect.Settings) (connect.Destination, error) { return nil, absent("to") }

// openSource says so, too.
func openSource(context.Context, connect.Settings) (connect.Source, error) {
	return nil, absent("from")
}

func absent(field string) error {
	return fault.New(fault.Invalid, "this kalends was built without DuckDB").WithField(field).
		WithHint("with a C++ compiler, build one that has it: make build-duckdb, or go build -tags duckdb ./cmd/kalends")
}
