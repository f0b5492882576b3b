package sqlite

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

const benchBatch = 1000

// BenchmarkCommit is the price of a commit that a power cut does not undo.
func BenchmarkCommit(b *testing.B) {
	for _, synchronous := range []string{"FULL", "NORMAL", "OFF"} {
		for _, size := range []int{10, 100, 1000} {
			b.Run(fmt.Sprintf("%s/%d", synchronous, size), func(b *testing.B) {
				s := wideStream()
				d, err := openFile(b.Context(), filepath.Join(b.TempDir(), "copy.db"), time.Second)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := d.Prepare(b.Context(), s); err != nil {
					b.Fatal(err)
				}
				if _, err := d.conn.ExecContext(b.Context(), "PRAGMA synchronous = "+synchronous); err != nil {
					b.Fatal(err)
				}
				records := wideRecords(s, 0)[:size]
				for b.Loop() {
					tx, err := d.Begin(b.Context())
					if err != nil {
						b.Fatal(err)
					}
					if err := tx.Write(b.Context(), s, records); err != nil {
						b.Fatal(err)
					}
					if err := tx.Commit(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "rows/s")
				if err := d.Close(); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}

// wideStream has 45 columns, like scheduled events.
func wideStream() connect.Stream {
	s := connect.Stream{Name: "wide", Key: []string{"uri"}, Columns: []connect.Column{
		{Name: "uri", Type: connect.Text}, {Name: "type", Type: connect.Text, Ref: "types"}, {Name: "host", Type: connect.Text, Ref: "users"},
	}}
	kinds := []connect.Type{connect.Text, connect.Timestamp, connect.Text, connect.Boolean, connect.Integer, connect.JSON}
	for i := len(s.Columns); i < 44; i++ {
		s.Columns = append(s.Columns, connect.Column{Name: fmt.Sprintf("column_%d", i), Type: kinds[i%len(kinds)]})
	}
	s.Columns = append(s.Columns, connect.Column{Name: "_raw", Type: connect.JSON})
	return s
}

// wideRecords returns batch n: half of the values are null, the keys are in no
// order, and _raw is of 1.5 KB.
func wideRecords(s connect.Stream, n int) []connect.Record {
	at := time.Date(2026, 3, 14, 15, 9, 26, 535897000, time.UTC)
	raw := connect.Document(`{"raw":"` + strings.Repeat("value ", 250) + `"}`)
	var all []connect.Record
	for i := range benchBatch {
		number := uint64(n*benchBatch + i)
		values := []any{
			fmt.Sprintf("https://api.calendly.com/scheduled_events/%016x", number*0x9e3779b97f4a7c15),
			fmt.Sprintf("https://api.calendly.com/event_types/%016x", number%50), fmt.Sprintf("https://api.calendly.com/users/%016x", number%300),
		}
		for c := len(values); c < len(s.Columns)-1; c++ {
			var v any
			if c%2 == 0 || c%7 == 0 {
				v = map[connect.Type]any{connect.Text: "some words of text", connect.Timestamp: at, connect.Boolean: true, connect.Integer: int64(c), connect.JSON: connect.Document(`[1,2]`)}[s.Columns[c].Type]
			}
			values = append(values, v)
		}
		all = append(all, connect.Record{Values: append(values, raw)})
	}
	return all
}
