// Package postgres writes records to a schema of a PostgreSQL database, from
// version 12 on, and reads its tables.
//
// One table per stream. A batch is copied into a temporary table and from there
// moved by one statement for each kind of change.
package postgres

import (
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/relation"
)

// The settings.
const (
	fieldHost     = "host"
	fieldPort     = "port"
	fieldDatabase = "database"
	fieldUser     = "user"
	fieldPassword = "password"
	fieldSchema   = "schema"
	fieldTLS      = "sslmode"
	fieldCA       = "ca_file"
)

const (
	defaultSchema = "calendly"
	defaultPort   = "5432"
)

// New returns the connector "postgres".
func New() connect.Connector {
	return connect.Connector{
		Spec: connect.Spec{
			Name:        "postgres",
			Schemes:     []string{"postgresql"},
			Title:       "PostgreSQL",
			About:       "Tables in a schema of a PostgreSQL database, version 12 or later.",
			Example:     "postgres://user@host/database",
			Source:      true,
			Destination: true,
			Options:     relation.Options(),
			Fields:      fields(),
			Guide: []string{
				"CREATE ROLE kalends LOGIN PASSWORD '…'",
				"GRANT CREATE ON DATABASE … TO kalends   (so that it may make the schema)",
			},
		},
		Address:         address,
		Within:          connect.Into(fieldSchema),
		Verify:          verify,
		OpenSource:      openSource,
		OpenDestination: open,
	}
}

func fields() []connect.Field {
	return []connect.Field{
		{Name: fieldHost, Title: "Host", Help: "Name or address of the server, or the folder of its socket.", Example: "db.example.com", Required: true},
		{Name: fieldPort, Title: "Port", Help: "Port of the server.", Default: defaultPort},
		{Name: fieldDatabase, Title: "Database", Help: "Name of the database; it has to be there.", Example: "warehouse", Required: true},
		{Name: fieldUser, Title: "User", Help: "Role to connect as.", Example: "kalends", Required: true, Aside: true},
		{Name: fieldPassword, Title: "Password", Help: "Password of the user; without one PGPASSWORD and ~/.pgpass are looked at.", Secret: true},
		{Name: fieldSchema, Title: "Schema", Help: "Schema of the tables; it is made if it is missing.", Default: defaultSchema},
		{Name: fieldTLS, Title: "TLS", Help: "disable, prefer, require, verify-ca or verify-full, as in libpq.", Default: "prefer", Aside: true},
		{Name: fieldCA, Title: "CA file", Help: "File of the certificates that may vouch for the server; those of the system if empty.", Example: "/etc/ssl/db-ca.pem", Aside: true},
	}
}

// invalid is a fault of a setting that the user gave.
func invalid(field, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).WithField(field)
}
