package engine_test

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/engine"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
)

// numbered returns a batch of n records of the two streams, of which those are
// bad whose bit is set.
func numbered(n int, bad uint) []op {
	var batch []op
	for i := range n {
		o := op{"a", fmt.Sprint("k", i), "good"}
		if i >= n/2 {
			o.stream = "b"
		}
		if bad&(1<<i) != 0 {
			o.value = "bad"
		}
		batch = append(batch, o)
	}
	return batch
}

func quarantined(run flow.Run) (n int) {
	for _, s := range run.Streams {
		n += s.Quarantined
	}
	return n
}

func TestRun_sets_aside_what_is_refused_at_every_position(t *testing.T) {
	t.Parallel()
	for size := 1; size <= 7; size++ {
		for bad := range uint(1) << size {
			for _, late := range []bool{false, true} {
				when := fmt.Sprintf("%d rows, bad %b, late %t", size, bad, late)
				y := newYard(numbered(size, bad), []op{{"a", "after", "good"}})
				y.late = late
				run, err := y.run(t.Context())
				if err != nil {
					t.Fatalf("%s: %v", when, err)
				}
				y.check(t, when)
				if n := bits.OnesCount(bad); quarantined(run) != n || run.Records != size+1-n || y.rows() != size+1-n {
					t.Errorf("%s: %d records and %d quarantined are counted, %d rows are there", when, run.Records, quarantined(run), y.rows())
				}
				for version, times := range y.times {
					if times != 1 {
						t.Errorf("%s: %s was committed %d times", when, version, times)
					}
				}
			}
		}
	}
}

func TestRun_with_refused_rows_fails_anywhere_and_resumes(t *testing.T) {
	t.Parallel()
	whole := newYard(
		numbered(6, 0b010010), []op{{"a", "k1", "good now"}, {"b", "k4", "bad again"}, {"a", "k0", "bad"}}, numbered(5, 0b11111),
		[]op{{"a", "k0", ""}, {"b", "new", "bad"}, {"b", "new", "good"}},
	)
	steps := []string{
		"prepare", "held", "load", "read", "begin", "write", "rollback", "commit", "committed, answer lost", "keep", "kept, answer lost", "save", "saved, answer lost",
	}
	for _, step := range steps {
		for position := 1; ; position++ {
			y := whole.fresh()
			y.step, y.left = step, position
			_, err := y.run(t.Context())
			if err == nil {
				if position == 1 {
					t.Errorf("step %q was never reached", step)
				}
				break
			}
			if !errors.Is(err, errBroken) || fault.KindOf(err) != fault.Unavailable {
				t.Errorf("%s %d: %v", step, position, err)
			}
			y.step = ""
			if _, err := y.run(t.Context()); err != nil {
				t.Fatalf("%s %d: the second run: %v", step, position, err)
			}
			y.check(t, fmt.Sprintf("%s %d", step, position))
		}
	}
}

// Whatever happens, each record that was read is written, quarantined or
// deleted.
func TestRun_accounts_for_every_record_of_random_changes(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		var batches [][]op
		read := 0
		for range 1 + r.IntN(6) {
			var batch []op
			for range r.IntN(30) {
				value := []string{"", "good", "bad"}[r.IntN(3)]
				if value != "" {
					value += fmt.Sprint(r.IntN(100))
				}
				batch = append(batch, op{[]string{"a", "b"}[r.IntN(2)], fmt.Sprint(r.IntN(12)), value})
			}
			read += len(batch)
			batches = append(batches, batch)
		}
		y := newYard(batches...)
		y.late, y.gather = r.IntN(2) == 0, r.IntN(60)
		run, err := y.run(t.Context())
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		y.check(t, fmt.Sprint("seed ", seed))
		if run.Records+quarantined(run) != read {
			t.Errorf("seed %d: %d written or deleted and %d quarantined of %d", seed, run.Records, quarantined(run), read)
		}
	}
}

func TestRun_finds_a_few_refused_rows_with_few_transactions(t *testing.T) {
	t.Parallel()
	batch := []op{}
	for i := range 1024 {
		o := op{"a", fmt.Sprint(i), "good"}
		if i == 17 || i == 500 || i == 501 || i == 1023 {
			o.value = "bad"
		}
		batch = append(batch, o)
	}
	y := newYard(batch)
	if _, err := y.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	y.check(t, "four of 1024")
	if most := 1 + 2*4*10; y.begun > most {
		t.Errorf("it took %d transactions, more than %d", y.begun, most)
	}
}

func TestRun_ends_when_more_rows_are_refused_than_may_be(t *testing.T) {
	t.Parallel()
	for most, ends := range map[int]bool{0: true, 1: true, 4: true, 5: false, 6: false} {
		y := newYard(numbered(10, 0b0000100100), numbered(10, 0b1100000001))
		y.most = most
		run, err := y.run(t.Context())
		if !ends {
			if err != nil || quarantined(run) != 5 {
				t.Errorf("%d may be refused: %d are, %v", most, quarantined(run), err)
			}
			continue
		}
		if fault.KindOf(err) != fault.Schema || !strings.Contains(fault.HintOf(err), "--max-bad-rows") || run.Status != flow.Failed {
			t.Errorf("%d may be refused: the run ended with %v (%s)", most, err, fault.HintOf(err))
		}
		if len(y.kept) == 0 || quarantined(run) != most+1 {
			t.Errorf("%d may be refused: nobody can see which were", most)
		}
		y.most = 5
		if _, err := y.run(t.Context()); err != nil {
			t.Errorf("%d may be refused, then 5: %v", most, err)
		}
		y.check(t, fmt.Sprint("most ", most))
	}
}

func TestRun_without_a_quarantine_ends_with_the_refusal(t *testing.T) {
	t.Parallel()
	y := newYard(numbered(4, 0b0100))
	y.nowhere = true
	if _, err := y.run(t.Context()); fault.KindOf(err) != fault.Schema || y.begun != 1 {
		t.Errorf("%v after %d transactions", err, y.begun)
	}
}

func TestRun_cancel_ends_the_search_for_refused_rows_and_the_next_run_makes_it_again(t *testing.T) {
	t.Parallel()
	y := newYard(numbered(8, 0b00100100))
	ctx, cancel := context.WithCancel(t.Context())
	y.onRefusal = cancel
	if _, err := y.run(ctx); fault.KindOf(err) != fault.Canceled || y.begun != 1 {
		t.Errorf("%v after %d transactions", err, y.begun)
	}
	if _, err := y.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	y.check(t, "after the next run")
}

func TestRetry_writes_what_is_refused_no_more_and_keeps_the_rest(t *testing.T) {
	t.Parallel()
	y := newYard(numbered(8, 0b11010100))
	if _, err := y.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	var rows []engine.Refused
	for _, key := range []string{"k2", "k4", "k6", "k7"} {
		for row, refused := range y.kept {
			if row.Key == key {
				rows = append(rows, refused)
			}
		}
	}
	y.refuses = func(o op) bool { return o.key == "k4" }
	landed, refused, err := engine.Retry(t.Context(), y, rows, time.Now, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	want := []engine.Row{{Stream: "a", Key: "k2"}, {Stream: "b", Key: "k6"}, {Stream: "b", Key: "k7"}}
	if diff := cmp.Diff(want, landed); diff != "" || len(refused) != 1 || refused[0].Key != "k4" || refused[0].Err == nil {
		t.Errorf("refused %+v, landed (-want +got):\n%s", refused, diff)
	}
	if y.tables["a"]["k2"] != "bad" || y.tables["b"]["k7"] != "bad" || y.rows() != 7 {
		t.Errorf("the tables are %v", y.tables)
	}
	y.step, y.left = "commit", 2
	y.refuses = func(o op) bool { return false }
	landed, _, err = engine.Retry(t.Context(), y, rows, time.Now, time.Minute)
	if !errors.Is(err, errBroken) || len(landed) != 1 {
		t.Errorf("interrupted: %v, %v landed", err, landed)
	}
}

// renamed maps to a table of another name, in upper case, and fails for values
// that begin with "odd".
type renamed struct{ s connect.Stream }

func (m renamed) Target() connect.Stream {
	target := m.s
	target.Name = "table_" + m.s.Name
	return target
}

func (m renamed) Map(r connect.Record) (connect.Record, error) {
	value := r.Values[1].(string)
	if strings.HasPrefix(value, "odd") {
		return connect.Record{}, fault.New(fault.Schema, "odd")
	}
	return connect.Record{Deleted: r.Deleted, Values: []any{r.Values[0], strings.ToUpper(value)}}, nil
}

func (m renamed) Clean(r connect.Record) connect.Record {
	return connect.Record{Values: []any{r.Values[0], "clean"}}
}

func TestRun_lets_the_last_version_of_a_batch_count_of_records_that_may_not_be_mapped(t *testing.T) {
	t.Parallel()
	versions := []string{"fine", "odd", "TABOO", "better", ""}
	for n := range len(versions) * len(versions) * len(versions) {
		batch := []op{{"a", "other", "fine"}}
		last := ""
		for range 3 {
			last = versions[n%len(versions)]
			n /= len(versions)
			batch = append(batch, op{"a", "1", last})
		}
		y := newYard(batch)
		y.gather = 100
		y.mapping = map[string]engine.Mapper{"a": renamed{yardStream("a")}}
		y.refuses = func(o op) bool { return o.value == "TABOO" }
		run, err := y.run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		kept, held := y.kept[engine.Row{Stream: "a", Key: "1"}]
		if odd, taboo := last == "odd", last == "TABOO"; held != (odd || taboo) || held && kept.Mapped != taboo {
			t.Errorf("%v: in the quarantine is %t, %+v", batch, held, kept)
		}
		if !held && y.tables["table_a"]["1"] != strings.ToUpper(last) {
			t.Errorf("%v: in the table is %v", batch, y.tables)
		}
		if s := run.Streams[0]; s.Records+s.Quarantined != len(batch) {
			t.Errorf("%v: the stream came to %+v", batch, s)
		}
	}
}

func TestRun_writes_records_as_they_are_mapped_and_sets_aside_those_that_cannot_be(t *testing.T) {
	t.Parallel()
	y := newYard([]op{{"a", "1", "odd"}, {"a", "2", "fine"}, {"b", "3", "fine"}, {"a", "4", "taboo"}})
	y.mapping = map[string]engine.Mapper{"a": renamed{yardStream("a")}}
	y.refuses = func(o op) bool { return o.value == "TABOO" }
	run, err := y.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]string{"table_a": {"2": "FINE"}, "b": {"3": "fine"}}
	if diff := cmp.Diff(want, y.tables); diff != "" {
		t.Error(diff)
	}
	odd, taboo := y.kept[engine.Row{Stream: "a", Key: "1"}], y.kept[engine.Row{Stream: "a", Key: "4"}]
	if odd.Mapped || odd.Table.Name != "a" || odd.Record.Values[1] != "clean" {
		t.Errorf("what cannot be mapped is kept as %+v", odd)
	}
	if !taboo.Mapped || taboo.Table.Name != "table_a" || taboo.Record.Values[1] != "TABOO" {
		t.Errorf("what is refused is kept as %+v", taboo)
	}
	if run.Streams[0].Records != 1 || run.Streams[0].Quarantined != 2 {
		t.Errorf("the stream came to %+v", run.Streams[0])
	}
	y.from, y.batches = "", [][]op{{{"a", "1", "even"}}}
	if _, err := y.run(t.Context()); err != nil || len(y.kept) != 1 || y.tables["table_a"]["1"] != "EVEN" {
		t.Errorf("mapped later: %v, %v, %v", err, y.kept, y.tables)
	}
	y.nowhere, y.from, y.batches = true, "", [][]op{{{"a", "1", "odd"}}}
	if _, err := y.run(t.Context()); fault.KindOf(err) != fault.Schema {
		t.Errorf("without a quarantine: %v", err)
	}
}
