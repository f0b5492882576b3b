package connecttest

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/kalends/kalends/internal/connect"
)

// writing are the promises of Write.
func writing() suite {
	return suite{
		"Write_needs_no_memory_for_many_rows": testMany,
		"Write_replaces_what_has_the_key": func(t *testing.T, h Harness) {
			d := h.fresh(t, notes())
			d.commit(t, notes(), record("a", "x", int64(1)), record("b", "y", int64(2)))
			d.commit(t, notes(), record("a", "z", nil))
			d.holds(t, notes(), record("a", "z", nil), record("b", "y", int64(2)))
		},
		"Write_again_changes_nothing":          testReplay,
		"Write_lets_the_last_of_a_key_win":     testDuplicates,
		"Write_knows_keys_of_several_columns":  testComposite,
		"Write_knows_keys_of_every_column":     testAllKey,
		"Write_deletes":                        testDelete,
		"Write_marks_what_was_deleted":         testMark,
		"Write_of_nothing_is_fine":             testEmpty,
		"Write_keeps_the_streams_apart":        testStreams,
		"Write_of_any_batches_equals_a_map":    testRandom,
		"Write_to_what_was_not_prepared_fails": testUnprepared,
	}
}

func testReplay(t *testing.T, h Harness) {
	d := h.fresh(t, notes())
	batch := []connect.Record{record("a", "x", int64(1)), record("b", "y", nil), deleted("c", nil, nil), record("a", "z", int64(3))}
	for range 3 {
		d.commit(t, notes(), batch...)
		d.holds(t, notes(), record("a", "z", int64(3)), record("b", "y", nil))
	}
	d.reopen(t, notes())
	d.commit(t, notes(), batch...)
	d.holds(t, notes(), record("a", "z", int64(3)), record("b", "y", nil))
}

func testDuplicates(t *testing.T, h Harness) {
	d := h.fresh(t, notes())
	tx := d.begin(t)
	must(t, "Write", tx.Write(t.Context(), notes(), []connect.Record{
		record("a", "1", int64(1)), record("b", "1", int64(1)), record("a", "2", nil),
		record("gone", "1", int64(1)), deleted("gone", nil, nil),
		record("back", "1", int64(1)), deleted("back", nil, nil), record("back", "2", nil),
	}))
	must(t, "Write", tx.Write(t.Context(), notes(), []connect.Record{record("b", "2", int64(2)), deleted("later", nil, nil)}))
	must(t, "Commit", tx.Commit(t.Context()))
	d.holds(t, notes(), record("a", "2", nil), record("b", "2", int64(2)), record("back", "2", nil))
}

func testComposite(t *testing.T, h Harness) {
	s := stream("pairs", column("owner", connect.Text), column("note", connect.Text), column("place", connect.Integer))
	s.Key = []string{"place", "owner"}
	d := h.fresh(t, s)
	d.commit(t, s, record("a", "1", int64(1)), record("a", "2", int64(2)), record("b", "3", int64(1)))
	d.commit(t, s, record("a", "4", int64(2)), deleted("b", nil, int64(1)), deleted("b", nil, int64(2)))
	d.reopen(t, s)
	d.holds(t, s, record("a", "1", int64(1)), record("a", "4", int64(2)))
}

func testAllKey(t *testing.T, h Harness) {
	s := stream("members", column("group", connect.Text), column("user", connect.Text))
	s.Key = []string{"group", "user"}
	d := h.fresh(t, s)
	for range 2 {
		d.commit(t, s, record("g", "u"), record("g", "v"), record("g", "u"))
	}
	d.holds(t, s, record("g", "u"), record("g", "v"))
	d.commit(t, s, deleted("g", "u"))
	d.holds(t, s, record("g", "v"))
}

func testDelete(t *testing.T, h Harness) {
	d := h.fresh(t, notes())
	d.commit(t, notes(), deleted("nobody", nil, nil))
	d.commit(t, notes(), record("a", "x", int64(1)), record("b", "y", int64(2)))
	d.commit(t, notes(), deleted("a", nil, nil), deleted("nobody", "the rest is not looked at", nil))
	d.holds(t, notes(), record("b", "y", int64(2)))
	d.commit(t, notes(), record("a", "again", nil))
	d.holds(t, notes(), record("a", "again", nil), record("b", "y", int64(2)))
}

func testMark(t *testing.T, h Harness) {
	s := notes()
	s.Columns = append(s.Columns, column(connect.ColumnDeleted, connect.Timestamp))
	d := h.fresh(t, s)
	d.commit(t, s, record("a", "x", int64(1), nil), record("b", "y", int64(2), nil), record("c", "z", nil, nil))
	d.commit(t, s, deleted("a", nil, nil, instant()), deleted("b", nil, nil, nil), deleted("nobody", nil, nil, instant()))
	d.holds(t, s, record("a", "x", int64(1), instant()), record("c", "z", nil, nil))
	d.commit(t, s, deleted("c", nil, nil, instant()), record("a", "back", nil, nil))
	d.holds(t, s, record("a", "back", nil, nil), record("c", "z", nil, instant()))
}

func testEmpty(t *testing.T, h Harness) {
	d := h.fresh(t, notes())
	d.commit(t, notes())
	tx := d.begin(t)
	must(t, "Commit of nothing", tx.Commit(t.Context()))
	d.holds(t, notes())
	d.commit(t, notes(), record("a", "x", nil))
	d.holds(t, notes(), record("a", "x", nil))
}

const aloneEnv = "KALENDS_TEST_ALONE"

// testMany runs testHeap in a process of its own, whose heap no other test
// changes.
func testMany(t *testing.T, h Harness) {
	if os.Getenv(aloneEnv) != "" {
		testHeap(t, h)
		return
	}
	if testing.Short() {
		t.Skip("what the race detector keeps is not the destination's")
	}
	program, err := os.Executable()
	must(t, "finding this program", err)
	var path []string
	for name := range strings.SplitSeq(t.Name(), "/") {
		path = append(path, "^"+regexp.QuoteMeta(name)+"$")
	}
	cmd := exec.CommandContext(t.Context(), program, "-test.v", "-test.run", strings.Join(path, "/"))
	cmd.Env = append(os.Environ(), aloneEnv+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
}

// testHeap writes 20 MB in one transaction, reads them again, and looks at the
// heap on the way.
func testHeap(t *testing.T, h Harness) {
	const batches, each, width = 20, 1000, 1024
	d := h.fresh(t, notes())
	tx := d.begin(t)
	filler := strings.Repeat("x", width)
	var half uint64
	for b := range batches {
		var records []connect.Record
		for i := range each {
			n := b*each + i
			records = append(records, record(fmt.Sprint("key ", n), fmt.Sprint(n, filler), int64(n)))
		}
		must(t, "Write", tx.Write(t.Context(), notes(), records))
		if b == batches/2 {
			half = heap()
		}
	}
	end := heap()
	if written := uint64(batches / 2 * each * width); end > half+written/2 {
		t.Errorf("the heap grew by %d KB while %d KB were written", (end-half)>>10, written>>10)
	}
	must(t, "Commit", tx.Commit(t.Context()))
	read := 0
	for _, err := range d.Scan(t.Context(), notes()) {
		must(t, "Scan", err)
		if read++; read == batches*each/2 {
			half = heap()
		}
		if read == batches*each && heap() > half+uint64(batches/4*each*width) {
			t.Errorf("the heap grew from %d KB to %d KB while %d rows were read", half>>10, heap()>>10, read/2)
		}
	}
	rows := d.place.Rows(t, notes())
	if len(rows) != batches*each || read != len(rows) {
		t.Fatalf("%d rows, %d were read, want %d", len(rows), read, batches*each)
	}
	for _, r := range rows {
		if want := fmt.Sprint(r["size"], filler); r["title"] != want {
			t.Fatalf("row %v is not what was written", r["uri"])
		}
	}
}

// heap returns how many bytes are in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func testStreams(t *testing.T, h Harness) {
	a, b := notes(), notes()
	a.Name, b.Name = "first", "second"
	d := h.fresh(t, a, b)
	d.commit(t, a, record("k", "of the first", nil))
	d.commit(t, b, record("k", "of the second", nil))
	d.commit(t, b, deleted("k", nil, nil))
	d.holds(t, a, record("k", "of the first", nil))
	d.holds(t, b)
}

func testUnprepared(t *testing.T, h Harness) {
	d := h.fresh(t, notes())
	other := notes()
	other.Name = "others"
	wider := notes()
	wider.Columns = append(wider.Columns, column("more", connect.Text))
	renamed := notes()
	renamed.Columns[1].Name = "heading"
	for _, s := range []connect.Stream{other, wider, renamed} {
		tx := d.begin(t)
		r := record("a", "x", nil, nil)
		r.Values = r.Values[:len(s.Columns)]
		if err := tx.Write(t.Context(), s, []connect.Record{r}); err == nil {
			t.Errorf("Write to %s: no error", s.Name)
		}
		must(t, "Rollback", tx.Rollback())
	}
	d.holds(t, notes())
}
