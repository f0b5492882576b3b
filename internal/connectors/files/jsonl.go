package files

import (
	"errors"
	"io"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/kalends/kalends/internal/connect"
)

// errForm is met in a file that is not of its format.
var errForm = errors.New("not of its format")

// jsonEncoder writes an object a line, its members in the order of the
// columns, JSON columns as what they hold.
type jsonEncoder struct {
	to    io.WriteCloser
	names [][]byte // with what stands around them
	lines []byte
}

func newJSONEncoder(to io.WriteCloser, columns []connect.Column) *jsonEncoder {
	e := &jsonEncoder{to: to}
	for i, c := range columns {
		name, _ := jsontext.AppendQuote(nil, c.Name) // an invalid name is mended
		between := ","
		if i == 0 {
			between = "{"
		}
		e.names = append(e.names, append(append([]byte(between), name...), ':'))
	}
	return e
}

func (e *jsonEncoder) encode(rows *held) error {
	e.lines = e.lines[:0]
	for n := range rows.index {
		row := rows.at(n).values
		for _, name := range e.names {
			var c cell
			c, row = row.cut()
			e.lines = appendJSON(append(e.lines, name...), c)
		}
		e.lines = append(e.lines, '}', '\n')
	}
	_, err := e.to.Write(e.lines)
	return err
}

func (e *jsonEncoder) Close() error { return e.to.Close() }

func appendJSON(to []byte, c cell) []byte {
	switch c.tag {
	case tagText:
		to, _ = jsontext.AppendQuote(to, c.text) // it is valid UTF-8
		return to
	case tagDocument:
		return append(to, c.text...) // it was made one line when it was written
	case tagInteger:
		return strconv.AppendInt(to, c.number, 10)
	case tagNumber:
		return strconv.AppendFloat(to, c.float(), 'g', -1, 64)
	case tagFalse, tagTrue:
		return strconv.AppendBool(to, c.tag == tagTrue)
	case tagTime:
		return append(c.time().AppendFormat(append(to, '"'), connect.TimeFormat), '"')
	}
	return append(to, "null"...)
}

// liner writes JSON so that it fits into a line, in memory that it uses again.
type liner struct{ in, out []byte }

// line returns d in one line, until it is called again; ok: it is JSON.
func (l *liner) line(d connect.Document) (line []byte, ok bool) {
	var err error
	l.in = append(l.in[:0], d...)
	l.out, err = jsontext.AppendFormat(l.out[:0], l.in, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), jsontext.PreserveRawStrings(true))
	return l.out, err == nil
}

// jsonDecoder reads an object a line.
type jsonDecoder struct {
	from    io.Closer
	in      *jsontext.Decoder
	columns []connect.Column
	at      map[string]int
	row     scattered
	text    []byte
}

func newJSONDecoder(r io.ReadCloser, columns []connect.Column) *jsonDecoder {
	d := &jsonDecoder{
		from: r, columns: columns, at: map[string]int{}, row: make(scattered, len(columns)),
		in: jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
	}
	for i, c := range columns {
		d.at[c.Name] = i
	}
	return d
}

func (d *jsonDecoder) Close() error { return d.from.Close() }

func (d *jsonDecoder) decode(to packed) (packed, error) {
	begin, err := d.in.ReadToken()
	if err != nil {
		return nil, err
	}
	if begin.Kind() != '{' {
		return nil, errForm
	}
	d.row.clear()
	for {
		name, err := d.in.ReadToken()
		switch {
		case err != nil:
			return nil, noEOF(err)
		case name.Kind() == '}':
			return d.row.pack(to), nil
		}
		i, known := d.at[name.String()]
		v, err := d.in.ReadValue()
		if err != nil {
			return nil, noEOF(err)
		}
		if !known {
			continue
		}
		if d.row[i], err = d.parse(d.row[i][:0], d.columns[i].Type, v); err != nil {
			return nil, err
		}
	}
}

// parse adds what v says to a row.
func (d *jsonDecoder) parse(to packed, t connect.Type, v jsontext.Value) (_ packed, err error) {
	switch {
	case v.Kind() == 'n' && t != connect.JSON, string(v) == "null":
		return to.null(), nil
	case t == connect.JSON:
		return appendText(to, tagDocument, v), nil
	case v.Kind() == '"':
		if d.text, err = jsontext.AppendUnquote(d.text[:0], v); err != nil {
			return nil, err
		}
		return parseText(to, t, d.text)
	case t == connect.Text, t == connect.Timestamp:
		return nil, errForm
	}
	return parseText(to, t, v)
}

// parseText adds a value of a column to a row, from its text.
func parseText(to packed, t connect.Type, text []byte) (packed, error) {
	switch t {
	case connect.Integer:
		i, err := strconv.ParseInt(string(text), 10, 64)
		return to.integer(i), err
	case connect.Number:
		f, err := strconv.ParseFloat(string(text), 64) // knows Infinity
		return to.number(f), err
	case connect.Boolean:
		b, err := strconv.ParseBool(string(text))
		return to.boolean(b), err
	case connect.Timestamp:
		at, err := time.Parse(connect.TimeFormat, string(text))
		return to.time(at.UnixMicro()), err
	case connect.JSON:
		return appendText(to, tagDocument, text), nil
	case connect.Text:
	}
	return appendText(to, tagText, text), nil
}

// noEOF tells a file that ends within a row from one that ends after it.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
