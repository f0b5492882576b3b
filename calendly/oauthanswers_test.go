package calendly_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly"
)

// Whatever an answer tells of what was sent, no error repeats it.
func TestOAuth_tells_no_secret(t *testing.T) {
	t.Parallel()
	const mark = "s3cr3t/+="
	secret := func(name string) calendly.Secret { return calendly.NewSecret(name + "-" + mark) }
	verifier := calendly.NewSecret("s3cr3t-verifier-that-is-long-enough-to-be-one-of-PKCE")
	var answer atomic.Pointer[func(w http.ResponseWriter, sent string)]
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what came
		form, _ := url.ParseQuery(string(body))
		(*answer.Load())(w, fmt.Sprint(string(body), " ", form, " ", r.Header))
	}))
	defer s.Close()
	var told []string
	tell := func(v any) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			told = append(told, fmt.Sprintf(verb, v))
		}
		text, err := json.Marshal(v)
		told = append(told, string(text), fmt.Sprint(err))
	}
	o, err := calendly.NewOAuth(calendly.OAuthApp{ClientID: "id", ClientSecret: secret("client"), RedirectURI: redirectURI},
		calendly.WithBaseURL(s.URL), calendly.WithObserver(func(a calendly.Attempt) { tell(a) }))
	if err != nil {
		t.Fatal(err)
	}
	pair := calendly.TokenPair{AccessToken: secret("access"), RefreshToken: secret("refresh")}
	source, err := o.TokenSource(pair, func(context.Context, calendly.TokenPair) error { return nil }, 0)
	if err != nil {
		t.Fatal(err)
	}
	client, err := calendly.NewOAuthClient(source, calendly.WithBaseURL(s.URL))
	if err != nil {
		t.Fatal(err)
	}
	address, err := o.AuthorizeURL("state", verifier)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{pair, &pair, pair.AccessToken, &pair.AccessToken, o, *o, source, client, verifier, address, []any{pair}, struct{ p calendly.TokenPair }{pair}} {
		tell(v)
	}
	calls := map[string]func() error{
		"exchange":   func() error { _, err := o.Exchange(t.Context(), secret("code"), verifier); return err },
		"refresh":    func() error { _, err := o.Refresh(t.Context(), pair.RefreshToken); return err },
		"introspect": func() error { _, err := o.Introspect(t.Context(), pair.AccessToken); return err },
		"revoke":     func() error { return o.Revoke(t.Context(), pair.AccessToken) },
		"source":     func() error { _, err := source.Token(t.Context()); return err },
		"client":     func() error { _, err := client.Users.Me(t.Context()); return err },
	}
	quoted := func(text string) string { b, _ := json.Marshal(text); return string(b) }
	for _, f := range []func(http.ResponseWriter, string){
		func(w http.ResponseWriter, sent string) { http.Error(w, sent, http.StatusTeapot) },
		func(w http.ResponseWriter, sent string) { http.Error(w, sent, http.StatusBadGateway) },
		func(w http.ResponseWriter, sent string) {
			http.Error(w, `{"error":`+quoted(sent)+`,"error_description":`+quoted(sent)+`}`, http.StatusForbidden)
		},
		func(w http.ResponseWriter, sent string) {
			escaped := strings.ReplaceAll(strings.ReplaceAll(quoted(sent), "/", `\/`), "3", `\u0033`)
			http.Error(w, `{"error":`+escaped+`}`, http.StatusForbidden)
		},
		func(w http.ResponseWriter, sent string) {
			w.Header().Set("Location", "/?"+url.QueryEscape(sent))
			w.WriteHeader(http.StatusFound)
		},
		func(w http.ResponseWriter, sent string) { _, _ = io.WriteString(w, sent) },
		func(w http.ResponseWriter, sent string) {
			_, _ = io.WriteString(w, `{"access_token":7,"active":`+quoted(sent)+`}`)
		},
		func(w http.ResponseWriter, sent string) {
			_, _ = io.WriteString(w, `{"access_token":`+quoted(sent)+`,"active":"x"}`)
		},
		func(w http.ResponseWriter, _ string) {
			_, _ = io.WriteString(w, `{"access_token":"`+mark+` with a space","active":0}`)
		},
	} {
		answer.Store(&f)
		for name, call := range calls {
			err := call()
			if err == nil && name != "revoke" {
				t.Errorf("%s is no error", name)
			}
			for ; err != nil; err = errors.Unwrap(err) {
				tell(err)
			}
		}
	}
	basic := base64.StdEncoding.EncodeToString([]byte("id:" + secret("client").Reveal()))
	for _, text := range told {
		for _, secret := range []string{"s3cr3t", fmt.Sprintf("%x", "s3cr3t"), `s\u0033cr`, basic} {
			if strings.Contains(text, secret) {
				t.Fatalf("a secret was told: %s", text)
			}
		}
	}
	if len(told) < 500 {
		t.Errorf("only %d texts were looked at", len(told))
	}
}

func TestOAuth_is_strict_about_answers(t *testing.T) {
	t.Parallel()
	var body atomic.Value
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a redirect was followed") }))
	defer elsewhere.Close()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if text, _ := body.Load().(string); text != "" {
			_, _ = io.WriteString(w, text)
			return
		}
		http.Redirect(w, r, elsewhere.URL, http.StatusTemporaryRedirect)
	}))
	defer s.Close()
	o, err := calendly.NewOAuth(calendly.OAuthApp{ClientID: "id", RedirectURI: redirectURI}, calendly.WithBaseURL(s.URL))
	if err != nil {
		t.Fatal(err)
	}
	refresh := func() (*calendly.TokenPair, error) { return o.Refresh(t.Context(), calendly.NewSecret("old")) }
	_, err = refresh()
	if answered, ok := errors.AsType[*calendly.Error](err); !ok || answered.Status != http.StatusTemporaryRedirect {
		t.Errorf("a redirect is %v", err)
	}
	for _, text := range []string{"null", "[]", `"x"`, "{}", `{"access_token":""}`, `{"access_token":"a b"}`, `{"access_token":"a","token_type":"mac"}`, "<html>"} {
		body.Store(text)
		_, err := refresh()
		if _, ok := errors.AsType[*calendly.DecodeError](err); !ok || !errors.Is(err, calendly.ErrUnknownOutcome) {
			t.Errorf("%s: %v", text, err)
		}
	}
	body.Store(`{"access_token":"` + strings.Repeat("a", 1<<20) + `"}`)
	_, err = refresh()
	if _, ok := errors.AsType[*calendly.SizeError](err); !ok || !errors.Is(err, calendly.ErrUnknownOutcome) {
		t.Errorf("a long answer: %v", err)
	}
	// What else is wrong must not cost a pair that there is only once.
	body.Store(`{"access_token":"new","refresh_token":null,"expires_in":"7200","created_at":"now","scope":["a"],"owner":1}`)
	pair, err := refresh()
	if err != nil || pair.AccessToken.Reveal() != "new" || pair.RefreshToken.Reveal() != "old" || time.Until(pair.ExpiresAt) < time.Hour || !pair.CreatedAt.IsZero() {
		t.Errorf("the pair is %+v, %v", pair, err)
	}
	body.Store(`{"access_token":"new","expires_in":1e300,"token_type":"bearer"}`)
	if pair, err := refresh(); err != nil || time.Until(pair.ExpiresAt) > 366*24*time.Hour {
		t.Errorf("the pair is %+v, %v", pair, err)
	}
}

func TestOAuth_refuses_wrong_input(t *testing.T) {
	t.Parallel()
	app := calendly.OAuthApp{ClientID: "id", ClientSecret: calendly.NewSecret("secret"), RedirectURI: "https://example.com/back"}
	made := func(change func(*calendly.OAuthApp), options ...calendly.Option) func() error {
		return func() error {
			changed := app
			change(&changed)
			_, err := calendly.NewOAuth(changed, options...)
			return err
		}
	}
	unchanged := func(*calendly.OAuthApp) {}
	o, err := calendly.NewOAuth(app, calendly.WithBaseURL("http://127.0.0.1:1"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, verifier, persist := t.Context(), calendly.NewVerifier(), func(context.Context, calendly.TokenPair) error { return nil }
	pair := calendly.TokenPair{RefreshToken: calendly.NewSecret("r")}
	authorize := func(state string, verifier calendly.Secret, scopes ...string) func() error {
		return func() error { _, err := o.AuthorizeURL(state, verifier, scopes...); return err }
	}
	source := func(pair calendly.TokenPair, persist func(context.Context, calendly.TokenPair) error, margin time.Duration) func() error {
		return func() error { _, err := o.TokenSource(pair, persist, margin); return err }
	}
	for _, c := range []struct {
		field string
		call  func() error
	}{
		{"client_id", made(func(a *calendly.OAuthApp) { a.ClientID = "" })},
		{"client_id", made(func(a *calendly.OAuthApp) { a.ClientID = "a:b" })},
		{"client_secret", made(func(a *calendly.OAuthApp) { a.ClientSecret = calendly.NewSecret("a\nb") })},
		{"redirect_uri", made(func(a *calendly.OAuthApp) { a.RedirectURI = "" })},
		{"redirect_uri", made(func(a *calendly.OAuthApp) { a.RedirectURI = "http://example.com/back" })},
		{"redirect_uri", made(func(a *calendly.OAuthApp) { a.RedirectURI = "https://example.com/#x" })},
		{"base URL", made(unchanged, calendly.WithBaseURL("http://auth.calendly.com"))},
		{"timeout", made(unchanged, calendly.WithTimeout(0))},
		{"state", authorize("", verifier)},
		{"code_verifier", authorize("s", calendly.Secret{})},
		{"code_verifier", authorize("s", calendly.NewSecret(strings.Repeat("a", 129)))},
		{"code_verifier", authorize("s", calendly.NewSecret(strings.Repeat("ä", 43)))},
		{"scope", authorize("s", verifier, "users:read contacts:read")},
		{"scope", authorize("s", verifier, "")},
		{"code", func() error { _, err := o.Exchange(ctx, calendly.Secret{}, verifier); return err }},
		{"code_verifier", func() error { _, err := o.Exchange(ctx, calendly.NewSecret("c"), calendly.NewSecret("v")); return err }},
		{"refresh_token", func() error { _, err := o.Refresh(ctx, calendly.Secret{}); return err }},
		{"token", func() error { _, err := o.Introspect(ctx, calendly.Secret{}); return err }},
		{"token", func() error { return o.Revoke(ctx, calendly.Secret{}) }},
		{"refresh_token", source(calendly.TokenPair{}, persist, 0)},
		{"access_token", source(calendly.TokenPair{RefreshToken: pair.RefreshToken, AccessToken: calendly.NewSecret("a b")}, persist, 0)},
		{"persist", source(pair, nil, 0)},
		{"margin", source(pair, persist, -1)},
		{"margin", source(pair, persist, 2*time.Hour)},
		{"source", func() error { _, err := calendly.NewOAuthClient(nil); return err }},
	} {
		err := c.call()
		if wrong, ok := errors.AsType[*calendly.InputError](err); !ok || wrong.Field != c.field {
			t.Errorf("the error is %v, want one about %s", err, c.field)
		}
	}
}
