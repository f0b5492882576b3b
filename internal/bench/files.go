package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connectors/files"
)

const (
	fileBatch   = 2000
	fileBatches = 20
	fileColumns = 45
)

// keeping writes records of the shape of scheduled events as files, through the
// connector and with nothing but the format's writer: a log beside durable files
// of the same batches, and a snapshot, which is sorted, beside one durable file.
func keeping(ctx context.Context, b *bench) (result, error) {
	s, batches := wideStream(), [][]connect.Record{}
	for n := range fileBatches {
		batches = append(batches, wideRecords(s, n))
	}
	worst, notes := 1e9, []string{}
	for format, direct := range map[string]func(string, connect.Stream, [][]connect.Record) error{"parquet": directParquet, "jsonl": directJSON} {
		ratio, note, err := b.filesOf(ctx, format, s, batches, direct)
		if err != nil {
			return result{}, err
		}
		worst, notes = min(worst, ratio), append(notes, note)
	}
	return result{ratio: fmt.Sprintf("%.2f", worst), kept: worst >= 0.7, notes: notes}, nil
}

// filesOf measures one format; the best of three turns counts.
func (b *bench) filesOf(ctx context.Context, format string, s connect.Stream, batches [][]connect.Record, direct func(string, connect.Stream, [][]connect.Record) error) (ratio float64, note string, err error) {
	most := time.Duration(1 << 62)
	best := map[string]time.Duration{"log": most, "snapshot": most, "batches": most, "one file": most}
	for turn := range 3 {
		for way := range best {
			at := filepath.Join(b.dir, fmt.Sprint(format, way, turn))
			began := time.Now()
			switch way {
			case "one file":
				err = direct(at, s, batches)
			case "batches":
				err = os.Mkdir(at, 0o755)
				for n := range batches {
					err = errors.Join(err, direct(filepath.Join(at, fmt.Sprint(n)), s, batches[n:n+1]))
				}
			default:
				err = throughFiles(ctx, at, format, way, s, batches)
			}
			if err := errors.Join(err, os.RemoveAll(at)); err != nil {
				return 0, "", err
			}
			best[way] = min(best[way], time.Since(began))
		}
	}
	rate := func(way string) float64 { return fileBatch * fileBatches / best[way].Seconds() }
	return min(rate("log")/rate("batches"), rate("snapshot")/rate("one file")), fmt.Sprintf("%s: %.0f rows/s into a log, %.0f with the writer (%.2f); %.0f into a snapshot, %.0f with the writer (%.2f)",
		format, rate("log"), rate("batches"), rate("log")/rate("batches"), rate("snapshot"), rate("one file"), rate("snapshot")/rate("one file")), nil
}

func throughFiles(ctx context.Context, folder, format, layout string, s connect.Stream, batches [][]connect.Record) (err error) {
	d, err := files.New().OpenDestination(ctx, connect.Settings{Values: map[string]string{"url": folder, "format": format, "layout": layout}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if _, err := d.Prepare(ctx, s); err != nil {
		return err
	}
	for _, records := range batches {
		tx, err := d.Begin(ctx)
		if err != nil {
			return err
		}
		if err := errors.Join(tx.Write(ctx, s, records), tx.Commit(ctx)); err != nil {
			return errors.Join(err, tx.Rollback())
		}
	}
	return nil
}

// directParquet writes one file, a batch at a time, and makes it durable.
func directParquet(path string, s connect.Stream, batches [][]connect.Record) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	group := parquet.Group{}
	for _, c := range s.Columns {
		group[c.Name] = parquet.Optional(map[connect.Type]parquet.Node{
			connect.Text: parquet.String(), connect.Timestamp: parquet.Timestamp(parquet.Microsecond), connect.Boolean: parquet.Leaf(parquet.BooleanType),
			connect.Integer: parquet.Int(64), connect.JSON: parquet.JSON(),
		}[c.Type])
	}
	w := parquet.NewGenericWriter[any](f, parquet.NewSchema("row", group), parquet.Compression(&parquet.Zstd))
	for _, records := range batches {
		rows := make([]parquet.Row, len(records))
		for n, r := range records {
			for i, v := range r.Values {
				var value parquet.Value
				switch v := v.(type) {
				case string:
					value = parquet.ByteArrayValue([]byte(v))
				case connect.Document:
					value = parquet.ByteArrayValue([]byte(v))
				case time.Time:
					value = parquet.Int64Value(v.UnixMicro())
				case bool:
					value = parquet.BooleanValue(v)
				case int64:
					value = parquet.Int64Value(v)
				}
				defined := 1
				if v == nil {
					defined = 0
				}
				rows[n] = append(rows[n], value.Level(0, defined, i))
			}
		}
		if _, err := w.WriteRows(rows); err != nil {
			return err
		}
	}
	return errors.Join(w.Close(), f.Sync())
}

// directJSON writes one file with the least that is valid for these records: no
// text in them needs more than quotes.
func directJSON(path string, s connect.Stream, batches [][]connect.Record) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriterSize(f, 256<<10)
	var line []byte
	for _, records := range batches {
		for _, r := range records {
			line = line[:0]
			for i, v := range r.Values {
				line = append(strconv.AppendQuote(append(line, ",{"[min(1, max(0, 1-i))]), s.Columns[i].Name), ':')
				switch v := v.(type) {
				case string:
					line = strconv.AppendQuote(line, v)
				case connect.Document:
					line = append(line, v...)
				case time.Time:
					line = append(v.AppendFormat(append(line, '"'), connect.TimeFormat), '"')
				case bool:
					line = strconv.AppendBool(line, v)
				case int64:
					line = strconv.AppendInt(line, v, 10)
				default:
					line = append(line, "null"...)
				}
			}
			if _, err := w.Write(append(line, '}', '\n')); err != nil {
				return err
			}
		}
	}
	return errors.Join(w.Flush(), f.Sync())
}

// wideStream has as many columns as scheduled events, in the order of their
// names, which is that of the plain writer.
func wideStream() connect.Stream {
	s := connect.Stream{Name: "wide", Key: []string{"a_uri"}, Columns: []connect.Column{{Name: "a_uri", Type: connect.Text}}}
	kinds := []connect.Type{connect.Text, connect.Timestamp, connect.Text, connect.Boolean, connect.Integer, connect.JSON}
	for i := 1; i < fileColumns-1; i++ {
		s.Columns = append(s.Columns, connect.Column{Name: fmt.Sprintf("column_%02d", i), Type: kinds[i%len(kinds)]})
	}
	s.Columns = append(s.Columns, connect.Column{Name: "zz_raw", Type: connect.JSON})
	return s
}

// wideRecords returns batch n: half of the values are null, the keys are in no
// order, and the raw record is of 1.5 KB, different in each.
func wideRecords(s connect.Stream, n int) []connect.Record {
	at := time.Date(2026, 3, 14, 15, 9, 26, 535897000, time.UTC)
	var all []connect.Record
	for i := range fileBatch {
		number := uint64(n*fileBatch+i) * 0x9e3779b97f4a7c15
		values := []any{fmt.Sprintf("https://api.calendly.com/scheduled_events/%016x", number)}
		for c := 1; c < len(s.Columns)-1; c++ {
			var v any
			if c%2 == 0 {
				v = map[connect.Type]any{
					connect.Text: fmt.Sprintf("some words %x", number>>40), connect.Timestamp: at.Add(time.Duration(i) * time.Minute),
					connect.Boolean: true, connect.Integer: int64(i), connect.JSON: connect.Document(`[1,2]`),
				}[s.Columns[c].Type]
			}
			values = append(values, v)
		}
		raw := connect.Document(fmt.Sprintf(`{"uri":"%016x","raw":"%s"}`, number, strings.Repeat(fmt.Sprintf("value %x ", number>>48), 140)))
		all = append(all, connect.Record{Values: append(values, raw)})
	}
	return all
}
