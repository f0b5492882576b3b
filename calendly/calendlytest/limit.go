package calendlytest

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// window is the fixed span in which Calendly counts requests.
const window = time.Minute

// limiter counts the requests of each user, over all tokens of the user, in
// fixed windows that start with the first request after the last window. It
// follows the machine's clock, not Config.Clock: clients wait in real time.
type limiter struct {
	rate int // requests per user and window; 0 = no limit

	mu    sync.Mutex
	users map[userKey]*usage
}

// userKey names a user over all organizations.
type userKey struct {
	world *world
	user  int
}

type usage struct {
	started time.Time
	count   int
}

// allow counts one request of user, sets the headers that say what is left,
// and reports whether it is within the limit.
func (l *limiter) allow(user userKey, now time.Time, header http.Header) bool {
	if l.rate == 0 {
		return true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	u := l.users[user]
	if u == nil || now.Sub(u.started) >= window {
		u = &usage{started: now}
		l.users[user] = u
	}
	allowed := u.count < l.rate
	if allowed {
		u.count++
	}
	setLimit(header, l.rate, l.rate-u.count, u.started.Add(window).Sub(now))
	return allowed
}

// setLimit sets the headers that say what is left of a limit.
func setLimit(header http.Header, limit, remaining int, reset time.Duration) {
	header.Set("X-RateLimit-Limit", strconv.Itoa(limit))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(remaining))
	header.Set("X-RateLimit-Reset", strconv.Itoa(int((reset+time.Second-1)/time.Second)))
}
