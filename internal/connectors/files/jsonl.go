package files

import (
	"bufio"
	"errors"
	"io"
	"math"
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
	out   *bufio.Writer
	names [][]byte // with what stands around them
	line  []byte
}

func newJSONEncoder(to io.WriteCloser, columns []connect.Column) *jsonEncoder {
	e := &jsonEncoder{to: to, out: bufio.NewWriterSize(to, 256<<10)}
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

func (e *jsonEncoder) encode(values []any) error {
	e.line = e.line[:0]
	for i, v := range values {
		e.line = appendJSON(append(e.line, e.names[i]...), v)
	}
	_, err := e.out.Write(append(e.line, '}', '\n'))
	return err
}

func (e *jsonEncoder) Close() error { return errors.Join(e.out.Flush(), e.to.Close()) }

func appendJSON(to []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		to, _ = jsontext.AppendQuote(to, v) // it is valid UTF-8
		return to
	case connect.Document:
		return append(to, v...) // it was made one line when it was written
	case int64:
		return strconv.AppendInt(to, v, 10)
	case float64:
		return strconv.AppendFloat(to, v, 'g', -1, 64)
	case bool:
		return strconv.AppendBool(to, v)
	case time.Time:
		return append(v.AppendFormat(append(to, '"'), connect.TimeFormat), '"')
	}
	return append(to, "null"...)
}

// liner writes JSON so that it fits into a line, in memory that it uses again.
type liner struct{ in, out []byte }

// line returns d in one line; ok: it is JSON.
func (l *liner) line(d connect.Document) (_ connect.Document, ok bool) {
	l.in = append(l.in[:0], d...)
	var err error
	l.out, err = jsontext.AppendFormat(l.out[:0], l.in, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true), jsontext.PreserveRawStrings(true))
	switch {
	case err != nil:
		return "", false
	case len(l.out) == len(d): // it only ever takes away
		return d, true
	}
	return connect.Document(l.out), true
}

// jsonDecoder reads an object a line.
type jsonDecoder struct {
	from    io.Closer
	in      *jsontext.Decoder
	columns []connect.Column
	at      map[string]int
}

func newJSONDecoder(r io.ReadCloser, columns []connect.Column) *jsonDecoder {
	d := &jsonDecoder{
		from: r, columns: columns, at: map[string]int{},
		in: jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)),
	}
	for i, c := range columns {
		d.at[c.Name] = i
	}
	return d
}

func (d *jsonDecoder) Close() error { return d.from.Close() }

func (d *jsonDecoder) decode() ([]any, error) {
	begin, err := d.in.ReadToken()
	if err != nil {
		return nil, err
	}
	if begin.Kind() != '{' {
		return nil, errForm
	}
	values := absentAll(len(d.columns))
	for {
		name, err := d.in.ReadToken()
		switch {
		case err != nil:
			return nil, noEOF(err)
		case name.Kind() == '}':
			return values, nil
		}
		i, known := d.at[name.String()]
		v, err := d.in.ReadValue()
		if err != nil {
			return nil, noEOF(err)
		}
		if !known {
			continue
		}
		if values[i], err = parseJSON(d.columns[i].Type, v); err != nil {
			return nil, err
		}
	}
}

func parseJSON(t connect.Type, v jsontext.Value) (any, error) {
	switch {
	case v.Kind() == 'n' && t != connect.JSON, string(v) == "null":
		return nil, nil
	case t == connect.JSON:
		return connect.Document(v), nil
	case v.Kind() == '"':
		text, err := jsontext.AppendUnquote(nil, v)
		if err != nil {
			return nil, err
		}
		return parseText(t, string(text))
	}
	if t == connect.Text || t == connect.Timestamp {
		return nil, errForm
	}
	return parseText(t, string(v))
}

// parseText reads a value of a column from its text.
func parseText(t connect.Type, text string) (any, error) {
	switch t {
	case connect.Integer:
		return strconv.ParseInt(text, 10, 64)
	case connect.Number:
		switch text {
		case "Infinity":
			return math.Inf(1), nil
		case "-Infinity":
			return math.Inf(-1), nil
		}
		return strconv.ParseFloat(text, 64)
	case connect.Boolean:
		return strconv.ParseBool(text)
	case connect.Timestamp:
		return time.Parse(connect.TimeFormat, text)
	case connect.JSON:
		return connect.Document(text), nil
	case connect.Text:
	}
	return text, nil
}

// noEOF tells a file that ends within a row from one that ends after it.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func absentAll(n int) []any {
	values := make([]any, n)
	for i := range values {
		values[i] = absent{}
	}
	return values
}
