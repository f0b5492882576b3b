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

	source  *source
	from    place
	want    []string               // names of the wanted streams
	clients map[string]*api.Client // by the stream they count for

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

// gate is closed when the first call of a stream is forbidden. Until the first
// answer all other calls wait.
type gate struct {
	mu     sync.Mutex
	known  bool
	reason string   // why it is closed
	scopes []string // that are missing
}

func (r *reading) gate(stream string) *gate {
	r.mu.Lock()
	defer r.mu.Unlock()
	g, ok := r.gates[stream]
	if !ok {
		g = &gate{}
		r.gates[stream] = g
	}
	return g
}

// closed reports why a stream may not be read, if that is known.
func (r *reading) closed(stream string) (reason string, closed bool) {
	g := r.gate(stream)
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.reason, g.reason != ""
}

// enter returns what is to be called with the outcome of the next call; nil if
// there must be none because the stream may not be read. The function returned
// turns the refusal of the first call into a closed gate.
func (r *reading) enter(s *stream) func(error) error {
	g := r.gate(s.Name)
	g.mu.Lock()
	if g.known {
		defer g.mu.Unlock()
		if g.reason != "" {
			return nil
		}
		return func(err error) error { return err }
	}
	return func(err error) error {
		defer g.mu.Unlock()
		if forbidden(err) {
			g.known, g.scopes, g.reason = true, missingScopes(err), r.refusal(s.Needs, err)
			r.skip(s.Name, g.reason)
			return errClosed
		}
		g.known = err == nil
		return err
	}
}

// pages yields the pages of a request for rows of s. Where the first call of
// the stream is refused the stream is skipped and there are no pages.
func (r *reading) pages(ctx context.Context, s *stream, q request) iter.Seq2[page, error] {
	return func(yield func(page, error) bool) {
		settle := r.enter(s)
		if settle == nil {
			return
		}
		for p, err := range pages(ctx, r.client(s.Name), q) {
			if settle != nil {
				err, settle = settle(err), nil
			}
			if errors.Is(err, errClosed) || !yield(p, err) {
				return
			}
		}
		if settle != nil {
			settle(nil)
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
