package calendly

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"sync"
	"time"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// reading is one Read under way. Its methods are safe for concurrent use.
type reading struct {
	*caller

	source *source
	memory connect.Memory
	blank  map[string]bool // of which streams nothing was remembered when the pass began
	sample func(key string) bool
	from   place
	// resumed says that the pass under way was begun by an earlier run, broken
	// that the one before it was not made to its end.
	resumed, broken bool
	// rescoped says that what is remembered is of a wider or another scope: what
	// is missing now has not vanished.
	rescoped bool
	want     []string               // names of the wanted streams
	clients  map[string]*api.Client // by the stream they count for

	mu    sync.Mutex
	gates map[string]*gate
	skips []connect.Skip
	notes []connect.Note
}

func (r *reading) stream(name string) *stream { return r.source.stream(name) }

// client returns a client whose calls count for a stream.
func (r *reading) client(stream string) *api.Client { return r.clients[stream] }

func (r *reading) wants(names ...string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(r.want, n) })
}

// skip tells that a stream is not read, if it was wanted.
func (r *reading) skip(stream, reason string) {
	if !r.wants(stream) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.skips = append(r.skips, connect.Skip{Stream: stream, Reason: reason})
}

// note tells of a restriction of a stream, if it was wanted.
func (r *reading) note(stream, text string) {
	if !r.wants(stream) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes = append(r.notes, connect.Note{Stream: stream, Text: text})
}

// tell moves what there is to tell into b.
func (r *reading) tell(b connect.Batch) connect.Batch {
	r.mu.Lock()
	defer r.mu.Unlock()
	b.Skips, b.Notes = r.skips, r.notes
	r.skips, r.notes = nil, nil
	return b
}

// errClosed says that a stream may not be read; it was told already.
var errClosed = errors.New("the stream may not be read")

// errGone says that the record asked about is not there any more.
var errGone = errors.New("the parent record is gone")

// gate is closed when the first call of a stream is forbidden. Until the first
// answer there is one call at a time.
type gate struct {
	turn   chan struct{} // holds whoever makes the first call
	known  chan struct{} // closed when the first call was answered
	reason string        // why it is closed; set before known is
	scopes []string      // that are missing
}

func (r *reading) gate(stream string) *gate {
	r.mu.Lock()
	defer r.mu.Unlock()
	g, ok := r.gates[stream]
	if !ok {
		g = &gate{turn: make(chan struct{}, 1), known: make(chan struct{})}
		r.gates[stream] = g
	}
	return g
}

// answered reports whether the first call was.
func (g *gate) answered() bool {
	select {
	case <-g.known:
		return true
	default:
		return false
	}
}

// closed reports why a stream may not be read, if that is known.
func (r *reading) closed(stream string) (reason string, closed bool) {
	g := r.gate(stream)
	if !g.answered() {
		return "", false
	}
	return g.reason, g.reason != ""
}

// enter waits until a call for s may be made, and returns what must be called
// with its outcome. The refusal of the first call becomes errClosed, which is
// then the error of entering.
func (r *reading) enter(ctx context.Context, s *stream) (settle func(error) error, err error) {
	g := r.gate(s.Name)
	select {
	case <-g.known:
	case g.turn <- struct{}{}:
		if !g.answered() {
			return func(err error) error { return r.settle(g, s, err) }, nil
		}
		<-g.turn
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if g.reason != "" {
		return nil, errClosed
	}
	return func(err error) error { return err }, nil
}

// settle takes the outcome of a call of whoever had the turn.
func (r *reading) settle(g *gate, s *stream, err error) error {
	defer func() { <-g.turn }()
	switch {
	case forbidden(err):
		g.scopes, g.reason = missingScopes(err), r.refusal(s.Needs, err)
		r.skip(s.Name, g.reason)
		err = errClosed
		fallthrough
	case err == nil:
		close(g.known)
	}
	return err
}

// pages yields the pages of a request for rows of s. Where the first call of
// the stream is refused the stream is skipped and there are no pages.
func (r *reading) pages(ctx context.Context, s *stream, q request) iter.Seq2[page, error] {
	return func(yield func(page, error) bool) {
		settle, err := r.enter(ctx, s)
		if err != nil {
			if !errors.Is(err, errClosed) {
				yield(page{}, err)
			}
			return
		}
		first := true
		for p, err := range pages(ctx, r.client(s.Name), q) {
			if forbidden(err) && s.of == "users" && r.left(ctx, q.query.Get("user"), err) {
				err = errGone
			}
			if first {
				err, first = settle(err), false
			}
			if errors.Is(err, errClosed) || !yield(p, err) {
				return
			}
		}
	}
}

// page returns the first page of a request for rows of s; nil if the stream may
// not be read.
func (r *reading) page(ctx context.Context, s *stream, q request) (*page, error) {
	for p, err := range r.pages(ctx, s, q) {
		return &p, err
	}
	return nil, ctx.Err()
}

// rows flattens records of s, which belong to parent.
func (r *reading) rows(s *stream, parent string, records []json.RawMessage) (connect.Rows, error) {
	rows := connect.Rows{Stream: s.Name, Records: make([]connect.Record, 0, len(records))}
	synced := r.now().UTC().Truncate(time.Microsecond)
	for _, raw := range records {
		record, err := s.plan.record(raw, parent, synced)
		if err != nil {
			return rows, fault.New(fault.Unavailable, "%s: %w", s.Name, err)
		}
		rows.Records = append(rows.Records, record)
	}
	return rows, nil
}

// include adds records of s to c, if s is wanted.
func (r *reading) include(c *chunk, s *stream, parent string, records []json.RawMessage) error {
	if !r.wants(s.Name) {
		return nil
	}
	rows, err := r.rows(s, parent, records)
	c.rows = append(c.rows, rows)
	return err
}
