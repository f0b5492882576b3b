package calendly_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/calendly/calendlytest"
)

const redirectURI = "http://localhost/back"

// appOf returns the OAuth of the application of an emulator.
func appOf(t *testing.T, s *calendlytest.Server, options ...calendly.Option) *calendly.OAuth {
	t.Helper()
	o, err := calendly.NewOAuth(calendly.OAuthApp{
		ClientID: s.App.ClientID, ClientSecret: calendly.NewSecret(s.App.ClientSecret), RedirectURI: redirectURI,
	}, append([]calendly.Option{calendly.WithBaseURL(s.URL)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// visit sends a person to the address to authorize at, and returns the query
// with which they come back.
func visit(t *testing.T, address string) url.Values {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(req) // a client would follow
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	back, err := res.Location()
	if err != nil || !strings.HasPrefix(back.String(), redirectURI) {
		t.Fatalf("%d to %v, %v", res.StatusCode, back, err)
	}
	return back.Query()
}

// consent lets a person authorize, and returns the code.
func consent(t *testing.T, o *calendly.OAuth, verifier calendly.Secret, scopes ...string) calendly.Secret {
	t.Helper()
	address, err := o.AuthorizeURL("a state", verifier, scopes...)
	if err != nil {
		t.Fatal(err)
	}
	code, err := calendly.ParseRedirect(visit(t, address), "a state")
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// granted returns the tokens of the owner.
func granted(t *testing.T, o *calendly.OAuth, scopes ...string) *calendly.TokenPair {
	t.Helper()
	verifier := calendly.NewVerifier()
	pair, err := o.Exchange(t.Context(), consent(t, o, verifier, scopes...), verifier)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// asked returns how often an emulator was asked for something.
func asked(s *calendlytest.Server, method, path string) (n int) {
	for _, r := range s.Log() {
		if r.Method == method && r.Path == path {
			n++
		}
	}
	return n
}

// fails adds a fault to the next answer about tokens.
func fails(t *testing.T, s *calendlytest.Server, f calendlytest.Fault) {
	t.Helper()
	f.Operation, f.Count = "POST /oauth/token", 1
	if _, err := s.AddFault(f); err != nil {
		t.Fatal(err)
	}
}

// wantGrantError requires an error that tells to authorize again.
func wantGrantError(t *testing.T, err error) {
	t.Helper()
	refused, ok := errors.AsType[*calendly.OAuthError](err)
	if ended, is := errors.AsType[*calendly.GrantError](err); !is || !ok || refused.Code != "invalid_grant" || refused.Description == "" ||
		!strings.Contains(ended.Error(), "authorized again") {
		t.Errorf("the error is %v", err)
	}
	if answered, ok := errors.AsType[*calendly.Error](err); !ok || answered.Status != http.StatusBadRequest || answered.Path != "/oauth/token" {
		t.Errorf("the answer is %v", answered)
	}
	if errors.Is(err, calendly.ErrUnknownOutcome) {
		t.Errorf("it is known what happened: %v", err)
	}
}

func TestOAuth_gives_tokens_for_a_code(t *testing.T) {
	t.Parallel()
	native := calendlytest.App{ClientID: "native", Scopes: []string{"users:read", "contacts:read"}, RedirectURIs: []string{redirectURI}}
	for name, apps := range map[string][]calendlytest.App{"web": nil, "native": {native}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := started(t, calendlytest.Config{Seed: 1, Events: 50, Apps: apps})
			o := appOf(t, s)
			before := time.Now()
			pair := granted(t, o, "users:read")
			life := pair.ExpiresAt.Sub(before)
			if pair.Scope != "users:read" || life < 2*time.Hour-time.Minute || life > 2*time.Hour+time.Minute || pair.Organization != calendly.URI(s.Organization) ||
				pair.CreatedAt.Before(before.Add(-time.Minute)) || pair.RefreshToken.IsZero() {
				t.Errorf("the pair is %+v", pair)
			}
			c, err := calendly.New(pair.AccessToken.Reveal(), calendly.WithBaseURL(s.URL))
			if err != nil {
				t.Fatal(err)
			}
			if me, err := c.Users.Me(t.Context()); err != nil || me.URI != pair.Owner {
				t.Errorf("it is the token of %v, %v, want %s", me, err, pair.Owner)
			}
			if _, err := c.Contacts.List(t.Context(), calendly.ContactOptions{}); err == nil {
				t.Error("the token may read what it was not granted for")
			}
		})
	}
}

func TestOAuth_Exchange_refuses(t *testing.T) {
	t.Parallel()
	s := started(t, calendlytest.Config{Seed: 1, Events: 50})
	o := appOf(t, s)
	ctx := t.Context()
	verifier := calendly.NewVerifier()
	code := consent(t, o, verifier)
	_, err := o.Exchange(ctx, code, calendly.NewVerifier())
	wantGrantError(t, err)
	if _, err := o.Exchange(ctx, code, verifier); err != nil {
		t.Errorf("with the right verifier: %v", err)
	}
	_, err = o.Exchange(ctx, code, verifier)
	wantGrantError(t, err)
	code = consent(t, o, verifier)
	s.Advance(10 * time.Minute)
	_, err = o.Exchange(ctx, code, verifier)
	wantGrantError(t, err)
	_, err = o.Exchange(ctx, calendly.NewSecret("guessed"), verifier)
	wantGrantError(t, err)
}

func TestOAuth_tells_a_wrong_client_from_a_bad_grant(t *testing.T) {
	t.Parallel()
	s := started(t, calendlytest.Config{Seed: 1, Events: 50})
	s.App.ClientSecret = "a-wrong-one"
	o := appOf(t, s)
	_, err := o.Refresh(t.Context(), calendly.NewSecret("any"))
	refused, ok := errors.AsType[*calendly.OAuthError](err)
	answered, _ := errors.AsType[*calendly.Error](err)
	if !ok || refused.Code != "invalid_client" || answered == nil || answered.Status != http.StatusUnauthorized {
		t.Errorf("the error is %v", err)
	}
	if _, is := errors.AsType[*calendly.GrantError](err); is || errors.Is(err, calendly.ErrUnknownOutcome) {
		t.Errorf("the error is %v", err)
	}
	if !strings.HasPrefix(err.Error(), "POST /oauth/token: 401 Unauthorized: invalid_client: Client authentication failed") {
		t.Errorf("the text is %q", err)
	}
}

func TestOAuth_has_eight_tokens_a_minute(t *testing.T) {
	t.Parallel()
	s := started(t, calendlytest.Config{Seed: 1, Events: 50, Rate: 500})
	o := appOf(t, s)
	pair := granted(t, o)
	for n := range 8 {
		next, err := o.Refresh(t.Context(), pair.RefreshToken)
		if err == nil {
			pair = next
		}
		answered, _ := errors.AsType[*calendly.Error](err)
		if limited := answered != nil && answered.Status == http.StatusTooManyRequests; limited != (n == 7) || limited && answered.RetryAfter == 0 {
			t.Errorf("token %d: %v", n+2, err)
		}
		if errors.Is(err, calendly.ErrUnknownOutcome) {
			t.Errorf("what was refused had no effect: %v", err)
		}
	}
}

func TestOAuth_lost_answer_is_an_unknown_outcome(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]calendlytest.Fault{
		"reset": {Kind: calendlytest.FaultReset, After: true}, "cut": {Kind: calendlytest.FaultCut},
		"no JSON": {Kind: calendlytest.FaultInvalidJSON}, "502": {Kind: calendlytest.FaultBadGateway, After: true},
		"500": {Kind: calendlytest.FaultInternal, After: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := started(t, calendlytest.Config{Seed: 1, Events: 50})
			o := appOf(t, s)
			ctx := t.Context()
			verifier := calendly.NewVerifier()
			code := consent(t, o, verifier)
			fails(t, s, f)
			if _, err := o.Exchange(ctx, code, verifier); !errors.Is(err, calendly.ErrUnknownOutcome) {
				t.Errorf("the exchange: %v", err)
			}
			if n := asked(s, "POST", "/oauth/token"); n != 1 {
				t.Errorf("the code was sent %d times", n)
			}
			_, err := o.Exchange(ctx, code, verifier)
			wantGrantError(t, err)

			source, kept := sourceOf(t, o, granted(t, o))
			c := clientOf(t, s, source)
			s.Advance(2 * time.Hour)
			fails(t, s, f)
			s.ClearRequests()
			_, err = c.Users.Me(ctx)
			if _, ok := errors.AsType[*calendly.TokenError](err); !ok || errors.Is(err, calendly.ErrUnknownOutcome) ||
				!strings.Contains(err.Error(), "not known whether it took effect") {
				t.Errorf("reading: %v", err)
			}
			if n := asked(s, "POST", "/oauth/token"); n != 1 {
				t.Errorf("the refresh token was sent %d times", n)
			}
			for range 3 {
				_, err = source.Token(ctx)
				wantGrantError(t, err)
			}
			if n := asked(s, "POST", "/oauth/token"); n != 2 || kept.calls != 0 {
				t.Errorf("the refresh token was sent %d times, and %d pairs persisted", n, kept.calls)
			}
		})
	}
}

func TestOAuth_Introspect_and_Revoke(t *testing.T) {
	t.Parallel()
	s := started(t, calendlytest.Config{Seed: 1, Events: 50})
	o := appOf(t, s)
	ctx := t.Context()
	pair := granted(t, o, "users:read")
	about, err := o.Introspect(ctx, pair.AccessToken)
	if err != nil || !about.Active || about.Scope != "users:read" || about.ClientID != s.App.ClientID || about.TokenType != "Bearer" ||
		about.Owner != pair.Owner || about.Organization != pair.Organization || about.ExpiresAt.Sub(*about.IssuedAt) != 2*time.Hour ||
		!about.IssuedAt.Equal(pair.CreatedAt) || !json.Valid(about.Raw) {
		t.Errorf("it is %+v, %v", about, err)
	}
	if about, err := o.Introspect(ctx, pair.RefreshToken); err != nil || !about.Active || about.ExpiresAt != nil {
		t.Errorf("the refresh token is %+v, %v", about, err)
	}
	for range 2 { // the second time there is nothing to revoke
		if err := o.Revoke(ctx, pair.RefreshToken); err != nil {
			t.Errorf("revoking: %v", err)
		}
	}
	for _, token := range []calendly.Secret{pair.AccessToken, pair.RefreshToken, calendly.NewSecret("of nobody")} {
		if about, err := o.Introspect(ctx, token); err != nil || about.Active || about.Owner != "" {
			t.Errorf("after revoking it is %+v, %v", about, err)
		}
	}
	_, err = o.Refresh(ctx, pair.RefreshToken)
	wantGrantError(t, err)
}

func TestOAuth_comes_back_with_what_went_wrong(t *testing.T) {
	t.Parallel()
	s := started(t, calendlytest.Config{Seed: 1, Events: 50})
	o := appOf(t, s)
	address, err := o.AuthorizeURL("a state", calendly.NewVerifier())
	if err != nil {
		t.Fatal(err)
	}
	for more, want := range map[string]string{"&login_hint=nobody": "access_denied", "&scope=world:rule": "invalid_scope"} {
		_, err := calendly.ParseRedirect(visit(t, address+more), "a state")
		if refused, ok := errors.AsType[*calendly.OAuthError](err); !ok || refused.Code != want || refused.Err != nil {
			t.Errorf("%s: %v", more, err)
		}
	}
	for query, field := range map[string]string{
		"code=secret": "state", "code=secret&state=": "state", "code=secret&state=another": "state", "error=access_denied&state=another": "state",
		"code=secret&state=st&state=st": "state", "state=st": "code", "state=st&code=": "code", "state=st&code=secret&code=secret2": "code",
	} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		_, err = calendly.ParseRedirect(q, "st")
		if wrong, ok := errors.AsType[*calendly.InputError](err); !ok || wrong.Field != field || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", query, err)
		}
	}
	if _, err := calendly.ParseRedirect(url.Values{"code": {"c"}, "state": {""}}, ""); err == nil {
		t.Error("no state was taken for one")
	}
	_, err = calendly.ParseRedirect(url.Values{"state": {"st"}, "error": {"x\nforged"}, "error_description": {"line\r\nlevel=INFO"}}, "st")
	if err == nil || strings.ContainsAny(err.Error(), "\r\n") {
		t.Errorf("the text is %q", err)
	}
}

func TestOAuth_AuthorizeURL(t *testing.T) {
	t.Parallel()
	o, err := calendly.NewOAuth(calendly.OAuthApp{ClientID: "id", RedirectURI: "https://example.com/back?a=1"})
	if err != nil {
		t.Fatal(err)
	}
	// The verifier and its challenge are those of RFC 7636, appendix B.
	got, err := o.AuthorizeURL("st&te", calendly.NewSecret("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "users:read", "contacts:write")
	want := "https://auth.calendly.com/oauth/authorize?client_id=id&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256" +
		"&redirect_uri=https%3A%2F%2Fexample.com%2Fback%3Fa%3D1&response_type=code&scope=users%3Aread+contacts%3Awrite&state=st%26te"
	if err != nil || got != want {
		t.Errorf("it is %s, %v\nwant %s", got, err, want)
	}
	if a, b := calendly.NewVerifier(), calendly.NewVerifier(); a.Equal(b) || len(a.Reveal()) != 43 {
		t.Error("verifiers can be guessed")
	}
}
