package calendlytest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// stateVersion is raised when older states can no longer be loaded.
const stateVersion = 1

// state is a saved Server: what its worlds are drawn from, and what was written
// since. Writing the same again, at the same times, gives the same worlds.
type state struct {
	Version int               `json:"version"`
	URL     string            `json:"url"`
	Drawn   string            `json:"drawn"` // when the worlds were drawn
	Clock   string            `json:"clock"` // when the state was saved
	Seed    int64             `json:"seed"`
	Events  int               `json:"events"`
	Members int               `json:"members"`
	Plan    string            `json:"plan"`
	Trial   bool              `json:"trial"`
	Seats   int               `json:"seats"`
	SCIM    bool              `json:"scim"`
	History time.Duration     `json:"history"` // nanoseconds
	Future  time.Duration     `json:"future"`
	Assume  map[string]string `json:"assume"`
	Writes  []written         `json:"writes"`
}

// written is one write that succeeded.
type written struct {
	At       int64  `json:"at"` // microseconds since 1970
	Stranger bool   `json:"stranger,omitempty"`
	User     int    `json:"user"`
	App      string `json:"app,omitempty"` // client id of the application
	Method   string `json:"method"`
	Path     string `json:"path"`
	Query    string `json:"query,omitempty"`
	Body     string `json:"body,omitempty"`
}

// kept reports whether a write belongs to the state: not what is done to the
// machinery around the worlds.
func (r *route) kept() bool {
	if r.write == nil || r.oauth {
		return false
	}
	for _, other := range []string{"/_sandbox/clock", "/_sandbox/requests", "/_sandbox/faults"} {
		if strings.Contains(r.pattern, other) {
			return false
		}
	}
	return true
}

// keep adds a write that succeeded to the state; s.mu must be held.
func (s *Server) keep(c *call) {
	v := written{
		At: c.now, Stranger: c.world == s.away, User: c.user, Method: c.request.Method, Path: c.request.URL.Path,
		Query: c.request.URL.RawQuery, Body: string(c.body),
	}
	if c.app != nil {
		v.App = c.app.ClientID
	}
	s.state.Writes = append(s.state.Writes, v)
}

// Save writes the state of the server as JSON, to be given to Config.State. It
// holds the organization and its tokens, but not the log of requests, faults,
// rate limits, what OAuth granted, and deliveries: a subscription that is loaded
// is as if all had arrived.
func (s *Server) Save(w io.Writer) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(s.snapshot()); err != nil {
		return fmt.Errorf("calendlytest: state: %w", err)
	}
	return nil
}

// snapshot returns the state now; s.mu must be held, if only for reading.
func (s *Server) snapshot() state {
	v := s.state
	v.Clock = stamp(s.clock.micros())
	return v
}

// newState returns the state of a server that is made from cfg at an instant.
func newState(cfg Config, drawn time.Time, chosen assumed) state {
	return state{
		Version: stateVersion, URL: cfg.PublicURL, Drawn: stamp(drawn.UnixMicro()), Seed: cfg.Seed, Events: cfg.Events, Members: cfg.Members,
		Plan: cfg.Plan, Trial: cfg.Trial, Seats: cfg.Seats, SCIM: cfg.SCIM, History: cfg.History, Future: cfg.Future, Assume: chosen, Writes: []written{},
	}
}

// read takes from a saved state what the worlds are drawn from.
func (cfg Config) read(r io.Reader) (Config, *state, error) {
	var v state
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return cfg, nil, fmt.Errorf("calendlytest: state: %w", err)
	}
	if v.Version != stateVersion {
		return cfg, nil, fmt.Errorf("calendlytest: state: version is %d, not %d", v.Version, stateVersion)
	}
	cfg.Seed, cfg.Events, cfg.Members, cfg.Plan, cfg.Trial, cfg.Seats, cfg.SCIM = v.Seed, v.Events, v.Members, v.Plan, v.Trial, v.Seats, v.SCIM
	cfg.History, cfg.Future, cfg.Assume = v.History, v.Future, v.Assume
	if cfg.Events == 0 {
		cfg.Events = -1 // none, not the default
	}
	return cfg, &v, nil
}

// times returns when the worlds were drawn and when the state was saved.
func (v *state) times() (drawn, saved time.Time, err error) {
	drawn, err = time.Parse(time.RFC3339Nano, v.Drawn)
	saved, err2 := time.Parse(time.RFC3339Nano, v.Clock)
	if err = errors.Join(err, err2); err != nil {
		err = fmt.Errorf("calendlytest: state: %w", err)
	}
	return drawn, saved, err
}

// replay writes again what a state holds.
func (s *Server) replay(v *state) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replaying = true
	defer func() { s.replaying = false }()
	for n, w := range v.Writes {
		if err := s.again(v.URL, w); err != nil {
			return fmt.Errorf("calendlytest: state: write %d, %s %s: %w", n+1, w.Method, w.Path, err)
		}
	}
	return nil
}

func (s *Server) again(url0 string, v written) error {
	route, path := s.table.match(v.Method, v.Path)
	if route == nil || !route.kept() {
		return errors.New("there is no such operation")
	}
	v.Body = strings.ReplaceAll(v.Body, url0, s.URL)
	v.Query = strings.ReplaceAll(strings.ReplaceAll(v.Query, url0, s.URL), url.QueryEscape(url0), url.QueryEscape(s.URL))
	query, _ := url.ParseQuery(v.Query) // what is no pair was ignored the first time, too
	who := caller{world: s.home, user: v.User, app: s.oauth.app(v.App)}
	if v.Stranger {
		who.world = s.away
	}
	if v.User < 0 || v.User >= len(who.world.members) {
		return errors.New("there is no such user")
	}
	s.home.settle(v.At)
	s.away.settle(v.At)
	c := &call{
		caller: who, server: s, route: route, path: path, query: query, body: []byte(v.Body), now: v.At, header: http.Header{},
		request: &http.Request{Method: v.Method, URL: &url.URL{Path: v.Path, RawQuery: v.Query}},
	}
	_, apply, err := route.consider(c)
	if err != nil {
		return err
	}
	apply()
	s.keep(c)
	return nil
}
