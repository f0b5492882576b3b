package calendlytest

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"time"
)

// adminPath is where the routes are that Calendly does not have.
const adminPath = "/_sandbox/"

// adminRoutes lists what can be done to the sandbox itself, with
// Server.AdminToken.
func adminRoutes() []route {
	read := func(pattern string, handle func(*call) (any, error)) route {
		return route{pattern: pattern, status: http.StatusOK, handle: handle}
	}
	write := func(pattern string, status int, do func(*call) (change, error)) route {
		return route{pattern: pattern, status: status, write: do}
	}
	const ok, created, none = http.StatusOK, http.StatusCreated, http.StatusNoContent
	return []route{
		read("GET /_sandbox/clock", func(c *call) (any, error) { return clockBody{stamp(c.now)}, nil }),
		write("POST /_sandbox/clock", ok, moveClock),
		read("GET /_sandbox/requests", listRequests),
		write("DELETE /_sandbox/requests", none, clearRequests),
		read("GET /_sandbox/state", func(c *call) (any, error) { return c.server.snapshot(), nil }),
		read("GET /_sandbox/deliveries", listDeliveries),
		write("POST /_sandbox/tokens", created, mintAnother),
		write("POST /_sandbox/tokens/revoke", none, revokeToken),
		write("POST /_sandbox/tokens/expire", none, expireToken),
		read("GET /_sandbox/faults", listFaults),
		write("POST /_sandbox/faults", created, addFault),
		write("DELETE /_sandbox/faults", none, removeFaults),
		write("DELETE /_sandbox/faults/{id}", none, removeFaults),
		write("POST /_sandbox/plan", ok, changePlan),
		write("POST /_sandbox/invitees", created, bookAsInvitee),
		write("POST /_sandbox/invitees/cancel", ok, cancelAsInvitee),
		write("POST /_sandbox/invitees/reschedule", created, rescheduleAsInvitee),
		write("POST /_sandbox/invitees/answer", ok, answerAsInvitee),
		write("POST /_sandbox/events/touch", ok, touchEvent),
		write("POST /_sandbox/event_types/delete", ok, deleteEventType),
		write("POST /_sandbox/recaps", created, createRecap),
		write("POST /_sandbox/routing_form_submissions", created, submitForm),
		write("POST /_sandbox/invitations/accept", ok, acceptInvitation),
		write("POST /_sandbox/invitations/decline", ok, declineInvitation),
	}
}

// adminReply answers a request under adminPath. It is not counted, logged,
// limited or disturbed by faults.
func (s *Server) adminReply(r *http.Request, c *call) (any, error) {
	if subtle.ConstantTimeCompare([]byte(bearer(r)), []byte(s.AdminToken)) != 1 {
		return nil, unauthenticated()
	}
	if c.route == nil {
		return nil, unknownRoute()
	}
	c.caller = caller{world: s.home, user: ownerIndex}
	body, apply, err := c.route.consider(c)
	if err == nil && apply != nil {
		body = apply()
	}
	return body, err
}

func isAdmin(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, adminPath) }

type clockBody struct {
	Now string `json:"now"`
}

// moveClock sets the clock forward, by a duration or to an instant.
func moveClock(c *call) (change, error) {
	in := c.input()
	in.only("advance", "set")
	by := time.Duration(0)
	switch text, to := in.text("advance", 0), in.time("set"); {
	case in.has("advance") == in.has("set"):
		in.refuse("body", "must have either advance or set")
	case in.has("advance"):
		d, err := time.ParseDuration(text)
		if err != nil || d < 0 {
			in.refuse("advance", "must be a duration that is not negative, as 36h or 90s")
		}
		by = d
	case in.err() == nil:
		by = time.UnixMicro(to).Sub(c.server.clock.now())
		if by < 0 {
			in.refuse("set", "must not be before "+stamp(c.now)+": the clock moves forward only")
		}
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	return func() any {
		c.server.advance(by)
		return clockBody{stamp(c.server.clock.micros())}
	}, nil
}

// advance moves the clock; s.mu must be held.
func (s *Server) advance(by time.Duration) {
	s.clock.moved.Add(int64(by))
	now := s.clock.micros()
	s.home.settle(now)
	s.away.settle(now)
}

// Advance moves the server's clock forward; a negative duration does nothing.
// What was due in between has happened when it returns.
func (s *Server) Advance(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance(max(by, 0))
}

// Now returns the time of the server's clock.
func (s *Server) Now() time.Time { return s.clock.now() }

type planBody struct {
	Plan  string `json:"plan"`
	Trial bool   `json:"trial"`
	Seats int    `json:"seats"`
	SCIM  bool   `json:"scim"`
}

type deliveriesBody struct {
	Deliveries []Delivery `json:"deliveries"`
}

func listDeliveries(c *call) (any, error) { return deliveriesBody{c.server.Deliveries()}, nil }

// changePlan changes what the organization has bought.
func changePlan(c *call) (change, error) {
	in := c.input()
	in.only("plan", "trial", "seats", "scim")
	name := in.enum("plan", planNames()...)
	trial, scim, seats := in.flag("trial"), in.flag("scim"), in.integer("seats", 0, 1_000_000)
	if err := in.err(); err != nil {
		return nil, err
	}
	return func() any {
		w := c.world
		if name != "" {
			w.plan = planOf(name)
		}
		if trial != nil {
			w.trial = *trial
		}
		if scim != nil {
			w.scim = *scim
		}
		if seats != nil {
			w.seatsPaid = *seats
		}
		return planBody{planNames()[w.plan-1], w.trial, w.seatsPaid, w.scim}
	}, nil
}
