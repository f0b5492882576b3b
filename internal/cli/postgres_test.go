package cli_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/rogpeppe/go-internal/testscript"
)

const postgresEnv = "KALENDS_TEST_POSTGRES"

// postgres reports whether there is a server for tests. Where tests must not be
// skipped there is.
func postgres() bool { return os.Getenv(postgresEnv) != "" || os.Getenv("CI") == "true" }

// setPostgres tells a script where the server is, and gives it a schema and a
// role that are dropped when it ends.
func setPostgres(e *testscript.Env) {
	config, err := pgx.ParseConfig(os.Getenv(postgresEnv))
	if err != nil {
		e.T().Fatal(err)
	}
	name := "cli_" + strings.ToLower(rand.Text())
	e.Setenv("PG_ADDRESS", os.Getenv(postgresEnv)+"&schema="+name)
	e.Setenv("PG_HOST", config.Host)
	e.Setenv("PG_PORT", fmt.Sprint(config.Port))
	e.Setenv("PG_DATABASE", config.Database)
	e.Setenv("PG_SCHEMA", name)
	e.Setenv("PG_ROLE", name)
	e.Defer(func() {
		_, err := query(fmt.Sprintf(`DROP SCHEMA IF EXISTS %[1]s CASCADE; DO $$ BEGIN
			IF EXISTS (SELECT FROM pg_roles WHERE rolname = '%[1]s') THEN DROP OWNED BY %[1]s; DROP ROLE %[1]s; END IF; END $$`, name))
		if err != nil {
			e.T().Fatal(err)
		}
	})
}

// query runs statements and returns the last value that they return.
func query(statements string) (value string, err error) {
	ctx := context.Background()
	c, err := pgx.Connect(ctx, os.Getenv(postgresEnv))
	if err != nil {
		return "", err
	}
	defer c.Close(ctx)
	results, err := c.PgConn().Exec(ctx, statements).ReadAll()
	for _, r := range results {
		for _, row := range r.Rows {
			value = string(row[0])
		}
	}
	return value, err
}

func runSQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: sql STATEMENT [TEXT]")
	}
	got, err := query(args[0])
	ts.Check(err)
	if len(args) == 2 && got != args[1] {
		ts.Fatalf("%s: %q, want %q", args[0], got, args[1])
	}
}
