package calendlytest

import (
	"slices"
	"strconv"
)

// tokenBody is the wire form of a token that was just minted.
type tokenBody struct {
	Token     string   `json:"token"`
	User      string   `json:"user"`
	Role      role     `json:"role"`
	Scopes    []string `json:"scopes"` // null = all
	ExpiresAt *string  `json:"expires_at"`
}

// mintAnother makes a token of a role or of any user.
func mintAnother(c *call) (change, error) {
	in := c.input()
	in.only("role", "user", "scopes", "expires_in")
	as := in.enum("role", tokenRoles()...)
	user := in.object("user", kindUser)
	scopes := in.texts("scopes", 100, func(s string) bool { return slices.Contains(allScopes(), s) }, "is not a scope")
	expires := in.integer("expires_in", 1, 1<<31)
	if in.has("role") == in.has("user") {
		in.refuse("body", "must have either role or user")
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	who := c.server.as(as)
	if user != nil {
		r, err := c.owned(user, notInOrg)
		if err != nil {
			return nil, err
		}
		who = caller{world: c.world, user: r.index}
	}
	if who.scopes = scopes; in.has("scopes") && scopes == nil {
		who.scopes = []string{} // none, not all
	}
	return func() any {
		if expires != nil {
			who.expires = c.now + int64(*expires)*micros
		}
		c.server.minted++
		return c.server.mint(who, strconv.Itoa(c.server.minted))
	}, nil
}

// mint makes a token for who, from a name that no other token has.
func (s *Server) mint(who caller, name string) tokenBody {
	id := who.world.id(kindUser, who.user, 0)
	secret := mintToken(int64(s.home.key), "minted "+name, id)
	s.callers[secret] = who
	return tokenBody{
		Token: secret, User: who.world.uri(kindUser, who.user), Role: who.role(), Scopes: who.scopes, ExpiresAt: stampOrNull(who.expires),
	}
}

// tokenOf reads the name of a token that is accepted.
func (c *call) tokenOf() (string, error) {
	in := c.input()
	in.only("token")
	secret := in.filled("token", 0)
	if err := in.err(); err != nil {
		return "", err
	}
	if _, ok := c.server.callers[secret]; !ok {
		return "", notFound()
	}
	return secret, nil
}

func revokeToken(c *call) (change, error) {
	secret, err := c.tokenOf()
	if err != nil {
		return nil, err
	}
	return func() any {
		delete(c.server.callers, secret)
		return nil
	}, nil
}

func expireToken(c *call) (change, error) {
	secret, err := c.tokenOf()
	if err != nil {
		return nil, err
	}
	return func() any {
		who := c.server.callers[secret]
		who.expires = c.now
		c.server.callers[secret] = who
		return nil
	}, nil
}
