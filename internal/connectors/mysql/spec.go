// Package mysql writes records to a database of MySQL, from version 8.0.17 on,
// or of MariaDB, from version 10.6 on, and reads the tables of one.
//
// One table per stream. A batch is loaded into a temporary table and from there
// moved by one statement for each kind of change.
package mysql

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
	fieldPrefix   = "prefix"
	fieldTLS      = "tls"
	fieldCA       = "ca_file"
)

const (
	defaultPort = "3306"
	defaultTLS  = "prefer"
)

// New returns the connector "mysql".
func New() connect.Connector {
	return connect.Connector{
		Spec: connect.Spec{
			Name:        "mysql",
			Schemes:     []string{"mariadb"},
			Title:       "MySQL or MariaDB",
			About:       "Tables in a database of MySQL 8 or MariaDB.",
			Example:     "mysql://user@host/database",
			Source:      true,
			Destination: true,
			Options:     relation.Options(),
			Fields:      fields(),
			Guide: []string{
				"CREATE DATABASE …",
				"CREATE USER kalends IDENTIFIED BY '…'",
				"GRANT ALL ON ….* TO kalends   (the database's tables, temporary ones too)",
			},
		},
		Address:         address,
		Within:          connect.Into(fieldDatabase),
		Verify:          verify,
		OpenSource:      openSource,
		OpenDestination: open,
	}
}

func fields() []connect.Field {
	return []connect.Field{
		{Name: fieldHost, Title: "Host", Help: "Name or address of the server, or the file of its socket.", Example: "db.example.com", Required: true},
		{Name: fieldPort, Title: "Port", Help: "Port of the server.", Default: defaultPort},
		{Name: fieldDatabase, Title: "Database", Help: "Name of the database; it has to be there.", Example: "warehouse", Required: true},
		{Name: fieldUser, Title: "User", Help: "User to connect as.", Example: "kalends", Required: true, Aside: true},
		{Name: fieldPassword, Title: "Password", Help: "Password of the user; without one MYSQL_PWD is looked at.", Secret: true},
		{Name: fieldPrefix, Title: "Prefix", Help: "Begins the names of the tables.", Example: "calendly_"},
		{Name: fieldTLS, Title: "TLS", Help: "disable, prefer, require, verify-ca or verify-full.", Default: defaultTLS, Aside: true},
		{Name: fieldCA, Title: "CA file", Help: "File of the certificates that may vouch for the server; those of the system if empty.", Example: "/etc/ssl/db-ca.pem", Aside: true},
	}
}

// invalid is a fault of a setting that the user gave.
func invalid(field, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).WithField(field)
}
