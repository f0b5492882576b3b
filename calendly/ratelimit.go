package calendly

import (
	"context"
	"sync"
	"time"
)

const (
	window = time.Minute
	// spare is the part of the share that is not used in the long run: it makes
	// room for a count that is not exact.
	spare = 0.02
	// rounding is what X-RateLimit-Reset may leave out: it is whole seconds.
	rounding = time.Second
	// soon is the shortest rest of a window that calls are spread over.
	soon = time.Second
	// unknown is how long to wait for what only an answer can tell; it always
	// comes, as every attempt has a deadline.
	unknown = time.Hour
)

// Limiter keeps the users of one token below a share of the limit that the
// API's answers tell, without needing a 429 to do so. It is safe for concurrent
// use.
//
// Three things let a call go. There is room for it in the share: fewer calls
// than that were sent in the last minute, a call counting from its sending until
// a minute after its answer, so that whenever the server noted it, and whether
// its minutes are fixed or slide, it counts no more. The newest answer said that
// there are calls left for it, beside those in flight and beside the rest of the
// limit, which is the reserve of others: so all processes with the same share
// have it together, and everybody else finds the reserve free. Where no more
// than the reserve is left, everybody waits for the reset, and then one call
// finds out; while others use up the reserve, such calls take no more than 2% of
// the limit. And it is its turn: calls are spread over the minute, but for a
// burst after a pause.
//
// Until the first answer one call goes out at a time. An API that tells no
// limit is not slowed down.
type Limiter struct {
	turn    chan struct{} // held by who is next; the others queue for it
	changed chan struct{} // holds a token when an answer came

	mu       sync.Mutex
	share    float64 // of the limit that may be used
	known    bool    // whether there is a limit
	limit    int     // calls a window; 0: none
	sent     uint64  // calls so far
	inFlight int
	answered []time.Time // of the last window, oldest first
	left     int         // what the newest answer left, without those in flight
	mark     uint64      // sent, when it came: calls up to it may be older than it
	resetAt  time.Time
	probe    uint64  // ticket of the last call that was to find out what is left
	tokens   float64 // calls whose turn has come
	paced    time.Time
	hold     time.Time // nobody calls before, after a 429
}

// NewLimiter returns a limiter that knows nothing yet. Its share is all of the
// limit.
func NewLimiter() *Limiter {
	return &Limiter{turn: make(chan struct{}, 1), changed: make(chan struct{}, 1), share: 1}
}

// SetShare sets which part of the limit may be used, more than 0 and at most 1,
// from the next call on. The rest is a reserve for others: calls of the same
// user that are made elsewhere count as well, and no call is sent that would
// leave less. A share of less than one call a minute is one call a minute.
func (l *Limiter) SetShare(share float64) error {
	if !(share > 0 && share <= 1) {
		return &InputError{Field: "share", Problem: "must be more than 0 and at most 1"}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.share = share
	l.wake()
	return nil
}

// wait returns when a call may be sent, first come first served, or ctx's error
// when that ends first. done must follow with the ticket.
func (l *Limiter) wait(ctx context.Context) (ticket uint64, err error) {
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		ticket, d := l.take(time.Now())
		if d == 0 {
			return ticket, nil
		}
		t := time.NewTimer(d)
		select {
		case <-t.C:
		case <-l.changed:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

// take takes a call, or returns after how long, to try again.
func (l *Limiter) take(now time.Time) (ticket uint64, d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d := l.delay(now); d > 0 {
		return 0, d
	}
	l.sent++
	if l.room() < 1 {
		l.probe = l.sent
	}
	l.tokens--
	l.inFlight++
	return l.sent, 0
}

// delay is how long no call may be sent; 0 if one may be now.
func (l *Limiter) delay(now time.Time) time.Duration {
	if d := l.hold.Sub(now); d > 0 {
		return d
	}
	if l.known && l.limit == 0 {
		return 0
	}
	l.expire(now)
	l.refill(now)
	left := l.room()
	guess := !l.known || left < 1 && !now.Before(l.resetAt)
	switch {
	case guess && l.inFlight > 0:
		return unknown
	case !l.known:
		return 0
	case l.inFlight+len(l.answered) >= l.most():
		if len(l.answered) == 0 {
			return unknown
		}
		return l.answered[0].Add(window).Sub(now)
	case left < 1 && !guess:
		return l.resetAt.Sub(now)
	case l.tokens < 1:
		return time.Duration((1-l.tokens)/l.pace(now)*float64(time.Second)) + time.Microsecond
	}
	return 0
}

// most is how many calls a minute may be sent.
func (l *Limiter) most() int {
	const inexact = 1e-6 // of a share such as 0.29, which a float cannot be
	return max(1, int(l.share*float64(l.limit)+inexact))
}

// room is how many calls may be sent until resetAt, so that the reserve is
// left.
func (l *Limiter) room() int { return l.left - l.inFlight - l.reserve() }

func (l *Limiter) reserve() int { return l.limit - l.most() }

// expire forgets calls that no longer count.
func (l *Limiter) expire(now time.Time) {
	n := 0
	for n < len(l.answered) && !now.Before(l.answered[n].Add(window)) {
		n++
	}
	l.answered = l.answered[n:]
}

// pace is how many calls a second are sent. What is left is spread over the
// time until the reset, so that a burst, or what others take, is paid back
// slowly, and nothing is used up early.
func (l *Limiter) pace(now time.Time) float64 {
	most := (1 - spare) * float64(l.most()) / window.Seconds()
	if rest := l.resetAt.Add(-rounding).Sub(now); rest > 0 {
		return min(most, float64(max(l.room(), 1))/max(rest, soon).Seconds())
	}
	return most
}

func (l *Limiter) refill(now time.Time) {
	if l.limit > 0 {
		l.tokens = min(l.burst(), l.tokens+now.Sub(l.paced).Seconds()*l.pace(now))
	}
	l.paced = now
}

// burst is how many calls may be sent at once after a pause: enough for the
// few dozen calls of somebody who looks around, or a tenth of the share, but
// half of the room at most, since another process may do the same.
func (l *Limiter) burst() float64 {
	most, room := float64(l.most()), float64(l.room())
	return max(1, min(room/2, max(min(most/2, 30), most/10)))
}
