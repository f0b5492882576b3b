package audit

import (
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"slices"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/flow"
)

// table is what is known of the rows of one stream: of each a hash of its key
// and one of what it says, 16 bytes. That two keys of a table have the same hash
// is less likely than a broken disk.
type table struct {
	flow.Audit

	seed    maphash.Seed
	rows    []row               // in the order of their keys
	lost    map[uint64]struct{} // keys that are missing
	refused int                 // rows that a repair could not write
}

// row is a row of the destination. The lowest bits of its version say what is
// known of it.
type row struct{ key, version uint64 }

const (
	told   uint64 = 1 << iota // the source told of it
	apart                     // it is not expected of the source to tell of it
	states = told | apart
)

func newTable() *table { return &table{seed: maphash.MakeSeed(), lost: map[uint64]struct{}{}} }

func (t *table) hash(key string) uint64 { return maphash.String(t.seed, key) }

func versionOf(v connect.Version) uint64 { return binary.BigEndian.Uint64(v[:]) &^ states }

// add adds a row before any is looked for.
func (t *table) add(key string, v connect.Version, state uint64) {
	t.rows = append(t.rows, row{t.hash(key), versionOf(v) | state})
}

// sort makes the rows ready to be looked for.
func (t *table) sort() {
	slices.SortFunc(t.rows, func(a, b row) int { return cmp.Compare(a.key, b.key) })
}

func (t *table) find(key string) *row {
	i, ok := slices.BinarySearchFunc(t.rows, t.hash(key), func(r row, key uint64) int { return cmp.Compare(r.key, key) })
	if !ok {
		return nil
	}
	return &t.rows[i]
}

// compare counts what the source tells of a record, and reports whether the
// destination has it so. A record that is told twice counts once.
func (t *table) compare(key string, v connect.Version) (equal bool) {
	r := t.find(key)
	if r == nil {
		if _, known := t.lost[t.hash(key)]; !known {
			t.lost[t.hash(key)] = struct{}{}
			t.note(&t.Missing, "missing", key)
		}
		return false
	}
	equal = r.version&^states == versionOf(v)
	if r.version&told != 0 {
		return equal
	}
	r.version |= told
	if equal {
		t.Equal++
	} else {
		t.note(&t.Stale, "stale", key)
	}
	return equal
}

// hear compares a record of s that the source tells of with what the destination
// has, and reports whether that is as it should be. Of a Deleted record there is
// to be no row, or a marked one.
func (t *table) hear(s connect.Stream, r connect.Record) (right bool) {
	key := s.KeyOf(r)
	if !r.Deleted {
		return t.compare(key, connect.VersionOf(s, r))
	}
	i, row := s.Column(connect.ColumnDeleted), t.find(key)
	marks := i >= 0 && r.Values[i] != nil
	if row == nil || marks && row.version&apart != 0 {
		return true
	}
	if row.version&told == 0 {
		row.version |= told
		t.note(&t.Extra, "extra", key)
	}
	return false
}

// uncheck counts records of which nothing can be said.
func (t *table) uncheck(n int, why string) {
	t.Unchecked += n
	t.Reason = why
}

// excuse says that the source is not expected to tell of a row.
func (t *table) excuse(key string) {
	if row := t.find(key); row != nil {
		row.version |= apart
	}
}

// examples is how many records of a stream are named.
const examples = 5

// note counts a record that is not as it should be.
func (t *table) note(count *int, what, key string) {
	if *count++; len(t.Examples) < examples {
		t.Examples = append(t.Examples, flow.Example{Key: key, Problem: what})
	}
}

// unseen reports whether the source should have told of a row, but did not.
func (t *table) unseen(key string) bool {
	r := t.find(key)
	return r != nil && r.version&states == 0
}

func (t *table) hasUnseen() bool {
	return slices.ContainsFunc(t.rows, func(r row) bool { return r.version&states == 0 })
}
