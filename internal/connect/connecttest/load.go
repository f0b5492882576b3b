package connecttest

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// loadRows is how many records of each of two streams a batch of a load has.
const loadRows = 300

// LoadStreams are the streams of a load: numbered batches that are written
// while something goes wrong.
func LoadStreams() []connect.Stream {
	a := connect.Stream{Name: "events", Key: []string{"uri"}, Columns: []connect.Column{
		{Name: "uri", Type: connect.Text},
		{Name: "type", Type: connect.Text, Ref: "types"},
		{Name: "start", Type: connect.Timestamp, Required: true},
		{Name: "open", Type: connect.Boolean},
		{Name: "size", Type: connect.Integer},
		{Name: "share", Type: connect.Number},
		{Name: "raw", Type: connect.JSON},
	}}
	b := a
	b.Name = "copies"
	return []connect.Stream{a, b}
}

// LoadBatch returns the records of batch n: new ones, of all months of a year,
// and as the last one that every batch changes and moves to the next month. The
// raw ones take about 1.6 KB, however well they are compressed.
func LoadBatch(n int) []connect.Record {
	var all []connect.Record
	noise := rand.New(rand.NewPCG(uint64(n), 0)) //nolint:gosec // the same in every run
	for i := range loadRows {
		uri := fmt.Sprintf("event %d of batch %d", i, n)
		if i == loadRows-1 {
			uri = "event of every batch"
		}
		raw := make([]byte, 800)
		for at := range len(raw) / 8 {
			binary.LittleEndian.PutUint64(raw[8*at:], noise.Uint64())
		}
		all = append(all, record(
			uri, "https://api.example.com/types/1", time.Date(2026, time.Month((i+n)%12+1), 1, 12, i, 0, 0, time.UTC),
			true, int64(n), 0.5, connect.Document(fmt.Sprintf(`"%x"`, raw))))
	}
	return all
}

// PrepareLoad prepares the streams of a load.
func PrepareLoad(ctx context.Context, d connect.Destination) error {
	for _, s := range LoadStreams() {
		if _, err := d.Prepare(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// WriteLoad writes batch n of both streams in one transaction, calls written
// and commits. What an error left open is rolled back.
func WriteLoad(ctx context.Context, d connect.Destination, n int, written func()) error {
	tx, err := d.Begin(ctx)
	if err != nil {
		return err
	}
	for _, s := range LoadStreams() {
		if err := tx.Write(ctx, s, LoadBatch(n)); err != nil {
			return undone(err, tx.Rollback())
		}
	}
	written()
	if err := tx.Commit(ctx); err != nil {
		return undone(err, tx.Rollback())
	}
	return nil
}

func undone(err, rollback error) error {
	if rollback != nil {
		return fmt.Errorf("%w; and rolling back: %w", err, rollback)
	}
	return err
}

// Loaded returns how many batches of a load are in a place. It fails the test
// unless they are whole, without a gap and in both streams.
func Loaded(t testing.TB, p Place) int {
	t.Helper()
	var counts [2]int
	for i, s := range LoadStreams() {
		rows, seen := map[any]int{}, map[any]bool{}
		for _, r := range p.Rows(t, s) {
			if seen[r["uri"]] {
				t.Fatalf("%s has %v twice", s.Name, r["uri"])
			}
			seen[r["uri"]] = true
			rows[r["size"]]++
		}
		for n := range len(rows) {
			want := loadRows - 1
			if n == len(rows)-1 { // the last has the row that every batch changes
				want++
			}
			if got := rows[int64(n)]; got != want {
				t.Fatalf("%s has %d rows of batch %d, want %d, and %d batches", s.Name, got, n, want, len(rows))
			}
		}
		counts[i] = len(rows)
	}
	if counts[0] != counts[1] {
		t.Fatalf("one stream has %d batches, the other %d", counts[0], counts[1])
	}
	return counts[0]
}
