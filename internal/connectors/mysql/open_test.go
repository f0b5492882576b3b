package mysql

import (
	"net"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/vault"
)

func TestAddress_is_settled(t *testing.T) {
	t.Parallel()
	for rest, want := range map[string]map[string]string{
		"//ada@db.example.com:3307/warehouse":                   {"host": "db.example.com", "port": "3307", "database": "warehouse", "user": "ada"},
		"//ada@db.example.com/warehouse?prefix=a+b&tls=require": {"host": "db.example.com", "port": "3306", "database": "warehouse", "user": "ada", "prefix": "a b", "tls": "require"},
		"//ada@/warehouse?host=/run/mysqld/mysqld.sock":         {"host": "/run/mysqld/mysqld.sock", "port": "3306", "database": "warehouse", "user": "ada"},
		"//ada@[::1]/d": {"host": "::1", "port": "3306", "database": "d", "user": "ada"},
		"//it%27s%20me@h/d%C3%A9j%C3%A0%20%27v%5Cu%27": {"host": "h", "port": "3306", "database": `déjà 'v\u'`, "user": "it's me"},
	} {
		got, err := address(rest)
		if err != nil {
			t.Errorf("%s: %v", rest, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", rest, diff)
		}
	}
}

func TestAddress_refuses_what_is_wrong_and_repeats_no_password(t *testing.T) {
	t.Parallel()
	for rest, says := range map[string]string{
		"//ada:hunter2@h/d":                "a password is not taken",
		"//ada@h/d?password=hunter2":       "a password is not taken",
		"//ada:hunter2%zz@h/d":             "not the address",
		"//ada:hunter2@h:port/d":           "not the address",
		"//ada@h:hunter2@5432/d":           "a password is not taken",
		"":                                 "not the address",
		"warehouse":                        "not the address",
		"//ada@h:0/d":                      "not a port",
		"//h/d":                            "names no user",
		"//ada@h/":                         "names no database",
		"//ada@h/d?tls=yes":                `no TLS mode "yes"`,
		"//ada@h/d?timeout=hunter2":        `no option "timeout"`,
		"//ada@h/d?ca_file=/nowhere/x.pem": "/nowhere/x.pem",
	} {
		_, err := address(rest)
		if fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != "to" || fault.HintOf(err) == "" || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %s: %v (%s)", rest, fault.KindOf(err), err, fault.HintOf(err))
		}
		if err != nil && strings.Contains(err.Error()+fault.HintOf(err), "hunter2") {
			t.Errorf("%s: the password is repeated: %v", rest, err)
		}
	}
}

func TestOpen_says_when_the_password_is_wrong(t *testing.T) {
	p := fresh(t)
	const right, wrong = "correct horse", "hunter2 is wrong"
	name := account(t, p, "IDENTIFIED BY '"+right+"'", "ALL")
	for _, given := range []string{wrong, ""} {
		_, err := p.opened(t, fieldUser, name, fieldPassword, given)
		connecttest.Refused(t, "a wrong password", err, fault.Unauthorized, "password", "MYSQL_PWD")
		if strings.Contains(err.Error(), wrong) {
			t.Error("the password is told")
		}
	}
	if _, err := p.opened(t, fieldUser, name, fieldPassword, right); err != nil {
		t.Errorf("the right one: %v", err)
	}
	t.Setenv("MYSQL_PWD", right)
	if _, err := p.opened(t, fieldUser, name); err != nil {
		t.Errorf("by MYSQL_PWD: %v", err)
	}
	s := p.settings(t, fieldUser, name)
	s.Secrets[fieldPassword] = vault.NewSecret(wrong) // wins
	_, err := openWith(t.Context(), s, usual())
	connecttest.Refused(t, "a wrong one beside MYSQL_PWD", err, fault.Unauthorized, "password")
	t.Setenv("MYSQL_PWD", "") // the rest of the test connects without
}

func TestOpen_says_when_the_server_wants_TLS(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	needsTLS(t)
	name := account(t, p, "REQUIRE SSL", "ALL")
	_, err := p.opened(t, fieldUser, name, fieldTLS, "disable")
	connecttest.Refused(t, "without TLS", err, fault.Unauthorized, "tls=require")
	for _, mode := range []string{"prefer", "require"} {
		if _, err := p.opened(t, fieldUser, name, fieldTLS, mode); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
	}
}

// needsTLS returns the file of the authority that vouches for the server.
func needsTLS(t testing.TB) string {
	t.Helper()
	testServer(t)
	ca := os.Getenv("KALENDS_TEST_MYSQL_CA")
	if ca == "" {
		t.Skip("needs the file of the server's authority: run the tests with scripts/services")
	}
	return ca
}

func TestOpen_trusts_a_server_only_whom_the_CA_file_vouches_for(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	ca := needsTLS(t)
	for _, mode := range []string{"verify-ca", "verify-full"} {
		_, err := p.opened(t, fieldTLS, mode, fieldHost, "localhost")
		connecttest.Refused(t, mode+" without a CA file", err, fault.Invalid, "certificate", "ca_file")
	}
	_, err := p.opened(t, fieldTLS, "verify-full", fieldCA, ca) // it vouches for localhost
	connecttest.Refused(t, "another name", err, fault.Invalid, "certificate")
	for n, way := range [][2]string{{"verify-ca", "127.0.0.1"}, {"verify-full", "localhost"}} {
		d, err := p.opened(t, fieldTLS, way[0], fieldHost, way[1], fieldCA, ca)
		if err != nil {
			t.Fatalf("%s: %v", way, err)
		}
		if !d.session.secure {
			t.Errorf("%s: not encrypted", way)
		}
		p.completes(t, d, n)
	}
}

func TestOpen_says_when_the_server_has_no_TLS(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a listener of the test
	if err != nil {
		t.Fatal(err)
	}
	// The greeting of a server whose capabilities are protocol 4.1 and
	// secure passwords, without TLS.
	hello := "\x0a8.0.30\x00" + "\x01\x00\x00\x00" + "12345678\x00" + "\x00\x82" + "\x2d\x02\x00" + "\x08\x00" + "\x15" + strings.Repeat("\x00", 10) + "123456789012\x00" + "mysql_native_password\x00"
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte(string([]byte{byte(len(hello)), 0, 0, 0}) + hello))
			_, _ = c.Read(make([]byte, 1)) // until the other side ends it
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	host, port, _ := net.SplitHostPort(l.Addr().String())
	_, err = openAt(t, host, port, "require")
	connecttest.Refused(t, "a server without TLS", err, fault.Invalid, "does not speak TLS", "tls=prefer")
}

func TestOpen_says_when_there_is_no_server_or_database(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a listener of the test
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	_, err = openAt(t, host, port, "prefer")
	connecttest.Refused(t, "no server", err, fault.Unavailable, "cannot be reached", port)
	_, err = fresh(t).opened(t, fieldDatabase, "nowhere")
	connecttest.Refused(t, "no database", err, fault.NotFound, "no such database", "nowhere")
	p := fresh(t)
	_, err = p.opened(t, fieldUser, account(t, p, "", ""))
	connecttest.Refused(t, "a database of others", err, fault.Forbidden, "GRANT", p.database)
}

func TestOpen_refuses_a_server_that_is_too_old(t *testing.T) {
	t.Parallel()
	for version, old := range map[string]bool{
		"8.0.16": true, "8.0.17": false, "8.4.3": false, "5.7.44-log": true, "9.1.0": false, "nonsense": true,
	} {
		if s := (server{version: version}); s.before([3]int{8, 0, 17}) != old {
			t.Errorf("%s: old is %v", version, !old)
		}
	}
	for version, old := range map[string]bool{
		"5.5.5-10.5.1-MariaDB": true, "5.5.5-10.11.14-MariaDB": false, "10.6.0-MariaDB": false, "11.4.2-MariaDB-log": false,
	} {
		if s := (server{version: version, maria: true}); s.before([3]int{10, 6, 0}) != old {
			t.Errorf("%s: old is %v", version, !old)
		}
	}
}

func TestVerify_says_what_the_server_is_and_the_user_may(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	v, err := verify(t.Context(), p.settings(t))
	if err != nil {
		t.Fatal(err)
	}
	facts := map[string]string{}
	for _, f := range v.Facts {
		facts[f.Name] = f.Value
	}
	if !strings.Contains(facts["server_version"], "MariaDB") && !strings.Contains(facts["server_version"], "MySQL") ||
		facts["may_create_tables"] != "yes" || facts["user"] == "" || facts["tls"] != "no" {
		t.Errorf("facts: %v", facts)
	}
	for _, grants := range []string{"SELECT", "SELECT, CREATE", "SELECT, CREATE TEMPORARY TABLES"} {
		_, err = verify(t.Context(), p.settings(t, fieldUser, account(t, p, "", grants)))
		connecttest.Refused(t, "a user who may "+grants, err, fault.Forbidden, "GRANT", p.database)
	}
	if _, err := verify(t.Context(), p.settings(t, fieldUser, account(t, p, "", "SELECT, CREATE, CREATE TEMPORARY TABLES"))); err != nil {
		t.Errorf("one who may make tables in it: %v", err)
	}
	if tables := asked(t, "SELECT table_name FROM information_schema.tables WHERE table_schema = ?", p.database); len(tables) > 0 {
		t.Errorf("left behind: %v", tables)
	}
}
