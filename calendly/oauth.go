package calendly

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"strings"
)

// DefaultAuthURL is where Calendly's OAuth is.
const DefaultAuthURL = "https://auth.calendly.com"

const (
	maxTokenResponse = 1 << 20 // bytes
	minVerifier      = 43      // characters, by RFC 7636
	maxVerifier      = 128
)

// OAuthApp is an OAuth application, as it was registered at
// https://developer.calendly.com.
type OAuthApp struct {
	ClientID string
	// ClientSecret is that of a web application; a native one has none.
	ClientSecret Secret
	// RedirectURI is where people come back to, as registered. Calendly takes
	// http for localhost only, and not in production.
	RedirectURI string
}

// OAuth lets people authorize an application and gets it tokens. It is safe for
// concurrent use, sends each request once, to one address, and follows no
// redirects.
//
// Its errors are those of Client: what Calendly refuses is an OAuthError, and
// a lost answer wraps ErrUnknownOutcome. Calendly gives a user 8 tokens a
// minute at most (429).
type OAuth struct {
	app    OAuthApp
	client *Client // of where OAuth is
}

// NewOAuth returns the OAuth of an application. Of the options it heeds
// WithBaseURL, which is DefaultAuthURL by default, WithTransport, WithTimeout,
// WithUserAgent, WithObserver and WithMaxResponse, 1 MiB by default.
func NewOAuth(app OAuthApp, options ...Option) (*OAuth, error) {
	redirect, err := url.Parse(app.RedirectURI)
	switch {
	case app.ClientID == "" || !printable(app.ClientID) || strings.Contains(app.ClientID, ":"):
		return nil, &InputError{Field: "client_id", Problem: "is empty or has characters that no client id has"}
	case !printable(app.ClientSecret.Reveal()):
		return nil, &InputError{Field: "client_secret", Problem: "has characters that no secret has"}
	case err != nil || redirect.Scheme == "" || redirect.Fragment != "":
		return nil, &InputError{Field: "redirect_uri", Problem: "must be an address with a scheme and no fragment"}
	case redirect.Scheme == "http" && !isLoopback(redirect.Hostname()):
		return nil, &InputError{Field: "redirect_uri", Problem: "must be https; plain http is for loopback addresses only"}
	}
	client, err := assemble(DefaultAuthURL, maxTokenResponse, nobody, options)
	if err != nil {
		return nil, err
	}
	return &OAuth{app: app, client: client}, nil
}

// nobody is the credential of requests that bring their own.
func nobody(context.Context) (credential, error) { return credential{}, nil }

// printable reports whether a text has only what a token may have.
func printable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}

// NewVerifier returns a new PKCE verifier. Each authorization needs one of its
// own, kept until the person comes back, where only their browser's session can
// reach it.
func NewVerifier() Secret {
	random := make([]byte, sha256.Size)
	_, _ = rand.Read(random) // never fails
	return NewSecret(base64.RawURLEncoding.EncodeToString(random))
}

// AuthorizeURL returns where to send a person's browser, so that they let the
// application act for them. state must be impossible to guess, like what
// crypto/rand.Text returns, and kept like the verifier: ParseRedirect compares
// it. No scopes are all that the application is registered for.
//
// The proof by the verifier (PKCE, S256) is always asked for. Calendly requires
// it of native applications and recommends it to others.
//
// API: GET /oauth/authorize
func (o *OAuth) AuthorizeURL(state string, verifier Secret, scopes ...string) (string, error) {
	if state == "" {
		return "", &InputError{Field: "state", Problem: "is required"}
	}
	if err := checkVerifier(verifier); err != nil {
		return "", err
	}
	for _, s := range scopes {
		if s == "" || !printable(s) {
			return "", &InputError{Field: "scope", Problem: "must be names like users:read, each by itself"}
		}
	}
	challenge := sha256.Sum256([]byte(verifier.Reveal()))
	query := url.Values{
		"client_id": {o.app.ClientID}, "redirect_uri": {o.app.RedirectURI}, "response_type": {"code"}, "state": {state},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
	}
	if len(scopes) > 0 {
		query.Set("scope", strings.Join(scopes, " "))
	}
	u, err := o.client.resolve("/oauth/authorize", query)
	if err != nil {
		return "", err
	}
	return u.String(), nil
}

func checkVerifier(verifier Secret) error {
	text := verifier.Reveal()
	outside := func(r rune) bool { return notID(r) && r != '.' && r != '~' }
	if len(text) < minVerifier || len(text) > maxVerifier || strings.ContainsFunc(text, outside) {
		return &InputError{Field: "code_verifier", Problem: "is none: use NewVerifier"}
	}
	return nil
}

// ParseRedirect reads the query with which a person came back, and returns the
// code for Exchange. state is the one that AuthorizeURL was given.
//
// An InputError about the state means that this browser did not ask: somebody
// may have been tricked into following a link, and the code must not be used.
// Where Calendly or the person refused it is an OAuthError, whose code is
// access_denied for the latter.
func ParseRedirect(query url.Values, state string) (code Secret, err error) {
	if state == "" || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(state)) != 1 || len(query["state"]) != 1 {
		return Secret{}, &InputError{Field: "state", Problem: "is not the one that was sent: begin again"}
	}
	if query.Has("error") {
		return Secret{}, newOAuthError(query.Get("error"), query.Get("error_description"), nil)
	}
	if code = NewSecret(query.Get("code")); code.IsZero() || len(query["code"]) != 1 {
		return Secret{}, &InputError{Field: "code", Problem: "is not there, or more than once"}
	}
	return code, nil
}
