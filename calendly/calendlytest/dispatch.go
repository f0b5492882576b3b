package calendlytest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

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

// answer returns the answer to r, made while nothing changes.
func (s *Server) answer(r *http.Request, body []byte, header http.Header) answered {
	route, path := s.table.match(r.Method, r.URL.Path)
	defer s.lock(route != nil && route.write != nil)()
	c := &call{server: s, route: route, path: path, query: r.URL.Query(), body: body, now: s.clock.micros(), header: header, request: r}
	if isAdmin(r) {
		reply, err := s.adminReply(r, c)
		return s.kept(c, result(route, reply, err))
	}
	known := s.identify(r, c)
	c.fault = s.faults.fire(c)
	var a answered
	if c.fault.instead() {
		s.stats.add(route, c.fault.Kind == FaultRateLimited)
	} else {
		reply, err := s.reply(c, known)
		a = s.kept(c, result(route, reply, err))
	}
	a = c.fault.spoil(c, a)
	entry := loggedRequest{at: c.now, method: r.Method, path: r.URL.Path, query: r.URL.RawQuery, status: a.status, who: c.caller}
	if a.fault != nil {
		entry.fault = a.fault.Kind
	}
	s.log.add(entry)
	return a
}

// kept returns the answer to c, after a write that succeeded was kept.
func (s *Server) kept(c *call, a answered) answered {
	if a.status < http.StatusBadRequest && c.route.kept() {
		s.keep(c)
	}
	return a
}

// identify sets whom the token of r speaks for, and reports whether it is one.
func (s *Server) identify(r *http.Request, c *call) bool {
	who, known := s.callers[bearer(r)]
	if !known {
		who = anonymous()
	}
	c.caller = who
	return known && who.world.members[who.user].left == 0
}

// result writes out a reply or an error.
func result(route *route, reply any, err error) answered {
	if err == nil {
		return answered{status: route.status, text: encode(reply)}
	}
	var o *oauthError
	if errors.As(err, &o) {
		return answered{status: o.status, text: encode(o)}
	}
	var p *apiError
	if !errors.As(err, &p) {
		p = internalError()
	}
	return answered{status: p.status, text: encode(p)}
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
func (s *Server) reply(c *call, known bool) (any, error) {
	route, who := c.route, c.caller
	if route != nil && route.oauth {
		s.stats.add(route, false)
		_, apply, err := route.consider(c)
		if err != nil {
			return nil, err
		}
		return apply(), nil
	}
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
