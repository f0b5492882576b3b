package calendly

import (
	"sync"
	"time"
)

// window is the time from from, included, to to, excluded; a zero time is an
// open end. Length is how long it is thought to be, were it not open.
type window struct {
	from, to time.Time
	length   time.Duration
}

// holds reports whether t lies in w.
func (w window) holds(t time.Time) bool {
	return (w.from.IsZero() || !t.Before(w.from)) && (w.to.IsZero() || t.Before(w.to))
}

const (
	leastWindow = time.Second
	mostWindow  = 365 * 24 * time.Hour
	// growth is how much longer than the last window the next may be.
	growth = 4
)

// planner cuts time into windows of about target rows each, learning how
// dense the rows are from the windows that were read. It is safe for
// concurrent use.
type planner struct {
	target int

	mu   sync.Mutex
	from time.Time     // of the next window; zero: open
	at   time.Time     // from, or where the rows are thought to begin
	last time.Time     // the latest row known: the window that reaches it is open
	size time.Duration // of the next window
	done bool
}

// next returns the window after the last one; false at the end of time.
func (p *planner) next() (window, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return window{}, false
	}
	begin := p.at
	// Whole seconds: no rounding on the way can move a row out of the window.
	p.at = p.at.Add(p.size).Truncate(time.Second).Add(time.Second)
	w := window{from: p.from, length: p.at.Sub(begin)}
	if p.at.After(p.last) {
		p.done = true
		return w, true
	}
	w.to, p.from = p.at, p.at
	return w, true
}

// learn tells how many rows a window of that length had.
func (p *planner) learn(rows int, length time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	size := float64(mostWindow)
	if rows > 0 { // a Duration cannot hold what a long window of a few rows comes to
		size = min(size, float64(length)*float64(p.target)/float64(rows))
	}
	p.size = min(max(time.Duration(size), leastWindow), growth*max(length, leastWindow))
}
