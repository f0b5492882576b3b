package sqlite

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
)

// batchRows is how many records of each of two streams a batch has.
const batchRows = 300

// numbered returns the records of batch n.
func numbered(n int) []connect.Record {
	var all []connect.Record
	for i := range batchRows {
		all = append(all, connect.Record{Values: []any{
			fmt.Sprintf("event %d of batch %d", i, n), "https://api.example.com/types/1", time.Unix(int64(i), 0).UTC(),
			true, int64(n), 0.5, connect.Document(`"` + strings.Repeat("raw ", 400) + `"`),
		}})
	}
	return all
}

// twoStreams are written together.
func twoStreams() []connect.Stream {
	a, b := events(), events()
	b.Name = "copies"
	return []connect.Stream{a, b}
}

func prepareAll(ctx context.Context, d connect.Destination) error {
	for _, s := range twoStreams() {
		if _, err := d.Prepare(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// writeBatch writes batch n of both streams in one transaction, calls written
// and commits.
func writeBatch(ctx context.Context, d connect.Destination, n int, written func()) error {
	tx, err := d.Begin(ctx)
	if err != nil {
		return err
	}
	for _, s := range twoStreams() {
		if err := tx.Write(ctx, s, numbered(n)); err != nil {
			return joined(err, tx.Rollback())
		}
	}
	written()
	if err := tx.Commit(ctx); err != nil {
		return joined(err, tx.Rollback())
	}
	return nil
}

func joined(err, rollback error) error {
	if rollback != nil {
		return fmt.Errorf("%w; and rolling back: %w", err, rollback)
	}
	return err
}

// batches fails the test unless the file is sound and holds whole batches
// only, without a gap, and returns how many.
func batches(t *testing.T, path string) int {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer mustClose(t, db)
	var sound string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
		t.Fatalf("integrity_check: %s: %v", sound, err)
	}
	var counts [2]int
	for i, s := range twoStreams() {
		var highest, whole, rows int
		err := db.QueryRowContext(t.Context(), `SELECT ifnull(max(n) + 1, 0), count(*) FILTER (WHERE rows = ?), ifnull(sum(rows), 0)
			FROM (SELECT size AS n, count(*) AS rows FROM `+quote(s.Name)+` GROUP BY size)`, batchRows).Scan(&highest, &whole, &rows)
		if err != nil {
			t.Fatal(err)
		}
		if highest != whole || rows != whole*batchRows {
			t.Fatalf("%s has %d rows in %d whole batches, up to number %d", s.Name, rows, whole, highest-1)
		}
		counts[i] = whole
	}
	if counts[0] != counts[1] {
		t.Fatalf("one stream has %d batches, the other %d", counts[0], counts[1])
	}
	return counts[0]
}

func TestWrite_says_when_the_database_is_full(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "copy.db")
	d, err := openPath(t, path)
	if err != nil {
		t.Fatal(err)
	}
	limit := func(pages int) {
		if _, err := d.conn.ExecContext(t.Context(), "PRAGMA max_page_count = "+strconv.Itoa(pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(1000)
	if err := prepareAll(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	landed := untilFull(t, d)
	if got := batches(t, path); got != landed {
		t.Fatalf("%d batches are there, %d were committed", got, landed)
	}
	limit(1 << 30)
	if err := writeBatch(t.Context(), d, landed, func() {}); err != nil {
		t.Fatalf("after room was made: %v", err)
	}
	if got := batches(t, path); got != landed+1 {
		t.Errorf("%d batches are there, %d were committed", got, landed+1)
	}
}

// untilFull writes batches until there is no room and returns how many were
// committed.
func untilFull(t *testing.T, d connect.Destination) (landed int) {
	t.Helper()
	for {
		err := writeBatch(t.Context(), d, landed, func() {})
		if err == nil {
			landed++
			continue
		}
		if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "full") || strings.Contains(err.Error(), "rolling back") || fault.HintOf(err) == "" {
			t.Fatalf("batch %d: %s: %v (%s)", landed, fault.KindOf(err), err, fault.HintOf(err))
		}
		if landed == 0 {
			t.Fatal("full before the first batch: this tests nothing")
		}
		return landed
	}
}

func TestWrite_says_when_the_disk_is_full_and_goes_on_when_it_is_not(t *testing.T) {
	t.Parallel()
	folder, resize := connecttest.SmallDisk(t, "8m")
	path := filepath.Join(folder, "copy.db")
	d := file(path).Open(t)
	if err := prepareAll(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	landed := untilFull(t, d)
	if err := d.Close(); err != nil {
		t.Fatalf("Close on a full disk: %v", err)
	}
	if got := batches(t, path); got != landed {
		t.Fatalf("%d batches are there, %d were committed", got, landed)
	}
	resize("64m")
	d = file(path).Open(t)
	if err := prepareAll(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	for n := landed; n < landed+3; n++ {
		if err := writeBatch(t.Context(), d, n, func() {}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if got := list(t, folder); len(got) != 1 {
		t.Errorf("Close leaves more than the database: %v", got)
	}
	if got := batches(t, path); got != landed+3 {
		t.Errorf("%d batches are there, %d were committed", got, landed+3)
	}
}

func TestOpen_says_when_the_disk_is_full(t *testing.T) {
	t.Parallel()
	folder, resize := connecttest.SmallDisk(t, "64k")
	write(t, filepath.Join(folder, "filler"), make([]byte, 64<<10))
	path := filepath.Join(folder, "copy.db")
	_, err := openPath(t, path)
	refused(t, "a full disk", err, fault.Unavailable, path)
	resize("1m")
	d, err := openFile(t.Context(), path, time.Second)
	if err != nil {
		t.Fatalf("after room was made: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestKill kills a process while it writes, in the middle of a transaction and
// at any other moment, and goes on where it said it was.
func TestKill_leaves_whole_batches(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "copy.db")
	there := 0
	for range 3 {
		v := startVictim(t, path, there, there+2)
		v.wait(t, "written", there+2)
		v.kill(t)
		if got := batches(t, path); got != there+2 {
			t.Fatalf("killed before batch %d was committed: %d batches", there+2, got)
		}
		there += 2

		v = startVictim(t, path, there, -1)
		v.wait(t, "committed", there+1)
		v.kill(t)
		got := batches(t, path)
		if got < there+2 {
			t.Fatalf("batches up to %d were committed, %d are there", there+1, got)
		}
		there = got - 1 // the last may be one that nobody was told of: replay it
	}
}

const victimEnv = "KALENDS_TEST_VICTIM"

// isVictim says whether this process is one to be killed, and if so writes
// batches until it is.
func isVictim() bool {
	if os.Getenv(victimEnv) == "" {
		return false
	}
	if err := suffer(context.Background(), os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Println("error", err)
	}
	return true
}

// suffer writes batches from a number on, and stops before the commit of one.
func suffer(ctx context.Context, path, from, stopAt string) error {
	d, err := openFile(ctx, path, time.Minute)
	if err != nil {
		return err
	}
	// A small cache, so that a transaction is on the disk before its commit.
	if _, err := d.conn.ExecContext(ctx, "PRAGMA cache_size = 20"); err != nil {
		return err
	}
	if err := prepareAll(ctx, d); err != nil {
		return err
	}
	n, err := strconv.Atoi(from)
	for ; err == nil; n++ {
		err = writeBatch(ctx, d, n, func() {
			fmt.Println("written", n)
			if strconv.Itoa(n) == stopAt {
				_, _ = io.Copy(io.Discard, os.Stdin) // until killed
			}
		})
		fmt.Println("committed", n)
	}
	return err
}

// victim is a process that writes.
type victim struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

func startVictim(t *testing.T, path string, from, stopAt int) *victim {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, path, strconv.Itoa(from), strconv.Itoa(stopAt))
	cmd.Env = append(os.Environ(), victimEnv+"=1")
	if _, err := cmd.StdinPipe(); err != nil { // closed by kill
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return &victim{cmd: cmd, lines: bufio.NewScanner(out)}
}

// wait reads what the victim says until it says what happened to batch n.
func (v *victim) wait(t *testing.T, what string, n int) {
	t.Helper()
	for v.lines.Scan() {
		switch line := v.lines.Text(); {
		case line == fmt.Sprint(what, " ", n):
			return
		case strings.HasPrefix(line, "error"):
			t.Fatal(line)
		}
	}
	t.Fatalf("the victim ended before batch %d was %s: %v", n, what, v.lines.Err())
}

// kill is kill -9.
func (v *victim) kill(t *testing.T) {
	t.Helper()
	if err := v.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := v.cmd.Wait(); err == nil {
		t.Fatal("the victim ended by itself")
	}
}
