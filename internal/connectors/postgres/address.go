package postgres

import (
	"cmp"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// fieldTo is the setting that an address is given by.
const fieldTo = "to"

const addressHint = "write it as postgres://user@host:5432/database?schema=calendly&sslmode=require"

// address reads what follows "postgres:" in an address. What is left out comes
// from PGHOST, PGPORT, PGDATABASE and PGUSER, and is settled here, because
// progress is remembered by it. Nothing of an address that has a password is
// repeated in an error.
func address(rest string) (map[string]string, error) {
	u, err := url.Parse("postgres:" + strings.TrimPrefix(rest, "postgresql:"))
	switch {
	case err != nil || u.Opaque != "" || u.Host == "" && u.Path == "": // err holds the address
		return nil, invalid(fieldTo, "this is not the address of a PostgreSQL database").WithHint(addressHint)
	case strings.Contains(u.Host, ","):
		return nil, invalid(fieldTo, "the address names several hosts").WithHint("name the one that is to be written to")
	}
	options := u.Query()
	if _, has := u.User.Password(); has || options.Has(fieldPassword) {
		return nil, invalid(fieldTo, "a password is not taken from the command line: others on this machine could read it, and it would stay in your shell's history").
			WithHint("save it with `kalends credential add postgres`, or give it by PGPASSWORD or ~/.pgpass")
	}
	values := map[string]string{
		fieldHost: u.Hostname(), fieldPort: u.Port(), fieldUser: u.User.Username(), fieldDatabase: strings.TrimPrefix(u.Path, "/"),
	}
	for _, name := range []string{fieldHost, fieldSchema, fieldTLS, fieldCA} { // ?host= is how a folder of a socket is written
		if options.Has(name) {
			values[name] = options.Get(name)
			options.Del(name)
		}
	}
	for name := range options {
		return nil, invalid(fieldTo, "the address of a PostgreSQL database has no option %q", name).WithHint("there are schema, sslmode, ca_file and host")
	}
	return settle(values)
}

// settle fills in what was left out of an address.
func settle(values map[string]string) (map[string]string, error) {
	c, err := configure(connect.Settings{Values: values}, fieldTo)
	if err != nil {
		return nil, err
	}
	if c.Database == "" { // libpq would take the user's name
		return nil, invalid(fieldTo, "the address names no database").WithHint(addressHint)
	}
	values[fieldHost], values[fieldPort] = c.Host, strconv.Itoa(int(c.Port))
	values[fieldUser], values[fieldDatabase] = c.User, c.Database
	values[fieldSchema] = cmp.Or(values[fieldSchema], defaultSchema)
	if ca := values[fieldCA]; ca != "" {
		if values[fieldCA], err = filepath.Abs(ca); err != nil {
			return nil, invalid(fieldTo, "finding %s: %w", ca, err)
		}
	}
	return values, nil
}

// tlsModes are what sslmode may be.
func tlsModes() []string { return []string{"disable", "prefer", "require", "verify-ca", "verify-full"} }

// configure returns how to connect, with what is left out taken from the PG*
// variables and the files that libpq reads. A setting that is wrong is a fault
// of its field, or of field if that is not empty.
func configure(s connect.Settings, field string) (*pgconn.Config, error) {
	v := s.Values
	wrong := func(name, format string, args ...any) *fault.Error {
		return invalid(cmp.Or(field, name), format, args...)
	}
	if mode := v[fieldTLS]; mode != "" && !slices.Contains(tlsModes(), mode) {
		return nil, wrong(fieldTLS, "there is no TLS mode %q", mode).WithHint("choose from %s", strings.Join(tlsModes(), ", "))
	}
	if n, err := strconv.Atoi(cmp.Or(v[fieldPort], defaultPort)); err != nil || n < 1 || n > 65535 {
		return nil, wrong(fieldPort, "%q is not a port", v[fieldPort]).WithHint("give a number up to 65535; PostgreSQL's own is 5432")
	}
	var text strings.Builder
	for _, part := range [][2]string{
		{"host", v[fieldHost]}, {"port", v[fieldPort]}, {"dbname", v[fieldDatabase]}, {"user", v[fieldUser]}, {"sslmode", v[fieldTLS]}, {"sslrootcert", v[fieldCA]},
	} {
		if part[1] != "" {
			text.WriteString(part[0] + "='" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(part[1]) + "' ")
		}
	}
	c, err := pgconn.ParseConfig(text.String())
	switch {
	case err != nil && v[fieldCA] != "":
		return nil, wrong(fieldCA, "the file %s holds no certificates that can be read", v[fieldCA]).WithHint("name a file of certificates in PEM form")
	case err != nil: // it holds what the variables say
		return nil, wrong(fieldHost, "the settings do not fit together, or one of the PG* variables is wrong").WithHint("look at PGSSLMODE, PGSSLROOTCERT, PGPORT and PGSERVICE, and at the settings")
	}
	if password := s.Secrets[fieldPassword]; !password.Empty() {
		c.Password = password.Reveal()
	}
	if c.RuntimeParams["application_name"] == "" {
		c.RuntimeParams["application_name"] = "kalends"
	}
	return c, nil
}
