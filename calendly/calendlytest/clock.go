package calendlytest

import (
	"slices"
	"sync/atomic"
	"time"
)

// serverClock is the time of a server: that of Config.Clock, moved on.
type serverClock struct {
	base  func() time.Time
	moved atomic.Int64 // nanoseconds
}

func (c *serverClock) now() time.Time { return c.base().Add(time.Duration(c.moved.Load())) }

// micros returns the time in microseconds since 1970.
func (c *serverClock) micros() int64 { return c.now().UnixMicro() }

// pending is something that happens by itself at an instant.
type pending struct {
	at     int64 // microseconds
	happen func(at int64)
}

// agenda holds what is still to happen in a world, the next first.
type agenda struct {
	waiting []pending
	next    atomic.Int64 // when the first is due; 0 = nothing waits
}

// due reports whether something is to happen before the world is looked at.
func (s *agenda) due(now int64) bool {
	next := s.next.Load()
	return next != 0 && next <= now
}

// later lets something happen at an instant.
func (s *agenda) later(at int64, happen func(at int64)) {
	n, _ := slices.BinarySearchFunc(s.waiting, at+1, func(p pending, at int64) int {
		if p.at < at {
			return -1
		}
		return 1
	})
	s.waiting = slices.Insert(s.waiting, n, pending{at, happen})
	s.next.Store(s.waiting[0].at)
}

// settle lets everything happen that is due.
func (s *agenda) settle(now int64) {
	for len(s.waiting) > 0 && s.waiting[0].at <= now {
		p := s.waiting[0]
		s.waiting = s.waiting[1:]
		p.happen(p.at)
	}
	next := int64(0)
	if len(s.waiting) > 0 {
		next = s.waiting[0].at
	}
	s.next.Store(next)
}
