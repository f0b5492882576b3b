package calendlytest

import (
	"maps"
	"sync"
)

// Requests says what a Server was asked.
type Requests struct {
	Total       int            // all requests
	RateLimited int            // of these, answered with 429
	Routes      map[string]int // by pattern, as "GET /scheduled_events/{uuid}"; "" = no such route
}

type stats struct {
	mu    sync.Mutex
	count Requests
}

func (s *stats) add(r *route, limited bool) {
	pattern := ""
	if r != nil {
		pattern = r.pattern
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count.Total++
	if limited {
		s.count.RateLimited++
	}
	if s.count.Routes == nil {
		s.count.Routes = map[string]int{}
	}
	s.count.Routes[pattern]++
}

// Requests returns the counts so far.
func (s *Server) Requests() Requests {
	s.stats.mu.Lock()
	defer s.stats.mu.Unlock()
	count := s.stats.count
	count.Routes = maps.Clone(count.Routes)
	return count
}
