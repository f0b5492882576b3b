package calendlytest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLimit_counts_all_tokens_of_a_user_in_windows_of_a_minute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Config{Seed: 1, Events: 20, Rate: 3, Tokens: []Token{{Name: "second", Role: "owner"}}})
		expect := func(token, target string, status int, remaining, reset string) {
			t.Helper()
			w := do(t, s, token, http.MethodGet, target)
			got := []string{w.Header().Get("X-RateLimit-Limit"), w.Header().Get("X-RateLimit-Remaining"), w.Header().Get("X-RateLimit-Reset")}
			if diff := cmp.Diff([]string{"3", remaining, reset}, got); diff != "" || w.Code != status {
				t.Errorf("%s %s: %d, want %d\n%s", token, target, w.Code, status, diff)
			}
		}
		expect("owner", "/users/me", 200, "2", "60")
		time.Sleep(20*time.Second + time.Millisecond)
		expect("second", "/nothing", 404, "1", "40")
		expect("owner", "/groups", 400, "0", "40")
		expect("admin", "/users/me", 200, "2", "60")
		expect("", "/users/me", 401, "2", "60")
		expect("second", "/users/me", 429, "0", "40")
		time.Sleep(39 * time.Second)
		expect("owner", "/users/me", 429, "0", "1")
		time.Sleep(time.Second)
		expect("owner", "/users/me", 200, "2", "60")
		if got := s.Requests(); got.Total != 8 || got.RateLimited != 2 || got.Routes["GET /users/me"] != 6 || got.Routes[""] != 1 {
			t.Errorf("counted %+v", got)
		}
		var body apiError
		for range 3 {
			w := do(t, s, "owner", http.MethodGet, "/users/me")
			if w.Code != http.StatusTooManyRequests {
				continue
			}
			if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("429 is %q: %v", w.Body, err)
			}
		}
		if body.Title == "" || body.Message == "" {
			t.Errorf("429 says %+v", body)
		}
	})
}

func TestLimit_of_zero_has_no_headers(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 20})
	w := do(t, s, "owner", http.MethodGet, "/users/me")
	for name := range w.Header() {
		if name != "Content-Type" && name != "Content-Length" {
			t.Errorf("header %s: %v", name, w.Header()[name])
		}
	}
}

func TestLatency_is_added_and_ends_with_the_request(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newServer(t, Config{Seed: 1, Events: 20, Latency: 200 * time.Millisecond})
		began := time.Now()
		done := make(chan int, 3)
		for range cap(done) {
			go func() { done <- do(t, s, "owner", http.MethodGet, "/users/me").Code }()
		}
		for range cap(done) {
			if status := <-done; status != http.StatusOK {
				t.Errorf("status %d", status)
			}
		}
		if took := time.Since(began); took != 200*time.Millisecond {
			t.Errorf("three requests at once took %s", took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		began = time.Now()
		func() {
			defer func() {
				if got := recover(); got != http.ErrAbortHandler { //nolint:errorlint // what net/http compares with
					t.Errorf("a request given up is ended by %v", got)
				}
			}()
			s.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/users/me", http.NoBody))
		}()
		if took := time.Since(began); took != time.Millisecond {
			t.Errorf("a request given up after a millisecond took %s", took)
		}
	})
}
