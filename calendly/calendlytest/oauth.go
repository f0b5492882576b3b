package calendlytest

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// App is an OAuth application. Its routes, under /oauth/, are served beside
// those of the API, though Calendly has them on a host of their own.
type App struct {
	// ClientID names the application.
	ClientID string
	// ClientSecret is "" for a native application, which needs PKCE instead.
	ClientSecret string
	// RedirectURIs are where users may be sent back to; none means anywhere.
	RedirectURIs []string
	// Scopes are what the application may ask for; none makes it one from
	// before scopes, whose tokens have all of them.
	Scopes []string
	// SigningKey signs what its webhook subscriptions deliver; "" for none.
	SigningKey string
}

const (
	codeLives      = 10 * minute * micros
	accessLives    = 2 * hour // seconds
	tokensInMinute = 8        // per user
)

// oauth is what was granted to applications.
type oauth struct {
	apps    []App
	codes   map[string]*grant
	refresh map[string]*grant
	grants  map[string]*grant // by access token
	issued  map[userKey][]int64
	count   int
}

// grant is the consent of a user to an application.
type grant struct {
	app       *App
	who       caller
	scope     string
	redirect  string
	challenge string
	expires   int64 // of the code
	access    string
	refresh   string
	made      int64 // when the tokens were
}

// oauthError is an error of the routes under /oauth/.
type oauthError struct {
	status      int
	Code        string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

func (e *oauthError) Error() string { return e.Code + ": " + e.Description }

func badGrant() error {
	return &oauthError{http.StatusBadRequest, "invalid_grant", "The provided authorization grant is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client."}
}

func badOAuth(description string) error {
	return &oauthError{http.StatusBadRequest, "invalid_request", description}
}

// oauthRoutes lists the operations of OAuth.
func oauthRoutes() []route {
	return []route{
		{pattern: "GET /oauth/authorize", status: http.StatusFound, write: authorize, oauth: true},
		{pattern: "POST /oauth/token", status: http.StatusOK, write: exchange, oauth: true},
		{pattern: "POST /oauth/introspect", status: http.StatusOK, write: introspect, oauth: true},
		{pattern: "POST /oauth/revoke", status: http.StatusOK, write: revokeGrant, oauth: true},
	}
}

// addApps registers the applications of cfg, or one that may ask for all.
func (s *Server) addApps(cfg Config) {
	s.oauth.apps = slices.Clone(cfg.Apps)
	if len(cfg.Apps) == 0 {
		s.oauth.apps = []App{{ClientID: "sandbox", ClientSecret: s.oauth.secret(s, "client"), Scopes: allScopes(), SigningKey: s.oauth.secret(s, "signing")}}
	}
	s.App = s.oauth.apps[0]
}

// app returns the application of that id, or nil.
func (o *oauth) app(id string) *App {
	n := slices.IndexFunc(o.apps, func(a App) bool { return a.ClientID == id })
	if n < 0 {
		return nil
	}
	return &o.apps[n]
}

// authorize consents at once, as the user of the role in login_hint: the owner
// unless it says otherwise; nobody denies.
func authorize(c *call) (change, error) {
	q := c.query
	app, back := c.server.oauth.app(q.Get("client_id")), q.Get("redirect_uri")
	to, err := url.Parse(back)
	switch {
	case app == nil:
		return nil, &oauthError{http.StatusUnauthorized, "invalid_client", "Client authentication failed due to unknown client."}
	case err != nil || to.Scheme == "" || to.Fragment != "" || app.RedirectURIs != nil && !slices.Contains(app.RedirectURIs, back):
		return nil, badOAuth("The redirect URI is not valid.")
	}
	answer := to.Query()
	if state := q.Get("state"); state != "" {
		answer.Set("state", state)
	}
	scopes := strings.Fields(q.Get("scope"))
	hint := q.Get("login_hint")
	fail := ""
	switch {
	case q.Get("response_type") != "code":
		fail = "unsupported_response_type"
	case q.Has("code_challenge") && q.Get("code_challenge_method") != "S256", app.ClientSecret == "" && q.Get("code_challenge") == "":
		fail = "invalid_request"
	case slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(app.Scopes, s) }):
		fail = "invalid_scope"
	case hint == "nobody", hint != "" && !slices.Contains(tokenRoles(), hint):
		fail = "access_denied"
	}
	return func() any {
		if fail != "" {
			answer.Set("error", fail)
		} else {
			answer.Set("code", c.server.grant(app, hint, scopes, back, q.Get("code_challenge"), c.now))
		}
		to.RawQuery = answer.Encode()
		c.header.Set("Location", to.String())
		return nil
	}, nil
}

// grant keeps a consent and returns its code.
func (s *Server) grant(app *App, as string, scopes []string, redirect, challenge string, now int64) string {
	g := &grant{app: app, who: s.as(as), scope: "default", redirect: redirect, challenge: challenge, expires: now + codeLives}
	if len(app.Scopes) > 0 {
		if len(scopes) == 0 {
			scopes = app.Scopes
		}
		g.scope, g.who.scopes = strings.Join(scopes, " "), scopes
	}
	code := s.oauth.secret(s, "code")
	put(&s.oauth.codes, code, g)
	return code
}

// secret returns a string that nobody can guess who does not know the seed.
func (o *oauth) secret(s *Server, purpose string) string {
	o.count++
	d := s.home.draw(drawOAuth, o.count, len(purpose))
	h := sha256.Sum256([]byte(purpose + strconv.FormatUint(d.next(), 36) + strconv.FormatUint(d.next(), 36)))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

// client reads who asks: by Basic authentication or in the form.
func (c *call) client(form url.Values) (*App, error) {
	id, secret, basic := c.request.BasicAuth()
	if !basic {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	app := c.server.oauth.app(id)
	if app == nil || subtle.ConstantTimeCompare([]byte(app.ClientSecret), []byte(secret)) != 1 {
		return nil, &oauthError{http.StatusUnauthorized, "invalid_client", "Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method."}
	}
	return app, nil
}

// form reads the body of a call as a form.
func (c *call) form() (url.Values, error) {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, badOAuth("The body is not a form.")
	}
	return form, nil
}

// mayHaveToken refuses more than eight tokens in a minute of the clock, where
// there are rate limits.
func (c *call) mayHaveToken(g *grant) error {
	key := userKey{g.who.world, g.who.user}
	recent := slices.DeleteFunc(c.server.oauth.issued[key], func(at int64) bool { return at <= c.now-minute*micros })
	put(&c.server.oauth.issued, key, recent)
	if c.server.limiter.rate > 0 && len(recent) >= tokensInMinute {
		setLimit(c.header, tokensInMinute, 0, time.Duration(recent[0]+minute*micros-c.now)*time.Microsecond)
		return tooManyRequests()
	}
	return nil
}
