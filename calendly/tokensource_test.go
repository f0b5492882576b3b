package calendly

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// tokens is an OAuth that gives access tokens 1, 2, 3 … after a second each.
type tokens struct {
	mu    sync.Mutex
	given int
	life  time.Duration
	err   error // instead of an answer
}

func (s *tokens) RoundTrip(r *http.Request) (*http.Response, error) {
	if sleep(r.Context(), time.Second) != nil {
		return nil, r.Context().Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.given++
	if s.err != nil {
		return nil, s.err
	}
	return reply(r, 200, fmt.Sprintf(`{"access_token":"%d","refresh_token":"r%[1]d","expires_in":%d}`, s.given, int(s.life.Seconds()))), nil
}

func (s *tokens) source(t *testing.T, pair TokenPair, persist func(context.Context, TokenPair) error) *TokenSource {
	t.Helper()
	o, err := NewOAuth(OAuthApp{ClientID: "id", RedirectURI: "https://example.com/back"}, WithTransport(s), WithTimeout(10*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	pair.RefreshToken = NewSecret("r0")
	source, err := o.TokenSource(pair, persist, 10*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func persisted(context.Context, TokenPair) error { return nil }

func wantToken(t *testing.T, s *TokenSource, want string) {
	t.Helper()
	if token, err := s.Token(t.Context()); err != nil || token.Reveal() != want {
		t.Errorf("the token is %q, %v, want %q", token.Reveal(), err, want)
	}
}

func TestTokenSource_refreshes_ahead_of_the_end(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &tokens{life: 2 * time.Hour}
		s := server.source(t, TokenPair{AccessToken: NewSecret("first"), ExpiresAt: time.Now().Add(time.Hour)}, persisted)
		wantToken(t, s, "first")
		time.Sleep(50*time.Minute - time.Second)
		wantToken(t, s, "first")
		time.Sleep(time.Second)
		wantToken(t, s, "1")
		time.Sleep(110*time.Minute - 2*time.Second)
		wantToken(t, s, "1")
		time.Sleep(time.Second)
		wantToken(t, s, "2")
	})
}

func TestTokenSource_uses_short_tokens_for_half_their_life(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &tokens{life: 5 * time.Minute}
		s := server.source(t, TokenPair{}, persisted)
		wantToken(t, s, "1")
		time.Sleep(149 * time.Second)
		wantToken(t, s, "1")
		time.Sleep(2 * time.Second)
		wantToken(t, s, "2")
	})
}

func TestTokenSource_those_who_waited_share_an_error(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &tokens{err: errors.New("down")}
		s := server.source(t, TokenPair{}, persisted)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := s.Token(t.Context()); !errors.Is(err, server.err) || !errors.Is(err, ErrUnknownOutcome) {
					t.Errorf("the error is %v", err)
				}
			})
		}
		wg.Wait()
		if server.given != 1 {
			t.Errorf("the refresh token was sent %d times", server.given)
		}
		server.err, server.life = nil, time.Hour
		wantToken(t, s, "2")
	})
}

func TestTokenSource_ends_a_refresh_that_was_begun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &tokens{life: time.Hour}
		var kept []TokenPair
		s := server.source(t, TokenPair{}, func(ctx context.Context, pair TokenPair) error {
			if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) != 10*time.Second {
				t.Errorf("the deadline is %v", deadline)
			}
			kept = append(kept, pair)
			return ctx.Err()
		})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := s.Token(ctx); err != nil {
				t.Errorf("who refreshes: %v", err)
			}
		})
		synctest.Wait()
		wg.Go(func() {
			if _, err := s.Token(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("who waits: %v", err)
			}
		})
		synctest.Wait()
		cancel()
		wg.Wait()
		if len(kept) != 1 || kept[0].RefreshToken.Reveal() != "r1" {
			t.Errorf("%d pairs were persisted", len(kept))
		}
		if _, err := s.Token(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("after the end: %v", err)
		}
		wantToken(t, s, "1")
	})
}

func TestTokenSource_persists_at_last_and_refreshes_what_is_out_of_date(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &tokens{life: time.Hour}
		full := errors.New("full")
		var kept []string
		s := server.source(t, TokenPair{}, func(_ context.Context, pair TokenPair) error {
			if full == nil {
				kept = append(kept, pair.RefreshToken.Reveal())
			}
			return full
		})
		if _, err := s.Token(t.Context()); !errors.Is(err, full) {
			t.Errorf("the error is %v", err)
		}
		time.Sleep(2 * time.Hour)
		full = nil
		wantToken(t, s, "2")
		if fmt.Sprint(kept) != "[r1 r2]" {
			t.Errorf("persisted were %v", kept)
		}
	})
}

func TestTokenSource_asks_for_another_when_a_token_is_refused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := &tokens{life: 2 * time.Hour}
		first := NewSecret("first")
		s := server.source(t, TokenPair{AccessToken: first, ExpiresAt: time.Now().Add(time.Hour)}, persisted)
		if !s.refused(t.Context(), first) {
			t.Error("there is no use in asking for another")
		}
		wantToken(t, s, "1")
		if !s.refused(t.Context(), first) {
			t.Error("there is no other, though it was refreshed since")
		}
		if s.refused(t.Context(), NewSecret("1")) {
			t.Error("a token that was just given is renewed")
		}
		wantToken(t, s, "1")
		time.Sleep(settled)
		if !s.refused(t.Context(), NewSecret("1")) {
			t.Error("there is no use in asking for another")
		}
		wantToken(t, s, "2")
	})
}

func FuzzOAuth_answers(f *testing.F) {
	for _, seed := range []string{
		`{"access_token":"a","refresh_token":"r","token_type":"Bearer","expires_in":7200,"created_at":1596207600}`,
		`{"access_token":"a","expires_in":-1e308,"created_at":9223372036854775807}`, `{"error":"invalid_grant","error_description":null}`, `[`, ``,
	} {
		f.Add(200, seed)
		f.Add(400, seed)
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		o, err := NewOAuth(OAuthApp{ClientID: "id", RedirectURI: "https://example.com/back"}, WithTransport(transport(func(r *http.Request) (*http.Response, error) {
			return reply(r, status, body), nil
		})))
		if err != nil {
			t.Fatal(err)
		}
		pair, err := o.Refresh(t.Context(), NewSecret("r0"))
		switch {
		case err == nil && (pair.AccessToken.IsZero() || pair.RefreshToken.IsZero() || !pair.ExpiresAt.After(time.Now()) || !printable(pair.AccessToken.Reveal())):
			t.Errorf("%q is a pair", body)
		case err != nil && err.Error() == "":
			t.Errorf("%q is an error without a text", body)
		}
		if _, err := o.Introspect(t.Context(), NewSecret("r0")); err == nil && status/100 != 2 {
			t.Errorf("%d is a success", status)
		}
	})
}
