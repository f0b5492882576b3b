package files

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// packed are the values of a row as bytes, one after the other. Rows go through
// the package so, because each value of its own would cost memory. Values that
// are missing at the end are absent.
type packed []byte

// Tags of values.
const (
	tagAbsent byte = iota // of a column that a change does not speak of
	tagNull
	tagText
	tagDocument
	tagInteger
	tagNumber
	tagFalse
	tagTrue
	tagTime
)

// cell is one value of a row.
type cell struct {
	tag    byte
	text   []byte // of a text or document; it is a part of the row
	number int64  // of an integer; of a time in microseconds; the bits of a number
}

func (c cell) null() bool      { return c.tag <= tagNull }
func (c cell) time() time.Time { return time.UnixMicro(c.number).UTC() }
func (c cell) float() float64  { return math.Float64frombits(uint64(c.number)) }

// null, text … add a value to a row.
func (p packed) null() packed { return append(p, tagNull) }

func (p packed) text(s string) packed { return appendText(p, tagText, s) }

func (p packed) integer(i int64) packed { return binary.AppendVarint(append(p, tagInteger), i) }

func (p packed) time(micros int64) packed { return binary.AppendVarint(append(p, tagTime), micros) }

func (p packed) number(f float64) packed {
	return binary.LittleEndian.AppendUint64(append(p, tagNumber), math.Float64bits(f))
}

func (p packed) boolean(b bool) packed {
	if b {
		return append(p, tagTrue)
	}
	return append(p, tagFalse)
}

// appendText adds a text or a document.
func appendText[T ~string | ~[]byte](p packed, tag byte, text T) packed {
	return append(binary.AppendUvarint(append(p, tag), uint64(len(text))), text...)
}

// value adds a value that a record holds.
func (p packed) value(v any) packed {
	switch v := v.(type) {
	case string:
		return p.text(v)
	case connect.Document:
		return appendText(p, tagDocument, v)
	case int64:
		return p.integer(v)
	case float64:
		return p.number(v)
	case bool:
		return p.boolean(v)
	case time.Time:
		return p.time(v.UnixMicro())
	}
	return p.null()
}

// cut returns the first value and the rest of the row. It trusts what it reads:
// files of rows have checksums.
func (p packed) cut() (cell, packed) {
	if len(p) == 0 {
		return cell{}, nil
	}
	c, p := cell{tag: p[0]}, p[1:]
	switch c.tag {
	case tagText, tagDocument:
		length, n := binary.Uvarint(p)
		end := n + int(length)
		c.text = p[n:end:end]
		return c, p[end:]
	case tagInteger, tagTime:
		var n int
		c.number, n = binary.Varint(p)
		return c, p[n:]
	case tagNumber:
		c.number = int64(binary.LittleEndian.Uint64(p))
		return c, p[8:]
	}
	return c, p
}

// from returns the values from a column on.
func (p packed) from(column int) packed {
	for range column {
		_, p = p.cut()
	}
	return p
}

// at returns the value of a column.
func (p packed) at(column int) cell {
	c, _ := p.from(column).cut()
	return c
}

// first returns the first value as it is packed.
func (p packed) first() packed {
	_, rest := p.cut()
	return p[:len(p)-len(rest)]
}

// over adds a row to another: what p does not speak of is as in old.
func (p packed) over(old, to packed) packed {
	for len(p) > 0 || len(old) > 0 {
		c, rest := p.cut()
		_, oldRest := old.cut()
		switch {
		case c.tag != tagAbsent:
			to = append(to, p[:len(p)-len(rest)]...)
		case len(old) > 0:
			to = append(to, old[:len(old)-len(oldRest)]...)
		default:
			to = append(to, tagAbsent)
		}
		p, old = rest, oldRest
	}
	return to
}

// with adds a row to another, with the first value of v in a column.
func (p packed) with(column int, v, to packed) packed {
	rest := p.from(column)
	to = append(append(to, p[:len(p)-len(rest)]...), v.first()...)
	return append(to, rest[len(rest.first()):]...)
}

// values returns the values of the first n columns as a record holds them.
// Texts share one string, so that a record costs few allocations.
func (p packed) values(n int) []any {
	all, whole := make([]any, n), string(p)
	for i := range all {
		var c cell
		c, p = p.cut()
		end := len(whole) - len(p)
		text := whole[end-len(c.text) : end]
		switch c.tag {
		case tagText:
			all[i] = text
		case tagDocument:
			all[i] = connect.Document(text)
		case tagInteger:
			all[i] = c.number
		case tagNumber:
			all[i] = c.float()
		case tagFalse, tagTrue:
			all[i] = c.tag == tagTrue
		case tagTime:
			all[i] = c.time()
		}
	}
	return all
}

// scattered are the values of a row by column, each packed; they are set in any
// order.
type scattered []packed

// clear makes all absent; their memory is used again.
func (s scattered) clear() {
	for i := range s {
		s[i] = append(s[i][:0], tagAbsent)
	}
}

// pack adds the row to another.
func (s scattered) pack(to packed) packed {
	for _, v := range s {
		to = append(to, v...)
	}
	return to
}
