package relation

import (
	"fmt"
	"iter"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/kalends/kalends/internal/connect"
)

// A batch ends with so many rows, or so many bytes of text.
const (
	mostRows  = 1000
	mostBytes = 4 << 20
)

// batcher makes batches of the rows of a relation.
type batcher struct {
	relation *Relation
	see      func(connect.Batch) bool
	placed   bool // rows have a cursor: batches say where to go on
	stopped  bool // no more is wanted

	rows    int // all
	records []connect.Record
	bytes   int
	last    string // the literal of the last row's cursor
	unfit   []int  // values, by column
	notes   []string
}

// run makes batches of rows until no more are wanted.
func (b *batcher) run(rows iter.Seq2[[]any, error]) error {
	for row, err := range rows {
		if err != nil {
			return err
		}
		record := b.relation.record(row, b.unfit)
		b.rows++
		b.bytes += sizeOf(record)
		b.records = append(b.records, record)
		if b.placed {
			b.last = asText(row[len(row)-1])
		}
		if len(b.records) < mostRows && b.bytes < mostBytes {
			continue
		}
		if err := b.flush(); err != nil || b.stopped {
			return err
		}
	}
	return b.flush()
}

// flush hands the records over.
func (b *batcher) flush() error {
	if len(b.records) == 0 {
		return nil
	}
	batch := connect.Batch{Rows: []connect.Rows{{Stream: b.relation.stream.Name, Records: b.records}}}
	if b.placed {
		next, err := json.Marshal(place{From: b.relation.from, Cursor: b.relation.columns[b.relation.cursor].Name, Last: b.last})
		if err != nil {
			return err
		}
		batch.Next = next
	}
	b.records, b.bytes = nil, 0
	b.stopped = !b.see(batch)
	return nil
}

// finish tells what is to be known of what was read.
func (b *batcher) finish(err error) error {
	if err != nil || b.stopped {
		return err
	}
	if b.relation.hashed {
		b.note(equalRows)
	}
	for i, n := range b.unfit {
		if n > 0 {
			c := b.relation.columns[i]
			b.note("%d values of column %s cannot be %s values and are null", n, c.Name, c.Type)
		}
	}
	if len(b.notes) > 0 {
		b.see(connect.Batch{Notes: []connect.Note{{Stream: b.relation.stream.Name, Text: strings.Join(b.notes, "; ")}}})
	}
	return nil
}

func (b *batcher) note(format string, args ...any) {
	b.notes = append(b.notes, fmt.Sprintf(format, args...))
}

// sizeOf is about how much memory a record takes.
func sizeOf(r connect.Record) int {
	n := 16 * len(r.Values)
	for _, v := range r.Values {
		switch v := v.(type) {
		case string:
			n += len(v)
		case connect.Document:
			n += len(v)
		}
	}
	return n
}

// asText is a literal as Rows yields it.
func asText(raw any) string {
	if b, ok := raw.([]byte); ok {
		return string(b)
	}
	return fmt.Sprint(raw)
}
