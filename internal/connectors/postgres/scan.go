package postgres

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

// fetch is how many rows are read at once.
const fetch = 500

// Scan implements connect.Destination. It reads by a cursor, as the table was
// when it began.
func (d *destination) Scan(ctx context.Context, s connect.Stream) iter.Seq2[connect.Record, error] {
	return func(yield func(connect.Record, error) bool) {
		err := d.scan(ctx, s, func(r connect.Record) bool { return yield(r, nil) })
		if err != nil {
			yield(connect.Record{}, d.fault(ctx, "reading "+s.Name+" in", err))
		}
	}
}

// scan shows each row to see, until it wants no more.
func (d *destination) scan(ctx context.Context, s connect.Stream, see func(connect.Record) bool) (err error) {
	t, err := d.dialect.Table(s)
	if err != nil {
		return err
	}
	if err := d.begin(ctx, "ISOLATION LEVEL REPEATABLE READ READ ONLY"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.rollback()) }()
	there, err := d.columns(ctx, t)
	if err != nil || there == nil {
		return err
	}
	kept, read := d.kept(t, there)
	if err := d.run(ctx, fmt.Sprintf("DECLARE scan NO SCROLL CURSOR FOR SELECT %s FROM %s", kept, t.Quoted())); err != nil {
		return err
	}
	for {
		records, err := d.fetch(ctx, read)
		if err != nil || len(records) == 0 {
			return err
		}
		for _, r := range records {
			if !see(r) {
				return nil
			}
		}
	}
}

// fetch returns the next rows of the cursor.
func (s *session) fetch(ctx context.Context, read []decoder) ([]connect.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, s.patience.answer+s.patience.connect)
	defer cancel()
	const binaryFormat = 1
	rows := s.conn.ExecParams(ctx, fmt.Sprintf("FETCH %d FROM scan", fetch), nil, nil, nil, []int16{binaryFormat})
	var records []connect.Record
	for rows.NextRow() {
		values := make([]any, len(read))
		for i, v := range rows.Values() {
			if v != nil {
				values[i] = read[i](v)
			}
		}
		records = append(records, connect.Record{Values: values})
	}
	_, err := rows.Close()
	return records, err
}

// decoder reads a value that is not null.
type decoder func([]byte) any

// kept returns what is to be selected for the columns of t, and how each is
// read. What cannot be a value of its column is selected as text.
func (d *destination) kept(t *dialect.Table, there []dialect.Column) (selected string, read []decoder) {
	var all []string
	for i, c := range t.Stream.Columns {
		is, name, reader := t.In(there, i), t.Names(i), decoder(asText)
		switch {
		case is == nil:
			name = "NULL"
		case !d.dialect.Keeps(t, i, is.Declared):
			name += "::text"
		case c.Type == connect.JSON:
			name, reader = name+"::text", asDocument
		default:
			reader = decoderOf(c.Type)
		}
		all, read = append(all, name), append(read, reader)
	}
	return strings.Join(all, ", "), read
}

// decoderOf reads what encoder wrote.
func decoderOf(t connect.Type) decoder {
	switch t {
	case connect.Integer:
		return func(b []byte) any { return number(b) }
	case connect.Number:
		return func(b []byte) any { return math.Float64frombits(uint64(number(b))) }
	case connect.Boolean:
		return func(b []byte) any { return b[0] != 0 }
	case connect.Timestamp:
		return asTime
	case connect.Text, connect.JSON:
	}
	return asText
}

func asText(b []byte) any { return string(b) }

func asDocument(b []byte) any { return connect.Document(b) }

func number(b []byte) int64 { return int64(binary.BigEndian.Uint64(b)) }

// asTime leaves the ends of time, which are no times, as the system writes them.
func asTime(b []byte) any {
	switch n := number(b); n {
	case math.MaxInt64:
		return "infinity"
	case math.MinInt64:
		return "-infinity"
	default:
		return time.UnixMicro(n + epoch).UTC()
	}
}
