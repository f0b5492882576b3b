package calendlytest

import (
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Fault is something that goes wrong with the answers to an operation.
type Fault struct {
	// ID names the fault; AddFault gives it.
	ID string `json:"id"`
	// Operation is which answers are meant, as "GET /scheduled_events/{uuid}/invitees",
	// or "*" for all.
	Operation string `json:"operation"`
	// Kind is one of FaultKinds.
	Kind string `json:"kind"`
	// Probability is how likely it is for each request, above 0 and up to 1;
	// 0 means 1.
	Probability float64 `json:"probability"`
	// Count is how many times it happens; 0 means any number.
	Count int `json:"count"`
	// After lets 429, 500, 502, 503, error and reset happen when the operation
	// has taken effect; otherwise it has not been looked at.
	After bool `json:"after"`
	// Delay is how long slow takes; 0 means 5 s.
	Delay time.Duration `json:"-"`
	// RetryAfter is the header of that name for 429 and 503, in seconds; 0 = none.
	RetryAfter int `json:"retry_after"`
	// Status, Title and Message are what error answers.
	Status  int    `json:"status"`
	Title   string `json:"title"`
	Message string `json:"message"`
	// Field is what null makes null and unknown_field adds; "" means name and
	// unexpected_field.
	Field string `json:"field"`
	// Rows is by how many rows shift moves the pages after the first: negative
	// repeats rows, positive leaves some out; 0 means -1.
	Rows int `json:"rows"`
}

// The kinds of Fault.
const (
	FaultRateLimited   = "429"
	FaultInternal      = "500"
	FaultBadGateway    = "502"   // with an HTML body
	FaultUnavailable   = "503"   // with an empty body
	FaultError         = "error" // Status, Title and Message
	FaultSlow          = "slow"
	FaultCut           = "cut"          // the connection ends within the body
	FaultReset         = "reset"        // the connection is reset instead of an answer
	FaultInvalidJSON   = "invalid_json" // the body ends early, though it has the length announced
	FaultRepeatedToken = "repeated_page_token"
	FaultExpiredToken  = "expired_page_token"
	FaultUnknownField  = "unknown_field"
	FaultNull          = "null"
	FaultShift         = "shift"
)

// FaultKinds lists the kinds of Fault.
func FaultKinds() []string {
	return []string{
		FaultRateLimited, FaultInternal, FaultBadGateway, FaultUnavailable, FaultError, FaultSlow, FaultCut, FaultReset,
		FaultInvalidJSON, FaultRepeatedToken, FaultExpiredToken, FaultUnknownField, FaultNull, FaultShift,
	}
}

// faults holds what is to go wrong.
type faults struct {
	mu      sync.Mutex
	waiting []*waitingFault
	added   int
	draw    draw
}

type waitingFault struct {
	Fault

	left int // how many times; -1 = any number
}

// AddFault lets something go wrong from now on, and returns the id of the
// fault. Of several that fit a request, the first added happens.
func (s *Server) AddFault(f Fault) (id string, err error) {
	known := slices.ContainsFunc(s.table.routes, func(r route) bool { return r.pattern == f.Operation && (r.scope != "" || r.oauth) })
	switch {
	case f.Operation != "*" && !known:
		return "", fmt.Errorf("calendlytest: fault: there is no operation %q", f.Operation)
	case !slices.Contains(FaultKinds(), f.Kind):
		return "", fmt.Errorf("calendlytest: fault: kind %q is not one of %v", f.Kind, FaultKinds())
	case f.Probability < 0 || f.Probability > 1:
		return "", fmt.Errorf("calendlytest: fault: probability %v is not between 0 and 1", f.Probability)
	case f.Count < 0 || f.Delay < 0 || f.RetryAfter < 0:
		return "", fmt.Errorf("calendlytest: fault: count, delay and retry_after must not be negative")
	case f.Kind == FaultError && (f.Status < 400 || f.Status > 599):
		return "", fmt.Errorf("calendlytest: fault: status %d is not between 400 and 599", f.Status)
	}
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.added++
	f.ID = strconv.Itoa(s.faults.added)
	left := f.Count
	if left == 0 {
		left = -1
	}
	s.faults.waiting = append(s.faults.waiting, &waitingFault{f, left})
	return f.ID, nil
}

// Faults returns what may still go wrong.
func (s *Server) Faults() []Fault {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	all := []Fault{}
	for _, f := range s.faults.waiting {
		all = append(all, f.Fault)
	}
	return all
}

// RemoveFaults removes the fault with that id, or all for "". It reports
// whether there was one.
func (s *Server) RemoveFaults(id string) bool {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	before := len(s.faults.waiting)
	s.faults.waiting = slices.DeleteFunc(s.faults.waiting, func(f *waitingFault) bool { return id == "" || f.ID == id })
	return len(s.faults.waiting) < before
}

// fire returns the fault that happens to c, or nil.
func (f *faults) fire(c *call) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	for n, w := range f.waiting {
		if !w.fits(c) || w.Probability > 0 && float64(f.draw.next()>>11)/(1<<53) >= w.Probability {
			continue
		}
		if w.left > 0 {
			w.left--
		}
		if w.left == 0 {
			f.waiting = slices.Delete(f.waiting, n, n+1)
		}
		return &w.Fault
	}
	return nil
}

// fits reports whether the fault could happen to c.
func (f *Fault) fits(c *call) bool {
	if f.Operation != "*" && (c.route == nil || c.route.pattern != f.Operation) {
		return false
	}
	switch f.Kind {
	case FaultExpiredToken, FaultShift:
		return c.query.Has("page_token")
	case FaultRepeatedToken, FaultUnknownField, FaultNull:
		return c.route != nil && c.route.handle != nil
	}
	return true
}
