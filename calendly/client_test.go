package calendly

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const testToken = "eyJraWQiOiIx.secret-token.c2lnbmF0dXJl"

// transport answers requests without a network.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// reply is an answer with headers given as names and values in turn.
func reply(r *http.Request, status int, body string, headers ...string) *http.Response {
	res := &http.Response{
		StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: r,
	}
	for i := 0; i < len(headers); i += 2 {
		res.Header.Set(headers[i], headers[i+1])
	}
	return res
}

func newClient(t *testing.T, options ...Option) *Client {
	t.Helper()
	c, err := New(testToken, options...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fake returns a client whose requests f answers.
func fake(t *testing.T, f transport, options ...Option) *Client {
	t.Helper()
	return newClient(t, append([]Option{WithTransport(f)}, options...)...)
}

// serve returns a client of a server.
func serve(t *testing.T, h http.HandlerFunc, options ...Option) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return newClient(t, append([]Option{WithBaseURL(s.URL)}, options...)...)
}

func wantInputError(t *testing.T, err error, field string) {
	t.Helper()
	var input *InputError
	if !errors.As(err, &input) || input.Field != field {
		t.Errorf("the error is %v, want one about %s", err, field)
	}
	if err != nil && strings.Contains(err.Error(), "secret") {
		t.Errorf("the error tells a secret: %v", err)
	}
}

func TestNew_refuses_what_cannot_be_a_token(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", " ", "secret token", "secret\n", "secret\x00", "sécret", "secret\x7f"} {
		_, err := New(token)
		wantInputError(t, err, "token")
	}
}

func TestNew_refuses_addresses_where_a_token_must_not_go(t *testing.T) {
	t.Parallel()
	for _, base := range []string{
		"", "api.calendly.com", "://", "http://", "ftp://127.0.0.1", "http://api.calendly.com", "http://127.0.0.1.example.com",
		"http://10.0.0.1", "http://[::2]", "https://user:secret@api.calendly.com", "https://api.calendly.com/v2", "https://api.calendly.com?a=secret",
		"https://api.calendly.com#secret", "http:127.0.0.1", "https://:443", "http://localhost.example.com", "user:secret@api.calendly.com",
	} {
		if _, err := New(testToken, WithBaseURL(base)); err == nil {
			t.Errorf("%q was accepted", base)
		} else {
			wantInputError(t, err, "base URL")
		}
	}
	for base, want := range map[string]string{
		"https://api.calendly.com/": "https://api.calendly.com", "HTTPS://API.Calendly.com:443": "https://api.calendly.com",
		"http://localhost:1": "http://localhost:1", "http://127.8.9.10:80": "http://127.8.9.10", "http://[::1]:8080": "http://[::1]:8080",
		"https://proxy.example.com:8443": "https://proxy.example.com:8443",
	} {
		if c, err := New(testToken, WithBaseURL(base)); err != nil || c.BaseURL() != want {
			t.Errorf("%q is %v, %v, want %q", base, c, err, want)
		}
	}
}

func TestNew_refuses_options_that_make_no_sense(t *testing.T) {
	t.Parallel()
	for field, o := range map[string]Option{
		"transport": WithTransport(nil), "limiter": WithLimiter(nil), "user agent": WithUserAgent("a\nb"), "attempts": WithAttempts(0),
		"timeout": WithTimeout(0), "max response": WithMaxResponse(0),
	} {
		_, err := New(testToken, o)
		wantInputError(t, err, field)
	}
}

func TestClient_is_not_printed_with_its_token(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	all := string(text)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		all += fmt.Sprintf(verb, c) + fmt.Sprintf(verb, *c) + fmt.Sprintf(verb, bearer(testToken)) + fmt.Sprintf(verb, *c.Users)
	}
	if strings.Contains(all, "secret-token") || strings.Contains(all, fmt.Sprintf("%x", "secret-token")) {
		t.Error("the token was printed")
	}
}

func TestClient_sends_what_a_request_needs(t *testing.T) {
	t.Parallel()
	var got *http.Request
	c := fake(t, func(r *http.Request) (*http.Response, error) {
		got = r
		return reply(r, 200, `{"resource":{"uri":"https://api.calendly.com/users/A"}}`), nil
	}, WithUserAgent("test/1"))
	me, err := c.Users.Me(t.Context())
	if err != nil || me.URI.ID() != "A" {
		t.Fatalf("got %+v, %v", me, err)
	}
	for name, want := range map[string]string{"Authorization": "Bearer " + testToken, "Accept": "application/json", "User-Agent": "test/1"} {
		if got.Header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if got.Method != http.MethodGet || got.URL.String() != "https://api.calendly.com/users/me" {
		t.Errorf("the request is %s %s", got.Method, got.URL)
	}
}

func TestClient_does_not_follow_redirects(t *testing.T) {
	t.Parallel()
	var visited atomic.Bool
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visited.Store(true) }))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		c := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL+"/users/me", status) })
		_, err := c.Users.Me(t.Context())
		var answered *Error
		if !errors.As(err, &answered) || answered.Status != status || !strings.Contains(err.Error(), "redirects are not followed") {
			t.Errorf("%d: the error is %v", status, err)
		}
	}
	if visited.Load() {
		t.Error("a redirect was followed")
	}
}

func TestClient_does_not_take_the_token_to_another_host(t *testing.T) {
	t.Parallel()
	c := fake(t, func(r *http.Request) (*http.Response, error) {
		if r.URL.Host != "api.calendly.com" || r.URL.Scheme != "https" {
			t.Errorf("a request went to %s", r.URL)
		}
		return reply(r, 200, `{"collection":[],"pagination":{"count":0,"next_page":"https://evil.example.com/teams?page_token=a","next_page_token":"a"}}`), nil
	})
	for _, uri := range []URI{
		"https://evil.example.com/users/A", "//evil.example.com/users/A", "http://api.calendly.com/users/A", "https://api.calendly.com:8443/users/A",
		"https://api.calendly.com@evil.example.com/users/A", "https://user@api.calendly.com/users/A", "https://api.calendly.com.evil.example.com/users/A",
	} {
		if _, err := c.GetRaw(t.Context(), string(uri), nil); !foreign(err) {
			t.Errorf("GetRaw of %s: %v", uri, err)
		}
		if _, err := c.Users.Get(t.Context(), uri); err == nil {
			t.Errorf("Get of %s is no error", uri)
		}
		if _, err := c.ScheduledEvents.List(t.Context(), ScheduledEventOptions{User: uri}); err == nil {
			t.Errorf("List with %s is no error", uri)
		}
	}
	pages := 0
	for page, err := range c.Teams.Pages(t.Context(), TeamOptions{}) {
		if pages++; page == nil && !foreign(err) {
			t.Errorf("the error of the next page is %v", err)
		}
	}
	if pages != 2 {
		t.Errorf("%d pages or errors came, want one of each", pages)
	}
}

func foreign(err error) bool {
	var f *ForeignHostError
	return errors.As(err, &f)
}

func TestClient_With_shares_the_limiter_and_the_transport(t *testing.T) {
	t.Parallel()
	var seen atomic.Int32
	c := fake(t, func(r *http.Request) (*http.Response, error) { return reply(r, 200, `{"resource":{}}`), nil })
	other, err := c.With(WithObserver(func(Attempt) { seen.Add(1) }), WithTimeout(time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	for _, client := range []*Client{c, other} {
		if _, err := client.Users.Me(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if seen.Load() != 1 {
		t.Errorf("%d attempts were told, want that of the second client", seen.Load())
	}
	if other.limiter != c.limiter || other.Users.client != other || c.Users.client != c {
		t.Error("the copy is not one")
	}
	if _, err := c.With(WithAttempts(-1)); err == nil {
		t.Error("a bad option was accepted")
	}
}
