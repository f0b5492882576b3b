package calendly

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Rate is what an answer's X-RateLimit headers say; the zero Rate is an answer
// without them.
type Rate struct {
	Limit     int           // calls a minute
	Remaining int           // of them, in this window
	Reset     time.Duration // until the next window; whole seconds
}

func rateOf(h http.Header) Rate {
	limit, err := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	reset, err3 := strconv.Atoi(h.Get("X-RateLimit-Reset"))
	if err != nil || err2 != nil || err3 != nil || limit <= 0 {
		return Rate{}
	}
	return Rate{Limit: limit, Remaining: max(remaining, 0), Reset: time.Duration(min(max(reset, 0), 120)) * time.Second}
}

const (
	// share of the limit that is used: what is left keeps a window whose
	// edges are not known exactly from being overdrawn.
	share  = 0.98
	window = time.Minute
	// burst is the part of the limit that may be used at once after a pause.
	burst = 0.25
	// blur is how far two answers of one window may disagree on its end: it is
	// told in whole seconds, and answers take time.
	blur = 2 * time.Second
)

// Limiter keeps the users of one token below the limit that the API's answers
// tell: it paces calls, and it never spends more than the last answers said is
// left. Until the first answer one call goes out at a time; an API that tells
// no limit is not slowed down. It is safe for concurrent use.
type Limiter struct {
	mu       sync.Mutex
	waiting  chan struct{} // closed when something changed
	known    bool          // an answer came
	limit    int           // calls a window; 0: none
	inFlight int
	sent     int // calls of ours in this window
	others   int // calls of others in this window, as far as answers show
	resetAt  time.Time
	tokens   float64 // calls that the pace allows now
	paced    time.Time
}

// NewLimiter returns a limiter that knows nothing yet.
func NewLimiter() *Limiter { return &Limiter{waiting: make(chan struct{})} }

// wait returns when a call may be sent; done must follow it.
func (l *Limiter) wait(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		d, changed := l.take(time.Now())
		if d == 0 {
			return nil
		}
		t := time.NewTimer(d)
		select {
		case <-t.C:
		case <-changed:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

// take takes a call and returns 0, or returns after how long, or after which
// change, to try again.
func (l *Limiter) take(now time.Time) (time.Duration, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.known && l.inFlight > 0 {
		return window, l.waiting
	}
	if l.limit > 0 {
		if !now.Before(l.resetAt) && l.inFlight == 0 || now.After(l.resetAt.Add(window)) {
			l.begin(now.Add(window), l.inFlight) // nobody has told of it yet
			l.paced = now                        // the wait for it saves up nothing
		}
		l.refill(now)
		if l.sent+l.others >= l.limit {
			return max(l.resetAt.Sub(now), 50*time.Millisecond), l.waiting
		}
		if l.tokens < 1 {
			return time.Duration((1-l.tokens)/l.pace(now)*float64(time.Second)) + time.Microsecond, l.waiting
		}
		l.tokens--
		l.sent++
	}
	l.inFlight++
	return 0, nil
}

// pace is how many calls a second are sent: what is left of the window is
// spread over the rest of it, so that a burst, or what others take, is paid
// back slowly and the window is never used up early.
func (l *Limiter) pace(now time.Time) float64 {
	rest := max(l.resetAt.Sub(now), time.Second)
	left := max(l.limit-l.sent-l.others, 0)
	return min(share*float64(l.limit)/window.Seconds(), float64(left)/rest.Seconds())
}

func (l *Limiter) refill(now time.Time) {
	most := max(1, burst*float64(l.limit))
	l.tokens = min(most, l.tokens+now.Sub(l.paced).Seconds()*l.pace(now))
	l.paced = now
}

// done tells of the answer to a call that was taken; the zero Rate says
// nothing.
func (l *Limiter) done(r Rate, refused bool) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight--
	l.known = true
	if r.Limit > 0 {
		l.learn(now, r)
	}
	if refused {
		l.begin(now.Add(max(r.Reset, time.Second)), 0)
		l.others = l.limit
	}
	close(l.waiting)
	l.waiting = make(chan struct{})
}

func (l *Limiter) learn(now time.Time, r Rate) {
	if l.limit != r.Limit {
		if l.limit == 0 {
			l.tokens, l.paced = burst*float64(r.Limit), now
		}
		l.limit = r.Limit
	}
	resetAt := now.Add(r.Reset)
	if resetAt.Before(l.resetAt.Add(-blur)) {
		return // the answer is of a window that is over
	}
	if resetAt.After(l.resetAt.Add(blur)) {
		l.begin(resetAt, l.inFlight+1) // those under way are taken to be of it
	} else if resetAt.After(l.resetAt) {
		l.resetAt = resetAt // better late than refused
	}
	// Of ours the server had seen those that were sent, at most. What it
	// counted beyond them is of others.
	l.others = max(l.others, l.limit-r.Remaining-l.sent)
}

// begin begins a window in which sent calls of ours were made already.
func (l *Limiter) begin(resetAt time.Time, sent int) {
	l.resetAt, l.sent, l.others = resetAt, sent, 0
}
