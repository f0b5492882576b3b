package postgres

import (
	"context"
	"crypto/tls"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// verify connects and asks whether the user may make tables, or at least use
// those that there are.
func verify(ctx context.Context, s connect.Settings) (v connect.Verification, err error) {
	d, err := openSession(ctx, s, usual(), true)
	if err != nil {
		return v, err
	}
	defer d.disconnect()
	row, err := d.row(ctx, `SELECT current_user, coalesce(
			(SELECT has_schema_privilege(oid, 'CREATE') AND has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = $1),
			has_database_privilege(current_database(), 'CREATE')),
		coalesce((SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = $1), false)`, d.schema)
	switch {
	case err != nil:
		return v, d.fault(ctx, "asking about", err)
	case row[1] != "t" && row[2] != "t":
		return v, fault.New(fault.Forbidden, "%s may neither make tables in %s nor read them", row[0], d.place).
			WithHint("GRANT it CREATE on the database, or on the schema if that is there; to read, USAGE and SELECT").WithField(fieldSchema)
	}
	encrypted := "no"
	if _, is := d.conn.Conn().(*tls.Conn); is {
		encrypted = "yes"
	}
	return connect.Verification{Values: s.Values, Facts: []connect.Fact{
		{Name: "server_version", Title: "Server", Value: "PostgreSQL " + d.conn.ParameterStatus("server_version")},
		{Name: "role", Title: "Connected as", Value: row[0]},
		{Name: "may_create_tables", Title: "May create tables", Value: map[string]string{"t": "yes", "f": "no"}[row[1]]},
		{Name: "tls", Title: "Encrypted", Value: encrypted},
	}}, nil
}
