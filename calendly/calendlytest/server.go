// Package calendlytest is an emulator of Calendly's REST API for tests, in the
// manner of net/http/httptest: a server with an invented organization of any
// size that answers as Calendly's API reference says.
//
//	s, err := calendlytest.Start(calendlytest.Config{Seed: 1, Events: 5000})
//	…
//	defer s.Close()
//	req.Header.Set("Authorization", "Bearer "+s.Tokens["owner"])
//
// The organization is a function of Config.Seed, the other sizes of Config and
// the minute of Config.Clock: equal configurations give equal answers. Objects
// are made when they are asked for, so a million events cost no memory. What is
// written lies over them.
//
// The routes under /_sandbox/ move the clock, mint tokens, let invitees act and
// answers go wrong; docs/sandbox.md tells how.
package calendlytest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server answers the requests of Calendly's API. It is an http.Handler and is
// safe for concurrent use.
type Server struct {
	// URL is what every URI begins with: the address of the API.
	URL string
	// Addr is the host and port Start listens on; "" for a Server made by New.
	Addr string
	// Organization is the URI of the organization of all tokens but stranger.
	Organization string
	// AdminToken is the token of the routes under /_sandbox/.
	AdminToken string
	// App is the OAuth application that is there when Config.Apps names none.
	App App
	// Tokens are the access tokens by name: owner, admin, member, stranger and
	// those of Config.Tokens.
	Tokens map[string]string

	mu         sync.RWMutex // guards the worlds and what follows; writes hold it alone
	table      table
	home, away *world
	callers    map[string]caller // by token
	clock      *serverClock
	latency    time.Duration
	limiter    limiter
	stats      stats
	log        requestLog
	faults     faults
	oauth      oauth
	postman    *postman
	state      state // what Save writes
	replaying  bool
	stir       chan struct{} // wakes up tend
	minted     int           // tokens
	assume     assumed

	answering sync.RWMutex // held for reading while a request is answered
	close     func() error
}

const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
	maxBodyBytes      = 1 << 20
)

// New returns a Server to be mounted in an http.Server of the caller's, which
// must be reachable as Config.PublicURL. It needs no Close unless webhooks were
// subscribed to; its retries wait for the next request or Advance.
func New(cfg Config) (*Server, error) {
	var saved *state
	if cfg.State != nil {
		var err error
		if cfg, saved, err = cfg.read(cfg.State); err != nil {
			return nil, err
		}
	}
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	chosen, err := assume(cfg.Assume)
	if err != nil {
		return nil, err
	}
	now, moved := cfg.Clock().Truncate(time.Minute), time.Duration(0)
	if saved != nil {
		drawn, at, err := saved.times()
		if err != nil {
			return nil, err
		}
		now, moved = drawn, at.Sub(cfg.Clock())
	}
	s, err := newServerAt(cfg, chosen, now)
	if err != nil {
		return nil, err
	}
	s.clock.moved.Store(int64(moved))
	if saved != nil {
		err = s.replay(saved)
	}
	return s, err
}

// newServerAt returns a Server whose worlds are drawn around an instant.
func newServerAt(cfg Config, chosen assumed, now time.Time) (*Server, error) {
	s := &Server{
		assume: chosen, state: newState(cfg, now, chosen),
		URL: cfg.PublicURL, Tokens: map[string]string{}, callers: map[string]caller{},
		postman: newPostman(), stir: make(chan struct{}, 1),
		table: newTable(), clock: &serverClock{base: cfg.Clock}, latency: cfg.Latency,
		limiter: limiter{rate: cfg.Rate, users: map[userKey]*usage{}},
		home:    newWorld(cfg, now),
		away:    newWorld(cfg.stranger(), now),
	}
	for _, w := range []*world{s.home, s.away} {
		w.clock, w.assume = s.clock, chosen
	}
	s.Organization = s.home.uri(kindOrganization, 0)
	s.AdminToken = mintToken(cfg.Seed, "/_sandbox/", s.home.id(kindOrganization, 0, 0))
	s.addApps(cfg)
	s.faults.draw = s.home.draw(drawFault, 0, 0)
	for _, f := range cfg.Faults {
		if _, err := s.AddFault(f); err != nil {
			return nil, err
		}
	}
	return s, s.addTokens(cfg.Seed, cfg.Tokens)
}

// stranger returns the configuration of the other, small organization.
func (cfg Config) stranger() Config {
	cfg.Seed = int64(mix(uint64(cfg.Seed)) ^ 0x57a26e12)
	cfg.Events, cfg.Members = 24, minMembers
	return cfg
}

// Start returns a Server that listens on Config.Listen and serves until Close.
func Start(cfg Config) (*Server, error) {
	address := cfg.Listen
	if address == "" {
		address = "127.0.0.1:0"
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("calendlytest: %w", err)
	}
	if cfg.PublicURL == "" {
		cfg.PublicURL = "http://" + reachable(listener.Addr())
	}
	s, err := New(cfg)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s.Addr = listener.Addr().String()
	s.serve(listener)
	return s, nil
}

// serve answers on listener until s.close, which waits for what it started.
func (s *Server) serve(listener net.Listener) {
	ctx, cancel := context.WithCancel(context.Background())
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: readHeaderTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	tended := make(chan struct{})
	go func() {
		defer close(tended)
		s.tend(ctx)
	}()
	s.close = sync.OnceValue(func() error {
		cancel()
		err := server.Close()
		if end := <-served; !errors.Is(end, http.ErrServerClosed) {
			err = errors.Join(err, end)
		}
		<-tended
		s.answering.Lock()
		defer s.answering.Unlock()
		s.postman.quit()
		return err
	})
}

// reachable is where a client on this machine reaches a listener.
func reachable(address net.Addr) string {
	tcp, ok := address.(*net.TCPAddr)
	if ok && tcp.IP.IsUnspecified() {
		return (&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: tcp.Port}).String()
	}
	return address.String()
}

// Close stops a Server: it cuts open connections and deliveries and returns
// when no request is being answered and no webhook delivered any more.
func (s *Server) Close() error {
	if s.close == nil {
		s.postman.quit()
		return nil
	}
	return s.close()
}

// ServeHTTP answers one request as Calendly would.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.answering.RLock()
	defer s.answering.RUnlock()
	r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
	pause(r.Context(), s.latency/2)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		body = []byte{0} // no JSON: the write is refused as one that is garbled
	}
	a := s.answer(r, body, w.Header())
	pause(r.Context(), s.latency-s.latency/2)
	a.send(r.Context(), w)
}

// pause waits for d. If ctx ends first it ends the request without an answer:
// a handler that only returned would have answered 200.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		panic(http.ErrAbortHandler)
	}
}
