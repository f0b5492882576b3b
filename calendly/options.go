package calendly

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// DefaultBaseURL is where Calendly's API is.
const DefaultBaseURL = "https://api.calendly.com"

const (
	defaultAttempts    = 5
	defaultTimeout     = 30 * time.Second
	defaultMaxResponse = 32 << 20 // bytes
)

// Option changes what a Client does.
type Option func(*Client) error

// WithBaseURL sets where the API is, or for NewOAuth where OAuth is: scheme and host only. Plain http is for
// loopback addresses (localhost, 127.0.0.0/8 and ::1).
func WithBaseURL(base string) Option {
	return func(c *Client) error {
		u, err := parseBase(base)
		if err != nil {
			return err
		}
		c.base = u
		return nil
	}
}

// parseBase tells nothing of base in its errors: people put passwords there.
func parseBase(base string) (*url.URL, error) {
	refuse := func(problem string) (*url.URL, error) {
		return nil, &InputError{Field: "base URL", Problem: problem}
	}
	u, err := url.Parse(strings.TrimSuffix(base, "/"))
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return refuse("is not an address like " + DefaultBaseURL)
	case u.User != nil || u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return refuse("must be a scheme and a host, and nothing else")
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())):
		return refuse("must be https; plain http is for loopback addresses only")
	}
	return &url.URL{Scheme: u.Scheme, Host: hostOf(u)}, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// hostOf returns the host and port of an address in the form that compares.
func hostOf(u *url.URL) string {
	standard := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	return strings.TrimSuffix(strings.ToLower(u.Host), standard)
}

// WithTransport sets what sends requests; by default a transport of the
// client's own. Redirects are not followed, whatever the transport.
func WithTransport(t http.RoundTripper) Option {
	return func(c *Client) error {
		if t == nil {
			return &InputError{Field: "transport", Problem: "is nil"}
		}
		c.transport = t
		return nil
	}
}

// WithLimiter sets the limiter, to be shared by all clients that use tokens of
// the same user: Calendly counts the calls of a user, not of a token.
func WithLimiter(l *Limiter) Option {
	return func(c *Client) error {
		if l == nil {
			return &InputError{Field: "limiter", Problem: "is nil"}
		}
		c.limiter = l
		return nil
	}
}

// WithUserAgent sets the User-Agent header.
func WithUserAgent(agent string) Option {
	return func(c *Client) error {
		if strings.ContainsFunc(agent, func(r rune) bool { return r < ' ' || r > '~' }) {
			return &InputError{Field: "user agent", Problem: "has characters that a header cannot have"}
		}
		c.userAgent = agent
		return nil
	}
}

// WithObserver sets a function that is told of every attempt when it is over,
// from the goroutine that made it, so from several at once. nil means none.
func WithObserver(observe func(Attempt)) Option {
	return func(c *Client) error {
		c.observe = observe
		if observe == nil {
			c.observe = func(Attempt) {}
		}
		return nil
	}
}

// WithPageDecoder sets what takes a page of a list apart, for programs that
// have a faster JSON decoder than the standard library's. It must fail where
// the body is not JSON or has no collection. nil means the client's own.
func WithPageDecoder(decode func(body []byte) (*RawPage, error)) Option {
	return func(c *Client) error {
		c.decodePage = decode
		if decode == nil {
			c.decodePage = decodePage
		}
		return nil
	}
}

// WithAttempts sets how often a read is tried before its error is returned; 5
// by default, 1 for no retries.
func WithAttempts(n int) Option {
	return func(c *Client) error {
		if n < 1 {
			return &InputError{Field: "attempts", Problem: "must be 1 or more"}
		}
		c.attempts = n
		return nil
	}
}

// WithTimeout sets how long one attempt may take, from the connection to the
// last byte of the answer; 30 seconds by default. Waiting for the limiter does
// not count.
func WithTimeout(d time.Duration) Option {
	return func(c *Client) error {
		if d <= 0 {
			return &InputError{Field: "timeout", Problem: "must be more than 0"}
		}
		c.timeout = d
		return nil
	}
}

// WithMaxResponse sets how many bytes an answer may have; 32 MiB by default.
func WithMaxResponse(bytes int64) Option {
	return func(c *Client) error {
		if bytes < 1 {
			return &InputError{Field: "max response", Problem: "must be 1 byte or more"}
		}
		c.maxResponse = bytes
		return nil
	}
}
