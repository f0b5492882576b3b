package mysql

import (
	"cmp"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	driver "github.com/go-sql-driver/mysql"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// fieldTo is the setting that an address is given by.
const fieldTo = "to"

const addressHint = "write it as mysql://user@host:3306/database?tls=require&prefix=calendly_"

// address reads what follows "mysql:" in an address. What is left out is
// settled here, because progress is remembered by it. Nothing of an address
// that has a password is repeated in an error.
func address(rest string) (map[string]string, error) {
	u, err := url.Parse("mysql:" + strings.TrimPrefix(rest, "mariadb:"))
	if err != nil || u.Opaque != "" || u.Host == "" && u.Path == "" { // err holds the address
		return nil, invalid(fieldTo, "this is not the address of a MySQL or MariaDB database").WithHint(addressHint)
	}
	options := u.Query()
	if _, has := u.User.Password(); has || options.Has(fieldPassword) {
		return nil, invalid(fieldTo, "a password is not taken from the command line: others on this machine could read it, and it would stay in your shell's history").
			WithHint("save it with `kalends credential add mysql`, or give it by MYSQL_PWD")
	}
	values := map[string]string{
		fieldHost: cmp.Or(u.Hostname(), "localhost"), fieldPort: cmp.Or(u.Port(), defaultPort),
		fieldUser: u.User.Username(), fieldDatabase: strings.TrimPrefix(u.Path, "/"),
	}
	for _, name := range []string{fieldHost, fieldPrefix, fieldTLS, fieldCA} { // ?host= is how the file of a socket is written
		if options.Has(name) {
			values[name] = options.Get(name)
			options.Del(name)
		}
	}
	for name := range options {
		return nil, invalid(fieldTo, "the address of a MySQL or MariaDB database has no option %q", name).WithHint("there are prefix, tls, ca_file and host")
	}
	for _, name := range []string{fieldUser, fieldDatabase} {
		if values[name] == "" {
			return nil, invalid(fieldTo, "the address names no %s", name).WithHint(addressHint)
		}
	}
	if ca := values[fieldCA]; ca != "" {
		if values[fieldCA], err = filepath.Abs(ca); err != nil {
			return nil, invalid(fieldTo, "finding %s: %w", ca, err)
		}
	}
	if _, err := configure(connect.Settings{Values: values}, fieldTo); err != nil {
		return nil, err
	}
	return values, nil
}

// configure returns how to connect. A setting that is wrong is a fault of its
// field, or of field if that is not empty.
func configure(s connect.Settings, field string) (*driver.Config, error) {
	v := s.Values
	wrong := func(name, format string, args ...any) *fault.Error {
		return invalid(cmp.Or(field, name), format, args...)
	}
	port := cmp.Or(v[fieldPort], defaultPort)
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return nil, wrong(fieldPort, "%q is not a port", port).WithHint("give a number up to 65535; MySQL's own is 3306")
	}
	c := driver.NewConfig()
	c.Net, c.Addr = "tcp", net.JoinHostPort(v[fieldHost], port)
	if filepath.IsAbs(v[fieldHost]) {
		c.Net, c.Addr = "unix", v[fieldHost]
	}
	c.User, c.DBName = v[fieldUser], v[fieldDatabase]
	if err := encrypt(c, v, wrong); err != nil {
		return nil, err
	}
	c.Passwd = os.Getenv("MYSQL_PWD")
	if password := s.Secrets[fieldPassword]; !password.Empty() {
		c.Passwd = password.Reveal()
	}
	c.ConnectionAttributes = "program_name:kalends"
	c.MaxAllowedPacket = 0         // as the server has it
	c.InterpolateParams = true     // a name in a query costs no statement of its own
	c.Logger = &driver.NopLogger{} // what it would print is returned too
	return c, nil
}
