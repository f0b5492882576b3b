package calendly

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	usualLife = 2 * time.Hour // of an access token, by Calendly's documentation
	maxLife   = 365 * 24 * time.Hour
)

// TokenPair is what an application was given to act for a user. It cannot be
// written as JSON: store what the tokens reveal, encrypted.
type TokenPair struct {
	AccessToken Secret
	// RefreshToken gets the next pair, once: with that it ends.
	RefreshToken Secret
	// Scope is the scopes that were granted, with spaces between them, or
	// "default" for an application from before scopes.
	Scope string
	// ExpiresAt is when the access token ends, by this machine's clock: 2 hours
	// after it was asked for, unless the answer said otherwise.
	ExpiresAt time.Time
	// CreatedAt is by Calendly's clock.
	CreatedAt    time.Time
	Owner        URI // the user
	Organization URI
}

// Introspection is what Calendly says of a token.
type Introspection struct {
	Active    bool // what follows is empty if not
	Scope     string
	ClientID  string
	TokenType string
	ExpiresAt *time.Time // nil: never, or not said
	IssuedAt  *time.Time

	Owner        URI // the user
	Organization URI

	Raw json.RawMessage `json:"-"` // as it was sent
}

// Exchange gives the code of ParseRedirect for a pair of tokens. verifier is
// the one that AuthorizeURL was given. A code is good for 10 minutes and one
// use: a GrantError says that it is no more, and after ErrUnknownOutcome it may
// be used up.
//
// API: POST /oauth/token, grant_type=authorization_code
func (o *OAuth) Exchange(ctx context.Context, code, verifier Secret) (*TokenPair, error) {
	if err := checkVerifier(verifier); err != nil {
		return nil, err
	}
	if code.IsZero() {
		return nil, &InputError{Field: "code", Problem: "is required"}
	}
	return o.pair(ctx, url.Values{
		"grant_type": {"authorization_code"}, "redirect_uri": {o.app.RedirectURI},
		"code": {code.Reveal()}, "code_verifier": {verifier.Reveal()},
	})
}

// Refresh gives a refresh token for a new pair. The token is good for one use: a
// GrantError says that it is no more, and after ErrUnknownOutcome it may be used
// up, its new pair lost. Trying again finds out and makes nothing worse.
// TokenSource does this when it is time.
//
// API: POST /oauth/token, grant_type=refresh_token
func (o *OAuth) Refresh(ctx context.Context, refreshToken Secret) (*TokenPair, error) {
	if refreshToken.IsZero() {
		return nil, &InputError{Field: "refresh_token", Problem: "is required"}
	}
	pair, err := o.pair(ctx, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refreshToken.Reveal()}})
	if err == nil && pair.RefreshToken.IsZero() {
		pair.RefreshToken = refreshToken // RFC 6749: it is good for another use
	}
	return pair, err
}

// pair asks for tokens. A web application shows who it is by Basic
// authentication, a native one has only its id.
func (o *OAuth) pair(ctx context.Context, form url.Values) (*TokenPair, error) {
	by := o.credential(form)
	if o.app.ClientSecret.IsZero() {
		form.Set("client_id", o.app.ClientID)
	} else {
		by.authorize = func(r *http.Request) { r.SetBasicAuth(o.app.ClientID, o.app.ClientSecret.Reveal()) }
	}
	var pair *TokenPair
	began := time.Now()
	err := o.post(ctx, "/oauth/token", form, by, func(body []byte) (err error) {
		pair, err = parsePair(body, began)
		return err
	})
	if err != nil {
		return nil, err
	}
	return pair, nil
}

// parsePair reads an answer with tokens. Whatever else is wrong with it, a pair
// must not be lost that there is only once.
func parsePair(text []byte, began time.Time) (*TokenPair, error) {
	var body struct {
		AccessToken  string   `json:"access_token"`
		RefreshToken *string  `json:"refresh_token"`
		TokenType    *string  `json:"token_type"`
		Scope        *string  `json:"scope"`
		ExpiresIn    *float64 `json:"expires_in"` // seconds
		CreatedAt    *int64   `json:"created_at"` // Unix seconds
		Owner        *URI     `json:"owner"`
		Organization *URI     `json:"organization"`
	}
	if err := decode(text, &body); err != nil {
		return nil, err
	}
	switch {
	case body.AccessToken == "" || !printable(body.AccessToken):
		return nil, errors.New("access_token is not there, or is no token")
	case body.TokenType != nil && !strings.EqualFold(*body.TokenType, "bearer"):
		return nil, errors.New("token_type is not Bearer")
	}
	life := usualLife
	if n := deref(body.ExpiresIn); n > 0 {
		life = time.Duration(min(n, maxLife.Seconds()) * float64(time.Second))
	}
	pair := &TokenPair{
		AccessToken: NewSecret(body.AccessToken), RefreshToken: NewSecret(deref(body.RefreshToken)), Scope: deref(body.Scope),
		ExpiresAt: began.Round(0).Add(life), // by the wall clock, which goes on while a machine sleeps
		Owner:     deref(body.Owner), Organization: deref(body.Organization),
	}
	if body.CreatedAt != nil {
		pair.CreatedAt = time.Unix(*body.CreatedAt, 0).UTC()
	}
	return pair, nil
}

// Introspect asks what a token is, of either kind: whether it is still good, and
// for what. One that is unknown, or another application's, is not active. It
// changes nothing and can be asked again, whatever the error.
//
// API: POST /oauth/introspect
func (o *OAuth) Introspect(ctx context.Context, token Secret) (*Introspection, error) {
	var body struct {
		Active       bool    `json:"active"`
		Scope        *string `json:"scope"`
		ClientID     *string `json:"client_id"`
		TokenType    *string `json:"token_type"`
		Exp          *int64  `json:"exp"` // Unix seconds
		Iat          *int64  `json:"iat"`
		Owner        *URI    `json:"owner"`
		Organization *URI    `json:"organization"`

		Raw json.RawMessage `json:"-"`
	}
	if err := o.about(ctx, "/oauth/introspect", token, func(text []byte) error { return decode(text, &body) }); err != nil {
		return nil, err
	}
	instant := func(seconds *int64) *time.Time {
		if seconds == nil {
			return nil
		}
		return new(time.Unix(*seconds, 0).UTC())
	}
	return &Introspection{
		Active: body.Active, Scope: deref(body.Scope), ClientID: deref(body.ClientID), TokenType: deref(body.TokenType),
		ExpiresAt: instant(body.Exp), IssuedAt: instant(body.Iat), Owner: deref(body.Owner), Organization: deref(body.Organization),
		Raw: body.Raw,
	}, nil
}

// Revoke ends a token; a refresh token takes its access token along
// (assumption). To end one that has ended is no error, so that it can be sent
// again after ErrUnknownOutcome.
//
// API: POST /oauth/revoke
func (o *OAuth) Revoke(ctx context.Context, token Secret) error {
	return o.about(ctx, "/oauth/revoke", token, func([]byte) error { return nil })
}

// about sends what concerns a token. Calendly wants to know here in the form who
// asks.
func (o *OAuth) about(ctx context.Context, path string, token Secret, decode func([]byte) error) error {
	if token.IsZero() {
		return &InputError{Field: "token", Problem: "is required"}
	}
	form := url.Values{"client_id": {o.app.ClientID}, "token": {token.Reveal()}}
	if !o.app.ClientSecret.IsZero() {
		form.Set("client_secret", o.app.ClientSecret.Reveal())
	}
	return o.post(ctx, path, form, o.credential(form), decode)
}

// credential keeps out of errors whatever a form has that is secret.
func (o *OAuth) credential(form url.Values) credential {
	secrets := []string{
		form.Get("code"), form.Get("code_verifier"), form.Get("refresh_token"), form.Get("token"), o.app.ClientSecret.Reveal(),
		base64.StdEncoding.EncodeToString([]byte(o.app.ClientID + ":" + o.app.ClientSecret.Reveal())),
	}
	return credential{authorize: func(*http.Request) {}, scrub: scrubber(secrets...)}
}

// post sends a form, once.
func (o *OAuth) post(ctx context.Context, path string, form url.Values, by credential, decode func([]byte) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u, err := o.client.resolve(path, nil)
	if err != nil {
		return err
	}
	r := call{method: http.MethodPost, url: u, body: []byte(form.Encode()), contentType: "application/x-www-form-urlencoded", by: by}
	a, got, err := o.client.attempt(ctx, r)
	return refusal(o.client.conclude(a, r, got, err, decode), by.scrub)
}
