package files

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/kalends/kalends/internal/connect"
)

// csvEncoder writes RFC 4180 with a header. Null is an empty field, an empty
// text is "" in quotes. encoding/csv cannot write that difference, nor read it,
// and changes line ends within texts.
type csvEncoder struct {
	to      io.WriteCloser
	columns int
	lines   []byte
}

func newCSVEncoder(to io.WriteCloser, columns []connect.Column) (*csvEncoder, error) {
	e := &csvEncoder{to: to, columns: len(columns)}
	var header packed
	for _, c := range columns {
		header = header.text(c.Name)
	}
	var rows held
	rows.add(change{values: header})
	return e, e.encode(&rows)
}

func (e *csvEncoder) encode(rows *held) error {
	e.lines = e.lines[:0]
	for n := range rows.index {
		row := rows.at(n).values
		for i := range e.columns {
			if i > 0 {
				e.lines = append(e.lines, ',')
			}
			var c cell
			c, row = row.cut()
			e.lines = appendField(e.lines, c)
		}
		e.lines = append(e.lines, '\r', '\n')
	}
	_, err := e.to.Write(e.lines)
	return err
}

func (e *csvEncoder) Close() error { return e.to.Close() }

func appendField(to []byte, c cell) []byte {
	switch c.tag {
	case tagText, tagDocument:
		return appendQuoted(to, c.text)
	case tagInteger:
		return strconv.AppendInt(to, c.number, 10)
	case tagNumber:
		if f := c.float(); math.IsInf(f, 0) {
			return append(to, strings.TrimPrefix(strconv.FormatFloat(f, 'g', -1, 64)+"inity", "+")...)
		}
		return strconv.AppendFloat(to, c.float(), 'g', -1, 64)
	case tagFalse, tagTrue:
		return strconv.AppendBool(to, c.tag == tagTrue)
	case tagTime:
		return c.time().AppendFormat(to, connect.TimeFormat)
	}
	return to
}

// appendQuoted adds a text, in quotes where it needs them: also around blanks
// at its ends, which some readers take away.
func appendQuoted(to, text []byte) []byte {
	if len(text) > 0 && !bytes.ContainsAny(text, "\",\r\n") && len(bytes.TrimSpace(text)) == len(text) {
		return append(to, text...)
	}
	to = append(to, '"')
	for quote := bytes.IndexByte(text, '"'); quote >= 0; quote = bytes.IndexByte(text, '"') {
		to = append(append(to, text[:quote+1]...), '"')
		text = text[quote+1:]
	}
	return append(append(to, text...), '"')
}

// csvDecoder reads what csvEncoder writes.
type csvDecoder struct {
	from    io.Closer
	in      *bufio.Reader
	columns []connect.Column
	at      []int // the column of each field, -1: of none
	row     scattered
	text    []byte // of a field
}

func newCSVDecoder(r io.ReadCloser, columns []connect.Column) (*csvDecoder, error) {
	d := &csvDecoder{from: r, in: bufio.NewReaderSize(r, 64<<10), columns: columns, row: make(scattered, len(columns))}
	for more := true; more; {
		name, _, last, err := d.field()
		if err != nil {
			return nil, noEOF(err)
		}
		at := -1
		for i, c := range columns {
			if c.Name == string(name) {
				at = i
			}
		}
		d.at, more = append(d.at, at), !last
	}
	return d, nil
}

func (d *csvDecoder) Close() error { return d.from.Close() }

func (d *csvDecoder) decode(to packed) (packed, error) {
	d.row.clear()
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
			d.row[at] = d.row[at][:0].null()
			continue
		}
		if d.row[at], err = parseText(d.row[at][:0], d.columns[at].Type, text); err != nil {
			return nil, err
		}
	}
	return d.row.pack(to), nil
}

// field reads a field, which holds until the next, and what ends it. At the end
// of the file the error is io.EOF.
func (d *csvDecoder) field() (text []byte, null, last bool, err error) {
	b, err := d.in.ReadByte()
	if err != nil {
		return nil, false, false, err
	}
	d.text = d.text[:0]
	quoted := b == '"'
	if quoted {
		b, err = d.quoted()
	}
	for ; err == nil && !quoted && b != ',' && b != '\r' && b != '\n'; b, err = d.in.ReadByte() {
		d.text = append(d.text, b)
	}
	if err == nil && b == '\r' {
		b, err = d.in.ReadByte()
		if err == nil && b != '\n' {
			err = errForm
		}
	}
	switch {
	case err != nil:
		return nil, false, false, noEOF(err)
	case b != ',' && b != '\n':
		return nil, false, false, errForm
	}
	return d.text, len(d.text) == 0 && !quoted, b == '\n', nil
}

// quoted reads up to the quote that ends a field and returns the byte after
// it.
func (d *csvDecoder) quoted() (after byte, err error) {
	for {
		some, err := d.in.ReadSlice('"')
		d.text = append(d.text, some...)
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			return 0, err
		}
		after, err := d.in.ReadByte()
		if err != nil || after != '"' {
			d.text = d.text[:len(d.text)-1]
			return after, err
		}
	}
}
