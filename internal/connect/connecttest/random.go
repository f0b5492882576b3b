package connecttest

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/kalends/kalends/internal/connect"
)

// testRandom plays random runs: batches that are committed, replayed, dropped,
// or lost when the destination is closed and opened again. What is there at
// the end is what a map would hold.
func testRandom(t *testing.T, h Harness) {
	s := notes()
	rapid.Check(t, func(rt *rapid.T) {
		d := &bench{place: h.Fresh(t)}
		d.Destination = d.place.Open(t)
		d.prepare(t, s, true)
		model := map[string]connect.Record{}
		for range rapid.IntRange(1, 8).Draw(rt, "batches") {
			batch := rapid.SliceOfN(rapid.Custom(drawRecord), 0, 12).Draw(rt, "batch")
			switch rapid.SampledFrom([]string{"commit", "replay", "drop", "reopen"}).Draw(rt, "end") {
			case "replay":
				d.commit(t, s, batch...)
				fallthrough
			case "commit":
				d.commit(t, s, batch...)
				apply(model, batch)
			case "drop":
				d.drop(t, s, batch)
			case "reopen":
				d.drop(t, s, batch)
				d.reopen(t, s)
			}
		}
		d.holds(t, s, slices.Collect(maps.Values(model))...)
		must(t, "Close", d.Close())
	})
}

func drawRecord(rt *rapid.T) connect.Record {
	key := rapid.SampledFrom([]string{"a", "A", "b", "c", "ß", ""}).Draw(rt, "key")
	if rapid.IntRange(0, 3).Draw(rt, "delete") == 0 {
		return deleted(key, nil, nil)
	}
	r := record(key, nil, nil)
	if rapid.Bool().Draw(rt, "titled") {
		r.Values[1] = rapid.StringMatching(`[a-z'"\\ é🎉]{0,6}`).Draw(rt, "title")
	}
	if rapid.Bool().Draw(rt, "sized") {
		r.Values[2] = rapid.Int64().Draw(rt, "size")
	}
	return r
}

func apply(model map[string]connect.Record, batch []connect.Record) {
	for _, r := range batch {
		key, _ := r.Values[0].(string)
		if r.Deleted {
			delete(model, key)
		} else {
			model[key] = r
		}
	}
}

// drop writes and rolls back.
func (b *bench) drop(t *testing.T, s connect.Stream, batch []connect.Record) {
	t.Helper()
	tx := b.begin(t)
	must(t, "Write", tx.Write(t.Context(), s, batch))
	must(t, "Rollback", tx.Rollback())
}
