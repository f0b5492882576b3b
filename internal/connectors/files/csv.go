package files

import (
	"bufio"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// csvEncoder writes RFC 4180 with a header. Null is an empty field, an empty
// text is "" in quotes. encoding/csv cannot write that difference, nor read it,
// and changes line ends within texts.
type csvEncoder struct {
	to   io.WriteCloser
	out  *bufio.Writer
	line []byte
}

func newCSVEncoder(to io.WriteCloser, columns []connect.Column) (*csvEncoder, error) {
	e := &csvEncoder{to: to, out: bufio.NewWriterSize(to, 256<<10)}
	var header []any
	for _, c := range columns {
		header = append(header, c.Name)
	}
	return e, e.encode(header)
}

func (e *csvEncoder) encode(values []any) error {
	e.line = e.line[:0]
	for i, v := range values {
		if i > 0 {
			e.line = append(e.line, ',')
		}
		e.line = appendField(e.line, v)
	}
	_, err := e.out.Write(append(e.line, '\r', '\n'))
	return err
}

func (e *csvEncoder) Close() error { return errors.Join(e.out.Flush(), e.to.Close()) }

func appendField(to []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendQuoted(to, v)
	case connect.Document:
		return appendQuoted(to, string(v))
	case int64:
		return strconv.AppendInt(to, v, 10)
	case float64:
		if math.IsInf(v, 0) {
			return append(to, strings.TrimPrefix(strconv.FormatFloat(v, 'g', -1, 64)+"inity", "+")...)
		}
		return strconv.AppendFloat(to, v, 'g', -1, 64)
	case bool:
		return strconv.AppendBool(to, v)
	case time.Time:
		return v.AppendFormat(to, connect.TimeFormat)
	}
	return to
}

// appendQuoted adds a text, in quotes where it needs them: also around blanks
// at its ends, which some readers take away.
func appendQuoted(to []byte, text string) []byte {
	if text != "" && !strings.ContainsAny(text, "\",\r\n") && strings.TrimSpace(text) == text {
		return append(to, text...)
	}
	to = append(to, '"')
	to = append(to, strings.ReplaceAll(text, `"`, `""`)...)
	return append(to, '"')
}

// csvDecoder reads what csvEncoder writes.
type csvDecoder struct {
	from    io.Closer
	in      *bufio.Reader
	columns []connect.Column
	at      []int // the column of each field, -1: of none
}

func newCSVDecoder(r io.ReadCloser, columns []connect.Column) (*csvDecoder, error) {
	d := &csvDecoder{from: r, in: bufio.NewReaderSize(r, 64<<10), columns: columns}
	for more := true; more; {
		name, _, last, err := d.field()
		if err != nil {
			return nil, noEOF(err)
		}
		at := -1
		for i, c := range columns {
			if c.Name == name {
				at = i
			}
		}
		d.at, more = append(d.at, at), !last
	}
	return d, nil
}

func (d *csvDecoder) Close() error { return d.from.Close() }

func (d *csvDecoder) decode() ([]any, error) {
	values := absentAll(len(d.columns))
	for i, at := range d.at {
		text, null, last, err := d.field()
		switch {
		case err != nil && i == 0:
			return nil, err
		case err != nil:
			return nil, noEOF(err)
		case last != (i == len(d.at)-1):
			return nil, errForm
		case at < 0:
			continue
		case null:
			values[at] = nil
			continue
		}
		if values[at], err = parseText(d.columns[at].Type, text); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// field reads a field and what ends it. At the end of the file the error is
// io.EOF.
func (d *csvDecoder) field() (text string, null, last bool, err error) {
	b, err := d.in.ReadByte()
	if err != nil {
		return "", false, false, err
	}
	var field []byte
	quoted := b == '"'
	if quoted {
		field, b, err = d.quoted()
	}
	for ; err == nil && !quoted && b != ',' && b != '\r' && b != '\n'; b, err = d.in.ReadByte() {
		field = append(field, b)
	}
	if err == nil && b == '\r' {
		b, err = d.in.ReadByte()
		if err == nil && b != '\n' {
			err = errForm
		}
	}
	switch {
	case err != nil:
		return "", false, false, noEOF(err)
	case b != ',' && b != '\n':
		return "", false, false, errForm
	}
	return string(field), len(field) == 0 && !quoted, b == '\n', nil
}

// quoted reads up to the quote that ends a field and returns the byte after
// it.
func (d *csvDecoder) quoted() (field []byte, after byte, err error) {
	for {
		some, err := d.in.ReadSlice('"')
		field = append(field, some...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return nil, 0, err
		}
		after, err := d.in.ReadByte()
		if err != nil || after != '"' {
			return field[:len(field)-1], after, err
		}
	}
}
