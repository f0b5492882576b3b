package calendlytest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// form sends a form to an operation of OAuth, with Basic authentication when
// the application has a secret.
func form(t *testing.T, s *Server, app App, path string, pairs ...string) (int, object) {
	t.Helper()
	body := strings.TrimPrefix(with("", pairs...), "?")
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	if app.ClientSecret != "" {
		r.SetBasicAuth(app.ClientID, app.ClientSecret)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var answer object
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%s: %v in %q", path, err, w.Body)
	}
	return w.Code, answer
}

// consent returns where authorize sends the browser.
func consent(t *testing.T, s *Server, pairs ...string) url.Values {
	t.Helper()
	w := do(t, s, "", http.MethodGet, with("/oauth/authorize", append([]string{"response_type", "code", "redirect_uri", "http://localhost/back?x=1"}, pairs...)...))
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil || w.Code != http.StatusFound || to.Query().Get("x") != "1" {
		t.Fatalf("authorize: %d %v %s", w.Code, w.Header(), w.Body)
	}
	return to.Query()
}

func TestOAuth_gives_tokens_that_last_two_hours_and_rotate(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 50})
	sum := sha256.Sum256([]byte("verifier"))
	back := consent(t, s, "client_id", s.App.ClientID, "state", "st", "scope", "users:read", "login_hint", "member",
		"code_challenge", base64.RawURLEncoding.EncodeToString(sum[:]), "code_challenge_method", "S256")
	code := []string{"grant_type", "authorization_code", "code", back.Get("code"), "redirect_uri", "http://localhost/back?x=1"}
	if status, answer := form(t, s, s.App, "/oauth/token", append(code, "code_verifier", "wrong")...); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("wrong verifier: %d %v", status, answer)
	}
	status, pair := form(t, s, s.App, "/oauth/token", append(code, "code_verifier", "verifier")...)
	if status != 200 || back.Get("state") != "st" || pair["expires_in"] != 7200.0 || pair["scope"] != "users:read" || pair["owner"] != s.home.uri(kindUser, s.home.member()) {
		t.Fatalf("%d %v", status, pair)
	}
	if status, answer := form(t, s, s.App, "/oauth/token", append(code, "code_verifier", "verifier")...); status != 400 {
		t.Errorf("a code was good twice: %d %v", status, answer)
	}
	s.Tokens["oauth"] = text(pair, "access_token")
	must(t, s, "oauth", "/users/me")
	refused(t, s, "oauth", "GET /contacts", nil, insufficientScope([]string{"contacts:read"}))
	s.Advance(2 * time.Hour)
	refused(t, s, "oauth", "GET /users/me", nil, unauthenticated())
	old := text(pair, "refresh_token")
	_, next := form(t, s, s.App, "/oauth/token", "grant_type", "refresh_token", "refresh_token", old)
	s.Tokens["oauth"] = text(next, "access_token")
	must(t, s, "oauth", "/users/me")
	if status, answer := form(t, s, s.App, "/oauth/token", "grant_type", "refresh_token", "refresh_token", old); status != 400 || answer["error"] != "invalid_grant" {
		t.Errorf("a refresh token was good twice: %d %v", status, answer)
	}
	id := []string{"client_id", s.App.ClientID, "client_secret", s.App.ClientSecret, "token"}
	if _, about := form(t, s, App{}, "/oauth/introspect", append(id, s.Tokens["oauth"])...); about["active"] != true || about["scope"] != "users:read" || about["exp"].(float64)-about["iat"].(float64) != 7200 {
		t.Errorf("introspected %v", about)
	}
	if status, answer := form(t, s, App{}, "/oauth/revoke", append(id, text(next, "refresh_token"))...); status != 200 || len(answer) > 0 {
		t.Errorf("revoked: %d %v", status, answer)
	}
	refused(t, s, "oauth", "GET /users/me", nil, unauthenticated())
	if _, about := form(t, s, App{}, "/oauth/introspect", append(id, s.Tokens["oauth"])...); about["active"] != false {
		t.Errorf("introspected %v", about)
	}
}

func TestOAuth_refuses(t *testing.T) {
	t.Parallel()
	native := App{ClientID: "native", Scopes: []string{"users:read"}}
	web := App{ClientID: "web", ClientSecret: "s3"}
	s := newServer(t, Config{Seed: 1, Events: 50, Rate: 500, Apps: []App{web, native}})
	for want, pairs := range map[string][]string{
		"invalid_request":           {"client_id", "native", "scope", "users:read"},
		"invalid_scope":             {"client_id", "native", "scope", "contacts:read", "code_challenge", "x", "code_challenge_method", "S256"},
		"access_denied":             {"client_id", "web", "login_hint", "nobody"},
		"unsupported_response_type": {"client_id", "web", "response_type", "token"},
	} {
		if want == "unsupported_response_type" {
			w := do(t, s, "", http.MethodGet, with("/oauth/authorize", append(pairs, "redirect_uri", "http://localhost/")...))
			if !strings.Contains(w.Header().Get("Location"), want) {
				t.Errorf("%v: %v", pairs, w.Header())
			}
			continue
		}
		if back := consent(t, s, pairs...); back.Get("error") != want || back.Has("code") {
			t.Errorf("%v: %v, want %s", pairs, back, want)
		}
	}
	if w := do(t, s, "", http.MethodGet, with("/oauth/authorize", "client_id", "x", "response_type", "code")); w.Code != http.StatusUnauthorized {
		t.Errorf("unknown client: %d", w.Code)
	}
	if status, answer := form(t, s, App{ClientID: "web", ClientSecret: "guess"}, "/oauth/token", "grant_type", "refresh_token"); status != 401 || answer["error"] != "invalid_client" {
		t.Errorf("%d %v", status, answer)
	}
	code := func() []string {
		return []string{"grant_type", "authorization_code", "redirect_uri", "http://localhost/back?x=1", "code", consent(t, s, "client_id", "web").Get("code")}
	}
	late := code()
	s.Advance(10 * time.Minute)
	if status, answer := form(t, s, web, "/oauth/token", late...); status != 400 {
		t.Errorf("a code was good for ten minutes: %d %v", status, answer)
	}
	for n := range 9 {
		status, answer := form(t, s, web, "/oauth/token", code()...)
		if want := map[bool]int{true: 429, false: 200}[n == 8]; status != want || n < 8 && answer["scope"] != "default" {
			t.Errorf("token %d in a minute: %d %v", n+1, status, answer)
		}
	}
}
