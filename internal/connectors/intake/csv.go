package intake

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// reader reads the rows of a file.
type reader interface {
	// next returns the cells of the next row by their columns, nil where there is
	// none, and the line where it begins; io.EOF after the last one. They hold
	// until the next call.
	next() (row []any, line int, err error)
}

// csvReader reads CSV as RFC 4180 has it, with any delimiter.
type csvReader struct {
	csv     *csv.Reader
	columns *columns
	places  []int // of the fields, among the columns
	first   []string
	row     []any
}

// newCSV reads the header, if there is one.
func newCSV(in *bufio.Reader, o options, c *columns) (*csvReader, int, error) {
	sample, _ := in.Peek(in.Size()) // an error comes again
	delimiter := o.delimiter
	if delimiter == 0 {
		delimiter = sniff(sample)
	}
	r := &csvReader{csv: newCSVReader(in, delimiter), columns: c}
	first, line, err := r.record()
	if errors.Is(err, io.EOF) {
		return nil, 1, errors.New("it is empty: not even columns are named")
	}
	if err != nil {
		return nil, line, err
	}
	names := make([]string, len(first))
	for i, name := range first {
		names[i] = strings.TrimSpace(name)
		if !o.header {
			names[i] = fmt.Sprintf("column_%d", i+1)
		}
	}
	if !o.header {
		r.first = append([]string{}, first...)
	}
	r.places, err = c.header(names)
	return r, line, err
}

func newCSVReader(in io.Reader, delimiter rune) *csv.Reader {
	r := csv.NewReader(in)
	r.Comma, r.ReuseRecord = delimiter, true
	return r
}

// record returns the next record and its line.
func (r *csvReader) record() ([]string, int, error) {
	fields, err := r.csv.Read()
	var wrong *csv.ParseError
	switch {
	case errors.Is(err, csv.ErrFieldCount):
		line, _ := r.csv.FieldPos(0)
		return nil, line, fmt.Errorf("it has %d values for %d columns", len(fields), r.csv.FieldsPerRecord)
	case errors.As(err, &wrong):
		return nil, wrong.StartLine, wrong.Err
	case err != nil:
		return nil, 0, err
	}
	line, _ := r.csv.FieldPos(0)
	for _, f := range fields {
		if !utf8.ValidString(f) {
			return nil, line, errNotUTF8
		}
	}
	return fields, line, nil
}

var errNotUTF8 = errors.New("it is not UTF-8; convert it, for example with iconv -f WINDOWS-1252 -t UTF-8")

func (r *csvReader) next() ([]any, int, error) {
	fields, line := r.first, 1
	if r.first = nil; fields == nil {
		var err error
		if fields, line, err = r.record(); err != nil {
			return nil, line, err
		}
	}
	r.row = cleared(r.row, len(r.columns.names))
	for i, f := range fields {
		if f != "" {
			r.row[r.places[i]] = f
		}
	}
	return r.row, line, nil
}

// widened returns a row with at least n cells.
func widened(row []any, n int) []any {
	for len(row) < n {
		row = append(row, nil)
	}
	return row
}

// cleared returns a row of n cells without any.
func cleared(row []any, n int) []any {
	clear(row)
	return widened(row, n)
}

// sniff returns the delimiter by which the first records have the most fields,
// each as many; a comma if none does.
func sniff(sample []byte) rune {
	best, most := ',', 1
	for _, delimiter := range []rune{',', ';', '\t', '|'} {
		if n := fieldsBy(sample, delimiter); n > most {
			best, most = delimiter, n
		}
	}
	return best
}

// fieldsBy returns how many fields each record has by a delimiter, 0 if they
// differ. The last record may be cut.
func fieldsBy(sample []byte, delimiter rune) (n int) {
	const enough = 100
	r := newCSVReader(bytes.NewReader(sample), delimiter)
	for i := range enough {
		fields, err := r.Read()
		switch {
		case err != nil && (i == 0 || errors.Is(err, csv.ErrFieldCount) && r.InputOffset() < int64(len(sample))):
			return 0
		case err != nil:
			return n
		}
		n = len(fields)
	}
	return n
}
