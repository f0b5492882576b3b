package calendly

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

const (
	backoffBase  = 250 * time.Millisecond
	backoffLimit = 20 * time.Second
	maxWait      = 2 * time.Minute // the longest that an answer can ask for
	maxTotal     = 5 * time.Minute // of attempts and the waits between them
)

// retryable reports whether a read may be answered better next time.
func retryable(err error) bool {
	var (
		answered   *Error
		connection *ConnectionError
		decoding   *DecodeError
		token      *TokenError
	)
	if errors.As(err, &token) {
		return false // what TokenSource does is not done twice
	}
	if errors.As(err, &answered) {
		switch answered.Status {
		case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
			http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	if errors.As(err, &decoding) {
		return decoding.malformed
	}
	return errors.As(err, &connection)
}

// backoff is how long to wait after the nth attempt: what the answer asks for,
// and a random part of a span that doubles, so that many clients spread out.
func backoff(attempt int, err error) time.Duration {
	jitter := rand.N(min(backoffBase<<min(attempt, 10), backoffLimit))
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter + jitter
	}
	return jitter
}

// retryAfter is how long an answer asks to wait: Retry-After, in seconds or as
// a date, or else, where calls are refused, X-RateLimit-Reset, in seconds. 0 is
// an answer that does not ask.
func retryAfter(status int, h http.Header, now time.Time) time.Duration {
	text := h.Get("Retry-After")
	if text == "" && status == http.StatusTooManyRequests {
		text = h.Get("X-RateLimit-Reset")
	}
	if text == "" {
		return 0
	}
	if t, err := http.ParseTime(text); err == nil {
		return clamp(t.Sub(now))
	}
	return seconds(text)
}

// seconds reads a number of seconds, and takes anything else for 0.
func seconds(text string) time.Duration {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n > 0) {
		return 0
	}
	return clamp(time.Duration(min(n, maxWait.Seconds()) * float64(time.Second)))
}

func clamp(d time.Duration) time.Duration { return min(max(d, 0), maxWait) }

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
