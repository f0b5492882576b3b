package calendly

import (
	"context"
	"net/http"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/kalends/kalends/internal/connect"
)

// Discover implements connect.Source. It asks for one record of each stream;
// what belongs to other records is asked of the first of these, and counts as
// readable where there is none.
func (s *source) Discover(ctx context.Context) ([]connect.Availability, error) {
	var names []connect.Stream
	for _, one := range s.all {
		names = append(names, one.Stream)
	}
	r, err := s.reading(ctx, connect.Reading{Streams: names})
	if err != nil {
		return nil, faultOf(err)
	}
	d := &discovery{reading: r, parents: map[string]string{"users": r.user}}
	for _, children := range []bool{false, true} {
		if err := d.probe(ctx, children); err != nil {
			return nil, faultOf(err)
		}
	}
	var all []connect.Availability
	for _, one := range s.all {
		all = append(all, d.availability(one))
	}
	return all, nil
}

// discovery is one Discover under way.
type discovery struct {
	*reading

	mu      sync.Mutex
	parents map[string]string // a record of each stream, by name
}

// probe asks for one record of every stream that has parents, or of every one
// that has none.
func (d *discovery) probe(ctx context.Context, children bool) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for _, s := range d.source.all {
		if child := s.of != "" && s.of != "users"; child != children {
			continue
		}
		parent := d.parent(s.of)
		if s.of != "" && parent == "" {
			continue
		}
		group.Go(func() error { return d.probeOne(ctx, s, parent) })
	}
	return group.Wait()
}

// parent returns a record of a stream, "" if none is known.
func (d *discovery) parent(stream string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.parents[stream]
}

func (d *discovery) probeOne(ctx context.Context, s *stream, parent string) error {
	q := s.request(d.caller, parent)
	if q.query.Has("count") {
		q.query.Set("count", "1")
	}
	if s.Name == "event_types" {
		q.query.Set("active", "true") // what its children are asked about
	}
	p, err := d.page(ctx, s, q)
	if status := statusOf(err); status == http.StatusNotFound || status == http.StatusFailedDependency {
		return nil // so is this record, not the stream
	}
	if err != nil || p == nil || len(p.records) == 0 {
		return err
	}
	rows, err := d.rows(s, parent, p.records[:1])
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, known := d.parents[s.Name]; !known { // users are known: the caller is one
		d.parents[s.Name] = rows.Records[0].Values[s.plan.key].(string)
	}
	return nil
}

func (d *discovery) availability(s *stream) connect.Availability {
	reason, closed := d.closed(s.Name)
	if !closed && s.of != "" {
		reason, closed = d.closed(s.of)
	}
	switch {
	case closed && s.Name == "users":
		return connect.Availability{Stream: s.Stream, OK: true, Reason: ownUser(reason)}
	case closed:
		return connect.Availability{Stream: s.Stream, Reason: reason}
	}
	return connect.Availability{Stream: s.Stream, OK: true, Reason: d.ownOnly(s.Stream)}
}
