//go:build duckdb

package duckdb

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connect/connecttest"
	"github.com/kalends/kalends/internal/fault"
)

// Indexes of DuckDB were known to refuse a key that a transaction deletes and
// inserts again: random ones of several writes come to what a map would hold.
func TestWrite_of_a_key_again_and_again_in_a_transaction(t *testing.T) {
	t.Parallel()
	d, p := opened(t)
	s := connect.Stream{Columns: []connect.Column{{Name: "uri"}, {Name: "size", Type: connect.Integer}}, Key: []string{"uri"}}
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		s.Name = fmt.Sprint("notes", n)
		if _, err := d.Prepare(t.Context(), s); err != nil {
			rt.Fatal(err)
		}
		there := map[any]any{}
		for range rapid.IntRange(1, 4).Draw(rt, "transactions") {
			tx, err := d.Begin(t.Context())
			if err != nil {
				rt.Fatal(err)
			}
			for range rapid.IntRange(1, 6).Draw(rt, "writes") {
				batch := rapid.SliceOfN(rapid.Custom(drawNote), 0, 8).Draw(rt, "batch")
				if err := tx.Write(t.Context(), s, batch); err != nil {
					rt.Fatal(err)
				}
				for _, r := range batch {
					if there[r.Values[0]] = r.Values[1]; r.Deleted {
						delete(there, r.Values[0])
					}
				}
			}
			if err := tx.Commit(t.Context()); err != nil {
				rt.Fatal(err)
			}
		}
		got := map[any]any{}
		for r, err := range d.Scan(t.Context(), s) {
			if err != nil {
				rt.Fatal(err)
			}
			if _, twice := got[r.Values[0]]; twice {
				rt.Fatalf("%v is there twice", r.Values[0])
			}
			got[r.Values[0]] = r.Values[1]
		}
		if diff := cmp.Diff(there, got); diff != "" {
			rt.Fatalf("(-want +got):\n%s", diff)
		}
	})
	if rows := p.Rows(t, s); len(rows) > 4 {
		t.Errorf("%d rows of 4 keys", len(rows))
	}
}

func TestWrite_says_that_another_writer_of_the_process_was_in_the_way(t *testing.T) {
	t.Parallel()
	d, p := opened(t)
	other := p.Open(t)
	defer mustClose(t, other)
	var open [2]connect.Tx
	for i, d := range []connect.Destination{d, other} {
		if err := connecttest.PrepareLoad(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		tx, err := d.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		open[i] = tx
	}
	var err error
	for _, tx := range open {
		err = errors.Join(err, tx.Write(t.Context(), events(), connecttest.LoadBatch(0)))
	}
	for _, tx := range open {
		if err == nil {
			err = tx.Commit(t.Context())
		}
	}
	if fault.KindOf(err) != fault.Unavailable || fault.HintOf(err) == "" || strings.Contains(err.Error(), "event 1 ") {
		t.Errorf("%s: %v", fault.KindOf(err), err)
	}
	for _, tx := range open {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
	if err := connecttest.WriteLoad(t.Context(), other, 0, func() {}); err != nil {
		t.Errorf("the next one: %v", err)
	}
}

func drawNote(rt *rapid.T) connect.Record {
	r := connect.Record{Values: []any{rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(rt, "key"), rapid.Int64().Draw(rt, "size")}}
	r.Deleted = rapid.IntRange(0, 2).Draw(rt, "deleted") == 0
	return r
}
