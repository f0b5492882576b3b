package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
)

// batches fails the test unless the file is sound and holds whole batches of a
// load only, and returns how many.
func batches(t *testing.T, path string) int {
	t.Helper()
	sound(t, path)
	return connecttest.Loaded(t, place(path))
}

func sound(t *testing.T, path string) {
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
	landed := connecttest.UntilFull(t, d)
	if got := batches(t, path); got != landed {
		t.Fatalf("%d batches are there, %d were committed", got, landed)
	}
	limit(1 << 30)
	if err := connecttest.WriteLoad(t.Context(), d, landed, func() {}); err != nil {
		t.Fatalf("after room was made: %v", err)
	}
	if got := batches(t, path); got != landed+1 {
		t.Errorf("%d batches are there, %d were committed", got, landed+1)
	}
}

func TestWrite_says_when_the_disk_is_full_and_goes_on_when_it_is_not(t *testing.T) {
	t.Parallel()
	folder, resize := connecttest.SmallDisk(t, "8m", false)
	path := filepath.Join(folder, "copy.db")
	d := place(path).Open(t)
	landed := connecttest.UntilFull(t, d)
	if err := d.Close(); err != nil {
		t.Fatalf("Close on a full disk: %v", err)
	}
	if got := batches(t, path); got != landed {
		t.Fatalf("%d batches are there, %d were committed", got, landed)
	}
	resize("64m")
	d = place(path).Open(t)
	if err := connecttest.PrepareLoad(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	for n := landed; n < landed+3; n++ {
		if err := connecttest.WriteLoad(t.Context(), d, n, func() {}); err != nil {
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
	folder, resize := connecttest.SmallDisk(t, "64k", false)
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

func TestKill_leaves_whole_batches(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "copy.db")
	connecttest.TestKill(t, place(path), path, func() { sound(t, path) })
}

// victim opens a file with a small cache, so that a transaction is on the disk
// before its commit.
func victim(ctx context.Context, path string) (connect.Destination, error) {
	d, err := openFile(ctx, path, time.Minute)
	if err != nil {
		return nil, err
	}
	_, err = d.conn.ExecContext(ctx, "PRAGMA cache_size = 20")
	return d, err
}

func joined(err, rollback error) error {
	if rollback != nil {
		return fmt.Errorf("%w; and rolling back: %w", err, rollback)
	}
	return err
}
