package calendly

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// DefaultBaseURL is where Calendly's API is.
const DefaultBaseURL = "https://api.calendly.com"

const (
	attemptTimeout  = 30 * time.Second
	maxResponse     = 32 << 20 // bytes
	maxErrorBody    = 64 << 10
	defaultAttempts = 5
	maxIdlePerHost  = 64
)

// Client speaks to Calendly's API with one token. It is safe for concurrent
// use. The token is sent to the configured scheme, host and port only.
type Client struct {
	base      *url.URL
	authorize func(*http.Request) // holds the token where nothing can print it
	transport http.RoundTripper
	limiter   *Limiter
	userAgent string
	observe   func(Attempt)
	decode    func(body []byte) (*RawPage, error)
	attempts  int
}

// Attempt is one request that was sent, whatever came of it.
type Attempt struct {
	Method      string
	Path        string // without the query
	Status      int    // 0 if there was no answer
	Err         error  // why there was none
	Elapsed     time.Duration
	RateLimited bool // the answer was 429
	Rate        Rate
}

// Option changes what a Client does.
type Option func(*Client) error

// WithBaseURL sets where the API is: scheme and host only. Plain http is for
// loopback addresses.
func WithBaseURL(base string) Option {
	return func(c *Client) error {
		u, err := url.Parse(strings.TrimSuffix(base, "/"))
		switch {
		case err != nil || u.Host == "" || u.Opaque != "":
			return fmt.Errorf("base URL %q is not an address like %s", base, DefaultBaseURL)
		case u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "":
			return errors.New("base URL has more than a scheme and a host")
		case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
			return fmt.Errorf("base URL %q is not https, and plain http is for loopback addresses only", base)
		}
		c.base = u
		return nil
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// WithTransport sets what sends requests; by default a transport of the
// client's own.
func WithTransport(t http.RoundTripper) Option {
	return func(c *Client) error { c.transport = t; return nil }
}

// WithLimiter sets the limiter, to be shared by all clients of one token.
func WithLimiter(l *Limiter) Option {
	return func(c *Client) error { c.limiter = l; return nil }
}

// WithUserAgent sets the User-Agent header.
func WithUserAgent(agent string) Option {
	return func(c *Client) error { c.userAgent = agent; return nil }
}

// WithObserver sets a function that is told of every attempt, from the
// goroutine that made it.
func WithObserver(observe func(Attempt)) Option {
	return func(c *Client) error { c.observe = observe; return nil }
}

// WithPageDecoder sets what takes a page of a list apart, for programs that
// have a faster JSON decoder than the standard library's. It must fail where
// the body is not JSON or has no collection.
func WithPageDecoder(decode func(body []byte) (*RawPage, error)) Option {
	return func(c *Client) error { c.decode = decode; return nil }
}

// New returns a client with a token. It sends nothing yet.
func New(token string, options ...Option) (*Client, error) {
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("the token is empty or has characters that no token has")
	}
	c := &Client{
		authorize: func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) },
		limiter:   NewLimiter(),
		userAgent: "kalends-go",
		observe:   func(Attempt) {},
		decode:    decodePage,
		attempts:  defaultAttempts,
	}
	if err := WithBaseURL(DefaultBaseURL)(c); err != nil {
		return nil, err
	}
	if err := c.apply(options); err != nil {
		return nil, err
	}
	if c.transport == nil {
		c.transport = newTransport()
	}
	return c, nil
}

func newTransport() http.RoundTripper {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout:   10 * time.Second,
		ResponseHeaderTimeout: attemptTimeout,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConns:          maxIdlePerHost,
		MaxIdleConnsPerHost:   maxIdlePerHost,
		ForceAttemptHTTP2:     true,
	}
}

func (c *Client) apply(options []Option) error {
	for _, o := range options {
		if err := o(c); err != nil {
			return err
		}
	}
	return nil
}

// With returns a copy of c with other options. It shares the transport and the
// limiter.
func (c *Client) With(options ...Option) (*Client, error) {
	other := *c
	return &other, other.apply(options)
}

// BaseURL returns where the API is.
func (c *Client) BaseURL() string { return c.base.String() }

// resolve returns the address of a path of the API, or of a full address on
// the API's own host.
func (c *Client) resolve(path string, query url.Values) (*url.URL, error) {
	u, err := url.Parse(path)
	if err != nil {
		return nil, fmt.Errorf("address of a request: %w", errors.Unwrap(err))
	}
	if u.IsAbs() || u.Host != "" {
		if u.Scheme != c.base.Scheme || u.Host != c.base.Host || u.User != nil {
			return nil, &ForeignHostError{Host: u.Host, Want: c.base.Host}
		}
	} else if !strings.HasPrefix(u.Path, "/") {
		return nil, fmt.Errorf("path %q does not begin with a slash", path)
	}
	u.Scheme, u.Host, u.User = c.base.Scheme, c.base.Host, nil
	if len(query) > 0 {
		u.RawQuery = query.Encode()
	}
	return u, nil
}

// get sends a GET until it is answered, and returns the body of a 200.
func (c *Client) get(ctx context.Context, path string, query url.Values) ([]byte, error) {
	u, err := c.resolve(path, query)
	if err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		body, err := c.try(ctx, u)
		if err == nil || attempt == c.attempts || !retryable(err) {
			return body, err
		}
		if err := sleep(ctx, backoff(attempt, err)); err != nil {
			return nil, err
		}
	}
}

// try sends one request and decides what its answer means.
func (c *Client) try(ctx context.Context, u *url.URL) (body []byte, err error) {
	if err := c.limiter.wait(ctx); err != nil {
		return nil, err
	}
	limit, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(limit, http.MethodGet, u.String(), nil)
	if err != nil {
		c.limiter.done(Rate{}, false)
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", c.userAgent)
	c.authorize(req)
	a := Attempt{Method: req.Method, Path: u.Path}
	began := time.Now()
	res, err := c.transport.RoundTrip(req)
	if err == nil {
		a.Status, a.Rate = res.StatusCode, rateOf(res.Header)
		a.RateLimited = res.StatusCode == http.StatusTooManyRequests
		body, err = answer(req, res)
	}
	a.Elapsed = time.Since(began)
	c.limiter.done(a.Rate, a.RateLimited)
	var answered *Error
	if err != nil && !errors.As(err, &answered) {
		err = noAnswer(ctx, u.Path, err)
		a.Err = err
	}
	c.observe(a)
	return body, err
}

// answer reads an answer and returns its body, or the Error that it is.
func answer(req *http.Request, res *http.Response) (body []byte, err error) {
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	if res.StatusCode/100 != 2 {
		body, err := io.ReadAll(io.LimitReader(res.Body, maxErrorBody))
		if err != nil {
			body = nil // what the status says is enough
		}
		return nil, newError(req, res, body)
	}
	if res.ContentLength > maxResponse {
		return nil, &SizeError{Path: req.URL.Path, Limit: maxResponse}
	}
	var b bytes.Buffer
	b.Grow(int(max(res.ContentLength, 0)) + bytes.MinRead) // as much as ReadFrom wants, so that it does not grow
	_, err = b.ReadFrom(io.LimitReader(res.Body, maxResponse+1))
	if b.Len() > maxResponse {
		return nil, &SizeError{Path: req.URL.Path, Limit: maxResponse}
	}
	return b.Bytes(), err
}
