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

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
)

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
// after the other replaces the snapshot.
func TestSnapshot_is_whole_whenever_it_is_read(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"format=jsonl", "format=csv&compress=gzip", "format=parquet"} {
		place := at{filepath.Join(inMemory(t), "copy"), query}
		o, err := newOptions(place.values(t))
		if err != nil {
			t.Fatal(err)
		}
		place.run(t, numbered(0)...)
		done := make(chan struct{})
		var reading sync.WaitGroup
		reads := map[int64]bool{}
		reading.Go(func() {
			for {
				paths, err := filepath.Glob(filepath.Join(place.folder, "events", "*"+o.extension()))
				if err != nil || len(paths) != 1 {
					t.Errorf("a reader finds %v: %v", paths, err)
					return
				}
				last := int64(-1)
				rows := readFile(t, o, paths[0], events())
				for _, row := range rows {
					last = max(last, row["batch"].(int64))
				}
				reads[last] = true
				if want := int(last)*(batchRows-1) + batchRows; len(rows) != want {
					t.Errorf("a reader sees %d rows, want %d after batch %d", len(rows), want, last)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
		for n := range 20 {
			place.run(t, numbered(n)...)
		}
		close(done)
		reading.Wait()
		if len(reads) < 2 {
			t.Errorf("the reader saw the snapshots %v only", reads)
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
