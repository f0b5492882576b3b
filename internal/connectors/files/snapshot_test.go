package files

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
)

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

// prepared returns a destination with streams prepared.
func (a at) prepared(t *testing.T, streams ...connect.Stream) connect.Destination {
	t.Helper()
	d := a.Open(t)
	for _, s := range streams {
		if _, err := d.Prepare(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// run is one run that writes records of events.
func (a at) run(t *testing.T, records ...connect.Record) {
	t.Helper()
	d := a.prepared(t, events())
	commit(t, d, records...)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

func commit(t *testing.T, d connect.Destination, records ...connect.Record) {
	t.Helper()
	tx, err := d.Begin(t.Context())
	if err == nil {
		err = errors.Join(tx.Write(t.Context(), events(), records), tx.Commit(t.Context()))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestSnapshot_is_parted_by_time_and_a_row_is_in_one_part(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"jsonl", "csv", "parquet"} {
		place := at{filepath.Join(t.TempDir(), "copy"), "partition=start_time:month&format=" + format}
		timeless := event("c", 1, 1)
		timeless.Values[1] = nil
		place.run(t, event("a", 3, 1), event("b", 3, 1), timeless)
		parts := func() map[string][]string {
			all := map[string][]string{}
			for _, path := range found(t, place.folder, events()) {
				folder := filepath.Base(filepath.Dir(path))
				for _, row := range readFile(t, options{Format: format}, path, events()) {
					all[folder] = append(all[folder], row["uri"].(string))
				}
				slices.Sort(all[folder])
			}
			return all
		}
		want := map[string][]string{"start_time_month=2026-03": {"a", "b"}, "start_time_month=__HIVE_DEFAULT_PARTITION__": {"c"}}
		if diff := cmp.Diff(want, parts()); diff != "" {
			t.Errorf("after the first run (-want +got):\n%s", diff)
		}
		place.run(t, event("a", 4, 2), event("c", 4, 2))
		want = map[string][]string{"start_time_month=2026-03": {"b"}, "start_time_month=2026-04": {"a", "c"}}
		if diff := cmp.Diff(want, parts()); diff != "" {
			t.Errorf("after rows moved (-want +got):\n%s", diff)
		}
		if _, err := os.Stat(filepath.Join(place.folder, "events", "start_time_month=__HIVE_DEFAULT_PARTITION__")); err == nil {
			t.Error("the folder of an empty part is left")
		}
		clean(t, place.folder)
	}
}

// A program that knows no more than a pattern reads all the time while one run
// after the other replaces every row.
func TestSnapshot_is_whole_whenever_it_is_read(t *testing.T) {
	t.Parallel()
	const runs, rows = 12, 300
	batch := func(n int) (all []connect.Record) {
		for i := range rows {
			all = append(all, event(fmt.Sprint("event ", i), 1, n))
		}
		return all
	}
	for _, query := range []string{"format=jsonl", "format=csv&compress=gzip", "format=parquet"} {
		place := at{filepath.Join(inMemory(t), "copy"), query}
		o, err := newOptions(place.values(t))
		if err != nil {
			t.Fatal(err)
		}
		place.run(t, batch(0)...)
		last := int64(0)
		read := func() {
			paths, err := filepath.Glob(filepath.Join(place.folder, "events", "*"+o.extension()))
			if err != nil || len(paths) != 1 {
				t.Errorf("a reader finds %v: %v", paths, err)
				return
			}
			of := map[int64]int{}
			for _, row := range readFile(t, o, paths[0], events()) {
				of[row["batch"].(int64)]++
			}
			for n, got := range of {
				if got != rows || n < last {
					t.Errorf("a reader sees %d rows of batch %d after batch %d", got, n, last)
				}
				last = n
			}
			if len(of) != 1 {
				t.Errorf("a reader sees rows of %d batches", len(of))
			}
		}
		done := make(chan struct{})
		var reading sync.WaitGroup
		reading.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					read()
				}
			}
		})
		for n := range runs {
			place.run(t, batch(n+1)...)
		}
		close(done)
		reading.Wait()
		read()
		if last != runs {
			t.Errorf("the last snapshot is of batch %d", last)
		}
	}
}

func TestSnapshot_of_many_transactions_is_that_of_one(t *testing.T) {
	t.Parallel()
	place := at{filepath.Join(inMemory(t), "copy"), "format=csv"}
	d := place.prepared(t, events())
	const many = 3*mostOpen + 7
	for n := range many {
		commit(t, d, event(fmt.Sprint("event ", n), 1, n), event("always", 1, n))
	}
	m, err := loadManifest(t.Context(), anyStore(place.folder))
	if err != nil || len(m.Streams["events"].Changes) >= mostOpen {
		t.Errorf("%d files of changes are left: %v", len(m.Streams["events"].Changes), err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	rows := place.Rows(t, events())
	if len(rows) != many+1 {
		t.Errorf("%d rows, want %d", len(rows), many+1)
	}
	for _, r := range rows {
		if want := fmt.Sprint("event ", r["batch"]); r["uri"] != want && (r["uri"] != "always" || r["batch"] != int64(many-1)) {
			t.Errorf("row %v is of batch %v", r["uri"], r["batch"])
		}
	}
	clean(t, place.folder)
}

func TestPrepare_counts_a_stream_whose_files_were_removed_as_made_now(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"format=jsonl", "format=parquet&layout=log"} {
		place := at{filepath.Join(t.TempDir(), "copy"), query}
		place.run(t, event("a", 1, 1))
		if err := os.RemoveAll(filepath.Join(place.folder, "events")); err != nil {
			t.Fatal(err)
		}
		d := place.Open(t)
		created, err := d.Prepare(t.Context(), events())
		if !created || err != nil {
			t.Errorf("%s: created is %v: %v", query, created, err)
		}
		commit(t, d, event("b", 1, 2))
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		if rows := place.Rows(t, events()); len(rows) != 1 || rows[0]["uri"] != "b" {
			t.Errorf("%s: %d rows", query, len(rows))
		}
	}
}

func TestSafe_names_stay_in_their_folder(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, name := range []string{"events", "..", ".", "../up", "a/b", `a\b`, "_kalends", "CON", "con.txt", "a:b", "a b", "größe", "x\x00y", "a.", "-rf", "%41", strings.Repeat("long", 100), strings.Repeat("long", 101)} {
		got := safe(name)
		if other, twice := seen[strings.ToLower(got)]; twice {
			t.Errorf("%q and %q are both %s", name, other, got)
		}
		seen[strings.ToLower(got)] = name
		if !filepath.IsLocal(got) || strings.ContainsAny(got, `/\: `) || strings.HasPrefix(got, "_") || len(got) > 200 || got == "." {
			t.Errorf("%q becomes %q", name, got)
		}
	}
	if safe("scheduled_events") != "scheduled_events" {
		t.Error("a plain name is changed")
	}
}
