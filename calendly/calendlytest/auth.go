package calendlytest

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// allScopes lists every scope of Calendly's API.
func allScopes() []string {
	return []string{
		"activity_log:read", "availability:read", "availability:write", "contacts:read", "contacts:write",
		"data_compliance:write", "event_types:read", "event_types:write", "groups:read", "locations:read",
		"meeting_recaps:read", "meeting_recaps:write", "organizations:read", "organizations:write",
		"outgoing_communications:read", "routing_forms:read", "scheduled_events:read", "scheduled_events:write",
		"scheduling_links:write", "shares:write", "users:read", "webhooks:read", "webhooks:write",
	}
}

// caller is who a token speaks for.
type caller struct {
	world  *world
	user   int
	scopes []string // nil = all

	expires int64 // microseconds; 0 = never
	app     *App  // the application of an OAuth token
}

// role returns the caller's role in the organization.
func (c *caller) role() role { return c.world.members[c.user].role }

// admin reports whether the caller may see what belongs to colleagues.
func (c *caller) admin() bool { return c.role() != roleUser }

// may reports whether the caller's token holds scope, itself or by x:write
// for x:read.
func (c *caller) may(scope string) bool {
	domain, reads := strings.CutSuffix(scope, ":read")
	return c.scopes == nil || slices.Contains(c.scopes, scope) || reads && slices.Contains(c.scopes, domain+":write")
}

// bearer returns the token of r, or "".
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// addTokens fills Tokens and the callers behind them.
func (s *Server) addTokens(seed int64, extra []Token) error {
	tokens := []Token{{Name: "owner", Role: "owner"}, {Name: "admin", Role: "admin"}, {Name: "member", Role: "member"}, {Name: "stranger", Role: "stranger"}}
	tokens = slices.DeleteFunc(tokens, func(t Token) bool {
		return slices.ContainsFunc(extra, func(e Token) bool { return e.Name == t.Name })
	})
	for _, t := range append(tokens, extra...) {
		who := s.as(t.Role)
		who.scopes = t.Scopes
		if t.Secret == "" {
			t.Secret = mintToken(seed, t.Name, who.world.id(kindUser, who.user, 0))
		}
		if _, taken := s.callers[t.Secret]; taken {
			return fmt.Errorf("calendlytest: token %q: its secret is that of another token", t.Name)
		}
		s.callers[t.Secret] = who
		s.Tokens[t.Name] = t.Secret
	}
	return nil
}

// tokenRoles lists whose tokens there are.
func tokenRoles() []string { return []string{"owner", "admin", "member", "stranger"} }

// as returns whom tokens of a role speak for.
func (s *Server) as(role string) caller {
	who := caller{world: s.home, user: ownerIndex}
	switch role {
	case "admin":
		who.user = s.home.admin()
	case "member":
		who.user = s.home.member()
	case "stranger":
		who.world = s.away
	}
	return who
}

// mintToken makes a token that looks like Calendly's: three parts, of which
// the last is random, and nothing a client could rely on.
func mintToken(seed int64, name, user string) string {
	d := draw{state: mix(uint64(seed)) ^ mix(hashText(name))}
	codec := newCodec(d.next())
	part := base64.RawURLEncoding.EncodeToString
	head := fmt.Sprintf(`{"kid":"%016x","typ":"PAT","alg":"ES256"}`, d.next())
	body := fmt.Sprintf(`{"iss":"https://auth.calendly.com","iat":1767225600,"jti":"%s","user_uuid":"%s"}`, codec.id(ref{}), user)
	var signature []byte
	for range 8 {
		signature = binary.BigEndian.AppendUint64(signature, d.next())
	}
	return part([]byte(head)) + "." + part([]byte(body)) + "." + part(signature)
}

// hashText is FNV-1a, for places where text chooses a draw.
func hashText(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
