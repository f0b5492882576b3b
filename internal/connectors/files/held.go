package files

import (
	"bytes"
	"io"
	"slices"
)

// held are changes in memory.
type held struct {
	bytes []byte // keys and values
	index []entry
}

// entry is where a change stands in what is held.
type entry struct {
	from, values, end int
	op                op
}

func (h *held) add(c change) {
	e := entry{from: len(h.bytes), op: c.op}
	h.bytes = append(h.bytes, c.key...)
	e.values = len(h.bytes)
	h.bytes = append(h.bytes, c.values...)
	e.end = len(h.bytes)
	h.index = append(h.index, e)
}

func (h *held) at(n int) change {
	e := h.index[n]
	return change{key: h.bytes[e.from:e.values], op: e.op, values: h.bytes[e.values:e.end]}
}

// part returns the changes from one on to another.
func (h *held) part(from, to int) *held { return &held{h.bytes, h.index[from:to]} }

// size returns how many bytes the changes have, as they were added.
func (h *held) size() int {
	if len(h.index) == 0 {
		return 0
	}
	return h.index[len(h.index)-1].end - h.index[0].from
}

// emptied holds nothing, in the same memory.
func (h *held) emptied() held { return held{h.bytes[:0], h.index[:0]} }

// sorted yields what is held.
func (h *held) sorted() changes {
	slices.SortFunc(h.index, func(a, b entry) int {
		if order := bytes.Compare(h.bytes[a.from:a.values], h.bytes[b.from:b.values]); order != 0 {
			return order
		}
		return a.from - b.from // as they were added
	})
	return &heldChanges{held: h}
}

type heldChanges struct {
	held *held
	n    int
}

func (h *heldChanges) next() (change, error) {
	if h.n == len(h.held.index) {
		return change{}, io.EOF
	}
	h.n++
	return h.held.at(h.n - 1), nil
}

func (*heldChanges) Close() error { return nil }
