package e2e_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/internal/flow"
)

// large makes a file with a table of n rows, of which each ten have one time.
func (u user) large(name string, n int) {
	u.t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(u.dir, name))
	if err != nil {
		u.t.Fatal(err)
	}
	defer db.Close()
	_, err = db.ExecContext(u.t.Context(), fmt.Sprintf(`CREATE TABLE people (id INTEGER PRIMARY KEY, at INTEGER, note TEXT);
		WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < %d)
		INSERT INTO people SELECT n, n / 10, hex(randomblob(100)) FROM i; CREATE INDEX by_at ON people (at)`, n))
	if err != nil {
		u.t.Fatal(err)
	}
}

func TestSync_by_a_cursor_killed_at_random_moments_goes_on(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	const n = 150_000
	u.large("shop.db", n)
	args := []string{"sync", "--from", "sqlite:shop.db", "--streams", "people", "--cursor", "at", "--to", "sqlite:copy.db", "--json"}
	kills := 0
	for span := 300 * time.Millisecond; ; span += span / 8 {
		if !killed(t, u.command(t.Context(), args...), time.Duration(rand.Int64N(int64(span)))+span/2) {
			break
		}
		if kills++; kills > 100 {
			t.Fatal("the sync does not complete")
		}
	}
	t.Logf("completed after %d kills", kills)
	if kills < 2 {
		t.Errorf("only %d kills hit: the test proves too little", kills)
	}
	u.must("", "verify", "--from", "sqlite:shop.db", "--streams", "people", "--to", "sqlite:copy.db")
	if run := u.must("", args...).result(t); run.Records < 1 || run.Records > 10 {
		t.Errorf("a run with nothing new reads %d rows", run.Records)
	}
}

func TestSync_a_killed_run_is_gone_on_with_and_not_begun_anew(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	const n = 150_000
	u.large("shop.db", n)
	args := []string{"sync", "--from", "sqlite:shop.db", "--cursor", "at", "--to", "sqlite:copy.db", "--json"}
	ctx, kill := context.WithCancel(t.Context())
	defer kill()
	cmd := u.command(ctx, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool { return count(filepath.Join(u.dir, "copy.db"), "people") > n/10 })
	kill()
	_ = cmd.Wait() // it was killed
	run := u.must("", args...).result(t)
	if !run.Resumed || run.Records > n-n/20 || run.Status != flow.Succeeded {
		t.Errorf("the run is %+v", run)
	}
	if got := count(filepath.Join(u.dir, "copy.db"), "people"); got != n {
		t.Errorf("%d rows of %d", got, n)
	}
}

func TestSync_of_what_is_piped_in(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	const n = 100_000
	cmd := u.command(t.Context(), "sync", "--from", "-", "--format", "csv", "--name", "people", "--key", "id", "--to", "sqlite:copy.db", "--json")
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(in, "id,name\n")
	for i := 0; i < n && err == nil; i++ {
		_, err = fmt.Fprintf(in, "%d,\"Ann, the %d.\"\n", i, i)
	}
	if err != nil || in.Close() != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err, stderr.String())
	}
	if run := (outcome{0, stdout.String(), stderr.String()}).result(t); run.Records != n {
		t.Errorf("%d records of %d", run.Records, n)
	}
	if got := count(filepath.Join(u.dir, "copy.db"), "people"); got != n {
		t.Errorf("%d rows of %d", got, n)
	}
}
