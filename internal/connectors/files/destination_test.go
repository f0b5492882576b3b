package files

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
)

func TestMain(m *testing.M) {
	if connecttest.Victim(victim) {
		return
	}
	// The suite runs for five kinds of places: together they try more than 100
	// random runs, as one place does elsewhere.
	err := flag.Set("rapid.checks", "25")
	if err == nil { // read again for each client, whose stores are in this process
		err = os.Unsetenv("AWS_CA_BUNDLE")
	}
	if err != nil {
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// The kinds take turns: the suite looks at the heap.
func TestDestination(t *testing.T) { //nolint:paralleltest // see above
	for _, query := range []string{"format=jsonl", "format=csv&compress=gzip", "format=parquet", "format=parquet&layout=log"} {
		t.Run(query, func(t *testing.T) {
			connecttest.TestDestination(t, connecttest.Harness{
				Fresh: func(t testing.TB) connecttest.Place {
					t.Helper()
					return at{filepath.Join(inMemory(t), "a copy #1 100%"), query}
				},
				InfinityRefused: strings.Contains(query, "jsonl"),
			})
		})
	}
}

// inMemory returns a folder for a test that makes many commits: each of them
// would wait for the disk.
func inMemory(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("/dev/shm", "files-test-") //nolint:usetesting // elsewhere than TempDir
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	return folder
}

// at is a folder and the options it is opened with.
type at struct{ folder, query string }

func (a at) values(t testing.TB) map[string]string {
	t.Helper()
	query, err := url.ParseQuery(a.query)
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{"url": a.folder}
	for name := range query {
		values[name] = query.Get(name)
	}
	return values
}

func (a at) Open(t testing.TB) connect.Destination {
	t.Helper()
	d, err := New().OpenDestination(t.Context(), connect.Settings{Values: a.values(t)})
	if err != nil {
		t.Fatalf("opening %s: %v", a.folder, err)
	}
	return d
}

// Rows reads a copy of the folder as a reader who knows docs/files.md: a log
// by its rules, a snapshot after the next run has ended, since changes come to
// it then.
func (a at) Rows(t testing.TB, s connect.Stream) []map[string]any {
	t.Helper()
	o, err := newOptions(a.values(t))
	if err != nil {
		t.Fatal(err)
	}
	if o.Layout == logs {
		return foldedLog(t, o, a.folder, s)
	}
	copied := at{filepath.Join(inMemory(t), "copied"), a.query}
	if err := os.CopyFS(copied.folder, os.DirFS(a.folder)); err != nil {
		t.Fatal(err)
	}
	if err := copied.Open(t).Close(); err != nil {
		t.Fatalf("ending a run: %v", err)
	}
	var all []map[string]any
	for _, path := range found(t, copied.folder, s) {
		all = append(all, readFile(t, o, path, s)...)
	}
	return all
}

// found returns the files that a reader finds of a stream, by their names.
func found(t testing.TB, folder string, s connect.Stream) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(filepath.Join(folder, safe(s.Name)), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, path)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// foldedLog applies the changes of a log in their order.
func foldedLog(t testing.TB, o options, folder string, s connect.Stream) []map[string]any {
	t.Helper()
	byKey := map[string][]map[string]any{}
	var last float64
	for _, path := range found(t, folder, s) {
		for _, change := range readFile(t, o, path, connect.Stream{Columns: logColumns(append([]connect.Column{}, s.Columns...))}) {
			seq := float64(change[columnSeq].(int64))
			if seq <= last {
				t.Fatalf("%s: place %v follows %v", path, seq, last)
			}
			last = seq
			key := ""
			for _, name := range s.Key {
				if name != connect.ColumnValidFrom {
					key += fmt.Sprintf("%q ", change[name])
				}
			}
			byKey[key] = apply(byKey[key], s, change)
		}
	}
	return slices.Concat(slices.Collect(maps.Values(byKey))...)
}

// apply is the reading rule of docs/files.md, for the rows of one key.
func apply(all []map[string]any, s connect.Stream, change map[string]any) []map[string]any {
	var rest []map[string]any
	var old map[string]any
	for _, have := range all {
		if !s.History || have[connect.ColumnValidTo] == nil {
			old = have
		} else {
			rest = append(rest, have)
		}
	}
	op := change[columnOp]
	if s.History {
		switch {
		case old == nil && op == "remove":
			return rest
		case old == nil:
			return append(rest, change)
		case op == "put" && old[connect.ColumnVersion] == change[connect.ColumnVersion]:
			return append(rest, old)
		}
		old[connect.ColumnValidTo] = change[connect.ColumnValidFrom]
		if old[connect.ColumnValidFrom] != change[connect.ColumnValidFrom] || op == "remove" {
			rest = append(rest, old)
		}
		if op == "remove" {
			return rest
		}
		return append(rest, change)
	}
	switch {
	case op == "remove", op == "mark" && old == nil:
		return rest
	case op == "mark":
		old[connect.ColumnDeleted] = change[connect.ColumnDeleted]
		return append(rest, old)
	}
	for name, v := range old {
		if _, told := change[name]; !told {
			change[name] = v
		}
	}
	return append(rest, change)
}

// readFile reads a file by other means than the destination: encoding/json, a
// parser of CSV that knows quotes, and Parquet column by column.
func readFile(t testing.TB, o options, path string, s connect.Stream) []map[string]any {
	t.Helper()
	switch o.Format {
	case "parquet":
		return readParquet(t, path, s)
	case "csv":
		return readCSV(t, unpacked(t, o, path), s)
	}
	var all []map[string]any
	for line := range bytes.Lines(unpacked(t, o, path)) {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(line, &members); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		row := map[string]any{}
		for _, c := range s.Columns {
			text, told := members[c.Name]
			switch {
			case !told:
			case string(text) == "null":
				row[c.Name] = nil
			case c.Type == connect.JSON:
				row[c.Name] = connect.Document(text)
			default:
				var inner string
				if json.Unmarshal(text, &inner) != nil {
					inner = string(text)
				}
				row[c.Name] = fromText(t, c, inner)
			}
		}
		all = append(all, row)
	}
	return all
}

func unpacked(t testing.TB, o options, path string) []byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := o.decompressor(f)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
