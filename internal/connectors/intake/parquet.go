package intake

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/kalends/kalends/internal/connect"
)

// parquetReader reads the rows of a Parquet file.
type parquetReader struct {
	rows    parquet.RowReader
	columns *columns
	leaves  []leaf
	read    []parquet.Row
	buffer  []parquet.Row
	row     []any
	line    int
}

// leaf is a column of the file.
type leaf struct {
	place int // among the columns
	cell  func(v parquet.Value) any
}

// someRows is how many rows are decoded at once.
const someRows = 256

// buffers is how much memory the columns of a file share: each is read on its own.
const buffers = 16 << 20

func newParquet(f file, c *columns) (*parquetReader, error) {
	opened, err := openParquet(f, look)
	if err == nil { // now it is known how many columns there are
		opened, err = openParquet(f, bufferFor(len(opened.Schema().Columns())))
	}
	if err != nil {
		return nil, fmt.Errorf("it is no Parquet, or it is damaged: %w", err)
	}
	r := &parquetReader{rows: parquet.NewGenericReader[any](opened), columns: c, buffer: make([]parquet.Row, someRows)}
	for _, field := range opened.Schema().Fields() {
		if !field.Leaf() || field.Repeated() {
			return nil, fmt.Errorf("column %s is nested, which is not read; write it as a text of JSON", field.Name())
		}
		place, err := c.find(field.Name())
		if err != nil {
			return nil, err
		}
		possible, cell := leafOf(field.Type())
		c.types[place] &= possible
		r.leaves = append(r.leaves, leaf{place, cell})
	}
	return r, nil
}

func openParquet(f file, buffer int) (*parquet.File, error) {
	return parquet.OpenFile(f, f.Size(), parquet.SkipBloomFilters(true), parquet.SkipPageIndex(true), parquet.OptimisticRead(true), parquet.ReadBufferSize(buffer))
}

// bufferFor returns how much is read at once of each of so many columns: a power
// of two, since buffers of one size are used again.
func bufferFor(columns int) int {
	const least, most = 16 << 10, 1 << 20
	return 1 << (bits.Len(uint(min(max(buffers/max(columns, 1), least), most))) - 1)
}

// next counts rows as lines: Parquet has none.
func (r *parquetReader) next() ([]any, int, error) {
	r.line++
	if len(r.read) == 0 {
		n, err := r.rows.ReadRows(r.buffer)
		switch {
		case n > 0:
		case err == nil:
			return nil, r.line, io.ErrNoProgress
		case errors.Is(err, io.EOF):
			return nil, r.line, io.EOF
		default:
			return nil, r.line, fmt.Errorf("it is damaged: %w", err)
		}
		r.read = r.buffer[:n]
	}
	r.row = cleared(r.row, len(r.columns.names))
	for _, v := range r.read[0] {
		if !v.IsNull() {
			l := r.leaves[v.Column()]
			r.row[l.place] = l.cell(v)
		}
	}
	r.read = r.read[1:]
	return r.row, r.line, nil
}

// verbatim is a text that is meant as one.
type verbatim string

// leafOf returns the types that values of one in a file can have, and how a cell
// is made of one.
func leafOf(t parquet.Type) (types, func(v parquet.Value) any) {
	text, numbers := set(connect.Text), set(connect.Integer, connect.Number, connect.Text)
	if logical := t.LogicalType(); logical != nil {
		switch l := logical.Value.(type) {
		case *format.DecimalType:
			return numbers, func(v parquet.Value) any { return decimal(v, int(l.Scale)) }
		case *format.DateType:
			return text, func(v parquet.Value) any {
				return verbatim(time.Unix(whole(v)*24*60*60, 0).UTC().Format(time.DateOnly))
			}
		case *format.TimeType:
			return text, func(v parquet.Value) any { return verbatim(timeOf(whole(v), l.Unit).Format("15:04:05.999999999")) }
		case *format.TimestampType:
			return set(connect.Timestamp) | text, func(v parquet.Value) any { return timeOf(v.Int64(), l.Unit) }
		case *format.JsonType:
			return set(connect.JSON, written) | text, func(v parquet.Value) any { return connect.Document(v.ByteArray()) }
		case *format.UUIDType:
			return text, func(v parquet.Value) any { return uuid(v.ByteArray()) }
		case *format.StringType, *format.EnumType:
			return text, func(v parquet.Value) any { return verbatim(strings.ToValidUTF8(string(v.ByteArray()), "\uFFFD")) }
		case *format.IntType:
			if !l.IsSigned {
				return numbers, unsigned
			}
		}
	}
	switch t.Kind() {
	case parquet.Boolean:
		return set(connect.Boolean) | text, func(v parquet.Value) any { return v.Boolean() }
	case parquet.Int32, parquet.Int64:
		return numbers, func(v parquet.Value) any { return whole(v) }
	case parquet.Float:
		return set(connect.Number) | text, func(v parquet.Value) any { return float64(v.Float()) }
	case parquet.Double:
		return set(connect.Number) | text, func(v parquet.Value) any { return v.Double() }
	case parquet.Int96:
		return set(connect.Timestamp) | text, func(v parquet.Value) any {
			const julian = 2_440_588 // the day of 1970-01-01
			at := v.Int96()
			return time.Unix((int64(at[2])-julian)*24*60*60, int64(at[1])<<32|int64(at[0])).UTC()
		}
	case parquet.ByteArray, parquet.FixedLenByteArray:
	}
	return text, func(v parquet.Value) any { return verbatim(hex.EncodeToString(v.ByteArray())) }
}

// unsigned is an integer without a sign; not each is an int64.
func unsigned(v parquet.Value) any {
	if v.Kind() == parquet.Int32 {
		return int64(v.Uint32())
	}
	return strconv.FormatUint(v.Uint64(), 10)
}

// whole is an integer of 32 or 64 bits.
func whole(v parquet.Value) int64 {
	if v.Kind() == parquet.Int32 {
		return int64(v.Int32())
	}
	return v.Int64()
}

func timeOf(n int64, unit format.TimeUnit) time.Time {
	switch unit.Value.(type) {
	case *format.MilliSeconds:
		return time.UnixMilli(n).UTC()
	case *format.MicroSeconds:
		return time.UnixMicro(n).UTC()
	}
	return time.Unix(0, n).UTC()
}

// decimal writes a number of fixed scale with all its digits.
func decimal(v parquet.Value, scale int) string {
	var n big.Int
	switch v.Kind() {
	case parquet.Int32, parquet.Int64:
		n.SetInt64(whole(v))
	case parquet.ByteArray, parquet.FixedLenByteArray:
		b := v.ByteArray()
		if n.SetBytes(b); len(b) > 0 && b[0] >= 0x80 { // two's complement
			n.Sub(&n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
		}
	case parquet.Boolean, parquet.Int96, parquet.Float, parquet.Double:
	}
	sign, digits := "", new(big.Int).Abs(&n).String()
	if n.Sign() < 0 {
		sign = "-"
	}
	if scale <= 0 {
		return sign + digits
	}
	if len(digits) <= scale {
		digits = strings.Repeat("0", scale-len(digits)+1) + digits
	}
	return sign + digits[:len(digits)-scale] + "." + digits[len(digits)-scale:]
}

func uuid(b []byte) any {
	text := hex.EncodeToString(b)
	if len(b) != 16 {
		return verbatim(text)
	}
	return verbatim(text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:])
}
