package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

const (
	benchBatch   = 1000
	benchBatches = 20
)

// BenchmarkWrite writes 20,000 records of the shape of scheduled events, in
// batches of 1,000, then all of them again, through the destination and with
// the driver alone: the same tables and statement in database/sql's own
// transactions. driver/destination is the ratio of the times, rows/s counts
// both rounds.
func BenchmarkWrite(b *testing.B) {
	s := wideStream()
	var batches [][]connect.Record
	for n := range benchBatches {
		batches = append(batches, wideRecords(s, n))
	}
	var ours, bare time.Duration
	for b.Loop() {
		ours += timed(b, s, batches, throughDestination)
		bare += timed(b, s, batches, throughDriver)
	}
	rows := float64(b.N * 2 * benchBatch * benchBatches)
	b.ReportMetric(rows/ours.Seconds(), "rows/s")
	b.ReportMetric(rows/bare.Seconds(), "driver-rows/s")
	b.ReportMetric(bare.Seconds()/ours.Seconds(), "driver/destination")
}

// writer writes each batch in a transaction.
type writer func(context.Context, *destination, connect.Stream, [][]connect.Record) error

// timed measures what write does with a fresh file.
func timed(b *testing.B, s connect.Stream, batches [][]connect.Record, write writer) time.Duration {
	b.Helper()
	d, err := openFile(b.Context(), filepath.Join(b.TempDir(), "copy.db"), time.Second)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := d.Prepare(b.Context(), s); err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	for range 2 {
		if err := write(b.Context(), d, s, batches); err != nil {
			b.Fatal(err)
		}
	}
	took := time.Since(start)
	if err := d.Close(); err != nil {
		b.Fatal(err)
	}
	return took
}

func throughDestination(ctx context.Context, d *destination, s connect.Stream, batches [][]connect.Record) error {
	for _, records := range batches {
		tx, err := d.Begin(ctx)
		if err != nil {
			return err
		}
		if err := tx.Write(ctx, s, records); err != nil {
			return joined(err, tx.Rollback())
		}
		if err := tx.Commit(ctx); err != nil {
			return err
		}
	}
	return nil
}

func throughDriver(ctx context.Context, d *destination, s connect.Stream, batches [][]connect.Record) (err error) {
	db, err := sql.Open("sqlite", dsn(d.path, time.Second))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	for _, records := range batches {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		stmt, err := tx.PrepareContext(ctx, d.tables[s.Name].upsertSQL()) //nolint:sqlclosecheck // it ends with tx
		if err != nil {
			return err
		}
		for _, r := range records {
			args := make([]any, len(r.Values))
			for i, v := range r.Values {
				args[i] = v
				switch v := v.(type) {
				case time.Time:
					args[i] = v.Format(connect.TimeFormat)
				case connect.Document:
					args[i] = string(v)
				}
			}
			if _, err := stmt.ExecContext(ctx, args...); err != nil {
				return err
			}
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return nil
}

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
