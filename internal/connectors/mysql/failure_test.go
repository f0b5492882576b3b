package mysql

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
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

// account makes a user of a random name who is dropped when the test ends. with
// says more about the user, and grants what about the database.
func account(t testing.TB, p place, with, grants string) string {
	t.Helper()
	name := "k_" + strings.ToLower(rand.Text())[:20]
	admin(t, "CREATE USER "+name+" "+with)
	t.Cleanup(func() { admin(t, "DROP USER "+name) })
	if grants != "" {
		admin(t, "GRANT "+grants+" ON "+p.database+".* TO "+name)
	}
	return name
}

func victim(ctx context.Context, settings string) (connect.Destination, error) {
	database, rest, _ := strings.Cut(settings, "\x1f")
	values, err := address(rest)
	if err != nil {
		return nil, err
	}
	values[fieldDatabase], values[fieldPrefix] = database, prefix
	return openWith(ctx, connect.Settings{Values: values}, usual())
}

func TestKill_leaves_whole_batches(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	_, rest, _ := strings.Cut(testServer(t), ":")
	connecttest.TestKill(t, p, p.database+"\x1f"+rest, func() {
		// What was killed may still hold its locks: wait for its session to end.
		for asked(t, "SELECT count(*) + sleep(0.01) FROM information_schema.processlist WHERE db = ?", p.database)[0] != "0" {
			continue
		}
	})
}

func TestWrite_says_when_the_connection_is_lost_and_the_next_makes_a_new_one(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	d, err := p.opened(t)
	if err != nil {
		t.Fatal(err)
	}
	cut := func() { admin(t, fmt.Sprintf("KILL %d", d.session.id)) }
	p.completes(t, d, 0)
	connecttest.Refused(t, "Commit", connecttest.WriteLoad(t.Context(), d, 1, cut), fault.Unavailable, "connection is lost", "run it again", p.database)
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
	connecttest.Refused(t, "Write", tx.Write(t.Context(), connecttest.LoadStreams()[0], connecttest.LoadBatch(3)), fault.Unavailable, "connection is lost")
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
	p.completes(t, d, 3)
	cut()
	wide := connecttest.LoadStreams()[0]
	wide.Columns = append(wide.Columns, connect.Column{Name: "more"})
	if _, err := d.Prepare(t.Context(), wide); err != nil {
		connecttest.Refused(t, "Prepare", err, fault.Unavailable, "connection is lost")
	}
	p.completes(t, d, 4)
}

func TestPrepare_says_when_a_permission_is_missing(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	name := account(t, p, "", "SELECT, INSERT, UPDATE, DELETE")
	opened := func(change string) *destination { // a session keeps the rights that it had
		t.Helper()
		if change != "" {
			admin(t, change)
		}
		d, err := p.opened(t, fieldUser, name)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	on := " ON " + p.database + ".* "
	connecttest.Refused(t, "making a table", connecttest.PrepareLoad(t.Context(), opened("")), fault.Forbidden, "GRANT", p.database)
	d := opened("GRANT CREATE, INDEX" + on + "TO " + name)
	if err := connecttest.PrepareLoad(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	connecttest.Refused(t, "making a temporary table", connecttest.WriteLoad(t.Context(), d, 0, func() {}), fault.Forbidden, "GRANT", p.database)
	d = opened("GRANT CREATE TEMPORARY TABLES" + on + "TO " + name)
	p.completes(t, d, 0)
	wide := connecttest.LoadStreams()[0]
	wide.Columns = append(wide.Columns, connect.Column{Name: "more"})
	_, err := d.Prepare(t.Context(), wide)
	connecttest.Refused(t, "widening a table", err, fault.Forbidden, "GRANT")
	d = opened("REVOKE UPDATE" + on + "FROM " + name)
	if err := connecttest.PrepareLoad(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	connecttest.Refused(t, "Write", connecttest.WriteLoad(t.Context(), d, 1, func() {}), fault.Forbidden, "GRANT")
	p.completes(t, opened("GRANT UPDATE"+on+"TO "+name), 1)
}

// What is set for all of the server is set while no test runs beside.
//
//nolint:paralleltest // see above
func TestOpen_refuses_what_may_only_be_read(t *testing.T) {
	p := fresh(t)
	name := account(t, p, "", "ALL")
	d, err := p.opened(t, fieldUser, name)
	if err != nil {
		t.Fatal(err)
	}
	p.completes(t, d, 0)
	admin(t, "SET GLOBAL read_only = 1")
	t.Cleanup(func() { admin(t, "SET GLOBAL read_only = 0") })
	_, err = p.opened(t, fieldUser, name)
	connecttest.Refused(t, "opening", err, fault.Invalid, "only be read", "primary", "read_only")
	connecttest.Refused(t, "Begin", connecttest.WriteLoad(t.Context(), d, 1, func() {}), fault.Invalid, "only be read")
	admin(t, "SET GLOBAL read_only = 0")
	p.completes(t, d, 1)
}

//nolint:paralleltest // likewise
func TestWrite_inserts_where_no_file_may_be_loaded(t *testing.T) {
	p := fresh(t)
	d, err := p.opened(t)
	if err != nil {
		t.Fatal(err)
	}
	p.completes(t, d, 0)
	if d.rows {
		t.Fatal("the server for tests loads no files: this tests nothing")
	}
	admin(t, "SET GLOBAL local_infile = 0")
	t.Cleanup(func() { admin(t, "SET GLOBAL local_infile = 1") })
	p.completes(t, d, 1)
	if !d.rows {
		t.Error("a file was loaded although none may be")
	}
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
	if err := errors.Join(d.rollback(), d.session.begin(t.Context(), "READ ONLY")); err != nil { // as a server does that has become a replica
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
	db := client(t)
	defer db.Close()
	other, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for _, locks := range [][2]string{
		{"LOCK TABLES " + p.table("copies") + " WRITE", "UNLOCK TABLES"},
		{"SELECT 1 FROM " + p.table("copies") + " FOR UPDATE", "ROLLBACK"},
	} {
		for _, s := range []string{"START TRANSACTION", locks[0]} {
			if _, err := other.ExecContext(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		connecttest.Refused(t, "Write "+locks[0], connecttest.WriteLoad(t.Context(), d, 0, func() {}), fault.Unavailable, "another session", "PROCESSLIST")
		wide := connecttest.LoadStreams()[1]
		wide.Columns = append(wide.Columns, connect.Column{Name: "more"})
		_, err = d.Prepare(t.Context(), wide)
		connecttest.Refused(t, "Prepare "+locks[0], err, fault.Unavailable, "another session")
		if _, err := other.ExecContext(t.Context(), locks[1]); err != nil {
			t.Fatal(err)
		}
		p.completes(t, d, 0)
	}
	if _, err := other.ExecContext(t.Context(), "DO GET_LOCK(?, 0)", "kalends prepares "+p.database); err != nil {
		t.Fatal(err)
	}
	connecttest.Refused(t, "Prepare", connecttest.PrepareLoad(t.Context(), d), fault.Unavailable, "another session prepares", p.database)
}

func TestWrite_ends_what_takes_the_server_too_long(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	how := usual()
	how.answer = how.answer / 600
	d, err := p.patient(t, how)
	if err != nil {
		t.Fatal(err)
	}
	p.completes(t, d, 0)
	admin(t, "USE "+p.database, "CREATE TRIGGER "+p.database+".slow BEFORE INSERT ON "+p.table("events")+" FOR EACH ROW DO sleep(1000)")
	connecttest.Refused(t, "Write", connecttest.WriteLoad(t.Context(), d, 1, func() {}), fault.Unavailable, "too long")
	admin(t, "DROP TRIGGER "+p.database+".slow") // waits for the session that uses it
	p.completes(t, d, 1)
}

func TestWrite_that_is_canceled_leaves_no_locks(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	d, err := p.opened(t)
	if err != nil {
		t.Fatal(err)
	}
	p.completes(t, d, 0)
	admin(t, "CREATE TRIGGER "+p.database+".slow BEFORE UPDATE ON "+p.table("copies")+" FOR EACH ROW DO sleep(1000)")
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() {
		for asked(t, "SELECT count(*) FROM information_schema.processlist WHERE db = ? AND state = 'User sleep'", p.database)[0] == "0" {
			continue
		}
		cancel()
	})
	if err := connecttest.WriteLoad(ctx, d, 0, func() {}); fault.KindOf(err) != fault.Canceled {
		t.Errorf("canceled: %v", err)
	}
	wg.Wait()
	admin(t, "DROP TRIGGER "+p.database+".slow")
	p.completes(t, d, 0)
}

func TestWrite_says_when_the_disk_is_full_and_goes_on_when_it_is_not(t *testing.T) {
	t.Parallel()
	testServer(t)
	folder, resize := connecttest.SmallDisk(t, "12m", true)
	at := filepath.Join(folder, "space")
	if err := errors.Join(os.Chmod(filepath.Dir(folder), 0o755), os.Mkdir(at, 0o700)); err != nil {
		t.Fatal(err)
	}
	if account, err := user.Lookup("mysql"); err == nil {
		uid, _ := strconv.Atoi(account.Uid)
		if err := os.Chown(at, uid, -1); err != nil {
			t.Skipf("the folder of the small disk cannot be given to the server: %v", err)
		}
	}
	p := fresh(t)
	d, err := p.opened(t)
	if err != nil {
		t.Fatal(err)
	}
	if err := connecttest.PrepareLoad(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin(t, "DROP TABLE "+p.table("events")) }) // while the disk is there
	move(t, p, "events", at)
	landed := connecttest.UntilFull(t, d)
	if got := connecttest.Loaded(t, p); got != landed {
		t.Fatalf("%d batches are there, %d were committed", got, landed)
	}
	resize("64m")
	p.completes(t, d, landed)
}

// move makes an empty table anew in another folder.
func move(t testing.TB, p place, stream, folder string) {
	t.Helper()
	db := client(t)
	defer db.Close()
	var name, made string
	if err := db.QueryRowContext(t.Context(), "SHOW CREATE TABLE "+p.table(stream)).Scan(&name, &made); err != nil {
		t.Fatal(err)
	}
	made = strings.Replace(made, "CREATE TABLE "+quote(name), "CREATE TABLE "+p.table(stream), 1)
	admin(t, "DROP TABLE "+p.table(stream), made+" DATA DIRECTORY = '"+folder+"'")
}

func TestWrite_says_when_a_record_is_longer_than_the_server_takes(t *testing.T) {
	t.Parallel()
	p := fresh(t)
	p.rows = true
	s := connect.Stream{Name: "things", Key: []string{"uri"}, Columns: []connect.Column{{Name: "uri"}, {Name: "text"}}}
	d := prepared(t, p, s)
	long := connect.Record{Values: []any{"a", strings.Repeat("x", d.session.packet)}}
	connecttest.Refused(t, "Write", write(t, d, s, long), fault.Schema, "longer than the server takes", "max_allowed_packet")
	d.rows = false
	if err := write(t, d, s, long); err != nil {
		t.Fatalf("loaded: %v", err)
	}
	for r, err := range d.Scan(t.Context(), s) {
		if err != nil || r.Values[1] != long.Values[1] {
			t.Errorf("it is not read as it was written: %v", err)
		}
	}
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
