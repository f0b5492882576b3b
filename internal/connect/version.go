package connect

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Columns of history streams, beside those of the stream itself.
const (
	ColumnVersion   = "_version"    // tells versions of a record apart
	ColumnValidFrom = "_valid_from" // when the version was noticed
	ColumnValidTo   = "_valid_to"   // when the next one was, or its deletion; null: it is the present one
)

// historySuffix follows the name of a stream in that of its history.
const historySuffix = "_history"

// HistoryOf returns the stream that keeps every version of the records of s.
func HistoryOf(s Stream) Stream {
	h := s
	h.Name, h.History = s.Name+historySuffix, true
	h.Columns = nil
	for _, c := range s.Columns {
		if c.Name != ColumnDeleted {
			h.Columns = append(h.Columns, c)
		}
	}
	h.Columns = append(h.Columns,
		Column{Name: ColumnVersion, Type: Text, Required: true, Doc: "Tells the versions of a record apart."},
		Column{Name: ColumnValidFrom, Type: Timestamp, Required: true, Doc: "When this version was noticed."},
		Column{Name: ColumnValidTo, Type: Timestamp, Doc: "When the next version was noticed, or that the record was deleted; null: this is the present one."})
	h.Key = append(append([]string{}, s.Key...), ColumnValidFrom)
	h.Doc.About = "Every version of " + s.Name + "."
	return h
}

// Versioned returns the record of the history of s that r brings, noticed at a
// time.
func Versioned(s Stream, r Record, at time.Time) Record {
	v := Record{Deleted: r.Deleted, Values: make([]any, 0, len(s.Columns)+2)}
	for i, c := range s.Columns {
		if c.Name != ColumnDeleted {
			v.Values = append(v.Values, r.Values[i])
			continue
		}
		v.Deleted = v.Deleted || r.Values[i] != nil
	}
	version := VersionOf(s, r)
	v.Values = append(v.Values, hex.EncodeToString(version[:]), at, nil)
	return v
}

// KeyOf returns the key of a record of s as text, of no other the same; empty
// if it has none.
func (s Stream) KeyOf(r Record) string {
	var parts []string
	for _, name := range s.Key {
		v := r.Values[s.Column(name)]
		switch text := v.(type) {
		case nil:
			return ""
		case string:
			if len(s.Key) == 1 {
				return text
			}
		case time.Time:
			v = FormatTime(text)
		}
		parts = append(parts, strconv.Quote(fmt.Sprint(v)))
	}
	return strings.Join(parts, " ")
}

// VersionOf tells two states of a record of s apart by what they say: by every
// value but the time of reading. It is the same for what was written and what a
// destination keeps of it: JSON is compared by what it means, and a NUL byte,
// which some systems do not have, is U+FFFD.
func VersionOf(s Stream, r Record) (v Version) {
	h := sha256.New()
	for i, c := range s.Columns {
		if c.Name != ColumnSynced {
			add(h, r.Values[i])
		}
	}
	copy(v[:], h.Sum(nil))
	return v
}

// add adds a value to a hash, of no other value the same.
func add(h hash.Hash, value any) {
	var kind byte
	var text string
	switch v := value.(type) {
	case nil:
		h.Write([]byte{0})
		return
	case string:
		kind, text = 's', v
	case Document:
		kind, text = 'j', canonical(v)
	case time.Time:
		kind, text = 't', FormatTime(v)
	case int64:
		kind, text = 'n', fmt.Sprint(v)
	case float64:
		kind, text = 'n', fmt.Sprint(v)
	default:
		kind, text = 'o', fmt.Sprint(v)
	}
	text = strings.ReplaceAll(text, "\x00", "\uFFFD")
	h.Write(binary.AppendUvarint([]byte{kind}, uint64(len(text))))
	h.Write([]byte(text))
}

// canonical writes JSON so that what means the same is the same. What cannot be
// brought into one form is valid JSON all the same, and stays as it is.
func canonical(text Document) string {
	value := jsontext.Value(text)
	if value.Canonicalize(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true)) != nil {
		return string(text)
	}
	return strings.ReplaceAll(string(value), `\u0000`, "\uFFFD")
}
