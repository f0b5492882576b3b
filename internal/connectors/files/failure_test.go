package files

import (
	"bufio"
	"context"
	"errors"
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

func events() connect.Stream {
	return connect.Stream{Name: "events", Key: []string{"uri"}, Columns: []connect.Column{
		{Name: "uri", Type: connect.Text}, {Name: "start_time", Type: connect.Timestamp}, {Name: "batch", Type: connect.Integer},
		{Name: "raw", Type: connect.JSON}, {Name: connect.ColumnDeleted, Type: connect.Timestamp},
	}}
}

// event returns a record; those of a month have the same start_time.
func event(uri string, month time.Month, batch int) connect.Record {
	return connect.Record{Values: []any{
		uri, time.Date(2026, month, 1, 12, 0, 0, 0, time.UTC), int64(batch), connect.Document(`"` + strings.Repeat("raw ", 400) + `"`), nil,
	}}
}

// numbered returns the records of batch n: new ones, and one that every batch
// changes.
func numbered(n int) []connect.Record {
	all := []connect.Record{event("always", time.Month(n%12+1), n)}
	for i := range batchRows - 1 {
		all = append(all, event(fmt.Sprintf("event %d of batch %d", i, n), time.Month(i%12+1), n))
	}
	return all
}

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
			return errors.Join(err, tx.Rollback())
		}
	}
	written()
	if err := tx.Commit(ctx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return nil
}

// batches fails the test unless the rows are those of whole batches of both
// streams, without a gap, and returns how many.
func batches(t *testing.T, rows func(connect.Stream) []map[string]any) int {
	t.Helper()
	var counts [2]int
	for i, s := range twoStreams() {
		of := map[int64]int{}
		seen := map[any]bool{}
		for _, r := range rows(s) {
			if seen[r["uri"]] {
				t.Fatalf("%s has %v twice", s.Name, r["uri"])
			}
			seen[r["uri"]] = true
			of[r["batch"].(int64)]++
		}
		for n := range int64(len(of)) {
			want := batchRows - 1
			if n == int64(len(of)-1) { // the last has the record that every batch changes
				want++
			}
			if of[n] != want {
				t.Fatalf("%s has %d rows of batch %d of %d, want %d", s.Name, of[n], n, len(of), want)
			}
		}
		counts[i] = len(of)
	}
	if counts[0] != counts[1] {
		t.Fatalf("one stream has %d batches, the other %d", counts[0], counts[1])
	}
	return counts[0]
}

// batches returns how many batches are there once a run has opened the place:
// of a log, what was committed right before a crash is published then.
func (a at) batches(t *testing.T) int {
	t.Helper()
	if strings.Contains(a.query, logs) {
		if err := a.Open(t).Close(); err != nil {
			t.Fatal(err)
		}
	}
	return batches(t, func(s connect.Stream) []map[string]any { return a.Rows(t, s) })
}

// clean fails the test if something in the folder is neither a file for
// readers nor needed.
func clean(t *testing.T, folder string) {
	t.Helper()
	m, err := loadManifest(t.Context(), anyStore(folder))
	if err != nil || m == nil {
		t.Fatalf("the manifest: %v", err)
	}
	names, err := anyStore(folder).List(t.Context(), own)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !m.named()[name] {
			t.Errorf("%s is left", name)
		}
	}
}

func anyStore(folderName string) store { return folder{path: folderName} }

// killedWith are the ways of keeping files that are tried with kill -9.
func killedWith() []string {
	return []string{"format=jsonl", "format=parquet&partition=start_time:month", "format=parquet&layout=log", "format=csv&compress=zstd"}
}

// Each process is killed before a commit, then after some, while it goes on at
// once: in the middle of whatever it does then. Then one is killed while it
// makes the snapshot.
func TestKill_leaves_whole_batches(t *testing.T) {
	t.Parallel()
	for _, query := range killedWith() {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			place := at{filepath.Join(t.TempDir(), "copy"), query}
			there := 0
			for round := range 3 {
				v := startVictim(t, place, there, there+2)
				v.wait(t, "written", there+2)
				v.kill(t)
				if got := place.batches(t); got != there+2 {
					t.Fatalf("killed before batch %d was committed: %d batches", there+2, got)
				}
				there += 2
				v = startVictim(t, place, there, -1)
				v.wait(t, "committed", there+1+round)
				v.kill(t)
				got := place.batches(t)
				if got < there+2+round {
					t.Fatalf("batches up to %d were committed, %d are there", there+1+round, got)
				}
				there = got - 1 // the last may be one that nobody was told of: replay it
			}
			for range 5 {
				v := startVictim(t, place, there, -2)
				v.wait(t, "closing", there)
				v.kill(t)
			}
			d := place.Open(t)
			if err := errors.Join(prepareAll(t.Context(), d), writeBatch(t.Context(), d, there, func() {}), d.Close()); err != nil {
				t.Fatal(err)
			}
			if got := place.batches(t); got != there+1 {
				t.Errorf("the next run completes %d batches of %d", got, there+1)
			}
			clean(t, place.folder)
		})
	}
}

const victimEnv = "KALENDS_TEST_VICTIM"

// isVictim says whether this process is one to be killed, and if so writes
// batches until it is.
func isVictim() bool {
	if os.Getenv(victimEnv) == "" {
		return false
	}
	if err := suffer(context.Background(), os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Println("error", err)
	}
	return true
}

// suffer writes batches from a number on, and stops before the commit of one;
// with -2 it writes one and closes.
func suffer(ctx context.Context, folder, query, from, stopAt string) error {
	values, err := address(folder + "?" + query)
	if err != nil {
		return err
	}
	d, err := open(ctx, connect.Settings{Values: values})
	if err != nil {
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
		if stopAt == "-2" {
			fmt.Println("closing", n)
			err = errors.Join(err, d.Close())
			_, _ = io.Copy(io.Discard, os.Stdin)
		}
	}
	return err
}

// victim is a process that writes.
type victim struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

func startVictim(t *testing.T, place at, from, stopAt int) *victim {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, place.folder, place.query, strconv.Itoa(from), strconv.Itoa(stopAt))
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

func TestWrite_says_when_the_disk_is_full_and_goes_on_when_it_is_not(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"format=jsonl", "format=csv&layout=log"} {
		disk, resize := connecttest.SmallDisk(t, "8m", false)
		place := at{filepath.Join(disk, "copy"), query}
		d := place.Open(t)
		if err := prepareAll(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		landed := 0
		var err error
		for ; err == nil; landed++ {
			err = writeBatch(t.Context(), d, landed, func() {})
		}
		landed--
		full(t, "writing", err)
		if err := d.Close(); err != nil {
			full(t, "Close", err)
		}
		if landed == 0 {
			t.Fatal("full before the first batch: this tests nothing")
		}
		if got := place.batches(t); got != landed {
			t.Fatalf("%d batches are there, %d were committed", got, landed)
		}
		resize("64m")
		d = place.Open(t)
		if err := errors.Join(prepareAll(t.Context(), d), writeBatch(t.Context(), d, landed, func() {}), d.Close()); err != nil {
			t.Fatalf("after room was made: %v", err)
		}
		clean(t, place.folder)
		if got := place.batches(t); got != landed+1 {
			t.Errorf("%d batches are there, %d were committed", got, landed+1)
		}
	}
}

func full(t *testing.T, doing string, err error) {
	t.Helper()
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "full") || fault.HintOf(err) == "" {
		t.Fatalf("%s: %s: %v (%s)", doing, fault.KindOf(err), err, fault.HintOf(err))
	}
}
