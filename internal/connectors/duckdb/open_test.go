//go:build duckdb

package duckdb

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
)

func opened(t *testing.T) (*destination, place) {
	t.Helper()
	p := place(filepath.Join(t.TempDir(), "copy.duckdb"))
	d, err := openFile(t.Context(), string(p))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { mustClose(t, d) })
	return d, p
}

func events() connect.Stream { return connecttest.LoadStreams()[0] }

// refused fails the test unless err is a fault of the address that says what to
// do.
func refused(t *testing.T, what string, err error, kind fault.Kind, parts ...string) {
	t.Helper()
	connecttest.Refused(t, what, err, kind, parts...)
	if fault.FieldOf(err) != "to" {
		t.Errorf("%s: it is a fault of %q: %v", what, fault.FieldOf(err), err)
	}
}

func list(t *testing.T, folder string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestOpen_refuses_what_cannot_be_a_database_and_leaves_it_as_it_is(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	in := func(name string) string { return filepath.Join(folder, name) }
	contents := map[string][]byte{
		"text": []byte("hello"), "garbage": bytes.Repeat([]byte("not DuckDB. "), 2000), "zeros": make([]byte, 20000),
		"sqlite": append([]byte("SQLite format 3\x00"), make([]byte, 8192)...), "empty": nil,
		"a.csv": []byte("a,b\n1,2\n"), "a.json": []byte(`[{"a":1}]`), "a.parquet": []byte("PAR1"),
	}
	for name, content := range contents {
		write(t, in(name), content)
	}
	before := list(t, folder)
	for path, says := range map[string]string{
		"":                 "no file is named",
		":memory:":         "memory",
		folder:             "is a folder",
		in("none/copy.db"): "the folder " + in("none") + " does not exist",
		in("text/copy.db"): in("text/copy.db"),
		in("text"):         "not a DuckDB database",
		in("garbage"):      "not a DuckDB database",
		in("zeros"):        "not a DuckDB database",
		in("sqlite"):       "not a DuckDB database",
		in("a.csv"):        "not a DuckDB database",
		in("a.json"):       "not a DuckDB database",
		in("a.parquet"):    "a.parquet",
		in("empty"):        "not a DuckDB database",
		in("50% of it"):    "can have no %",
		os.DevNull:         "not a file that can hold a database",
	} {
		_, err := openFile(t.Context(), path)
		refused(t, path, err, fault.Invalid, says)
	}
	if diff := cmp.Diff(before, list(t, folder)); diff != "" {
		t.Errorf("the folder after the refusals (-before +after):\n%s", diff)
	}
	for name, want := range contents {
		if got, err := os.ReadFile(in(name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not as it was: %v", name, err)
		}
	}
}

func TestOpen_refuses_a_damaged_database(t *testing.T) {
	t.Parallel()
	p := place(filepath.Join(t.TempDir(), "copy.duckdb"))
	d := p.Open(t)
	if err := connecttest.PrepareLoad(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	mustClose(t, d)
	content, err := os.ReadFile(string(p))
	if err != nil {
		t.Fatal(err)
	}
	const header = 4096
	write(t, string(p), append(content[:header:header], bytes.Repeat([]byte{0xa5}, len(content)-header)...))
	_, err = openFile(t.Context(), string(p))
	refused(t, "a damaged file", err, fault.Invalid, "damaged")
}

func TestOpen_refuses_what_may_not_be_written(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	p := place(filepath.Join(folder, "copy.duckdb"))
	mustClose(t, p.Open(t))
	for dir := folder; dir != os.TempDir() && dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		chmod(t, dir, 0o755)
	}
	t.Cleanup(func() { chmod(t, folder, 0o755) })
	connecttest.AsOneWhoMayNot(t, func() {
		_, err := openFile(t.Context(), filepath.Join(folder, "missing.duckdb"))
		if os.Geteuid() == 0 { // the folder is root's
			refused(t, "a folder of somebody else", err, fault.Invalid, "cannot be written")
		} else if err == nil {
			t.Log("the folder is one's own: only root can make this case")
		}
	})
	chmod(t, string(p), 0o444)
	_, err := openFile(t.Context(), string(p))
	refused(t, "a read-only file", err, fault.Invalid, "read-only")
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestOpen_says_that_another_program_has_the_file_open(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "copy.duckdb")
	release := connecttest.Hold(t, path)
	_, err := openFile(t.Context(), path)
	refused(t, "a file that is open elsewhere", err, fault.Unavailable, "another program has the database open", path)
	release()
	mustClose(t, place(path).Open(t))
}

// Two flows of one process may well end in one file.
func TestOpen_twice_in_one_process_is_one_database(t *testing.T) {
	t.Parallel()
	d, p := opened(t)
	other := p.Open(t)
	for n, d := range []connect.Destination{d, other, d} {
		if err := connecttest.PrepareLoad(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if err := connecttest.WriteLoad(t.Context(), d, n, func() {}); err != nil {
			t.Fatal(err)
		}
	}
	mustClose(t, other)
	if got := connecttest.Loaded(t, p); got != 3 {
		t.Errorf("%d batches of 3 are there", got)
	}
}

// Nothing is downloaded at run time: what is not built in is not there.
func TestOpen_leaves_extensions_alone(t *testing.T) {
	t.Parallel()
	d, _ := opened(t)
	var install, load, built bool
	err := d.conn.QueryRowContext(t.Context(), `SELECT current_setting('autoinstall_known_extensions'), current_setting('autoload_known_extensions'),
		list_sort(list(extension_name) FILTER (loaded AND extension_name IN ('icu', 'json', 'parquet'))) = ['icu', 'json', 'parquet'] FROM duckdb_extensions()`).
		Scan(&install, &load, &built)
	if err != nil || install || load || !built {
		t.Errorf("autoinstall %v, autoload %v, built in %v: %v", install, load, built, err)
	}
}

func TestVerify_tells_what_may_be_done_with_the_file(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "copy.duckdb")
	saved := func(path string) (connect.Verification, error) {
		return New().Verify(t.Context(), connect.Settings{Values: map[string]string{"path": path}})
	}
	told := func(want string) {
		t.Helper()
		v, err := saved(path)
		if err != nil || v.Values["path"] != path || len(v.Facts) != 1 || v.Facts[0].Value != want {
			t.Errorf("%+v, %v; want %q", v, err, want)
		}
	}
	told("yes")
	d := place(path).Open(t)
	if err := connecttest.PrepareLoad(t.Context(), d); err != nil { // without tables there is nothing to read
		t.Fatal(err)
	}
	mustClose(t, d)
	if err := os.Chmod(path, 0o444); err != nil {
		t.Fatal(err)
	}
	told("no")
	if _, err := saved(filepath.Join(path, "none", "x.duckdb")); fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != "path" {
		t.Errorf("of %q: %v", fault.FieldOf(err), err)
	}
}
