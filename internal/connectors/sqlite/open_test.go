package sqlite

import (
	"bytes"
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.VolumeName(folder) + string(filepath.Separator)
	for rest, want := range map[string]string{
		strings.TrimPrefix(New().Spec.Example, "sqlite:"): filepath.Join(folder, "calendly.db"),
		"a folder/Größe #1.db":                            filepath.Join(folder, "a folder", "Größe #1.db"),
		"./x/../calendly.db":                              filepath.Join(folder, "calendly.db"),
		filepath.Join(root, "srv/c.db"):                   filepath.Join(root, "srv", "c.db"),
		"file:x.db":                                       filepath.Join(folder, "file:x.db"),
	} {
		got, err := New().Address(rest)
		if err != nil {
			t.Errorf("sqlite:%s: %v", rest, err)
		}
		if diff := cmp.Diff(map[string]string{"path": want}, got); diff != "" {
			t.Errorf("sqlite:%s (-want +got):\n%s", rest, diff)
		}
	}
	for _, rest := range []string{"", ":memory:", ":memory:x", "//calendly.db", "///srv/calendly.db", "calendly.db?mode=ro"} {
		_, err := New().Address(rest)
		refused(t, "sqlite:"+rest, err, fault.Invalid)
	}
}

// refused fails the test unless err is a fault of the address that says what
// to do.
func refused(t *testing.T, what string, err error, kind fault.Kind, parts ...string) {
	t.Helper()
	connecttest.Refused(t, what, err, kind, parts...)
	if fault.FieldOf(err) != "to" {
		t.Errorf("%s: it is a fault of %q: %v", what, fault.FieldOf(err), err)
	}
}

func TestOpen_refuses_what_cannot_be_a_database_and_leaves_it_as_it_is(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	in := func(name string) string { return filepath.Join(folder, name) }
	garbage := bytes.Repeat([]byte("encrypted, or simply not SQLite. "), 1000)
	for name, content := range map[string][]byte{
		"text": []byte("hello"), "garbage": garbage, "zeros": make([]byte, 8192),
		"cut": []byte("SQLite format 3\x00"),
	} {
		write(t, in(name), content)
	}
	if err := os.Symlink(in("loop"), in("loop")); err != nil {
		t.Log("no symbolic links here:", err)
	}
	before := contents(t, folder)
	for path, says := range map[string]string{
		"":                           "no file is named",
		":memory:":                   "memory",
		folder:                       "is a folder",
		in("none/copy.db"):           "the folder " + in("none") + " does not exist",
		in("text/copy.db"):           in("text/copy.db"),
		in("text"):                   "not an SQLite database",
		in("garbage"):                "not an SQLite database",
		in("zeros"):                  "not an SQLite database",
		in("cut"):                    in("cut"),
		in("loop"):                   in("loop"),
		in("a\x00b"):                 "cannot be reached",
		os.DevNull:                   "not a file that can hold a database",
		in(strings.Repeat("x", 300)): "cannot be reached",
	} {
		_, err := openPath(t, path)
		refused(t, path, err, fault.Invalid, says)
	}
	if diff := cmp.Diff(before, contents(t, folder)); diff != "" {
		t.Errorf("the folder after the refusals (-before +after):\n%s", diff)
	}
}

func TestOpen_refuses_a_damaged_database(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "copy.db")
	d, err := openFile(t.Context(), path, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Prepare(t.Context(), events()); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path, append(content[:100:100], bytes.Repeat([]byte{0xa5}, len(content)-100)...))
	d, err = openPath(t, path)
	if err == nil {
		_, err = d.Prepare(t.Context(), events())
	}
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("a damaged file: %s: %v", fault.KindOf(err), err)
	}
}

func TestOpen_refuses_what_may_not_be_written(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	chmod(t, filepath.Dir(folder), 0o755) // so that it is this folder that is closed
	path, missing := filepath.Join(folder, "copy.db"), filepath.Join(folder, "missing.db")
	if err := place(path).Open(t).Close(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { chmod(t, folder, 0o755) })
	for _, modes := range []struct {
		file, folder fs.FileMode
		path         string
	}{
		{0o444, 0o777, path}, {0, 0o777, path},
		{0o444, 0o555, path}, {0, 0o555, path}, {0o666, 0o555, path}, {0o666, 0o555, missing}, {0o666, 0, path},
	} {
		chmod(t, path, modes.file)
		chmod(t, folder, modes.folder)
		connecttest.AsOneWhoMayNot(t, func() {
			_, err := openPath(t, modes.path)
			refused(t, fmt.Sprint("modes ", modes), err, fault.Invalid, modes.path)
		})
	}
	chmod(t, folder, 0o755)
	if diff := cmp.Diff([]string{"copy.db"}, list(t, folder)); diff != "" {
		t.Errorf("the folder after the refusals (-want +got):\n%s", diff)
	}
}

// A file of somebody else may well be in a folder that is open to all.
func TestOpen_refuses_the_file_of_somebody_else(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	chmod(t, filepath.Dir(folder), 0o755)
	chmod(t, folder, 0o777)
	path := filepath.Join(folder, "copy.db")
	if err := place(path).Open(t).Close(); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		connecttest.AsOneWhoMayNot(t, func() {
			_, err := openPath(t, path)
			refused(t, "a file of root", err, fault.Invalid, path)
		})
	} else {
		t.Log("all files here are one's own: only root can make this case")
	}
	if err := place(path).Open(t).Close(); err != nil {
		t.Errorf("opened by its owner afterwards: %v", err)
	}
}

func TestOpen_waits_for_a_locked_file_and_then_says_so(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "copy.db")
	other := locked(t, path)
	_, err := openPath(t, path)
	refused(t, "a locked file", err, fault.Unavailable, "another program", path)
	if _, err := other.ExecContext(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	if _, err := openPath(t, path); err != nil {
		t.Errorf("after the lock is gone: %v", err)
	}
}

func TestBegin_waits_for_a_locked_file_and_then_says_so(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "copy.db")
	d, err := openPath(t, path)
	if err != nil {
		t.Fatal(err)
	}
	other := locked(t, path)
	_, err = d.Begin(t.Context())
	if fault.KindOf(err) != fault.Unavailable || fault.HintOf(err) == "" {
		t.Fatalf("Begin of a locked file: %s: %v", fault.KindOf(err), err)
	}
	_, err = d.Prepare(t.Context(), events())
	if fault.KindOf(err) != fault.Unavailable || fault.HintOf(err) == "" {
		t.Fatalf("Prepare in a locked file: %s: %v", fault.KindOf(err), err)
	}
	if _, err := other.ExecContext(t.Context(), "COMMIT"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Prepare(t.Context(), events()); err != nil {
		t.Errorf("after the lock is gone: %v", err)
	}
}

func TestBegin_goes_on_when_the_lock_is_released_in_time(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "copy.db")
	d := place(path).Open(t)
	defer mustClose(t, d)
	other := locked(t, path)
	begun := make(chan error)
	go func() {
		tx, err := d.Begin(t.Context())
		if err == nil {
			err = tx.Rollback()
		}
		begun <- err
	}()
	if _, err := other.ExecContext(t.Context(), "COMMIT"); err != nil {
		t.Error(err)
	}
	if err := <-begun; err != nil {
		t.Error(err)
	}
}

// locked returns a connection of another program that has the file for itself.
func locked(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { mustClose(t, db) })
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE IF NOT EXISTS theirs (a); BEGIN EXCLUSIVE"); err != nil {
		t.Fatal(err)
	}
	return db
}

func openPath(t *testing.T, path string) (*destination, error) {
	t.Helper()
	d, err := openFile(t.Context(), path, 50*time.Millisecond)
	if err == nil {
		t.Cleanup(func() { mustClose(t, d) })
	}
	return d, err
}

func events() connect.Stream { return connecttest.LoadStreams()[0] }

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func chmod(t *testing.T, path string, mode fs.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

// list returns the names of the files in a folder.
func list(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// contents returns what is in the files of a folder.
func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range list(t, folder) {
		content, err := os.ReadFile(filepath.Join(folder, name))
		all[name] = fmt.Sprint(string(content), err)
	}
	return all
}
