package calendly

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Error is an answer other than success.
type Error struct {
	Method         string
	Path           string // without the query
	Status         int
	Title          string // empty where the body was no error of the API
	Message        string
	Details        []ErrorDetail
	RequiredScopes []string      // of a 403 for want of scopes
	RetryAfter     time.Duration // 0 where the answer does not say
}

// ErrorDetail is what is wrong with one parameter.
type ErrorDetail struct {
	Parameter string `json:"parameter"`
	Message   string `json:"message"`
	Code      string `json:"code"`
}

// Error says what was asked and what the answer was.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: %d", e.Method, e.Path, e.Status)
	for _, part := range []string{e.Title, e.Message} {
		if part != "" {
			text += " " + strings.TrimSuffix(part, ".") + "."
		}
	}
	for _, d := range e.Details {
		text += fmt.Sprintf(" (%s %s)", d.Parameter, d.Message)
	}
	if len(e.RequiredScopes) > 0 {
		text += " (" + strings.Join(e.RequiredScopes, ", ") + ")"
	}
	return text
}

// newError reads the body of an error, which need not be JSON.
func newError(req *http.Request, res *http.Response, body []byte) *Error {
	e := &Error{Method: req.Method, Path: req.URL.Path, Status: res.StatusCode, RetryAfter: retryAfter(res.Header)}
	var b struct {
		Title          string        `json:"title"`
		Message        string        `json:"message"`
		Details        []ErrorDetail `json:"details"`
		RequiredScopes []string      `json:"required_scopes"`
	}
	if json.Unmarshal(body, &b) == nil {
		e.Title, e.Message, e.Details, e.RequiredScopes = b.Title, b.Message, b.Details, b.RequiredScopes
	}
	return e
}

// ForeignHostError is a link that leads away from the API. The token is not
// sent there.
type ForeignHostError struct{ Host, Want string }

// Error names both hosts.
func (e *ForeignHostError) Error() string {
	return fmt.Sprintf("a link leads to %q, not to the API at %q", e.Host, e.Want)
}

// SizeError is an answer that is longer than is read.
type SizeError struct {
	Path  string
	Limit int64 // bytes
}

// Error names the limit.
func (e *SizeError) Error() string {
	return fmt.Sprintf("GET %s: the answer is longer than %d bytes", e.Path, e.Limit)
}

// DecodeError is an answer of success that is not what the API promises.
type DecodeError struct {
	Path string
	Err  error
}

// Error says what does not fit.
func (e *DecodeError) Error() string {
	return fmt.Sprintf("GET %s: reading the answer: %v", e.Path, e.Err)
}

// Unwrap returns what does not fit.
func (e *DecodeError) Unwrap() error { return e.Err }

// ConnectionError is a request that was not answered in full.
type ConnectionError struct {
	Path string
	Err  error
}

// Error says why.
func (e *ConnectionError) Error() string { return fmt.Sprintf("GET %s: no answer: %v", e.Path, e.Err) }

// Unwrap returns why.
func (e *ConnectionError) Unwrap() error { return e.Err }

// noAnswer is the error of a request without an answer: the context's own if
// it has ended.
func noAnswer(ctx context.Context, path string, err error) error {
	var size *SizeError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &size):
		return err
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // the URL holds the query
	}
	return &ConnectionError{Path: path, Err: err}
}

// retryable reports whether a GET may be answered better next time.
func retryable(err error) bool {
	var (
		answered   *Error
		connection *ConnectionError
	)
	if errors.As(err, &answered) {
		switch answered.Status {
		case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
			http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	return errors.As(err, &connection)
}

const (
	backoffBase  = 250 * time.Millisecond
	backoffLimit = 20 * time.Second
	maxRetry     = 2 * time.Minute // the longest wait an answer can ask for
)

// backoff is how long to wait after the nth attempt: what the answer asks for,
// or a random part of a span that doubles.
func backoff(attempt int, err error) time.Duration {
	var e *Error
	if errors.As(err, &e) && e.Status == http.StatusTooManyRequests && e.RetryAfter > 0 {
		return e.RetryAfter + rand.N(time.Second)
	}
	return rand.N(min(backoffBase<<attempt, backoffLimit))
}

// retryAfter is how long an answer asks to wait: X-RateLimit-Reset is in
// seconds, not a time.
func retryAfter(h http.Header) time.Duration {
	for _, name := range []string{"Retry-After", "X-RateLimit-Reset"} {
		if n, err := strconv.Atoi(h.Get(name)); err == nil && n > 0 {
			return min(time.Duration(n)*time.Second, maxRetry)
		}
	}
	return 0
}

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
