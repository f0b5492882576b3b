package calendly

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

const ok = `{"resource":{"uri":"https://api.calendly.com/users/A"}}`

func TestRead_is_tried_again_only_where_that_may_help(t *testing.T) {
	t.Parallel()
	again := map[int]bool{429: true, 500: true, 502: true, 503: true, 504: true}
	for _, status := range []int{301, 304, 400, 401, 402, 403, 404, 405, 408, 409, 418, 422, 424, 429, 500, 501, 502, 503, 504, 505, 599} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sent := 0
				c := fake(t, func(r *http.Request) (*http.Response, error) { sent++; return reply(r, status, "<html>"), nil })
				_, err := c.Users.Me(t.Context())
				var answered *Error
				if !errors.As(err, &answered) || answered.Status != status {
					t.Errorf("the error is %v", err)
				}
				if want := map[bool]int{true: 5, false: 1}[again[status]]; sent != want {
					t.Errorf("it was tried %d times, want %d", sent, want)
				}
			})
		})
	}
}

func TestRead_succeeds_when_the_trouble_is_over(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]transport{
		"no connection": func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
		"502 in HTML":   func(r *http.Request) (*http.Response, error) { return reply(r, 502, "<html>"), nil },
		"429":           func(r *http.Request) (*http.Response, error) { return reply(r, 429, "", "X-RateLimit-Reset", "3"), nil },
		"cut JSON":      func(r *http.Request) (*http.Response, error) { return reply(r, 200, ok[:20]), nil },
		"no JSON":       func(r *http.Request) (*http.Response, error) { return reply(r, 200, "<html>"), nil },
		"empty":         func(r *http.Request) (*http.Response, error) { return reply(r, 200, ""), nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sent := 0
				var told []Attempt
				c := fake(t, func(r *http.Request) (*http.Response, error) {
					if sent++; sent < 4 {
						return trouble(r)
					}
					return reply(r, 200, ok), nil
				}, WithObserver(func(a Attempt) { told = append(told, a) }))
				if _, err := c.Users.Me(t.Context()); err != nil {
					t.Fatal(err)
				}
				for i, a := range told {
					if a.Method != http.MethodGet || a.Path != "/users/me" || (a.Err == nil) != (i == 3) || a.RateLimited != (name == "429" && i < 3) {
						t.Errorf("attempt %d was told as %+v", i, a)
					}
				}
				if sent != 4 || len(told) != 4 {
					t.Errorf("%d attempts, %d told, want 4", sent, len(told))
				}
			})
		})
	}
}

func TestRead_waits_as_long_as_the_answer_asks(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status      int
		headers     []string
		least, most time.Duration
	}{
		"429 with a reset":              {429, []string{"X-RateLimit-Reset", "37"}, 37 * time.Second, 40 * time.Second},
		"429 with Retry-After":          {429, []string{"Retry-After", "20", "X-RateLimit-Reset", "60"}, 20 * time.Second, 23 * time.Second},
		"429 with a date":               {429, []string{"Retry-After", "Sat, 01 Jan 2000 00:00:30 GMT"}, 30 * time.Second, 33 * time.Second},
		"429 with nothing":              {429, nil, 0, 3 * time.Second},
		"429 with nonsense":             {429, []string{"Retry-After", "soon", "X-RateLimit-Reset", "NaN"}, 0, 3 * time.Second},
		"429 with the past":             {429, []string{"Retry-After", "-5"}, 0, 3 * time.Second},
		"429 with a Unix time":          {429, []string{"X-RateLimit-Reset", "1795000000"}, 2 * time.Minute, 123 * time.Second},
		"503 with Retry-After":          {503, []string{"Retry-After", "9"}, 9 * time.Second, 11 * time.Second},
		"503 with a reset of no matter": {503, []string{"X-RateLimit-Reset", "60"}, 0, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var sent []time.Time
				client := fake(t, func(r *http.Request) (*http.Response, error) {
					if sent = append(sent, time.Now()); len(sent) == 1 {
						return reply(r, c.status, "", c.headers...), nil
					}
					return reply(r, 200, ok), nil
				})
				if _, err := client.Users.Me(t.Context()); err != nil {
					t.Fatal(err)
				}
				if d := sent[1].Sub(sent[0]); d < c.least || d > c.most {
					t.Errorf("the second attempt came after %s, want %s to %s", d, c.least, c.most)
				}
			})
		})
	}
}

func TestRead_waits_longer_each_time_and_not_for_ever(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sent, began := 0, time.Now()
		c := fake(t, func(r *http.Request) (*http.Response, error) {
			sent++
			return reply(r, 503, "", "Retry-After", "3600"), nil
		}, WithAttempts(100))
		_, err := c.Users.Me(t.Context())
		if took := time.Since(began); err == nil || took > maxTotal {
			t.Errorf("it took %s: %v", took, err)
		}
		if sent < 2 || sent > 3 {
			t.Errorf("it was tried %d times", sent)
		}
	})
	var last time.Duration
	for attempt := range 100 {
		most := time.Duration(0)
		for range 200 {
			most = max(most, backoff(attempt, io.EOF))
		}
		if attempt <= 5 && most <= last || most > backoffLimit {
			t.Errorf("after attempt %d it waits up to %s, before that %s", attempt, most, last)
		}
		last = most
	}
}

func TestRead_ends_with_its_context(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]transport{
		"while it waits for an answer": func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, errors.New("connection closed")
		},
		"while it waits to try again": func(r *http.Request) (*http.Response, error) { return reply(r, 429, "", "Retry-After", "60"), nil },
		"while it reads": func(r *http.Request) (*http.Response, error) {
			res := reply(r, 200, "")
			res.Body, res.ContentLength = io.NopCloser(reader(func([]byte) (int, error) {
				<-r.Context().Done()
				return 0, errors.New("connection closed")
			})), -1
			return res, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				began := time.Now()
				_, err := fake(t, f).Users.Me(ctx)
				if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 5*time.Second {
					t.Errorf("after %s: %v", time.Since(began), err)
				}
				canceled, cancel := context.WithCancel(t.Context())
				cancel()
				if _, err := fake(t, f).Users.Me(canceled); !errors.Is(err, context.Canceled) {
					t.Errorf("with an ended context: %v", err)
				}
			})
		})
	}
}

type reader func([]byte) (int, error)

func (f reader) Read(b []byte) (int, error) { return f(b) }

func TestRead_an_attempt_that_takes_too_long_is_not_the_callers_deadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		c := fake(t, func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done()
			return nil, r.Context().Err()
		}, WithAttempts(2), WithTimeout(7*time.Second))
		_, err := c.Users.Me(t.Context())
		var connection *ConnectionError
		if !errors.As(err, &connection) || errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "7s") {
			t.Errorf("the error is %v", err)
		}
		if took := time.Since(began); took < 14*time.Second || took > 15*time.Second {
			t.Errorf("two attempts took %s", took)
		}
	})
}

func TestRead_refuses_answers_that_are_too_long(t *testing.T) {
	t.Parallel()
	body := `{"resource":{"name":"` + strings.Repeat("a", 2000) + `"}}`
	for name, length := range map[string]bool{"told": true, "untold": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sent atomic.Int32
			c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				sent.Add(1)
				if !length {
					w.(http.Flusher).Flush()
				}
				_, _ = io.WriteString(w, body) // the client may hang up
			}, WithMaxResponse(int64(len(body))-1))
			_, err := c.Users.Me(t.Context())
			var size *SizeError
			if !errors.As(err, &size) || sent.Load() != 1 {
				t.Errorf("after %d attempts: %v", sent.Load(), err)
			}
			enough, err := c.With(WithMaxResponse(int64(len(body))))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := enough.Users.Me(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}
