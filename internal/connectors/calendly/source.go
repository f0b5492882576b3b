package calendly

import (
	"context"
	"errors"
	"iter"
	"math"
	"time"

	"golang.org/x/sync/semaphore"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// source reads one organization with one token.
type source struct {
	client       *api.Client // nil without a token; then nothing can be read
	allowance    *allowance  // of the token
	budget       int         // percent of the user's limit
	url          string      // of the API
	organization string      // URI; empty: the token's own
	start        time.Time   // zero: all history
	startOption  string
	fresh        freshness
	deletes      string
	now          func() time.Time
	all          []*stream

	room    *semaphore.Weighted // for what is read and not yet emitted
	meeting chan struct{}       // holds the goroutine that asks who the caller is
	known   *caller
}

// Streams implements connect.Source.
func (s *source) Streams() []connect.Stream {
	var list []connect.Stream
	for _, one := range s.all {
		list = append(list, one.Stream)
	}
	return list
}

// stream returns the stream of a name in the catalog.
func (s *source) stream(name string) *stream {
	for _, one := range s.all {
		if one.Name == name {
			return one
		}
	}
	return nil
}

var (
	_ connect.Source = (*source)(nil)
	_ connect.Finder = (*source)(nil)
	_ connect.Viewer = (*source)(nil)
)

// errStopped ends a reading whose consumer wants no more.
var errStopped = errors.New("the consumer stopped")

// Read implements connect.Source.
func (s *source) Read(ctx context.Context, request connect.Reading) iter.Seq2[connect.Batch, error] {
	return func(yield func(connect.Batch, error) bool) {
		defer s.allowance.join(s.budget)()
		r, err := s.reading(ctx, request)
		if err != nil {
			yield(connect.Batch{}, faultOf(err))
			return
		}
		emit := func(b connect.Batch) error {
			b, err := r.diff(ctx, r.tell(b))
			if err != nil {
				return err
			}
			if empty(b) || yield(b, nil) {
				return nil
			}
			return errStopped
		}
		err = s.pass(ctx, r, request.Streams[0].Group, emit)
		if err == nil && r.resumed {
			// What was read before the interruption may have changed.
			due := s.fresh
			due.pass, due.deepEvery = passDue, math.MaxInt64
			if err = r.begin(ctx, due); err == nil {
				err = s.pass(ctx, r, request.Streams[0].Group, emit)
			}
		}
		switch {
		case err == nil || errors.Is(err, errStopped):
		case ctx.Err() != nil: // whatever error that led to
			yield(connect.Batch{}, faultOf(ctx.Err()))
		default:
			yield(connect.Batch{}, faultOf(err))
		}
	}
}

// pass makes the pass that r has begun.
func (s *source) pass(ctx context.Context, r *reading, group string, emit func(connect.Batch) error) error {
	if err := emit(connect.Batch{Next: r.at(r.from)}); err != nil { // it has begun
		return err
	}
	if err := deliver(ctx, s.room, r.reader(group), emit); err != nil {
		return err
	}
	r.from.Passes = r.from.Passes.end()
	return emit(connect.Batch{Next: r.at(place{})})
}

// begin begins the pass that is wanted, or goes on with one.
func (r *reading) begin(ctx context.Context, f freshness) (err error) {
	for _, name := range r.want {
		if r.memory == nil {
			break
		}
		if r.blank[name], err = r.memory.Empty(ctx, name); err != nil {
			return err
		}
	}
	r.broken = r.from.Passes.Current != ""
	if r.from.Passes, r.resumed = r.from.Passes.begin(f, r.now()); !r.resumed {
		r.from.Last, r.from.Until = "", time.Time{} // they are places of another pass
	}
	return nil
}

// empty reports whether b says nothing.
func empty(b connect.Batch) bool {
	return len(b.Rows) == 0 && len(b.Next) == 0 && len(b.Traces) == 0 && len(b.Skips) == 0 && len(b.Notes) == 0
}

// reading finds out who reads, and prepares to.
func (s *source) reading(ctx context.Context, request connect.Reading) (*reading, error) {
	r := &reading{source: s, memory: request.Memory, sample: request.Sample, blank: map[string]bool{}, gates: map[string]*gate{}}
	var err error
	if r.clients, err = s.clients(request.Observe); err != nil {
		return nil, err
	}
	for _, one := range request.Streams {
		r.want = append(r.want, one.Name)
	}
	if r.caller, err = s.caller(ctx, r.client(r.want[0])); err != nil {
		return nil, err
	}
	_, scope := r.scope()
	r.from = placeAfter(request.From, scope, s.startOption)
	r.rescoped = scopeOf(request.From) != "" && scopeOf(request.From) != scope
	if err := r.begin(ctx, s.fresh); err != nil {
		return nil, err
	}
	for _, one := range request.Streams {
		if only := r.ownOnly(one); only != "" {
			r.note(one.Name, only)
		}
	}
	return r, nil
}

// clients returns a client for each stream, whose calls are told to observe.
func (s *source) clients(observe func(string, connect.Calls)) (map[string]*api.Client, error) {
	if s.client == nil {
		return nil, fault.New(fault.Invalid, "there is no token").WithField(fieldKey)
	}
	clients := map[string]*api.Client{}
	for _, one := range s.all {
		clients[one.Name] = s.client
		if observe == nil {
			continue
		}
		c, err := s.client.With(api.WithObserver(func(a api.Attempt) { observe(one.Name, s.callsOf(a)) }))
		if err != nil {
			return nil, err
		}
		clients[one.Name] = c
	}
	return clients, nil
}

// caller returns who the token speaks for, asking the API once.
func (s *source) caller(ctx context.Context, client *api.Client) (*caller, error) {
	select {
	case s.meeting <- struct{}{}:
		defer func() { <-s.meeting }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if s.known != nil {
		return s.known, nil
	}
	c, err := meet(ctx, client, s.now)
	if err != nil {
		return nil, err
	}
	if s.organization != "" && !sameURI(s.organization, c.organization) {
		return nil, anotherOrganization(s.organization, c)
	}
	s.known = c
	return c, nil
}
