package store_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/kalends/kalends/internal/fault"
)

func TestLockFlow_is_held_by_one_at_a_time(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s, same := open(t, home), open(t, home)
	release, err := s.LockFlow(t.Context(), "acme → sqlite:/data/x.db")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.LockFlow(t.Context(), "acme → sqlite:/data/x.db"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("by the same store: %v", err)
	}
	_, err = same.LockFlow(t.Context(), "acme → sqlite:/data/x.db")
	wantKind(t, err, fault.Conflict, "")
	if !strings.Contains(err.Error(), fmt.Sprintf("process %d on ", os.Getpid())) {
		t.Errorf("%v does not say who", err)
	}
	another, err := same.LockFlow(t.Context(), "another flow")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // twice does no harm
		if err := release(); err != nil {
			t.Error(err)
		}
	}
	next, err := same.LockFlow(t.Context(), "acme → sqlite:/data/x.db")
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
	if _, err := s.LockFlow(t.Context(), "acme → sqlite:/data/x.db"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("an old release freed the next holder's lock: %v", err)
	}
	for _, release := range []func() error{next, another} {
		if err := release(); err != nil {
			t.Error(err)
		}
	}
}

func TestLockFlow_by_many_at_once_lets_one_in(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	var inside, most, in atomic.Int32
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				release, err := s.LockFlow(t.Context(), "flow")
				if fault.KindOf(err) == fault.Conflict {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				in.Add(1)
				if n := inside.Add(1); n > most.Load() {
					most.Store(n)
				}
				inside.Add(-1)
				if err := release(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if most.Load() != 1 || in.Load() == 0 {
		t.Errorf("%d inside at once, %d in all", most.Load(), in.Load())
	}
}
