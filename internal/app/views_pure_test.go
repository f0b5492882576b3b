//go:build !duckdb

package app

func ofTag() []system { return nil }
