//go:build duckdb

package duckdb

import (
	"path/filepath"
	"testing"

	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
)

func TestKill_leaves_whole_batches(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "copy.duckdb")
	connecttest.TestKill(t, place(path), path, func() {})
}

func TestWrite_says_when_the_disk_is_full_and_goes_on_when_it_is_not(t *testing.T) {
	t.Parallel()
	folder, resize := connecttest.SmallDisk(t, "8m", false)
	p := place(filepath.Join(folder, "copy.duckdb"))
	d := p.Open(t)
	landed := connecttest.UntilFull(t, d)
	if got := connecttest.Loaded(t, p); got != landed {
		t.Fatalf("%d batches are there, %d were committed", got, landed)
	}
	for range 3 { // it may have found some room
		switch err := connecttest.WriteLoad(t.Context(), d, landed, func() {}); {
		case err == nil:
			landed++
		case fault.KindOf(err) != fault.Unavailable:
			t.Fatalf("on a disk that is still full: %s: %v", fault.KindOf(err), err)
		}
	}
	resize("256m")
	more := func() {
		t.Helper()
		if err := connecttest.WriteLoad(t.Context(), d, landed, func() {}); err != nil {
			t.Fatalf("after room was made: %v", err)
		}
		landed++
	}
	more() // the same destination goes on
	mustClose(t, d)
	d = p.Open(t)
	if err := connecttest.PrepareLoad(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	more()
	mustClose(t, d)
	if got := connecttest.Loaded(t, p); got != landed {
		t.Errorf("%d batches are there, %d were committed", got, landed)
	}
	if got := list(t, folder); len(got) != 1 {
		t.Errorf("Close leaves more than the database: %v", got)
	}
}

func TestOpen_says_when_the_disk_is_full(t *testing.T) {
	t.Parallel()
	folder, resize := connecttest.SmallDisk(t, "64k", false)
	write(t, filepath.Join(folder, "filler"), make([]byte, 60<<10))
	path := filepath.Join(folder, "copy.duckdb")
	_, err := openFile(t.Context(), path)
	refused(t, "a full disk", err, fault.Unavailable, "full", path)
	resize("10m")
	mustClose(t, place(path).Open(t))
}
