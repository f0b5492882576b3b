package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
)

// completes fails the test unless batch n of a load and those before it are
// there once it is written.
func (p place) completes(t testing.TB, d connect.Destination, n int) {
	t.Helper()
	connecttest.Completes(t, p, d, n)
}

// role makes a user of a random name, in some groups, who is dropped when the
// test ends.
func role(t testing.TB, p place, with string) string {
	t.Helper()
	name := "kalends_" + strings.ToLower(rand.Text())
	admin(t, "CREATE ROLE "+name+" LOGIN "+with)
	t.Cleanup(func() {
		admin(t, "DROP SCHEMA IF EXISTS "+quote(p.schema)+" CASCADE", "DROP OWNED BY "+name, "DROP ROLE "+name)
	})
	return name
}

func victim(ctx context.Context, settings string) (connect.Destination, error) {
	schema, address1, _ := strings.Cut(settings, "\x1f")
	values, err := address(address1)
	if err != nil {
		return nil, err
	}
	values[fieldSchema] = schema
	return openWith(ctx, connect.Settings{Values: values}, usual())
}

func TestKill_leaves_whole_batches(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	_, rest, _ := strings.Cut(server(t), ":")
	connecttest.TestKill(t, p, p.schema+"\x1f"+rest, func() {
		// What was killed may still hold its locks: wait for its transaction.
		admin(t, `DO $$ BEGIN WHILE EXISTS (SELECT FROM pg_locks WHERE relation = to_regclass('`+quote(p.schema)+`.events') AND pid <> pg_backend_pid() AND mode = 'RowExclusiveLock') LOOP PERFORM pg_sleep(0.01); END LOOP; END $$`)
	})
}

func TestWrite_says_when_the_connection_is_lost_and_the_next_makes_a_new_one(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	d, err := p.opened(t)
	if err != nil {
		t.Fatal(err)
	}
	cut := func() {
		admin(t, "SELECT pg_terminate_backend("+strconv.Itoa(int(d.conn.PID()))+", 10000)")
	}
	p.completes(t, d, 0)
	connecttest.Refused(t, "Commit", connecttest.WriteLoad(t.Context(), d, 1, cut), fault.Unavailable, "run it again", p.schema)
	if got := connecttest.Loaded(t, p); got != 1 {
		t.Fatalf("%d batches are there", got)
	}
	p.completes(t, d, 1)
	cut() // while nothing is written
	p.completes(t, d, 2)
	tx, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cut()
	connecttest.Refused(t, "Write", tx.Write(t.Context(), connecttest.LoadStreams()[0], connecttest.LoadBatch(3)), fault.Unavailable, "connection")
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
	p.completes(t, d, 3)
}

func TestPrepare_says_when_a_permission_is_missing(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	name := role(t, p, "")
	d, err := p.opened(t, fieldUser, name)
	if err != nil {
		t.Fatal(err)
	}
	connecttest.Refused(t, "making the schema", connecttest.PrepareLoad(t.Context(), d), fault.Forbidden, "GRANT", p.schema)
	admin(t, "CREATE SCHEMA "+quote(p.schema), "GRANT USAGE ON SCHEMA "+quote(p.schema)+" TO "+name)
	connecttest.Refused(t, "making a table", connecttest.PrepareLoad(t.Context(), d), fault.Forbidden, "GRANT", p.schema)
	admin(t, "GRANT CREATE ON SCHEMA "+quote(p.schema)+" TO "+name)
	p.completes(t, d, 0)
	admin(t, "ALTER TABLE "+quote(p.schema)+".events OWNER TO CURRENT_USER")
	connecttest.Refused(t, "Write to a table of others", connecttest.WriteLoad(t.Context(), d, 1, func() {}), fault.Forbidden, "GRANT")
	admin(t, "GRANT SELECT, INSERT, UPDATE, DELETE ON "+quote(p.schema)+".events TO "+name)
	p.completes(t, d, 1)
}

func TestOpen_refuses_what_may_only_be_read(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	name := role(t, p, "")
	admin(t, "ALTER ROLE "+name+" SET default_transaction_read_only = on")
	_, err := p.opened(t, fieldUser, name)
	connecttest.Refused(t, "opening", err, fault.Invalid, "only be read", "default_transaction_read_only")
	admin(t, "ALTER ROLE "+name+" RESET default_transaction_read_only", "CREATE SCHEMA "+quote(p.schema)+" AUTHORIZATION "+name)
	d, err := p.opened(t, fieldUser, name)
	if err != nil {
		t.Fatal(err)
	}
	p.completes(t, d, 0)
}

func TestWrite_says_when_the_transaction_may_only_read(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	d, err := p.opened(t)
	if err != nil {
		t.Fatal(err)
	}
	p.completes(t, d, 0)
	tx, err := d.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.run(t.Context(), "SET TRANSACTION READ ONLY"); err != nil { // as a server does that has become a standby
		t.Fatal(err)
	}
	connecttest.Refused(t, "Write", tx.Write(t.Context(), connecttest.LoadStreams()[0], connecttest.LoadBatch(1)), fault.Invalid, "only be read", "primary")
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
	p.completes(t, d, 1)
}

func TestWrite_says_when_a_table_is_locked(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	d, err := p.opened(t)
	if err != nil {
		t.Fatal(err)
	}
	p.completes(t, d, 0)
	other := client(t)
	defer other.Close(context.Background())
	for _, s := range []string{"BEGIN", "LOCK TABLE " + quote(p.schema) + ".copies IN ACCESS EXCLUSIVE MODE"} {
		if _, err := other.Exec(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	connecttest.Refused(t, "Write", connecttest.WriteLoad(t.Context(), d, 1, func() {}), fault.Unavailable, "another session", "pg_locks")
	wide := connecttest.LoadStreams()[1]
	wide.Columns = append(wide.Columns, connect.Column{Name: "more"})
	_, err = d.Prepare(t.Context(), wide)
	connecttest.Refused(t, "Prepare", err, fault.Unavailable, "another session")
	if _, err := other.Exec(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	p.completes(t, d, 1)
}

func TestWrite_says_when_the_server_takes_too_long(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	how := usual()
	how.answer = how.answer / 600
	d, err := p.patient(t, how)
	if err != nil {
		t.Fatal(err)
	}
	p.completes(t, d, 0)
	admin(t, "CREATE FUNCTION "+quote(p.schema)+".slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW; END'",
		"CREATE TRIGGER slow BEFORE INSERT ON "+quote(p.schema)+".events FOR EACH ROW EXECUTE FUNCTION "+quote(p.schema)+".slow()")
	connecttest.Refused(t, "Write", connecttest.WriteLoad(t.Context(), d, 1, func() {}), fault.Unavailable, "too long")
	admin(t, "DROP TRIGGER slow ON "+quote(p.schema)+".events")
	p.completes(t, d, 1)
}

func TestWrite_says_when_the_disk_is_full_and_goes_on_when_it_is_not(t *testing.T) {
	t.Parallel()
	server(t)
	folder, resize := connecttest.SmallDisk(t, "6m", true)
	at := filepath.Join(folder, "space")
	if err := errors.Join(os.Chmod(filepath.Dir(folder), 0o755), os.Mkdir(at, 0o700)); err != nil {
		t.Fatal(err)
	}
	if account, err := user.Lookup("postgres"); err == nil {
		uid, _ := strconv.Atoi(account.Uid)
		if err := os.Chown(at, uid, -1); err != nil {
			t.Skipf("the folder of the small disk cannot be given to the server: %v", err)
		}
	}
	p := fresh(t)
	space := "kalends_" + strings.ToLower(rand.Text())
	admin(t, "CREATE TABLESPACE "+space+" LOCATION '"+at+"'")
	t.Cleanup(func() { admin(t, "DROP SCHEMA IF EXISTS "+quote(p.schema)+" CASCADE", "DROP TABLESPACE "+space) })
	name := role(t, p, "")
	admin(t, "GRANT CREATE ON TABLESPACE "+space+" TO "+name, "CREATE SCHEMA "+quote(p.schema)+" AUTHORIZATION "+name,
		"ALTER ROLE "+name+" SET default_tablespace = "+space)
	d, err := p.opened(t, fieldUser, name)
	if err != nil {
		t.Fatal(err)
	}
	landed := connecttest.UntilFull(t, d)
	if got := connecttest.Loaded(t, p); got != landed {
		t.Fatalf("%d batches are there, %d were committed", got, landed)
	}
	resize("64m")
	p.completes(t, d, landed)
}

func TestPrepare_by_many_at_once_makes_each_table_once(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	connecttest.TestPreparing(t, func() connect.Destination {
		d, err := p.patient(t, usual())
		if err != nil {
			t.Fatal(err)
		}
		return d
	})
	d, err := p.opened(t)
	if err != nil {
		t.Fatal(err)
	}
	p.completes(t, d, 0)
}
