package calendlytest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// send writes an answer; 204 has no body.
func send(w http.ResponseWriter, status int, text []byte) {
	if status != http.StatusNoContent {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	}
	w.WriteHeader(status)
	if status != http.StatusNoContent {
		_, _ = w.Write(text) // an error means that the client is gone
	}
}

// encode writes a body as JSON; nil is no body.
func encode(body any) []byte {
	if body == nil {
		return nil
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		panic(fmt.Sprintf("calendlytest: %T cannot be JSON: %v", body, err)) // a wire type is wrong
	}
	return text.Bytes()
}

// answer returns the status and the text for r, made while nothing changes.
func (s *Server) answer(r *http.Request, body []byte, header http.Header) (int, []byte) {
	route, path := s.table.match(r.Method, r.URL.Path)
	defer s.lock(route != nil && route.write != nil)()
	c := &call{server: s, route: route, path: path, query: r.URL.Query(), body: body, now: s.clock.micros(), header: header}
	answering := s.reply
	if isAdmin(r) {
		answering = s.adminReply
	}
	reply, err := answering(r, c)
	status, text := result(route, reply, err)
	if !isAdmin(r) {
		s.log.add(loggedRequest{at: c.now, method: r.Method, path: r.URL.Path, query: r.URL.RawQuery, status: status, who: c.caller})
	}
	return status, text
}

// result writes out a reply or an error.
func result(route *route, reply any, err error) (int, []byte) {
	if err == nil {
		return route.status, encode(reply)
	}
	var p *apiError
	if !errors.As(err, &p) {
		p = internalError()
	}
	return p.status, encode(p)
}

// lock holds the worlds as they are, for a write alone, after what was due has
// happened.
func (s *Server) lock(alone bool) (unlock func()) {
	if now := s.clock.micros(); alone || s.home.due(now) || s.away.due(now) {
		s.mu.Lock()
		s.home.settle(now)
		s.away.settle(now)
		if alone {
			return s.mu.Unlock
		}
		s.mu.Unlock()
	}
	s.mu.RLock()
	return s.mu.RUnlock
}

// reply returns the body for c and sets the rate limit headers. It checks in
// the order of Calendly's: token, rate, scope, parameters, object, plan; the
// handler does those about parameters and object.
func (s *Server) reply(r *http.Request, c *call) (any, error) {
	route := c.route
	who, known := s.callers[bearer(r)]
	switch {
	case !known:
		who = anonymous()
	case who.world.members[who.user].left > 0:
		known = false
	}
	c.caller = who
	allowed := s.limiter.allow(userKey{who.world, who.user}, time.Now(), c.header)
	s.stats.add(route, !allowed)
	switch {
	case !known:
		return nil, unauthenticated()
	case who.expires > 0 && who.expires <= c.now:
		return nil, expired(s.assume)
	case !allowed:
		return nil, tooManyRequests()
	case route == nil:
		return nil, unknownRoute()
	}
	return route.serve(c)
}
