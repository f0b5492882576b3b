package dialect_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
)

func short() *dialect.Dialect {
	return &dialect.Dialect{Place: "here", Otherwise: "go away", Quote: "`", LongestName: 30, NULReplaced: true}
}

func TestName_cuts_what_is_too_long_and_tells_it_apart(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, name := range []string{
		"short", strings.Repeat("x", 30), strings.Repeat("x", 31), strings.Repeat("x", 31) + "y", strings.Repeat("ü", 20), "a" + strings.Repeat("ü", 20), strings.Repeat("🎉", 9),
	} {
		got := short().Name(name)
		if len(got) > 30 || !utf8.ValidString(got) || len(name) <= 30 && got != name || got != short().Name(name) {
			t.Errorf("%q is named %q", name, got)
		}
		if other, taken := seen[got]; taken {
			t.Errorf("%q and %q are both named %q", name, other, got)
		}
		seen[got] = name
	}
}

func TestTable_refuses_columns_that_cannot_be_told_apart(t *testing.T) {
	t.Parallel()
	s := connect.Stream{Name: "things", Key: []string{"uri"}, Columns: []connect.Column{{Name: "uri"}, {Name: "Straße"}, {Name: "STRAßE"}}}
	if _, err := short().Table(s); err != nil {
		t.Errorf("a system that minds case: %v", err)
	}
	folding := short()
	folding.FoldsCase = true
	_, err := folding.Table(s)
	if fault.KindOf(err) != fault.Schema || !strings.Contains(err.Error(), "Straße") || !strings.Contains(err.Error(), "things") {
		t.Errorf("a system that does not: %v", err)
	}
}

// notes has a key of text, a value and a mark.
func notes(t testing.TB) *dialect.Table {
	t.Helper()
	table, err := short().Table(connect.Stream{Name: "notes", Key: []string{"uri"}, Columns: []connect.Column{
		{Name: "uri"}, {Name: "size", Type: connect.Integer}, {Name: connect.ColumnDeleted, Type: connect.Timestamp},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// One change a key, whatever the batch, leaves what the records do one by one.
func TestSettle_comes_to_what_the_records_do_in_order(t *testing.T) {
	t.Parallel()
	table := notes(t)
	rapid.Check(t, func(rt *rapid.T) {
		one, settled := map[string][]any{}, map[string][]any{}
		for range rapid.IntRange(1, 4).Draw(rt, "batches") {
			batch := rapid.SliceOfN(rapid.Custom(drawNote), 0, 10).Draw(rt, "batch")
			for _, r := range batch {
				apply(one, step(r), r)
			}
			changes, err := table.Settle(batch)
			if err != nil {
				rt.Fatal(err)
			}
			keys := map[any]bool{}
			for _, c := range changes {
				key := strings.ReplaceAll(c.Record.Values[0].(string), "\x00", "\uFFFD")
				if keys[key] {
					rt.Fatalf("two changes of %q", key)
				}
				keys[key] = true
				apply(settled, c.Step, c.Record)
			}
			if diff := cmp.Diff(one, settled); diff != "" {
				rt.Fatalf("one by one and settled (-want +got):\n%s", diff)
			}
		}
	})
}

func step(r connect.Record) dialect.Step {
	switch {
	case !r.Deleted:
		return dialect.Put
	case r.Values[2] != nil:
		return dialect.Mark
	}
	return dialect.Remove
}

func apply(rows map[string][]any, step dialect.Step, r connect.Record) {
	key := strings.ReplaceAll(r.Values[0].(string), "\x00", "\uFFFD")
	switch step {
	case dialect.Put:
		rows[key] = slices.Clone(r.Values[1:])
	case dialect.Mark:
		if row := rows[key]; row != nil {
			row[1] = r.Values[2]
		}
	default:
		delete(rows, key)
	}
}

func at(hour int) time.Time { return time.Date(2026, 1, 1, hour, 0, 0, 0, time.UTC) }

func drawNote(rt *rapid.T) connect.Record {
	r := connect.Record{Values: []any{rapid.SampledFrom([]string{"a", "b", "b\x00", "b\uFFFD", ""}).Draw(rt, "key"), nil, nil}}
	r.Deleted = rapid.IntRange(0, 2).Draw(rt, "deleted") == 0
	if rapid.Bool().Draw(rt, "marked") {
		r.Values[2] = at(rapid.IntRange(0, 9).Draw(rt, "when"))
	}
	if !r.Deleted {
		r.Values[1] = rapid.Int64().Draw(rt, "size")
	}
	return r
}

func TestSettle_checks_what_it_looks_at(t *testing.T) {
	t.Parallel()
	table := notes(t)
	for _, bad := range []connect.Record{
		{Values: []any{"a", "text", nil}}, {Values: []any{nil, int64(1), nil}}, {Values: []any{"a"}},
		{Deleted: true, Values: []any{nil, nil, nil}}, {Deleted: true, Values: []any{"a", nil, "text"}},
		{Values: []any{"a", nil, time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC)}},
	} {
		if _, err := table.Settle([]connect.Record{bad}); fault.KindOf(err) != fault.Schema || strings.Contains(err.Error(), `"text"`) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if _, err := table.Settle([]connect.Record{{Deleted: true, Values: []any{"a", "not looked at", nil}}}); err != nil {
		t.Error(err)
	}
}

// versions are the rows of a history by their key.
type versions map[string]connect.Record

func key(r connect.Record) string { return fmt.Sprint(r.Values[0], r.Values[2]) }

func (v versions) open(uri any) (connect.Record, bool) {
	for _, r := range v {
		if r.Values[0] == uri && r.Values[3] == nil {
			return r, true
		}
	}
	return connect.Record{}, false
}

func (v versions) end(uri any, at any) {
	if open, ok := v.open(uri); ok {
		v[key(open)] = connect.Record{Values: []any{uri, open.Values[1], open.Values[2], at}}
	}
}

// one does what Tx.Write says of one record.
func (v versions) one(r connect.Record) {
	open, ok := v.open(r.Values[0])
	if ok && !r.Deleted && open.Values[1] == r.Values[1] {
		return
	}
	v.end(r.Values[0], r.Values[2])
	if !r.Deleted {
		v[key(r)] = r
	}
}

// settled does what the steps say.
func (v versions) settled(c dialect.Change) {
	open, ok := v.open(c.Record.Values[0])
	switch {
	case c.Step == dialect.First && ok && open.Values[1] == c.Record.Values[1]:
		v.end(c.Record.Values[0], c.Record.Values[3])
		return
	case c.Step == dialect.First || c.Step == dialect.End:
		v.end(c.Record.Values[0], c.Record.Values[2])
	}
	if c.Step != dialect.End {
		v[key(c.Record)] = c.Record
	}
}

func TestSettle_of_versions_comes_to_what_the_records_do_in_order(t *testing.T) {
	t.Parallel()
	table, err := short().Table(connect.Stream{
		Name: "notes_history", History: true, Key: []string{"uri", connect.ColumnValidFrom}, Columns: []connect.Column{
			{Name: "uri"}, {Name: connect.ColumnVersion, Required: true},
			{Name: connect.ColumnValidFrom, Type: connect.Timestamp, Required: true}, {Name: connect.ColumnValidTo, Type: connect.Timestamp},
		}})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		one, settled, clock := versions{}, versions{}, 0
		for range rapid.IntRange(1, 5).Draw(rt, "batches") {
			var batch []connect.Record
			for range rapid.IntRange(0, 8).Draw(rt, "records") {
				clock++
				r := connect.Record{Values: []any{rapid.SampledFrom([]string{"a", "b"}).Draw(rt, "uri"), rapid.SampledFrom([]string{"x", "y", "z"}).Draw(rt, "version"), at(clock), nil}}
				r.Deleted = rapid.IntRange(0, 3).Draw(rt, "deleted") == 0
				batch = append(batch, r)
				one.one(r)
			}
			changes, err := table.Settle(batch)
			if err != nil {
				rt.Fatal(err)
			}
			keys := map[string]bool{}
			for _, c := range changes {
				if keys[key(c.Record)] {
					rt.Fatalf("two changes of %s", key(c.Record))
				}
				keys[key(c.Record)] = true
				settled.settled(c)
			}
			if diff := cmp.Diff(maps.Clone(one), maps.Clone(settled)); diff != "" {
				rt.Fatalf("one by one and settled (-want +got):\n%s", diff)
			}
		}
	})
}

func TestSettle_replaces_versions_noticed_at_the_same_moment_or_later(t *testing.T) {
	t.Parallel()
	table, err := short().Table(connect.Stream{
		Name: "h", History: true, Key: []string{"uri", connect.ColumnValidFrom}, Columns: []connect.Column{
			{Name: "uri"}, {Name: connect.ColumnVersion}, {Name: connect.ColumnValidFrom, Type: connect.Timestamp}, {Name: connect.ColumnValidTo, Type: connect.Timestamp},
		}})
	if err != nil {
		t.Fatal(err)
	}
	version := func(name string, hour int) connect.Record {
		return connect.Record{Values: []any{"a", name, at(hour), nil}}
	}
	changes, err := table.Settle([]connect.Record{version("x", 1), version("y", 5), version("z", 5), version("w", 6), version("v", 5)})
	if err != nil {
		t.Fatal(err)
	}
	want := []dialect.Change{
		{Step: dialect.First, Record: connect.Record{Values: []any{"a", "x", at(1), at(5)}}},
		{Step: dialect.Next, Record: connect.Record{Values: []any{"a", "w", at(6), at(5)}}},
		{Step: dialect.Next, Record: version("v", 5)},
	}
	if diff := cmp.Diff(want, changes); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
