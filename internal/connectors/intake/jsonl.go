package intake

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// longestLine is how long a line of JSON may be.
const longestLine = 64 << 20

// jsonReader reads an object a line.
type jsonReader struct {
	in      *bufio.Reader
	columns *columns
	line    int
	text    []byte
	row     []any
}

func newJSONL(in *bufio.Reader, c *columns) *jsonReader { return &jsonReader{in: in, columns: c} }

func (r *jsonReader) next() ([]any, int, error) {
	for {
		err := r.read()
		if err != nil && (!errors.Is(err, io.EOF) || len(r.text) == 0) {
			return nil, r.line, err
		}
		if len(bytes.TrimSpace(r.text)) == 0 {
			if err != nil {
				return nil, r.line, err
			}
			continue
		}
		row, err := r.object()
		return row, r.line, err
	}
}

// read reads the next line.
func (r *jsonReader) read() error {
	r.line++
	r.text = r.text[:0]
	for {
		part, err := r.in.ReadSlice('\n')
		r.text = append(r.text, part...)
		switch {
		case len(r.text) > longestLine:
			return fmt.Errorf("it is longer than %d bytes", longestLine)
		case !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

var errNoObject = errors.New("it is not one object of JSON")

// object reads the members of the line's object. What is wrong with it is not
// repeated: it holds values.
func (r *jsonReader) object() ([]any, error) {
	if !utf8.Valid(r.text) {
		return nil, errNotUTF8
	}
	d := jsontext.NewDecoder(bytes.NewReader(r.text))
	if start, err := d.ReadToken(); err != nil || start.Kind() != '{' {
		return nil, errNoObject
	}
	r.row = cleared(r.row, len(r.columns.names))
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, fmt.Errorf("%w, or a member is there twice", errNoObject)
		}
		i, err := r.columns.find(name.String())
		if err != nil {
			return nil, err
		}
		value, err := d.ReadValue()
		if err != nil {
			return nil, errNoObject
		}
		if r.row = widened(r.row, len(r.columns.names)); value.Kind() != 'n' {
			r.row[i] = value.Clone()
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return nil, errNoObject
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errNoObject
	}
	return r.row, nil
}
