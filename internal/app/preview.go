package app

import (
	"context"
	"errors"
	"maps"
	"sync"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/mapping"
)

const (
	previewed    = 10 // records of each stream
	previewCalls = 40 // for the streams that are read together
)

// errEnough ends a reading of which enough was seen.
var errEnough = errors.New("enough was read")

// Preview reads a few records of each stream and maps them as a sync would, of
// whose request it looks at From, Streams, Start and Map, which must be there. It
// makes few calls: of a stream whose records are rare it may find none.
func (a *App) Preview(ctx context.Context, req SyncRequest) ([]mapping.Preview, error) {
	from, err := a.place(ctx, reading(), req.From)
	if err != nil {
		return nil, err
	}
	// What a recent pass reads is one window, which is read page by page; it is
	// to hold all there is.
	options := map[string]string{"pass": "recent", "recent": "10000d"}
	maps.DeleteFunc(options, func(name, _ string) bool { return !from.has(name) })
	if req.Start != "" {
		options["start"] = req.Start
	}
	source, err := from.read(ctx, req.Streams, options)
	if err != nil {
		return nil, err
	}
	streams, err := selectStreams(source.Streams(), req.Streams)
	if err != nil {
		return nil, err
	}
	if _, err := connect.ParseStart(req.Start); err != nil {
		return nil, err
	}
	m, err := a.mapping(ctx, req.Map, source.Streams())
	switch {
	case err != nil:
		return nil, err
	case m == nil:
		return nil, fault.New(fault.Invalid, "there is no map to preview").WithField("map")
	}
	g := &glance{source: source, records: map[string][]connect.Record{}, reasons: map[string]string{}}
	groups := map[string][]connect.Stream{}
	for _, s := range streams {
		groups[s.Group] = append(groups[s.Group], s)
	}
	var previews []mapping.Preview
	for _, s := range streams {
		if group := groups[s.Group]; group != nil {
			if err := g.read(ctx, group); err != nil {
				return nil, err
			}
			delete(groups, s.Group)
		}
		p := m.Stream(s.Name).Preview(g.records[s.Name])
		p.Reason = g.reasons[s.Name]
		previews = append(previews, p)
	}
	return previews, nil
}

// glance reads the first records of streams.
type glance struct {
	source  connect.Source
	records map[string][]connect.Record
	reasons map[string]string
}

// read reads the streams of one group until there is enough of each, or enough
// calls were made.
func (g *glance) read(ctx context.Context, group []connect.Stream) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mu sync.Mutex
	calls, parents := 0, map[string]bool{}
	reading := connect.Reading{
		Streams: group,
		Sample: func(key string) bool {
			mu.Lock()
			defer mu.Unlock()
			if len(parents) < previewed {
				parents[key] = true
			}
			return parents[key]
		},
		Observe: func(_ string, c connect.Calls) {
			mu.Lock()
			defer mu.Unlock()
			if calls += c.Requests; calls >= previewCalls {
				cancel(errEnough)
			}
		},
	}
	for b, err := range g.source.Read(ctx, reading) {
		if errors.Is(context.Cause(ctx), errEnough) {
			err = nil
		}
		if err != nil {
			return err
		}
		if g.note(b); g.enough(group) {
			return nil
		}
	}
	return nil
}

// note takes from a batch what is still wanted.
func (g *glance) note(b connect.Batch) {
	for _, rows := range b.Rows {
		have := g.records[rows.Stream]
		g.records[rows.Stream] = append(have, rows.Records[:min(len(rows.Records), previewed-len(have))]...)
	}
	for _, s := range b.Skips {
		g.reasons[s.Stream] = s.Reason
	}
	for _, n := range b.Notes {
		g.reasons[n.Stream] = n.Text
	}
}

func (g *glance) enough(group []connect.Stream) bool {
	for _, s := range group {
		if len(g.records[s.Name]) < previewed {
			return false
		}
	}
	return true
}
