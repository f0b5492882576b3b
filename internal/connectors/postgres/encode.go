package postgres

import (
	"encoding/binary"
	"io"
	"math"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

// encoder reads as the stream of COPY … (FORMAT binary)
// (https://www.postgresql.org/docs/current/sql-copy.html, Binary Format): a few
// changes at a time, so that a batch is not held twice.
type encoder struct {
	table   *table
	dialect *dialect.Dialect
	changes []dialect.Change
	buffer  []byte
	read    int // how much of the buffer was read
}

const (
	copyHead = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00" // no flags, nothing more
	copyTail = "\xff\xff"
	chunk    = 64 << 10
)

func newEncoder(t *table, d *dialect.Dialect, changes []dialect.Change) *encoder {
	return &encoder{table: t, dialect: d, changes: changes, buffer: append(make([]byte, 0, 2*chunk), copyHead...)}
}

func (e *encoder) Read(p []byte) (int, error) {
	if e.read == len(e.buffer) {
		if e.changes == nil {
			return 0, io.EOF
		}
		e.buffer, e.read = e.buffer[:0], 0
	}
	for len(e.buffer) < chunk && len(e.changes) > 0 {
		e.change(e.changes[0])
		e.changes = e.changes[1:]
	}
	if len(e.changes) == 0 && e.changes != nil {
		e.buffer, e.changes = append(e.buffer, copyTail...), nil
	}
	n := copy(p, e.buffer[e.read:])
	e.read += n
	return n, nil
}

// change appends a row of the stage.
func (e *encoder) change(c dialect.Change) {
	b := binary.BigEndian.AppendUint16(e.buffer, uint16(1+len(e.table.All)))
	b = binary.BigEndian.AppendUint32(b, 2)
	b = binary.BigEndian.AppendUint16(b, uint16(c.Step))
	for i, v := range c.Record.Values {
		if !e.table.Looked(c, i) {
			v = nil
		}
		b = e.value(b, &e.table.Stream.Columns[i], v)
	}
	e.buffer = b
}

// epoch is from when PostgreSQL counts, in the microseconds of Unix.
const epoch = 946_684_800_000_000

// value appends a value with its length.
func (e *encoder) value(b []byte, c *connect.Column, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendBytes(b, "", e.dialect.Text(v))
	case connect.Document:
		text := e.dialect.Text(string(v))
		if c.Name == connect.ColumnRaw { // json; see keeping
			return appendBytes(b, "", text)
		}
		return appendBytes(b, "\x01", dialect.Clean(text)) // the version of the format
	case int64:
		return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, 8), uint64(v))
	case float64:
		return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, 8), math.Float64bits(v))
	case time.Time:
		return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(b, 8), uint64(v.UnixMicro()-epoch))
	case bool:
		if v {
			return append(b, 0, 0, 0, 1, 1)
		}
		return append(b, 0, 0, 0, 1, 0)
	}
	return append(b, 0xff, 0xff, 0xff, 0xff) // null
}

func appendBytes(b []byte, head, text string) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(len(head)+len(text)))
	return append(append(b, head...), text...)
}
