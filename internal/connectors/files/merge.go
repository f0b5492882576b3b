package files

import (
	"container/heap"
	"errors"
	"io"
)

// merge merges changes; of one key those of an earlier source come first. It
// closes the sources.
func merge(sources ...changes) (changes, error) {
	m := &merger{sources: sources}
	for i, s := range sources {
		c, err := s.next()
		if errors.Is(err, io.EOF) {
			continue
		}
		if err != nil {
			return nil, errors.Join(err, m.Close())
		}
		m.heads = append(m.heads, head{c, i})
	}
	heap.Init(m)
	return m, nil
}

// merger is a heap of the next change of each source.
type merger struct {
	sources []changes
	heads   []head
	yielded bool
}

type head struct {
	change
	source int
}

func (m *merger) Len() int { return len(m.heads) }
func (m *merger) Less(i, j int) bool {
	order := m.heads[i].before(m.heads[j].change)
	return order < 0 || order == 0 && m.heads[i].source < m.heads[j].source
}
func (m *merger) Swap(i, j int) { m.heads[i], m.heads[j] = m.heads[j], m.heads[i] }
func (m *merger) Push(any)      {}
func (m *merger) Pop() any {
	m.heads = m.heads[:len(m.heads)-1]
	return nil
}

// next replaces the change that was yielded last only now: it holds until the
// next call.
func (m *merger) next() (change, error) {
	if m.yielded {
		first := m.heads[0].source
		switch c, err := m.sources[first].next(); {
		case errors.Is(err, io.EOF):
			heap.Pop(m)
		case err != nil:
			return change{}, err
		default:
			m.heads[0].change = c
			heap.Fix(m, 0)
		}
	}
	m.yielded = len(m.heads) > 0
	if !m.yielded {
		return change{}, io.EOF
	}
	return m.heads[0].change, nil
}

func (m *merger) Close() error { return closeAll(m.sources) }
