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
