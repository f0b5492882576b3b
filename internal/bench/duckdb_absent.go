//go:build !duckdb

package main

import "context"

func duckdb(context.Context, *bench) (result, error) {
	return result{ratio: "not measured: it was built without the tag duckdb, which needs a C++ compiler", kept: true}, nil
}
