package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/engine"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
	"github.com/kalends/kalends/internal/mapping"
)

// SyncRequest says what to move.
type SyncRequest struct {
	// From is the address of a source, "sqlite:other.db", "-" for standard input,
	// or the name of its credential, "acme", and what within: "pg/schema".
	From string
	// To is the address of a destination, "sqlite:calendly.db", or the name of its
	// credential, "pg", and what within: "pg/schema".
	To string
	// Streams are the names of those to read; empty: all but those that are
	// read on request only.
	Streams []string
	// Start leaves out what happened before it: a date or an RFC 3339 time;
	// empty: all history.
	Start string
	// Fresh says how the source is read, how the copy is kept fresh and what is
	// done about deletions, by the names of the source's options; what is left out
	// has its default.
	Fresh map[string]string
	// History names the streams of which every version is kept, too; "all" is
	// each of those that are read.
	History []string
	// Map is the path of the map file that says how records are written; empty:
	// as they are.
	Map string
	// MaxBadRows is how many rows may be refused by the destination, or not be
	// mapped, before the run ends. They are kept in the quarantine.
	MaxBadRows int
	// Watch, if not nil, is called in a goroutine of its own and must return
	// once changed is closed; snapshot may be called at any time.
	Watch func(changed <-chan struct{}, snapshot func() flow.Snapshot)
}

const (
	// finishBatch is how long one batch may take to be committed.
	finishBatch = time.Minute
	// gather is how many records are worth a commit of their own.
	gather = 2000
)

// Sync moves the streams of a source into a destination and returns what came
// of it. The error, if any, is also in the run; a run with an empty ID never
// began. A run that was interrupted or failed is gone on with by the next Sync
// of the same From and To.
func (a *App) Sync(ctx context.Context, req SyncRequest) (run flow.Run, err error) {
	p, err := a.plan(ctx, req)
	if err != nil {
		return flow.Run{}, err
	}
	release, err := a.store.LockFlow(ctx, p.flow.ID)
	if err != nil {
		return flow.Run{}, err
	}
	defer func() { err = errors.Join(err, release()) }()
	destination, err := p.open(ctx)
	if err != nil {
		return flow.Run{}, err
	}
	defer func() { err = errors.Join(err, destination.Close()) }()
	p.maxBadRows = req.MaxBadRows
	return a.run(ctx, p, destination, req.Watch)
}

// plan is a SyncRequest understood.
type plan struct {
	flow        flow.Flow
	maxBadRows  int
	mapping     *mapping.Mapping // nil: records are written as they are
	source      connect.Source
	streams     []connect.Stream
	start       time.Time
	history     []string
	fingerprint map[string]string // by group
	open        func(context.Context) (connect.Destination, error)
}

func (a *App) plan(ctx context.Context, req SyncRequest) (plan, error) {
	to, err := a.place(ctx, writing(), req.To)
	if err != nil {
		return plan{}, err
	}
	from, source, streams, err := a.chosen(ctx, req)
	if err != nil {
		return plan{}, err
	}
	if from.identity() == to.identity() {
		return plan{}, fault.New(fault.Conflict, "a place cannot be copied into itself").WithField("to").WithHint("name another one")
	}
	history, err := selectHistory(streams, req.History)
	if err != nil {
		return plan{}, err
	}
	start, err := connect.ParseStart(req.Start)
	if err != nil {
		return plan{}, err
	}
	m, err := a.mapping(ctx, req.Map, source.Streams())
	if err != nil {
		return plan{}, err
	}
	return plan{
		flow:        flow.Flow{ID: flowID(from.id(), to), From: req.From, Credential: from.id(), To: req.To},
		mapping:     m,
		source:      source,
		streams:     streams,
		start:       start,
		history:     history,
		fingerprint: fingerprints(streams, req.Start),
		open:        to.open,
	}, nil
}

// chosen opens the source of a request and returns where it is and the streams to
// read.
func (a *App) chosen(ctx context.Context, req SyncRequest) (from place, source connect.Source, streams []connect.Stream, err error) {
	if from, err = a.place(ctx, reading(), req.From); err != nil {
		return place{}, nil, nil, err
	}
	options := map[string]string{}
	if req.Start != "" {
		options["start"] = req.Start
	}
	maps.Copy(options, req.Fresh)
	if source, err = from.read(ctx, req.Streams, options); err != nil {
		return place{}, nil, nil, err
	}
	streams, err = selectStreams(source.Streams(), req.Streams)
	return from, source, streams, err
}

// selectStreams returns the named streams in the order of all; without names
// all that are not read on request only.
func selectStreams(all []connect.Stream, names []string) ([]connect.Stream, error) {
	known := make([]string, 0, len(all))
	for _, s := range all {
		known = append(known, s.Name)
	}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return nil, fault.New(fault.Invalid, "there is no stream %q", n).WithField("streams").
				WithHint("choose from %s", strings.Join(known, ", "))
		}
	}
	var chosen []connect.Stream
	for _, s := range all {
		if slices.Contains(names, s.Name) || len(names) == 0 && !s.OnRequest {
			chosen = append(chosen, s)
		}
	}
	return chosen, nil
}

// viewsOf returns the views of a source's streams, but for those of streams that
// a mapping gives another shape.
func viewsOf(s connect.Source, m *mapping.Mapping) []connect.View {
	v, ok := s.(connect.Viewer)
	if !ok {
		return nil
	}
	return slices.DeleteFunc(v.Views(), func(v connect.View) bool {
		return slices.ContainsFunc(v.Of, func(stream string) bool { return reshaped(m, stream, s.Streams()) })
	})
}

// selectHistory returns the names of the streams of which every version is kept.
func selectHistory(streams []connect.Stream, names []string) ([]string, error) {
	var read []string
	for _, s := range streams {
		read = append(read, s.Name)
	}
	if slices.Equal(names, []string{"all"}) {
		return read, nil
	}
	for _, n := range names {
		if !slices.Contains(read, n) {
			return nil, fault.New(fault.Invalid, "the stream %q is not read", n).WithField("history").
				WithHint("choose from %s, or all", strings.Join(read, ", "))
		}
	}
	return names, nil
}

// fingerprints tell checkpoints of one question from those of another: a
// group's streams and columns, and the start.
func fingerprints(streams []connect.Stream, start string) map[string]string {
	parts := map[string]string{}
	for _, s := range streams {
		parts[s.Group] += " " + s.Name
		for _, c := range s.Columns {
			parts[s.Group] += " " + c.Name
		}
	}
	for group, names := range parts {
		sum := sha256.Sum256([]byte(start + names))
		parts[group] = hex.EncodeToString(sum[:8])
	}
	return parts
}

func (a *App) run(ctx context.Context, p plan, destination connect.Destination, watch func(<-chan struct{}, func() flow.Snapshot)) (flow.Run, error) {
	if _, err := a.store.InterruptRuns(ctx, p.flow.ID); err != nil {
		return flow.Run{}, err
	}
	run := flow.Run{ID: a.newID(), Flow: p.flow.ID, Status: flow.Running, Started: a.now()}
	if err := errors.Join(a.store.SaveFlow(ctx, p.flow), a.store.StartRun(ctx, run)); err != nil {
		return flow.Run{}, err
	}
	tracker := engine.NewTracker(run, p.streams, a.now)
	var watching sync.WaitGroup
	if watch != nil {
		watching.Go(func() { watch(tracker.Changed(), tracker.Snapshot) })
	}
	shapes := shapesOf(p.mapping, p.streams)
	saved := &checkpoints{
		store: a.store, flowID: p.flow.ID, fingerprint: p.fingerprint, streams: map[string][]string{}, shapes: shapes, now: a.now,
	}
	for _, s := range p.streams {
		saved.streams[s.Group] = append(saved.streams[s.Group], s.Name)
	}
	err := engine.Run(ctx, engine.Job{
		Source: p.source, Destination: destination, Streams: p.streams,
		Checkpoints: saved, Memory: memory{a.store.Memory(p.flow.ID), saved}, Tracker: tracker, Gather: gather, Finish: finishBatch,
		Mapping: mappers(p.mapping, p.streams), Quarantine: a.quarantine(p, run.ID), MaxBadRows: p.maxBadRows,
		History: p.history, Views: viewsOf(p.source, p.mapping), Now: a.now,
	})
	run = tracker.Finish(err)
	watching.Wait()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishBatch)
	defer cancel()
	return run, errors.Join(err, saved.flush(ctx), a.store.FinishRun(ctx, run))
}
