package calendly

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	maxErrorBody = 64 << 10 // bytes that are kept of one
	firstBuffer  = 1 << 20  // bytes, however long an answer says it is
)

// Attempt is one request that was sent, whatever came of it.
type Attempt struct {
	Method      string
	Path        string        // without the query
	Status      int           // 0 if there was no answer
	Err         error         // what came of it; nil for a success
	Elapsed     time.Duration // from the request to the last byte of the answer
	RateLimited bool          // the answer was 429
	Rate        Rate          // what the answer says of the rate limit
}

// resolve returns the address of a path of the API, or of a URI of the API.
func (c *Client) resolve(path string, query url.Values) (*url.URL, error) {
	u, err := url.Parse(path)
	if err != nil || u.Opaque != "" {
		return nil, &InputError{Field: "path", Problem: "is neither a path nor a URI of the API"}
	}
	if u.IsAbs() || u.Host != "" {
		if u.Scheme != c.base.Scheme || hostOf(u) != c.base.Host || u.User != nil {
			return nil, &ForeignHostError{Host: u.Host, Want: c.base.Host}
		}
	} else if !strings.HasPrefix(u.Path, "/") {
		return nil, &InputError{Field: "path", Problem: "does not begin with a slash"}
	}
	own := &url.URL{Scheme: c.base.Scheme, Host: c.base.Host, Path: u.Path, RawPath: u.RawPath, RawQuery: u.RawQuery}
	if len(query) > 0 {
		merged := u.Query()
		for name, values := range query {
			merged[name] = values
		}
		own.RawQuery = merged.Encode()
	}
	return own, nil
}

// call is one request, as often as it is sent.
type call struct {
	method string
	url    *url.URL
	body   []byte // nil: none

	contentType string     // of the body
	by          credential // set for each attempt
	again       bool       // it was refused for its token, and another may do better
}

// get sends a GET until it is answered, and gives the body of the answer to
// decode, whose error says that it is not what the API promises.
func (c *Client) get(ctx context.Context, path string, query url.Values, decode func(body []byte) error) error {
	u, err := c.resolve(path, query)
	if err != nil {
		return err
	}
	r := call{method: http.MethodGet, url: u}
	var spent time.Duration
	renewed := false
	for attempt := 1; ; attempt++ {
		elapsed, err := c.try(ctx, &r, decode)
		if r.again && !renewed {
			renewed = true
			attempt--
			continue
		}
		if err == nil || attempt >= c.attempts || !retryable(err) {
			return err
		}
		delay := backoff(attempt, err)
		if spent += elapsed + delay; spent > maxTotal {
			return err
		}
		if sleep(ctx, delay) != nil {
			return ctx.Err()
		}
	}
}

// try sends one request when it is its turn, and decides what its answer means.
func (c *Client) try(ctx context.Context, r *call, decode func([]byte) error) (time.Duration, error) {
	ticket, err := c.limiter.wait(ctx)
	if err != nil {
		return 0, err
	}
	if r.by, err = c.credentials(ctx); err != nil {
		c.limiter.done(ticket, outcome{})
		return 0, err
	}
	a, got, err := c.attempt(ctx, *r)
	c.limiter.done(ticket, outcome{rate: a.Rate, status: got.status, retryAfter: retryAfter(got.status, got.header, time.Now())})
	r.again = got.status == http.StatusUnauthorized && r.by.refused(ctx)
	return a.Elapsed, c.conclude(a, *r, got, err, decode)
}

// attempt sends one request. It is the one place where a request leaves.
// conclude must follow.
func (c *Client) attempt(ctx context.Context, r call) (Attempt, answer, error) {
	a := Attempt{Method: r.method, Path: r.url.Path}
	began := time.Now()
	got, err := c.exchange(ctx, r)
	a.Elapsed = time.Since(began)
	a.Status, a.Rate = got.status, rateOf(got.header)
	a.RateLimited = got.status == http.StatusTooManyRequests
	return a, got, err
}

// conclude decides what an answer means, or the error in its place, and tells
// who watches.
func (c *Client) conclude(a Attempt, r call, got answer, err error, decode func([]byte) error) error {
	if err == nil {
		err = meaning(r, got, decode)
	}
	if r.method != http.MethodGet {
		err = outcomeOf(err)
	}
	a.Err = err
	c.observe(a)
	return err
}

// answer is an answer that was read; the zero answer is none.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// exchange sends a request and reads the answer.
func (c *Client) exchange(ctx context.Context, r call) (answer, error) {
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var body io.Reader = http.NoBody
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(limited, r.method, r.url.String(), body)
	if err != nil {
		return answer{}, noAnswer(ctx, r, err)
	}
	if r.body != nil {
		req.Header.Set("Content-Type", r.contentType)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.userAgent)
	r.by.authorize(req)
	res, err := c.transport.RoundTrip(req)
	if err != nil {
		return answer{}, noAnswer(ctx, r, c.lateness(limited, err))
	}
	defer res.Body.Close() // it was read, or its error is known
	got := answer{status: res.StatusCode, header: res.Header}
	if got.body, err = c.read(res); err != nil {
		return got, noAnswer(ctx, r, c.lateness(limited, err))
	}
	return got, nil
}

// lateness says so where it is the attempt's own deadline that has passed: the
// error of a context would look like the caller's.
func (c *Client) lateness(limited context.Context, err error) error {
	if errors.Is(limited.Err(), context.DeadlineExceeded) {
		return fmt.Errorf("not within %s", c.timeout)
	}
	return err
}

// read reads a body: that of a success whole, that of an error as far as it
// comes.
func (c *Client) read(res *http.Response) ([]byte, error) {
	if res.StatusCode/100 != 2 {
		body, _ := io.ReadAll(io.LimitReader(res.Body, maxErrorBody)) // the status is enough
		return body, nil
	}
	if res.ContentLength > c.maxResponse {
		return nil, &SizeError{Method: res.Request.Method, Path: res.Request.URL.Path, Limit: c.maxResponse}
	}
	var b bytes.Buffer
	b.Grow(int(min(max(res.ContentLength, 0), firstBuffer)) + bytes.MinRead) // ReadFrom wants so much room
	_, err := b.ReadFrom(io.LimitReader(res.Body, c.maxResponse+1))
	if int64(b.Len()) > c.maxResponse {
		return nil, &SizeError{Method: res.Request.Method, Path: res.Request.URL.Path, Limit: c.maxResponse}
	}
	return b.Bytes(), err
}

// meaning is what an answer says: nothing, where it is a success that can be
// decoded.
func meaning(r call, got answer, decode func([]byte) error) error {
	if got.status/100 != 2 {
		return newError(r, got)
	}
	if err := decode(got.body); err != nil {
		return &DecodeError{Method: r.method, Path: r.url.Path, Err: err, malformed: !json.Valid(got.body)}
	}
	return nil
}
