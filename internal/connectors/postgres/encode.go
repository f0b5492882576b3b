package postgres

import (
	"encoding/binary"
	"io"
	"math"
	"slices"
	"strings"
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
	looked  []int // the columns of a change that takes away
	buffer  []byte
	read    int // how much of the buffer was read
}

const (
	copyHead = "PGCOPY\n\xff\r\n\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00" // no flags, nothing more
	copyTail = "\xff\xff"
	chunk    = 64 << 10
)

func newEncoder(t *table, d *dialect.Dialect, changes []dialect.Change) *encoder {
	e := &encoder{table: t, dialect: d, changes: changes, buffer: append(make([]byte, 0, 2*chunk), copyHead...)}
	e.looked = slices.Clone(t.Key)
	if t.Deleted >= 0 {
		e.looked = append(e.looked, t.Deleted)
	}
	return e
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

// change appends a row of the stage. Of one that takes away only the columns
// that are looked at were checked.
func (e *encoder) change(c dialect.Change) {
	b := binary.BigEndian.AppendUint16(e.buffer, uint16(1+len(e.table.All)))
	b = binary.BigEndian.AppendUint32(b, 2)
	b = binary.BigEndian.AppendUint16(b, uint16(c.Step))
	for i, v := range c.Record.Values {
		if c.Record.Deleted && !slices.Contains(e.looked, i) {
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
		return appendBytes(b, "\x01", cleaned(text)) // the version of the format
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

// cleaned returns JSON without the escapes that jsonb does not take: those of
// NUL and of halves of a character. U+FFFD stands for them.
func cleaned(text string) string {
	if !strings.Contains(text, `\u`) {
		return text
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(text, '\\')
		if i < 0 || i+1 == len(text) {
			b.WriteString(text)
			return b.String()
		}
		b.WriteString(text[:i])
		text = text[i:]
		n := 2
		switch first, second := unit(text), unit(text[min(6, len(text)):]); {
		case first < 0:
			b.WriteString(text[:n])
		case 0xD800 <= first && first < 0xDC00 && 0xDC00 <= second && second < 0xE000:
			n = 12
			b.WriteString(text[:n])
		case first == 0 || 0xD800 <= first && first < 0xE000:
			n = 6
			b.WriteString("\uFFFD")
		default:
			n = 6
			b.WriteString(text[:n])
		}
		text = text[n:]
	}
}

// unit returns the UTF-16 unit of the \uXXXX that text begins with, or -1.
func unit(text string) int {
	if len(text) < 6 || text[:2] != `\u` {
		return -1
	}
	n := 0
	for _, c := range []byte(text[2:6]) {
		digit := strings.IndexByte("0123456789abcdef", c|0x20)
		if digit < 0 {
			return -1
		}
		n = n<<4 | digit
	}
	return n
}
