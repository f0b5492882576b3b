package calendly

import (
	"net/http"
	"strconv"
	"time"
)

// Rate is what an answer's X-RateLimit headers say; the zero Rate is an answer
// without them.
type Rate struct {
	Limit     int           // calls a minute
	Remaining int           // of them, at the moment of the answer
	Reset     time.Duration // until Remaining is renewed; whole seconds, at most 2 minutes
}

// rateOf reads the headers: X-RateLimit-Reset is in seconds, not a time.
func rateOf(h http.Header) Rate {
	limit, err := strconv.Atoi(h.Get("X-RateLimit-Limit"))
	remaining, err2 := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	if err != nil || err2 != nil || limit <= 0 {
		return Rate{}
	}
	return Rate{Limit: limit, Remaining: max(remaining, 0), Reset: seconds(h.Get("X-RateLimit-Reset"))}
}

// outcome is what came of a call: its answer, or the zero outcome for none.
type outcome struct {
	rate       Rate
	status     int
	retryAfter time.Duration
}

// done tells what came of a call that was taken.
func (l *Limiter) done(ticket uint64, o outcome) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight--
	if l.limit > 0 || !l.known {
		l.answered = append(l.answered, now)
	}
	switch {
	case o.rate.Limit > 0:
		l.learn(now, ticket, o.rate)
	case l.limit == 0 && o.status/100 == 2:
		l.known, l.answered = true, nil // there is no limit
	default:
		l.left-- // it may have been counted
	}
	if o.status == http.StatusTooManyRequests {
		l.refused(now, o.retryAfter)
	}
	l.wake()
}

// learn takes over what an answer says, if it is the newest by the server's
// count: its call was sent after the newest so far had come, or else it was
// under way at the same time and tells of fewer calls left.
func (l *Limiter) learn(now time.Time, ticket uint64, r Rate) {
	first := l.limit == 0
	l.known, l.limit = true, r.Limit
	resetAt := now.Add(r.Reset + rounding)
	if over := resetAt.Add(2 * rounding).Before(l.resetAt); over && ticket <= l.mark {
		return // it is of an earlier window
	}
	if ticket > l.mark || r.Remaining < l.left {
		l.left, l.mark, l.resetAt = r.Remaining, l.sent, resetAt
	}
	if first {
		l.tokens, l.paced = l.burst(), now
	}
	if until := now.Add(l.patience()); ticket == l.probe && l.left < l.reserve() && until.After(l.resetAt) {
		l.resetAt = until
	}
}

// patience is how long others are left alone who use up the reserve.
func (l *Limiter) patience() time.Duration {
	return time.Duration(float64(window) / max(1, spare*float64(l.limit)))
}

// refused makes everybody wait, and then one call find out.
func (l *Limiter) refused(now time.Time, wait time.Duration) {
	l.known, l.left = false, 0
	if until := now.Add(max(wait, soon) + rounding); until.After(l.hold) {
		l.hold = until
	}
}

func (l *Limiter) wake() {
	select {
	case l.changed <- struct{}{}:
	default: // it will be seen
	}
}
