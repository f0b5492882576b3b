package calendlytest

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
)

// oauthTokenBody is the wire form of a pair of tokens.
type oauthTokenBody struct {
	TokenType    string `json:"token_type"`
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	Scope        string `json:"scope"`
	ExpiresIn    int64  `json:"expires_in"`
	CreatedAt    int64  `json:"created_at"`
	Owner        string `json:"owner"`
	Organization string `json:"organization"`
}

// introspectionBody is what is said of a token.
type introspectionBody struct {
	Active       bool   `json:"active"`
	Scope        string `json:"scope,omitempty"`
	ClientID     string `json:"client_id,omitempty"`
	TokenType    string `json:"token_type,omitempty"`
	Expires      int64  `json:"exp,omitempty"`
	IssuedAt     int64  `json:"iat,omitempty"`
	Owner        string `json:"owner,omitempty"`
	Organization string `json:"organization,omitempty"`
}

// exchange gives a pair of tokens for a code or a refresh token.
func exchange(c *call) (change, error) {
	form, err := c.form()
	if err != nil {
		return nil, err
	}
	app, err := c.client(form)
	if err != nil {
		return nil, err
	}
	o := &c.server.oauth
	var g *grant
	switch form.Get("grant_type") {
	case "authorization_code":
		g = o.codes[form.Get("code")]
		if g != nil && (g.expires <= c.now || !g.proven(form)) {
			g = nil
		}
	case "refresh_token":
		g = o.refresh[form.Get("refresh_token")]
	default:
		return nil, &oauthError{400, "unsupported_grant_type", "The authorization grant type is not supported by the authorization server."}
	}
	if g == nil || g.app != app {
		return nil, badGrant()
	}
	if err := c.mayHaveToken(g); err != nil {
		return nil, err
	}
	return func() any {
		delete(o.codes, form.Get("code"))
		return c.server.issue(g, c.now)
	}, nil
}

// proven reports whether the form comes from who asked for the code.
func (g *grant) proven(form url.Values) bool {
	if form.Get("redirect_uri") != g.redirect {
		return false
	}
	sum := sha256.Sum256([]byte(form.Get("code_verifier")))
	return g.challenge == "" || base64.RawURLEncoding.EncodeToString(sum[:]) == g.challenge
}

// issue makes a new pair of tokens for g. The old refresh token ends with it,
// unless it is assumed to be good for many uses.
func (s *Server) issue(g *grant, now int64) oauthTokenBody {
	o := &s.oauth
	if s.assume.on("refresh_rotation") {
		delete(o.refresh, g.refresh)
	}
	if g.refresh == "" || s.assume.on("refresh_rotation") {
		g.refresh = o.secret(s, "refresh")
	}
	who := g.who
	who.app = g.app
	who.expires = now + accessLives*micros
	issued := *g
	issued.access, issued.made = s.mint(who, o.secret(s, "access")).Token, now
	put(&o.refresh, g.refresh, g)
	put(&o.grants, issued.access, &issued)
	key := userKey{who.world, who.user}
	put(&o.issued, key, append(o.issued[key], now))
	return oauthTokenBody{
		TokenType: "Bearer", AccessToken: issued.access, RefreshToken: g.refresh, Scope: g.scope, ExpiresIn: accessLives, CreatedAt: now / micros,
		Owner: who.world.uri(kindUser, who.user), Organization: who.world.uri(kindOrganization, 0),
	}
}

// named returns what the token in a form was granted for: nil when it is not
// one of the client's that is still good.
func (c *call) named() (g *grant, token string, err error) {
	form, err := c.form()
	if err != nil {
		return nil, "", err
	}
	app, err := c.client(form)
	if err != nil {
		return nil, "", err
	}
	if token = form.Get("token"); token == "" {
		return nil, "", badOAuth("The request is missing the parameter token.")
	}
	o := &c.server.oauth
	if g = o.grants[token]; g != nil {
		if who, ok := c.server.callers[token]; !ok || who.expires <= c.now {
			g = nil
		}
	} else {
		g = o.refresh[token]
	}
	if g != nil && g.app != app {
		g = nil
	}
	return g, token, nil
}

func introspect(c *call) (change, error) {
	g, token, err := c.named()
	if err != nil {
		return nil, err
	}
	return func() any {
		if g == nil {
			return introspectionBody{}
		}
		w := g.who.world
		b := introspectionBody{
			Active: true, Scope: g.scope, ClientID: g.app.ClientID, TokenType: "Bearer", IssuedAt: g.made / micros,
			Owner: w.uri(kindUser, g.who.user), Organization: w.uri(kindOrganization, 0),
		}
		if token == g.access {
			b.Expires = g.made/micros + accessLives
		}
		return b
	}, nil
}

// revokeGrant ends a token; a refresh token takes along what it was given with.
// A token that is none is no error.
func revokeGrant(c *call) (change, error) {
	g, token, err := c.named()
	if err != nil {
		return nil, err
	}
	return func() any {
		delete(c.server.oauth.refresh, token)
		if g != nil {
			for access, issued := range c.server.oauth.grants {
				if access == token || token == g.refresh && issued.refresh == token {
					delete(c.server.callers, access)
					delete(c.server.oauth.grants, access)
				}
			}
		}
		return struct{}{}
	}, nil
}
