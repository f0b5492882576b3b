package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/store"
)

func TestOpen_makes_folder_and_file_for_the_owner_only(t *testing.T) {
	t.Parallel()
	home := filepath.Join(t.TempDir(), "a new", "home")
	s := open(t, home)
	if err := s.CreateCredential(t.Context(), acme()); err != nil { // makes the log
		t.Fatal(err)
	}
	if runtime.GOOS == "windows" {
		return
	}
	want := map[string]os.FileMode{
		"": 0o700 | os.ModeDir, "locks": 0o700 | os.ModeDir, "locks/migrate.lock": 0o600,
		"kalends.db": 0o600, "kalends.db-wal": 0o600, "kalends.db-shm": 0o600,
	}
	for name, mode := range want {
		info, err := os.Stat(filepath.Join(home, name))
		if err != nil {
			t.Error(err)
		} else if info.Mode() != mode {
			t.Errorf("%s has mode %v, want %v", name, info.Mode(), mode)
		}
	}
}

func TestOpen_takes_any_path(t *testing.T) {
	t.Parallel()
	home := filepath.Join(t.TempDir(), "ä b%41c?d#e&f=g+h;i")
	if runtime.GOOS == "windows" {
		home = strings.ReplaceAll(home, "?", "")
	}
	if err := open(t, home).CreateCredential(t.Context(), acme()); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(home, "kalends.db")); err != nil || info.Size() == 0 {
		t.Errorf("the file is not there: %v", err)
	}
}

func TestOpen_syncs_every_commit(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for name, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
		if got, err := s.Setting(t.Context(), name); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", name, got, err, want)
		}
	}
}

func TestOpen_again_keeps_what_is_there(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	first, err := store.Open(t.Context(), filepath.Join(home, "kalends.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(first.CreateCredential(t.Context(), acme()), first.Close()); err != nil {
		t.Fatal(err)
	}
	if got := must(open(t, home).Credentials(t.Context()))(t); len(got) != 1 {
		t.Errorf("%d credentials after opening again", len(got))
	}
}

func TestOpen_by_many_at_once(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() { runChild(t, home, "open") })
		group.Go(func() {
			s, err := store.Open(t.Context(), filepath.Join(home, "kalends.db"))
			if err != nil {
				t.Error(err)
				return
			}
			for range 10 {
				p := store.Progress{Group: fmt.Sprint("group", i), UpdatedAt: noon()}
				if err := s.SaveProgress(t.Context(), "flow", p); err != nil {
					t.Error(err)
				}
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := must(open(t, home).Progress(t.Context(), "flow"))(t); len(got) != 4 {
		t.Errorf("%d groups, want 4", len(got))
	}
}

func TestOpen_refuses_what_is_not_its_file(t *testing.T) {
	t.Parallel()
	for name, fill := range map[string]func(path string) error{
		"text": func(path string) error {
			return os.WriteFile(path, bytes.Repeat([]byte("dear diary\n"), 1000), 0o600)
		},
		"short text": func(path string) error { return os.WriteFile(path, []byte("dear diary"), 0o600) },
		"folder":     func(path string) error { return os.Mkdir(path, 0o700) },
		"another program's database": func(path string) error {
			return execute(t.Context(), path, "CREATE TABLE diary (day TEXT)")
		},
		"another program's migrated database": func(path string) error {
			return execute(t.Context(), path, "PRAGMA application_id = 7; CREATE TABLE goose_db_version (version_id INTEGER)")
		},
		"newer Kalends": func(path string) error {
			s, err := store.Open(t.Context(), path)
			if err != nil {
				return err
			}
			return errors.Join(s.Close(), execute(t.Context(), path, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "kalends.db")
			if err := fill(path); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(path) // a folder has none
			_, err := store.Open(t.Context(), path)
			wantKind(t, err, fault.Invalid, "")
			if !strings.Contains(err.Error(), path) {
				t.Errorf("%v does not name the file", err)
			}
			if after, _ := os.ReadFile(path); !slices.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

func execute(ctx context.Context, path, statements string) error {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, statements)
	return errors.Join(err, db.Close())
}

func TestOpen_says_when_it_may_not_write(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, "file"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := store.Open(t.Context(), filepath.Join(home, "file", "kalends.db"))
	wantKind(t, err, fault.Invalid, "")
}

func TestOpen_in_a_folder_that_is_read_only(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 || runtime.GOOS == "windows" {
		t.Skip("modes do not bind this user")
	}
	for name, prepare := range map[string]func(home string) error{
		"new": func(string) error { return nil },
		"used before": func(home string) error {
			s, err := store.Open(t.Context(), filepath.Join(home, "kalends.db"))
			if err != nil {
				return err
			}
			return s.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			if err := errors.Join(prepare(home), os.Chmod(home, 0o500)); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := os.Chmod(home, 0o700); err != nil {
					t.Error(err)
				}
			})
			_, err := store.Open(t.Context(), filepath.Join(home, "kalends.db"))
			wantKind(t, err, fault.Invalid, "")
		})
	}
}
