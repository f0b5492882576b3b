package dialect

import (
	"slices"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// History is where things stand in a table that keeps every version of a
// record.
type History struct {
	Record            []int // what tells records apart: the key less _valid_from
	Version, From, To int
}

// The steps of a settled batch of versions. The open row of a record is the one
// without _valid_to.
const (
	// First is the first version of its record in the batch. If it is that of
	// the open row, that gets its _valid_to. If not, the open row is closed at
	// its _valid_from, and it is added.
	First Step = iota + 10
	// Next is a later version; it is added. What has its key is replaced: it was
	// noticed at the same moment, and so valid for no time.
	Next
	// End closes the open row at its _valid_from.
	End
)

func newHistory(t *Table) *History {
	s := t.Stream
	h := &History{Version: s.Column(connect.ColumnVersion), From: s.Column(connect.ColumnValidFrom), To: s.Column(connect.ColumnValidTo)}
	h.Record = slices.DeleteFunc(slices.Clone(t.Key), func(i int) bool { return i == h.From })
	return h
}

// settleVersions finds what a batch of versions comes to. What the open rows
// are, only the system knows: that matters to the first of each record alone.
func (t *Table) settleVersions(records []connect.Record) []Change {
	chains := map[string][]Change{}
	var order []string
	for _, r := range records {
		key := string(t.appendKey(nil, t.History.Record, r))
		chain, known := chains[key]
		if !known {
			order = append(order, key)
		}
		chains[key] = t.History.follow(chain, r)
	}
	var all []Change
	for _, key := range order {
		all = append(all, chains[key]...)
	}
	return all
}

// follow adds a version to the earlier ones of its record.
func (h *History) follow(chain []Change, r connect.Record) []Change {
	from, _ := r.Values[h.From].(time.Time)
	if len(chain) == 0 {
		if r.Deleted {
			return []Change{{End, with(r, h.Version, "")}} // that of no record
		}
		return []Change{{First, r}}
	}
	last := &chain[len(chain)-1]
	open := last.Step != End && last.Record.Values[h.To] == nil
	switch {
	case r.Deleted && !open, open && !r.Deleted && last.Record.Values[h.Version] == r.Values[h.Version]:
		return chain
	case open && !r.Deleted && h.noticed(last.Record, from):
		last.Record = r
		return chain
	case open:
		last.Record = with(last.Record, h.To, from)
	}
	if r.Deleted {
		return chain
	}
	return append(h.without(chain, from), Change{Next, r})
}

// without makes room for a version where the clock was turned back: none of the
// others may have its key.
func (h *History) without(chain []Change, from time.Time) []Change {
	for i, c := range chain {
		switch {
		case c.Step == End || !h.noticed(c.Record, from):
		case c.Step == First:
			chain[i].Step = End
		default:
			return slices.Delete(chain, i, i+1)
		}
	}
	return chain
}

// noticed reports whether r was noticed at a time.
func (h *History) noticed(r connect.Record, at time.Time) bool {
	from, _ := r.Values[h.From].(time.Time)
	return from.UnixMicro() == at.UnixMicro()
}
