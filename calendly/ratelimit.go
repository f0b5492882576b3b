package calendly

import (
	"context"
	"math"
	"sync"
	"time"
)

const (
	window = time.Minute
	// spare is the part of the limit that is not used by default, and that is
	// left over to others once calls of theirs are noticed.
	spare = 0.02
	// rounding is what X-RateLimit-Reset may leave out: it is whole seconds.
	rounding = time.Second
	// soon is the shortest rest of a window that calls are spread over.
	soon = time.Second
	// unknown is how long to wait for what only an answer can tell; it always
	// comes, as every attempt has a deadline.
	unknown = time.Hour
)

// Limiter keeps the users of one token below the limit that the API's answers
// tell, without needing a 429 to do so. It is safe for concurrent use.
//
// Three things let a call go. There is room for it: no more calls than the
// limit were sent in the last minute, a call counting from its sending until a
// minute after its answer, so that whenever the server noted it, and whether
// its minutes are fixed or slide, it counts no more. The last answer said that
// there are calls left for it, which is how calls of others are noticed, and of
// an earlier process; where none are left everybody waits for the reset, and
// then one call finds out. And it is its turn: calls are spread over the
// minute, but for a burst after a pause.
//
// Until the first answer one call goes out at a time. An API that tells no
// limit is not slowed down.
type Limiter struct {
	turn    chan struct{} // held by who is next; the others queue for it
	changed chan struct{} // holds a token when an answer came

	mu       sync.Mutex
	share    float64 // of the limit that is used
	known    bool    // whether there is a limit
	limit    int     // calls a window; 0: none
	sent     uint64  // calls so far
	inFlight int
	answered []time.Time // of the last window, oldest first
	left     int         // what the newest answer left, without those in flight
	mark     uint64      // sent, when it came: calls up to it may be older than it
	resetAt  time.Time
	othersAt time.Time // when calls of others were last noticed
	tokens   float64   // calls whose turn has come
	paced    time.Time
	hold     time.Time // nobody calls before, after a 429
}

// NewLimiter returns a limiter that knows nothing yet, and uses 98% of the
// limit: what is left makes room for a count that is not exact.
func NewLimiter() *Limiter {
	return &Limiter{turn: make(chan struct{}, 1), changed: make(chan struct{}, 1), share: 1 - spare}
}

// SetShare sets which part of the limit is used in the long run, more than 0
// and at most 1: the rest is left to others of the same user.
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
	l.tokens--
	l.inFlight++
	l.sent++
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
	left := l.room(now)
	guess := !l.known || left < 1 && !now.Before(l.resetAt)
	switch {
	case guess && l.inFlight > 0:
		return unknown
	case !l.known:
		return 0
	case l.inFlight+len(l.answered) >= l.limit:
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

// room is how many calls the server will take until resetAt, less what others
// may need where there are any.
func (l *Limiter) room(now time.Time) int {
	room := l.left - l.inFlight
	if now.Sub(l.othersAt) < 2*window {
		room -= l.spare()
	}
	return room
}

func (l *Limiter) spare() int { return int(math.Ceil(spare * float64(l.limit))) }

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
	most := l.share * float64(l.limit) / window.Seconds()
	if rest := l.resetAt.Add(-rounding).Sub(now); rest > 0 {
		return min(most, float64(max(l.room(now), 1))/max(rest, soon).Seconds())
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
// few dozen calls of somebody who looks around, or a tenth of the limit.
func (l *Limiter) burst() float64 {
	limit := float64(l.limit) * l.share
	return max(1, min(limit/2, 30), limit/10)
}
