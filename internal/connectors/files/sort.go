package files

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// mostHeld is how many bytes of changes a sorter holds in memory.
const mostHeld = 8 << 20

// sorter sorts changes in bounded memory: what is more than mostHeld is
// written to a file, sorted, and begun anew.
type sorter struct {
	store store
	name  func(n int) string // of the n-th file
	held  held
	parts []part
	free  func() // lets others have the memory; the sorter is of no use then
}

// newSorter returns a sorter. It takes memory that others have left: growing it
// anew for each transaction would take longer than sorting.
func (d *destination) newSorter(store store, name func(n int) string) *sorter {
	s := &sorter{store: store, name: name}
	if n := len(d.left); n > 0 {
		s.held, d.left = d.left[n-1], d.left[:n-1]
	}
	s.free = func() { d.left, s.held = append(d.left, s.held.emptied()), held{} }
	return s
}

// scratchSorter returns a sorter whose files are in the scratch folder.
func (d *destination) scratchSorter(name string) *sorter {
	number := d.begin()
	return d.newSorter(d.scratch, func(n int) string { return fmt.Sprintf("%s%s.%d-%d", scratchName, name, number, n) })
}

func (s *sorter) add(ctx context.Context, c change) error {
	s.held.add(c)
	if len(s.held.bytes) < mostHeld {
		return nil
	}
	return s.flush(ctx)
}

// flush writes what is held to a file.
func (s *sorter) flush(ctx context.Context) error {
	if len(s.held.index) == 0 {
		return nil
	}
	p, err := writeRun(ctx, s.store, s.name(len(s.parts)), s.held.sorted())
	if err != nil {
		return err
	}
	s.parts = append(s.parts, p)
	s.held = s.held.emptied()
	return nil
}

// merged yields all that was added. The sorter is of no use then.
func (s *sorter) merged(ctx context.Context) (changes, error) {
	if len(s.parts) == 0 {
		return s.held.sorted(), nil
	}
	if err := s.flush(ctx); err != nil {
		return nil, err
	}
	s.free()
	return mergeRuns(ctx, s.store, s.parts, s.store, s.name(len(s.parts)))
}

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
