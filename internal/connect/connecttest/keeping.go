package connecttest

import (
	"testing"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// keeping are the promises of Scan, and of history streams.
func keeping() suite {
	return suite{
		"Scan_yields_what_was_written":             testScan,
		"Scan_of_what_is_not_there_yields_nothing": testScanNothing,
		"Scan_can_be_stopped":                      testScanStops,
		"History_keeps_every_version":              testHistory,
		"History_written_again_is_the_same":        testHistoryAgain,
	}
}

// scanned returns the rows of s by what they say, each with its key.
func (b *bench) scanned(t testing.TB, s connect.Stream) map[any]connect.Record {
	t.Helper()
	found := map[any]connect.Record{}
	for r, err := range b.Scan(t.Context(), s) {
		must(t, "Scan", err)
		if len(r.Values) != len(s.Columns) || r.Deleted {
			t.Fatalf("Scan yields %+v", r)
		}
		if _, twice := found[r.Values[0]]; twice {
			t.Fatalf("Scan yields %v twice", r.Values[0])
		}
		found[r.Values[0]] = r
	}
	return found
}

func testScan(t *testing.T, h Harness) {
	s := stream("everything", column("uri", connect.Text), column(connect.ColumnSynced, connect.Timestamp))
	for _, typ := range types() {
		s.Columns = append(s.Columns, column("the_"+typ.String(), typ))
	}
	s.Columns = append(s.Columns, column(connect.ColumnDeleted, connect.Timestamp))
	var records []connect.Record
	for n := range 12 {
		r := record(string(rune('a'+n)), instant())
		for _, typ := range types() {
			all := examples(typ)
			r.Values = append(r.Values, all[n%len(all)])
		}
		records = append(records, record(append(r.Values, nil)...))
	}
	empty := record("nothing")
	empty.Values = append(empty.Values, make([]any, len(s.Columns)-1)...)
	records = append(records, empty)
	d := h.fresh(t, s)
	d.commit(t, s, records...)
	check := func() {
		t.Helper()
		found := d.scanned(t, s)
		if len(found) != len(records) {
			t.Fatalf("Scan yields %d rows of %d", len(found), len(records))
		}
		for _, r := range records {
			if got := found[r.Values[0]]; connect.VersionOf(s, got) != connect.VersionOf(s, r) {
				t.Errorf("Scan yields %v, written was %v", got.Values, r.Values)
			}
		}
	}
	check()
	marked := record("a")
	marked.Deleted, marked.Values = true, append(marked.Values, make([]any, len(s.Columns)-1)...)
	marked.Values[len(s.Columns)-1] = instant()
	d.commit(t, s, marked)
	records[0].Values[len(s.Columns)-1] = instant()
	check()
	d.reopen(t, s)
	check()
}

func testScanNothing(t *testing.T, h Harness) {
	d := h.fresh(t)
	if n := len(d.scanned(t, notes())); n > 0 {
		t.Errorf("Scan yields %d rows of no table", n)
	}
	d.prepare(t, notes(), true)
	d.commit(t, notes(), record("a", "x", nil))
	wide := notes()
	wide.Columns = append(wide.Columns, column("more", connect.Text))
	if r := d.scanned(t, wide)["a"]; len(r.Values) != 4 || r.Values[1] != "x" || r.Values[3] != nil {
		t.Errorf("Scan of a wider stream yields %+v", r)
	}
}

func testScanStops(t *testing.T, h Harness) {
	d := h.fresh(t, notes())
	d.commit(t, notes(), record("a", "x", nil), record("b", "x", nil), record("c", "x", nil))
	for _, err := range d.Scan(t.Context(), notes()) {
		must(t, "Scan", err)
		break
	}
	d.commit(t, notes(), record("d", "x", nil))
	if n := len(d.scanned(t, notes())); n != 4 {
		t.Errorf("Scan yields %d rows of 4", n)
	}
}

// kept returns notes as they are kept, and the stream of their history.
func kept() (s, history connect.Stream) {
	s = notes()
	s.Columns = append(s.Columns, column(connect.ColumnDeleted, connect.Timestamp))
	return s, connect.HistoryOf(s)
}

// later returns a time that is n hours after some.
func later(n int) time.Time { return instant().Add(time.Duration(n) * time.Hour) }

// version returns a version of a note, noticed n hours after some time, and
// valid until to hours after it; 0: it is the present one.
func version(uri, title string, n, to int) connect.Record {
	s, _ := kept()
	v := connect.Versioned(s, record(uri, title, nil, nil), later(n))
	if to > 0 {
		v.Values[len(v.Values)-1] = later(to)
	}
	return v
}

func testHistory(t *testing.T, h Harness) {
	s, history := kept()
	d := h.fresh(t, history)
	gone := connect.Versioned(s, deleted("a", nil, nil, nil), later(4))
	d.commit(t, history, version("a", "x", 1, 0), version("b", "x", 1, 0))
	d.holds(t, history, version("a", "x", 1, 0), version("b", "x", 1, 0))
	d.commit(t, history, version("a", "y", 2, 0), version("b", "x", 2, 0), version("c", "z", 2, 0), version("a", "x", 3, 0))
	d.holds(t, history, version("a", "x", 1, 2), version("a", "y", 2, 3), version("a", "x", 3, 0), version("b", "x", 1, 0), version("c", "z", 2, 0))
	d.reopen(t, history)
	d.commit(t, history, gone)
	d.commit(t, history, version("a", "x", 5, 0))
	d.holds(t, history, version("a", "x", 1, 2), version("a", "y", 2, 3), version("a", "x", 3, 4), version("a", "x", 5, 0),
		version("b", "x", 1, 0), version("c", "z", 2, 0))
}

func testHistoryAgain(t *testing.T, h Harness) {
	s, history := kept()
	d := h.fresh(t, history)
	for n := range 3 { // a run that is repeated notices the same later
		d.commit(t, history, version("a", "x", 1+n, 0), version("b", "x", 1+n, 0))
		d.holds(t, history, version("a", "x", 1, 0), version("b", "x", 1, 0))
	}
	for n := range 3 {
		d.commit(t, history, version("a", "y", 5+n, 0), connect.Versioned(s, deleted("b", nil, nil, nil), later(5+n)), connect.Versioned(s, deleted("nobody", nil, nil, nil), later(5)))
		d.holds(t, history, version("a", "x", 1, 5), version("a", "y", 5, 0), version("b", "x", 1, 5))
	}
	d.commit(t, history, version("a", "z", 5, 0)) // noticed at the same moment as y, which was valid for no time
	d.holds(t, history, version("a", "x", 1, 5), version("a", "z", 5, 0), version("b", "x", 1, 5))
}
