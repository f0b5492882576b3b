//go:build duckdb

package duckdb

import (
	"context"
	"os"
	"sync"
)

// spills is where the connections of a source put what their memory does not
// hold: a folder that nobody else may look into, while there are any. DuckDB's
// own choice would be beside the file.
type spills struct {
	mu     sync.Mutex
	users  int
	folder string
	turn   chan struct{}
}

func newSpills() *spills { return &spills{turn: make(chan struct{}, 1)} }

// enter returns the folder. It is to be left, also after an error.
func (s *spills) enter() (folder string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users++; s.users == 1 {
		s.folder, err = os.MkdirTemp("", "kalends-duckdb-")
	}
	return s.folder, err
}

func (s *spills) leave() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users--; s.users > 0 || s.folder == "" {
		return nil
	}
	return os.RemoveAll(s.folder)
}

// alone calls do while no other connection sorts: they share one memory.
func (s *spills) alone(ctx context.Context, do func() error) error {
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
		return do()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
