package files

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"

	"github.com/kalends/kalends/internal/connect"
)

const (
	// mostGroup is how many bytes of values a row group has at most: what is
	// held in memory, compressed, until the group is written.
	mostGroup = 32 << 20
	// someRows are read at once, and handed to the writer: their values fit
	// into the cache of a processor.
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

// parquetEncoder hands values to the writer by column: of rows the writer would
// have to take them apart.
type parquetEncoder struct {
	out    *parquet.GenericWriter[any]
	nulls  []parquet.Value // of each column
	levels []int           // of each column's values that are not null
	values [2]parquetValues
	group  int // bytes in the row group
	rows   int64
}

// parquetValues are the values of someRows by column.
type parquetValues [][]parquet.Value

func newParquetEncoder(w io.Writer, columns []connect.Column, compression string) *parquetEncoder {
	codecs := map[string]compress.Codec{"none": &parquet.Uncompressed, "gzip": &parquet.Gzip, "zstd": &parquet.Zstd}
	e := &parquetEncoder{out: parquet.NewGenericWriter[any](w,
		schemaOf(columns), parquet.Compression(codecs[compression]), parquet.CreatedBy("kalends", "", ""))}
	for i, c := range columns {
		level := 1
		if c.Required {
			level = 0
		}
		e.levels, e.nulls = append(e.levels, level), append(e.nulls, parquet.NullValue().Level(0, 0, i))
	}
	for i := range e.values {
		e.values[i] = make(parquetValues, len(columns))
	}
	return e
}

// encode ends the row group if it is large.
func (e *parquetEncoder) encode(rows *held) error {
	err := ahead(&e.values[0], &e.values[1], func(now *parquetValues, next func(*parquetValues) *parquetValues) error {
		for n := 0; n < len(rows.index) && now != nil; n += someRows {
			e.fill(*now, rows.part(n, min(n+someRows, len(rows.index))))
			now = next(now)
		}
		return nil
	}, e.write)
	if err != nil {
		return err
	}
	e.rows += int64(len(rows.index))
	e.group += rows.size()
	if e.group < mostGroup {
		return nil
	}
	e.group = 0
	return e.out.Flush()
}

func (e *parquetEncoder) fill(values parquetValues, rows *held) {
	for i := range values {
		values[i] = values[i][:0]
	}
	for n := range rows.index {
		row := rows.at(n).values
		for i := range values {
			var c cell
			c, row = row.cut()
			v := e.nulls[i]
			if !c.null() {
				v = parquetValue(c).Level(0, e.levels[i], i)
			}
			values[i] = append(values[i], v)
		}
	}
}

func (e *parquetEncoder) write(values *parquetValues) error {
	for i, column := range e.out.ColumnWriters() {
		if _, err := column.WriteRowValues((*values)[i]); err != nil {
			return err
		}
	}
	return nil
}

// Close ends the file and looks whether its footer knows every row.
func (e *parquetEncoder) Close() error {
	if err := e.out.Close(); err != nil {
		return err
	}
	if n := e.out.File().NumRows(); n != e.rows {
		return fmt.Errorf("the footer counts %d rows, written were %d", n, e.rows)
	}
	return nil
}

func parquetValue(c cell) parquet.Value {
	switch c.tag {
	case tagText, tagDocument:
		return parquet.ByteArrayValue(c.text)
	case tagInteger, tagTime:
		return parquet.Int64Value(c.number)
	case tagNumber:
		return parquet.DoubleValue(c.float())
	case tagFalse, tagTrue:
		return parquet.BooleanValue(c.tag == tagTrue)
	}
	return parquet.NullValue()
}

type parquetDecoder struct {
	rows    parquet.RowReader
	close   func() error
	columns []connect.Column
	kinds   []parquet.Kind // of the columns
	at      []int          // the column of each leaf, -1: of none
	row     scattered
	read    []parquet.Row
	next    int
}

func newParquetDecoder(f file, columns []connect.Column) (*parquetDecoder, error) {
	opened, err := parquet.OpenFile(f, f.Size(), parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true))
	if err != nil {
		return nil, err
	}
	r := parquet.NewGenericReader[any](opened)
	d := &parquetDecoder{
		rows: r, close: r.Close, columns: columns, row: make(scattered, len(columns)), read: make([]parquet.Row, 0, someRows),
	}
	for _, c := range columns {
		d.kinds = append(d.kinds, nodeOf(c.Type).Type().Kind())
	}
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

func (d *parquetDecoder) decode(to packed) (packed, error) {
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
	d.row.clear()
	for _, v := range d.read[d.next] {
		switch at := d.at[v.Column()]; {
		case at < 0:
		case !v.IsNull() && v.Kind() != d.kinds[at]:
			return nil, errForm
		default:
			d.row[at] = addParquet(d.row[at][:0], d.columns[at].Type, v)
		}
	}
	d.next++
	return d.row.pack(to), nil
}

// addParquet adds what v holds to a row.
func addParquet(to packed, t connect.Type, v parquet.Value) packed {
	if v.IsNull() {
		return to.null()
	}
	switch t {
	case connect.Integer:
		return to.integer(v.Int64())
	case connect.Number:
		return to.number(v.Double())
	case connect.Boolean:
		return to.boolean(v.Boolean())
	case connect.Timestamp:
		return to.time(v.Int64())
	case connect.JSON:
		return appendText(to, tagDocument, v.ByteArray())
	case connect.Text:
	}
	return appendText(to, tagText, v.ByteArray())
}
