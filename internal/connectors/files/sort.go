package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
)

// mostHeld is how many bytes of changes a sorter holds in memory.
const mostHeld = 8 << 20

// sorter sorts changes in bounded memory: what is more than mostHeld is
// written to a file, sorted, and begun anew.
type sorter struct {
	store store
	name  func(n int) string // of the n-th file
	held  []byte             // keys and values
	index []entry
	parts []part
}

// entry is where a change stands in what is held.
type entry struct {
	from, values, end int
	op                op
}

func (s *sorter) add(ctx context.Context, c change) error {
	e := entry{from: len(s.held), op: c.op}
	s.held = append(s.held, c.key...)
	e.values = len(s.held)
	s.held = append(s.held, c.values...)
	e.end = len(s.held)
	s.index = append(s.index, e)
	if len(s.held) < mostHeld {
		return nil
	}
	return s.flush(ctx)
}

// flush writes what is held to a file.
func (s *sorter) flush(ctx context.Context) error {
	if len(s.index) == 0 {
		return nil
	}
	p, err := writeRun(ctx, s.store, s.name(len(s.parts)), s.sorted())
	if err != nil {
		return err
	}
	s.parts = append(s.parts, p)
	s.held, s.index = s.held[:0], s.index[:0]
	return nil
}

// sorted yields what is held.
func (s *sorter) sorted() *heldChanges {
	slices.SortStableFunc(s.index, func(a, b entry) int {
		return bytes.Compare(s.held[a.from:a.values], s.held[b.from:b.values])
	})
	return &heldChanges{s: s}
}

// merged yields all that was added. The sorter is of no use then.
func (s *sorter) merged(ctx context.Context) (changes, error) {
	if len(s.parts) == 0 {
		return s.sorted(), nil
	}
	if err := s.flush(ctx); err != nil {
		return nil, err
	}
	s.held, s.index = nil, nil
	return mergeRuns(ctx, s.store, s.parts, s.store, s.name(len(s.parts)))
}

type heldChanges struct {
	s *sorter
	n int
}

func (h *heldChanges) next() (change, error) {
	if h.n == len(h.s.index) {
		return change{}, io.EOF
	}
	e := h.s.index[h.n]
	h.n++
	return change{key: h.s.held[e.from:e.values], op: e.op, values: h.s.held[e.values:e.end]}, nil
}

func (*heldChanges) Close() error { return nil }

// mostOpen is how many files are merged at once.
const mostOpen = 128

// mergeRuns merges files of changes, in their order. If they are too many to
// be open at once, some are first merged into scratch files, whose names begin
// as said.
func mergeRuns(ctx context.Context, s store, parts []part, scratch store, name string) (changes, error) {
	type source struct {
		store store
		part  part
	}
	var sources []source
	for _, p := range parts {
		sources = append(sources, source{s, p})
	}
	opened := func(some []source) (changes, error) {
		var all []changes
		for _, s := range some {
			c, err := openRun(ctx, s.store, s.part)
			if err != nil {
				return nil, errors.Join(err, closeAll(all))
			}
			all = append(all, c)
		}
		return merge(all...)
	}
	for round := 0; len(sources) > mostOpen; round++ {
		var fewer []source
		for some := range slices.Chunk(sources, mostOpen) {
			from, err := opened(some)
			if err != nil {
				return nil, err
			}
			p, err := writeRun(ctx, scratch, fmt.Sprintf("%s.%d.%d", name, round, len(fewer)), from)
			if err := errors.Join(err, from.Close()); err != nil {
				return nil, err
			}
			fewer = append(fewer, source{scratch, p})
		}
		sources = fewer
	}
	return opened(sources)
}

func closeAll(all []changes) error {
	var err error
	for _, c := range all {
		err = errors.Join(err, c.Close())
	}
	return err
}
