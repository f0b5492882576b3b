package calendly

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

const (
	defaultMargin = 5 * time.Minute
	maxMargin     = time.Hour
	// settled is how old a token must be for a 401 to mean that a new one may do
	// better: one that was just given is refused for another reason, and tokens
	// are given 8 times a minute only.
	settled = time.Minute
)

// TokenSource keeps the tokens that a user granted to an application, and gets
// new ones when it is time. It is safe for concurrent use: however many want a
// token at once, one of them refreshes, and the others wait for it.
//
// A refresh token is good for one use. So there must be one TokenSource only for
// what a user granted, over all programs, and every new pair is persisted
// before it is used.
type TokenSource struct {
	oauth   *OAuth
	persist func(context.Context, TokenPair) error
	margin  time.Duration

	turn     chan struct{} // the one lock: held by who reads or changes what follows
	pair     TokenPair     // the last that was persisted
	unsaved  *TokenPair    // one that could not be persisted yet; pair is used up then
	renewAt  time.Time
	obtained time.Time // zero for the pair of the beginning
	ended    error     // the GrantError after which there is no use in asking

	failed atomic.Pointer[error] // the last that Token met; each is another pointer
}

// TokenSource returns the source of a user's tokens that begins with a pair from
// Exchange, which must have been persisted already, or one that was persisted
// before. Of that only the refresh token is required: where the access token or
// ExpiresAt is missing, the first call refreshes.
//
// persist must store a new pair in the place of the old, and return nil only when
// it is safe. It is called before the pair is used, by one goroutine at a time,
// with a context that does not end with the caller's but has the deadline of
// WithTimeout. If it fails so does Token, and the next call of Token begins with
// it again, until it succeeds: the old tokens are good for nothing then.
//
// margin is how long before its end a token is not used any more; 0 means 5
// minutes, and an hour is the most. For tokens with a life shorter than twice
// that it is half their life.
func (o *OAuth) TokenSource(pair TokenPair, persist func(ctx context.Context, pair TokenPair) error, margin time.Duration) (*TokenSource, error) {
	switch {
	case pair.RefreshToken.IsZero():
		return nil, &InputError{Field: "refresh_token", Problem: "is required"}
	case !printable(pair.AccessToken.Reveal()):
		return nil, &InputError{Field: "access_token", Problem: "has characters that no token has"}
	case persist == nil:
		return nil, &InputError{Field: "persist", Problem: "is required"}
	case margin < 0 || margin > maxMargin:
		return nil, &InputError{Field: "margin", Problem: "must be between 0 and an hour"}
	case margin == 0:
		margin = defaultMargin
	}
	s := &TokenSource{oauth: o, persist: persist, margin: margin, turn: make(chan struct{}, 1), pair: pair}
	if !pair.AccessToken.IsZero() {
		s.renewAt = pair.ExpiresAt.Add(-margin)
	}
	return s, nil
}

// NewOAuthClient returns a client that asks source for the token of each request.
// Where a token is refused (401) the source gets another, at most once a minute;
// a read is then sent once more, beside the attempts of WithAttempts. A
// TokenError says that there was no token.
func NewOAuthClient(source *TokenSource, options ...Option) (*Client, error) {
	if source == nil {
		return nil, &InputError{Field: "source", Problem: "is required"}
	}
	return assemble(DefaultBaseURL, defaultMaxResponse, source.credential, options)
}

// Token returns an access token that is good for a while, refreshed if need be.
//
// A GrantError says that the user has to authorize again; no more is sent then.
// After any other error the next call tries again; whoever waited while it
// happened gets the same error, and sends nothing. A refresh that has begun is
// brought to its end even if ctx ends, in the time of WithTimeout, as its answer
// must not be lost.
func (s *TokenSource) Token(ctx context.Context) (Secret, error) {
	seen := s.failed.Load()
	if err := s.lock(ctx); err != nil {
		return Secret{}, err
	}
	defer s.unlock()
	if !s.stale() {
		return s.pair.AccessToken, nil
	}
	if last := s.failed.Load(); last != seen {
		return Secret{}, *last
	}
	if err := s.renew(context.WithoutCancel(ctx)); err != nil {
		s.failed.Store(&err)
		return Secret{}, err
	}
	return s.pair.AccessToken, nil
}

func (s *TokenSource) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case s.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *TokenSource) unlock() { <-s.turn }

func (s *TokenSource) stale() bool { return !time.Now().Before(s.renewAt) }

// renew makes pair one that can be used.
func (s *TokenSource) renew(ctx context.Context) error {
	if s.unsaved != nil {
		if err := s.save(ctx); err != nil || !s.stale() {
			return err
		}
	}
	if s.ended != nil {
		return s.ended
	}
	next, err := s.oauth.Refresh(ctx, s.pair.RefreshToken)
	if err != nil {
		var ended *GrantError
		if errors.As(err, &ended) {
			s.ended = err
		}
		return err
	}
	s.unsaved, s.obtained = next, time.Now()
	return s.save(ctx)
}

// save persists the new pair and puts it in the place of the old.
func (s *TokenSource) save(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, s.oauth.client.timeout)
	defer cancel()
	if err := s.persist(limited, *s.unsaved); err != nil {
		return fmt.Errorf("persisting new tokens: %w", err)
	}
	s.pair, s.unsaved = *s.unsaved, nil
	life := s.pair.ExpiresAt.Sub(s.obtained)
	s.renewAt = s.pair.ExpiresAt.Add(-min(s.margin, life/2))
	return nil
}

// credential is the token of the next request.
func (s *TokenSource) credential(ctx context.Context) (credential, error) {
	token, err := s.Token(ctx)
	switch {
	case err != nil && ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return credential{}, err // as it is, like that of any wait
	case err != nil:
		return credential{}, &TokenError{Err: err}
	}
	by := bearer(token.Reveal())
	by.refused = func(ctx context.Context) bool { return s.refused(ctx, token) }
	return by, nil
}

// refused notes that Calendly did not take a token, and reports whether there is
// another, or will be when one is asked for.
func (s *TokenSource) refused(ctx context.Context, token Secret) bool {
	if s.lock(ctx) != nil {
		return false
	}
	defer s.unlock()
	switch {
	case !s.pair.AccessToken.Equal(token):
		return true
	case time.Since(s.obtained) < settled:
		return false
	}
	s.renewAt = time.Time{}
	return true
}
