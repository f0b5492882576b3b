package mysql

import (
	"io"
	"strconv"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

// form is how rows are written. The escapes in texts are the same in a file
// that LOAD DATA reads and in a statement.
type form struct {
	before, null, quote, between, after string
}

func lines() form { return form{null: `\N`, between: "\t", after: "\n"} }

func tuples() form { return form{before: "(", null: "NULL", quote: "'", between: ",", after: ")"} }

// timeFormat is how a time is written, in UTC.
const timeFormat = "2006-01-02 15:04:05.000000"

// encoder reads as the changes that it has, a few at a time, so that a batch is
// not held twice.
type encoder struct {
	table   *table
	dialect *dialect.Dialect
	changes []dialect.Change
	buffer  []byte
	read    int // how much of the buffer was read
}

const chunk = 64 << 10

func (e *encoder) Read(p []byte) (int, error) {
	if e.read == len(e.buffer) {
		e.buffer, e.read = e.buffer[:0], 0
	}
	for len(e.buffer) < chunk && len(e.changes) > 0 {
		e.buffer = e.change(e.buffer, lines(), e.changes[0])
		e.changes = e.changes[1:]
	}
	if len(e.buffer) == 0 {
		return 0, io.EOF
	}
	n := copy(p, e.buffer[e.read:])
	e.read += n
	return n, nil
}

// change appends a row of the stage.
func (e *encoder) change(b []byte, f form, c dialect.Change) []byte {
	b = append(b, f.before...)
	b = strconv.AppendInt(b, int64(c.Step), 10)
	for i, v := range c.Record.Values {
		b = append(b, f.between...)
		if v == nil || !e.table.Looked(c, i) {
			b = append(b, f.null...)
			continue
		}
		b = append(b, f.quote...)
		b = e.value(b, &e.table.Stream.Columns[i], v)
		b = append(b, f.quote...)
	}
	return append(b, f.after...)
}

// value appends a value that is not null.
func (e *encoder) value(b []byte, c *connect.Column, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendEscaped(b, e.dialect.Text(v))
	case connect.Document:
		text := e.dialect.Text(string(v))
		if c.Name != connect.ColumnRaw {
			text = dialect.Clean(text)
		}
		return appendEscaped(b, text)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		return strconv.AppendFloat(b, v, 'g', -1, 64)
	case time.Time:
		return v.UTC().Truncate(time.Microsecond).AppendFormat(b, timeFormat)
	case bool:
		if v {
			return append(b, '1')
		}
		return append(b, '0')
	}
	return b
}

// appendEscaped appends a text with backslashes before what means something.
func appendEscaped(b []byte, text string) []byte {
	done := 0
	for i := range len(text) {
		var escape byte
		switch text[i] {
		case '\\', '\'':
			escape = text[i]
		case '\n':
			escape = 'n'
		case '\t':
			escape = 't'
		case 0:
			escape = '0'
		default:
			continue
		}
		b = append(append(b, text[done:i]...), '\\', escape)
		done = i + 1
	}
	return append(b, text[done:]...)
}
