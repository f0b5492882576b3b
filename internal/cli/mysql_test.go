package cli_test

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"net"
	"net/url"
	"os"
	"strings"

	driver "github.com/go-sql-driver/mysql"
	"github.com/rogpeppe/go-internal/testscript"
)

const mysqlEnv = "KALENDS_TEST_MYSQL"

// mysql reports whether there is a server for tests. Where tests must not be
// skipped there is.
func mysql() bool { return os.Getenv(mysqlEnv) != "" || os.Getenv("CI") == "true" }

// setMySQL tells a script where the server is, and gives it a database and a
// user of its name, with a password, who are dropped when it ends.
func setMySQL(e *testscript.Env) {
	u, err := url.Parse(os.Getenv(mysqlEnv))
	if err != nil {
		e.T().Fatal("the address of the MariaDB server is none")
	}
	name := "cli_" + strings.ToLower(rand.Text())[:20]
	u.Path = "/" + name
	e.Setenv("MY_ADDRESS", u.String())
	e.Setenv("MY_HOST", u.Hostname())
	e.Setenv("MY_PORT", u.Port())
	e.Setenv("MY_DATABASE", name)
	run := func(statements ...string) {
		for _, s := range statements {
			if _, err := ask(s); err != nil {
				e.T().Fatal(err)
			}
		}
	}
	run("CREATE DATABASE "+name, "CREATE USER "+name+" IDENTIFIED BY 'correct horse battery'", "GRANT ALL ON "+name+".* TO "+name)
	e.Defer(func() { run("DROP DATABASE "+name, "DROP USER "+name) })
}

// ask runs a statement and returns the value that it returns, if it does.
func ask(statement string) (value string, err error) {
	u, err := url.Parse(os.Getenv(mysqlEnv))
	if err != nil {
		return "", err
	}
	config := driver.NewConfig()
	config.Net, config.Addr, config.User = "tcp", net.JoinHostPort(u.Hostname(), u.Port()), u.User.Username()
	connector, err := driver.NewConnector(config)
	if err != nil {
		return "", err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	err = db.QueryRow(statement).Scan(&value) //nolint:noctx // a script has none
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return value, err
}

func runMySQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mysql STATEMENT TEXT")
	}
	got, err := ask(args[0])
	ts.Check(err)
	if got != args[1] {
		ts.Fatalf("%s: %q, want %q", args[0], got, args[1])
	}
}
