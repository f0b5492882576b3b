package files

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strings"
	"time"

	"github.com/kalends/kalends/internal/connect"
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
	// payload holds the values of all columns of the stream when it was
	// written; columns that were added later are absent.
	payload []byte
	// decoded, if not nil, are the values instead.
	decoded []any
}

// absent is the value of a column that a change does not speak of.
type absent struct{}

// Tags of values in a payload.
const (
	tagAbsent byte = iota
	tagNull
	tagText
	tagDocument
	tagInteger
	tagNumber
	tagFalse
	tagTrue
	tagTime
)

// appendValue adds a value to a payload.
func appendValue(to []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(to, tagNull)
	case string:
		to = binary.AppendUvarint(append(to, tagText), uint64(len(v)))
		return append(to, v...)
	case connect.Document:
		to = binary.AppendUvarint(append(to, tagDocument), uint64(len(v)))
		return append(to, v...)
	case int64:
		return binary.AppendVarint(append(to, tagInteger), v)
	case float64:
		return binary.LittleEndian.AppendUint64(append(to, tagNumber), math.Float64bits(v))
	case bool:
		if v {
			return append(to, tagTrue)
		}
		return append(to, tagFalse)
	case time.Time:
		return binary.AppendVarint(append(to, tagTime), v.UnixMicro())
	}
	return append(to, tagAbsent)
}

// values returns the values of the first n columns in c. Texts share one
// string, so that a record costs few allocations.
func (c change) values(n int) ([]any, error) {
	if c.decoded != nil {
		return c.decoded, nil
	}
	text := string(c.payload)
	all := make([]any, n)
	at := 0
	for i := range all {
		if at >= len(text) {
			all[i] = absent{}
			continue
		}
		v, size := value(text[at], c.payload[at+1:], text[at+1:])
		if size < 0 {
			return nil, io.ErrUnexpectedEOF
		}
		all[i] = v
		at += 1 + size
	}
	return all, nil
}

// value reads the value of a tag, which stands at the beginning of both from
// and text, and returns how long it is, -1 if it is none.
func value(tag byte, from []byte, text string) (v any, size int) {
	switch tag {
	case tagAbsent:
		return absent{}, 0
	case tagNull:
		return nil, 0
	case tagFalse, tagTrue:
		return tag == tagTrue, 0
	case tagText, tagDocument:
		length, n := binary.Uvarint(from)
		if n <= 0 || length > uint64(len(from)-n) {
			return nil, -1
		}
		size = n + int(length)
		if tag == tagText {
			return text[n:size], size
		}
		return connect.Document(text[n:size]), size
	case tagInteger, tagTime:
		i, n := binary.Varint(from)
		switch {
		case n <= 0:
			return nil, -1
		case tag == tagTime:
			return time.UnixMicro(i).UTC(), n
		}
		return i, n
	case tagNumber:
		if len(from) < 8 {
			return nil, -1
		}
		return math.Float64frombits(binary.LittleEndian.Uint64(from)), 8
	}
	return nil, -1
}

// appendKey adds a value of a key so that keys sort as their values do. Texts
// end with a byte that no longer text has in its place.
func appendKey(to []byte, v any) []byte {
	const end, escaped = 1, 0xff
	switch v := v.(type) {
	case string:
		return append(append(to, strings.ReplaceAll(v, "\x00", string([]byte{0, escaped}))...), 0, end)
	case connect.Document:
		return appendKey(to, string(v))
	case int64:
		return binary.BigEndian.AppendUint64(to, uint64(v)^1<<63)
	case time.Time:
		return appendKey(to, v.UnixMicro())
	case float64:
		bits := math.Float64bits(v + 0) // no negative zero
		if bits>>63 == 1 {
			return binary.BigEndian.AppendUint64(to, ^bits)
		}
		return binary.BigEndian.AppendUint64(to, bits|1<<63)
	case bool:
		if v {
			return append(to, 1)
		}
	}
	return append(to, 0)
}

// changes yields changes sorted by key, those of one key in the order in which
// they were written. What it yields holds until the next call.
type changes interface {
	// next returns io.EOF after the last.
	next() (change, error)
	Close() error
}

// none are no changes.
type none struct{}

func (none) next() (change, error) { return change{}, io.EOF }
func (none) Close() error          { return nil }

func (c change) before(other change) int { return bytes.Compare(c.key, other.key) }
