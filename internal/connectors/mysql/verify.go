package mysql

import (
	"context"
	"errors"
	"fmt"

	driver "github.com/go-sql-driver/mysql"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// verify connects and asks whether the user may make tables.
func verify(ctx context.Context, s connect.Settings) (v connect.Verification, err error) {
	d, err := openWith(ctx, s, usual())
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	var user string
	if err := d.session.row(ctx, "SELECT current_user()", nil, &user); err != nil {
		return v, d.fault(ctx, "asking about", err)
	}
	if err := d.mayMakeTables(ctx); err != nil {
		return v, d.fault(ctx, "making tables in", err)
	}
	return connect.Verification{Values: s.Values, Facts: []connect.Fact{
		{Name: "server_version", Title: "Server", Value: d.server.String()},
		{Name: "user", Title: "Connected as", Value: user},
		{Name: "may_create_tables", Title: "May create tables", Value: "yes"},
		{Name: "tls", Title: "Encrypted", Value: map[bool]string{true: "yes", false: "no"}[d.session.secure]},
	}}, nil
}

// mayMakeTables tries what leaves nothing behind: a temporary table, and one
// like a table that is not there, which fails one way if the user may and
// another way if not.
func (d *destination) mayMakeTables(ctx context.Context) error {
	if err := d.session.run(ctx, fmt.Sprintf("CREATE TEMPORARY TABLE %s (n BIGINT PRIMARY KEY) %s", stage, engine)); err != nil {
		return err
	}
	err := d.session.run(ctx, fmt.Sprintf("CREATE TABLE %s LIKE %s", d.dialect.Quoted("_kalends_made"), d.dialect.Quoted("_kalends_missing")))
	var e *driver.MySQLError
	if errors.As(err, &e) && e.Number == erNoSuchTable {
		return nil
	}
	if err == nil {
		return fault.New(fault.Internal, "a table was made like one that is not there")
	}
	return err
}

// String returns the server's name and version.
func (s server) String() string {
	if s.maria {
		return s.version
	}
	return "MySQL " + s.version
}
