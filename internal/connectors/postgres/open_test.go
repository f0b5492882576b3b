package postgres

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
	t.Setenv("PGHOST", "from.the.environment")
	t.Setenv("PGPORT", "6543")
	t.Setenv("PGDATABASE", "env")
	t.Setenv("PGUSER", "eve")
	t.Setenv("PGPASSWORD", "hunter2 of the environment")
	for rest, want := range map[string]map[string]string{
		"//ada@db.example.com:5433/warehouse":                   {"host": "db.example.com", "port": "5433", "database": "warehouse", "user": "ada", "schema": "calendly"},
		"//db.example.com/warehouse?schema=a+b&sslmode=require": {"host": "db.example.com", "port": "6543", "database": "warehouse", "user": "eve", "schema": "a b", "sslmode": "require"},
		"///warehouse?host=/run/postgresql":                     {"host": "/run/postgresql", "port": "6543", "database": "warehouse", "user": "eve", "schema": "calendly"},
		"//[::1]/":                                              {"host": "::1", "port": "6543", "database": "env", "user": "eve", "schema": "calendly"},
		"//it%27s%20me@h/d%C3%A9j%C3%A0%20%27v%5Cu%27?schema=x": {"host": "h", "port": "6543", "database": `déjà 'v\u'`, "user": "it's me", "schema": "x"},
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
		"//ada:hunter2@h/d":             "a password is not taken",
		"//h/d?password=hunter2":        "a password is not taken",
		"//ada:hunter2%zz@h/d":          "not the address",
		"//ada:hunter2@h:port/d":        "not the address",
		"//ada@h:hunter2@5432/d":        "a password is not taken",
		"":                              "not the address",
		"warehouse":                     "not the address",
		"//h:0/d":                       "not a port",
		"//a,b/d":                       "several hosts",
		"//h/d?sslmode=yes":             `no TLS mode "yes"`,
		"//h/d?connect_timeout=hunter2": `no option "connect_timeout"`,
		"//h/d?ca_file=/nowhere/ca.pem&sslmode=verify-full": "/nowhere/ca.pem",
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
	name := role(t, p, "IN ROLE needs_password PASSWORD '"+right+"'")
	for _, given := range []string{wrong, ""} {
		_, err := p.opened(t, fieldUser, name, fieldPassword, given)
		connecttest.Refused(t, "a wrong password", err, fault.Unauthorized, "password", "PGPASSWORD")
		if strings.Contains(err.Error(), wrong) {
			t.Error("the password is told")
		}
	}
	if _, err := p.opened(t, fieldUser, name, fieldPassword, right); err != nil {
		t.Errorf("the right one: %v", err)
	}
	t.Setenv("PGPASSWORD", right)
	if _, err := p.opened(t, fieldUser, name); err != nil {
		t.Errorf("by PGPASSWORD: %v", err)
	}
	s := p.settings(t, fieldUser, name)
	s.Secrets[fieldPassword] = vault.NewSecret(wrong) // wins
	_, err := openWith(t.Context(), s, usual())
	connecttest.Refused(t, "a wrong one beside PGPASSWORD", err, fault.Unauthorized, "password")
	t.Setenv("PGPASSWORD", "")
	file := t.TempDir() + "/pass"
	if err := os.WriteFile(file, []byte("*:*:*:"+name+":"+right+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PGPASSFILE", file)
	if _, err := p.opened(t, fieldUser, name); err != nil {
		t.Errorf("by a file: %v", err)
	}
}

func TestOpen_says_when_the_server_wants_TLS(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	name := role(t, p, "IN ROLE needs_tls")
	_, err := p.opened(t, fieldUser, name, fieldTLS, "disable")
	connecttest.Refused(t, "without TLS", err, fault.Unauthorized, "sslmode=require")
	for _, mode := range []string{"prefer", "require"} {
		if _, err := p.opened(t, fieldUser, name, fieldTLS, mode); err != nil {
			t.Errorf("%s: %v", mode, err)
		}
	}
}

func TestOpen_trusts_a_server_only_whom_the_CA_file_vouches_for(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	server(t)
	ca := os.Getenv("KALENDS_TEST_POSTGRES_CA")
	if ca == "" {
		t.Skip("needs the file of the server's authority: run the tests with scripts/services")
	}
	_, err := p.opened(t, fieldTLS, "verify-full")
	connecttest.Refused(t, "no CA file", err, fault.Invalid, "certificate", "ca_file")
	_, err = p.opened(t, fieldTLS, "verify-full", fieldCA, ca) // it vouches for localhost
	connecttest.Refused(t, "another name", err, fault.Invalid, "certificate")
	for _, way := range [][2]string{{"verify-ca", "127.0.0.1"}, {"verify-full", "localhost"}} {
		d, err := p.opened(t, fieldTLS, way[0], fieldHost, way[1], fieldCA, ca)
		if err != nil {
			t.Fatalf("%s: %v", way, err)
		}
		p.completes(t, d, map[string]int{"verify-ca": 0, "verify-full": 1}[way[0]])
	}
}

func TestOpen_says_when_the_server_has_no_TLS(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a listener of the test
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { // answers the request for TLS as a server does that has none
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if _, err := c.Read(make([]byte, 8)); err == nil {
				_, _ = c.Write([]byte("N"))
			}
			c.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	host, port, _ := net.SplitHostPort(l.Addr().String())
	_, err = place{"x"}.openAt(t, host, port, "require")
	connecttest.Refused(t, "a server without TLS", err, fault.Invalid, "does not speak TLS", "sslmode")
}

func TestOpen_says_when_there_is_no_server_or_database(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a listener of the test
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	_, err = place{"x"}.openAt(t, host, port, "prefer")
	connecttest.Refused(t, "no server", err, fault.Unavailable, "cannot be reached", port)
	_, err = fresh(t).opened(t, fieldDatabase, "nowhere")
	connecttest.Refused(t, "no database", err, fault.NotFound, "no such database", "nowhere")
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
	if !strings.HasPrefix(facts["server_version"], "PostgreSQL 1") || facts["may_create_tables"] != "yes" || facts["role"] == "" || facts["tls"] != "no" {
		t.Errorf("facts: %v", facts)
	}
	name := role(t, p, "")
	_, err = verify(t.Context(), p.settings(t, fieldUser, name))
	connecttest.Refused(t, "a user who may not make the schema", err, fault.Forbidden, "GRANT", name)
	admin(t, "CREATE SCHEMA "+quote(p.schema), "GRANT CREATE, USAGE ON SCHEMA "+quote(p.schema)+" TO "+name)
	if _, err := verify(t.Context(), p.settings(t, fieldUser, name)); err != nil {
		t.Errorf("one who may make tables in it: %v", err)
	}
}
