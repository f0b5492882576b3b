package calendly_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/calendly/calendlytest"
)

// safe keeps pairs, as a person's storage would.
type safe struct {
	mu    sync.Mutex
	pairs []calendly.TokenPair
	err   error // of every attempt
	calls int
}

func (s *safe) persist(ctx context.Context, pair calendly.TokenPair) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if s.err != nil {
		return s.err
	}
	s.pairs = append(s.pairs, pair)
	return ctx.Err()
}

func sourceOf(t *testing.T, o *calendly.OAuth, pair *calendly.TokenPair) (*calendly.TokenSource, *safe) {
	t.Helper()
	kept := &safe{}
	source, err := o.TokenSource(*pair, kept.persist, 0)
	if err != nil {
		t.Fatal(err)
	}
	return source, kept
}

func clientOf(t *testing.T, s *calendlytest.Server, source *calendly.TokenSource, options ...calendly.Option) *calendly.Client {
	t.Helper()
	c, err := calendly.NewOAuthClient(source, append([]calendly.Option{calendly.WithBaseURL(s.URL)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTokenSource_fifty_at_once_refresh_once(t *testing.T) {
	t.Parallel()
	s := started(t, calendlytest.Config{Seed: 1, Events: 50})
	o := appOf(t, s)
	pair := granted(t, o)
	pair.ExpiresAt = time.Now()
	source, kept := sourceOf(t, o, pair)
	s.ClearRequests()
	tokens := make([]calendly.Secret, 50)
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for i := range tokens {
		wg.Go(func() {
			<-begin
			var err error
			if tokens[i], err = source.Token(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	close(begin)
	wg.Wait()
	if n := asked(s, "POST", "/oauth/token"); n != 1 || len(kept.pairs) != 1 {
		t.Fatalf("%d refreshes, %d pairs persisted", n, len(kept.pairs))
	}
	for _, token := range tokens {
		if !token.Equal(kept.pairs[0].AccessToken) || token.Equal(pair.AccessToken) {
			t.Error("somebody got another token than the new one")
		}
	}
	if kept.pairs[0].RefreshToken.Equal(pair.RefreshToken) {
		t.Error("the refresh token did not rotate")
	}
	if _, err := clientOf(t, s, source).Users.Me(t.Context()); err != nil {
		t.Errorf("the new token: %v", err)
	}
}

func TestTokenSource_does_not_lose_a_pair_that_was_not_persisted(t *testing.T) {
	t.Parallel()
	s := started(t, calendlytest.Config{Seed: 1, Events: 50})
	o := appOf(t, s)
	pair := granted(t, o)
	pair.ExpiresAt = time.Time{}
	source, kept := sourceOf(t, o, pair)
	c := clientOf(t, s, source)
	full := errors.New("the disk is full")
	kept.err = full
	s.ClearRequests()
	for range 3 {
		if _, err := source.Token(t.Context()); !errors.Is(err, full) {
			t.Errorf("the error is %v", err)
		}
		_, err := c.Users.Me(t.Context())
		if _, ok := errors.AsType[*calendly.TokenError](err); !ok || !errors.Is(err, full) {
			t.Errorf("the client's error is %v", err)
		}
	}
	if n, reads := asked(s, "POST", "/oauth/token"), asked(s, "GET", "/users/me"); n != 1 || reads != 0 || kept.calls != 6 {
		t.Errorf("%d refreshes, %d reads, %d attempts to persist", n, reads, kept.calls)
	}
	kept.err = nil
	if _, err := c.Users.Me(t.Context()); err != nil {
		t.Errorf("with room again: %v", err)
	}
	if n := asked(s, "POST", "/oauth/token"); n != 1 || len(kept.pairs) != 1 {
		t.Errorf("%d refreshes, %d pairs persisted", n, len(kept.pairs))
	}
}

func TestOAuthClient_refreshes_once_for_a_refused_token(t *testing.T) {
	t.Parallel()
	s := started(t, calendlytest.Config{Seed: 1, Events: 50})
	o := appOf(t, s)
	source, kept := sourceOf(t, o, granted(t, o))
	var statuses []int
	c := clientOf(t, s, source, calendly.WithAttempts(1), calendly.WithObserver(func(a calendly.Attempt) { statuses = append(statuses, a.Status) }))
	s.Advance(2 * time.Hour) // only the server thinks that so much time is over
	s.ClearRequests()
	if _, err := c.Users.Me(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := asked(s, "POST", "/oauth/token"); n != 1 || len(kept.pairs) != 1 || fmt.Sprint(statuses) != "[401 200]" {
		t.Errorf("%d refreshes, %d pairs persisted, the answers were %v", n, len(kept.pairs), statuses)
	}
	s.Advance(2 * time.Hour) // the token that was just given is refused
	for range 2 {
		_, err := c.Users.Me(t.Context())
		if answered, ok := errors.AsType[*calendly.Error](err); !ok || answered.Status != http.StatusUnauthorized {
			t.Errorf("the error is %v", err)
		}
	}
	if n := asked(s, "POST", "/oauth/token"); n != 1 || fmt.Sprint(statuses) != "[401 200 401 401]" {
		t.Errorf("%d refreshes, the answers were %v", n, statuses)
	}
}

func TestOAuthClient_does_not_repeat_a_write(t *testing.T) {
	t.Parallel()
	s := started(t, calendlytest.Config{Seed: 1, Events: 50})
	o := appOf(t, s)
	source, kept := sourceOf(t, o, granted(t, o))
	c := clientOf(t, s, source)
	s.Advance(2 * time.Hour)
	s.ClearRequests()
	list := calendly.ContactListInput{Name: "Bakers"}
	_, err := c.ContactLists.Create(t.Context(), list)
	if answered, ok := errors.AsType[*calendly.Error](err); !ok || answered.Status != http.StatusUnauthorized || errors.Is(err, calendly.ErrUnknownOutcome) {
		t.Errorf("the error is %v", err)
	}
	if n := asked(s, "POST", "/contact_lists"); n != 1 || kept.calls != 0 {
		t.Errorf("the write was sent %d times, and %d pairs persisted", n, kept.calls)
	}
	if _, err := c.ContactLists.Create(t.Context(), list); err != nil || len(kept.pairs) != 1 {
		t.Errorf("the next write: %v, with %d refreshes", err, len(kept.pairs))
	}
}

func TestOAuthClient_says_when_the_user_must_authorize_again(t *testing.T) {
	t.Parallel()
	s := started(t, calendlytest.Config{Seed: 1, Events: 50})
	o := appOf(t, s)
	pair := granted(t, o)
	source, _ := sourceOf(t, o, pair)
	c := clientOf(t, s, source)
	if err := o.Revoke(t.Context(), pair.RefreshToken); err != nil {
		t.Fatal(err)
	}
	s.ClearRequests()
	for range 3 {
		_, err := c.Users.Me(t.Context())
		if _, ok := errors.AsType[*calendly.TokenError](err); !ok {
			t.Errorf("the error is %v", err)
		}
		wantGrantError(t, err)
	}
	if n, reads := asked(s, "POST", "/oauth/token"), asked(s, "GET", "/users/me"); n != 1 || reads != 1 {
		t.Errorf("%d refreshes, %d reads", n, reads)
	}
}
