package files

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// op is what is done to a row.
type op byte

const (
	row    op = iota // it is as it stands: a row of a snapshot
	put              // the columns that are not absent are set
	mark             // _deleted_at is set, if there is a row
	remove           // it is removed; the open version of a history is closed
)

// change is one step in the life of a row.
type change struct {
	// key sorts as the key's values do. That of a history stream is the key of
	// the record: a change is of all its versions.
	key []byte
	op  op
	// values are those of the columns of the stream when it was written.
	values packed
}

// appendKey adds a value of a key so that keys sort as their values do. Texts
// end with a byte that no longer text has in its place.
func appendKey(to []byte, c cell) []byte {
	const end, escaped, sign = 1, 0xff, 1 << 63
	switch c.tag {
	case tagText, tagDocument:
		for zero := bytes.IndexByte(c.text, 0); zero >= 0; zero = bytes.IndexByte(c.text, 0) {
			to = append(append(to, c.text[:zero+1]...), escaped)
			c.text = c.text[zero+1:]
		}
		return append(append(to, c.text...), 0, end)
	case tagInteger, tagTime:
		return binary.BigEndian.AppendUint64(to, uint64(c.number)^sign)
	case tagNumber:
		switch bits := uint64(c.number); {
		case bits == sign: // negative zero
			return binary.BigEndian.AppendUint64(to, sign)
		case bits&sign != 0:
			return binary.BigEndian.AppendUint64(to, ^bits)
		default:
			return binary.BigEndian.AppendUint64(to, bits|sign)
		}
	case tagTrue:
		return append(to, 1)
	}
	return append(to, 0)
}

// appendKeys adds the values of some columns of a row, as a key.
func appendKeys(to []byte, row packed, columns []int) []byte {
	for _, i := range columns {
		to = appendKey(to, row.at(i))
	}
	return to
}

// changes yields changes sorted by key, those of one key in the order in which
// they were written. What it yields holds until the next call.
type changes interface {
	// next returns io.EOF after the last.
	next() (change, error)
	Close() error
}

// each shows changes to see, until it returns an error.
func each(from changes, see func(change) error) error {
	for {
		c, err := from.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := see(c); err != nil {
			return err
		}
	}
}

// none are no changes.
type none struct{}

func (none) next() (change, error) { return change{}, io.EOF }
func (none) Close() error          { return nil }

func (c change) before(other change) int { return bytes.Compare(c.key, other.key) }
