package files

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"

	"github.com/kalends/kalends/internal/connect"
)

const (
	// mostGroup is how many bytes of values a row group has at most: what is
	// held in memory, compressed, until the group is written.
	mostGroup = 32 << 20
	// someRows are handed to the writer at once.
	someRows = 64
)

// orderedGroup is a group whose fields keep their order; that of the package
// sorts them by name.
type orderedGroup struct {
	parquet.Group
	fields []parquet.Field
}

func (g orderedGroup) Fields() []parquet.Field { return g.fields }

// schemaOf returns the schema of columns. Only required columns cannot be
// null.
func schemaOf(columns []connect.Column) *parquet.Schema {
	g := orderedGroup{Group: parquet.Group{}}
	for _, c := range columns {
		node := nodeOf(c.Type)
		if !c.Required {
			node = parquet.Optional(node)
		}
		g.Group[c.Name] = node
		g.fields = append(g.fields, parquet.Group{c.Name: node}.Fields()...)
	}
	return parquet.NewSchema("row", g)
}

func nodeOf(t connect.Type) parquet.Node {
	switch t {
	case connect.Integer:
		return parquet.Int(64)
	case connect.Number:
		return parquet.Leaf(parquet.DoubleType)
	case connect.Boolean:
		return parquet.Leaf(parquet.BooleanType)
	case connect.Timestamp:
		return parquet.Timestamp(parquet.Microsecond) // UTC
	case connect.JSON:
		return parquet.JSON()
	case connect.Text:
	}
	return parquet.String()
}

type parquetEncoder struct {
	out     *parquet.GenericWriter[any]
	columns []connect.Column
	rows    []parquet.Row
	held    int // bytes in the row group
	written int64
}

func newParquetEncoder(w io.Writer, columns []connect.Column, compression string) *parquetEncoder {
	codecs := map[string]compress.Codec{"none": &parquet.Uncompressed, "gzip": &parquet.Gzip, "zstd": &parquet.Zstd}
	return &parquetEncoder{columns: columns, out: parquet.NewGenericWriter[any](w,
		schemaOf(columns), parquet.Compression(codecs[compression]), parquet.CreatedBy("kalends", "", ""))}
}

func (e *parquetEncoder) encode(values []any) error {
	at := len(e.rows)
	if at < cap(e.rows) {
		e.rows = e.rows[:at+1]
	} else {
		e.rows = append(e.rows, nil)
	}
	r := e.rows[at][:0]
	for i, c := range e.columns {
		v, size := parquetValue(values[i])
		e.held += size
		defined := 0
		if !v.IsNull() && !c.Required {
			defined = 1
		}
		r = append(r, v.Level(0, defined, i))
	}
	e.rows[at] = r
	if len(e.rows) < someRows && e.held < mostGroup {
		return nil
	}
	return e.flush()
}

// flush hands the rows on, and ends the row group if it is large.
func (e *parquetEncoder) flush() error {
	n, err := e.out.WriteRows(e.rows)
	e.written += int64(n)
	e.rows = e.rows[:0]
	if err == nil && e.held >= mostGroup {
		e.held = 0
		err = e.out.Flush()
	}
	return err
}

// Close ends the file and looks whether its footer knows every row.
func (e *parquetEncoder) Close() error {
	if err := errors.Join(e.flush(), e.out.Close()); err != nil {
		return err
	}
	if n := e.out.File().NumRows(); n != e.written {
		return fmt.Errorf("the footer counts %d rows, written were %d", n, e.written)
	}
	return nil
}

// parquetValue returns v as Parquet has it, and about how many bytes it takes.
func parquetValue(v any) (_ parquet.Value, size int) {
	const number = 8
	switch v := v.(type) {
	case string:
		return parquet.ByteArrayValue([]byte(v)), number + len(v)
	case connect.Document:
		return parquet.ByteArrayValue([]byte(v)), number + len(v)
	case int64:
		return parquet.Int64Value(v), number
	case float64:
		return parquet.DoubleValue(v), number
	case bool:
		return parquet.BooleanValue(v), 1
	case time.Time:
		return parquet.Int64Value(v.UnixMicro()), number
	}
	return parquet.NullValue(), 1
}

type parquetDecoder struct {
	rows    parquet.RowReader
	close   func() error
	columns []connect.Column
	at      []int // the column of each leaf, -1: of none
	read    []parquet.Row
	next    int
}

func newParquetDecoder(f file, columns []connect.Column) (*parquetDecoder, error) {
	opened, err := parquet.OpenFile(f, f.Size(), parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return nil, err
	}
	r := parquet.NewGenericReader[any](opened)
	d := &parquetDecoder{rows: r, close: r.Close, columns: columns, read: make([]parquet.Row, 0, someRows)}
	for _, path := range opened.Schema().Columns() {
		at := -1
		for i, c := range columns {
			if len(path) == 1 && path[0] == c.Name {
				at = i
			}
		}
		d.at = append(d.at, at)
	}
	return d, nil
}

func (d *parquetDecoder) Close() error { return d.close() }

func (d *parquetDecoder) decode() ([]any, error) {
	if d.next == len(d.read) {
		n, err := d.rows.ReadRows(d.read[:cap(d.read)])
		if n == 0 {
			if err == nil {
				err = io.ErrNoProgress
			}
			return nil, err
		}
		d.read, d.next = d.read[:n], 0
	}
	values := absentAll(len(d.columns))
	for _, v := range d.read[d.next] {
		if at := d.at[v.Column()]; at >= 0 {
			var err error
			if values[at], err = fromParquet(d.columns[at].Type, v); err != nil {
				return nil, err
			}
		}
	}
	d.next++
	return values, nil
}

// fromParquet returns a copy of what v holds.
func fromParquet(t connect.Type, v parquet.Value) (any, error) {
	switch {
	case v.IsNull():
		return nil, nil
	case nodeOf(t).Type().Kind() != v.Kind():
		return nil, errForm
	}
	switch t {
	case connect.Integer:
		return v.Int64(), nil
	case connect.Number:
		return v.Double(), nil
	case connect.Boolean:
		return v.Boolean(), nil
	case connect.Timestamp:
		return time.UnixMicro(v.Int64()).UTC(), nil
	case connect.JSON:
		return connect.Document(v.ByteArray()), nil
	case connect.Text:
	}
	return string(v.ByteArray()), nil
}
