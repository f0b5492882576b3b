package engine

import (
	"slices"
	"sync"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
)

// Tracker keeps the counts of a run while it goes on. All methods are safe for
// concurrent use.
type Tracker struct {
	now     func() time.Time
	changed chan struct{}

	mu      sync.Mutex
	run     flow.Run
	streams map[string]*tracked
	order   []string
}

type tracked struct {
	flow.Stream
	started time.Time
	share   float64
}

// NewTracker returns the tracker of a run that starts now.
func NewTracker(run flow.Run, streams []connect.Stream, now func() time.Time) *Tracker {
	t := &Tracker{now: now, changed: make(chan struct{}, 1), run: run, streams: map[string]*tracked{}}
	for _, s := range streams {
		t.order = append(t.order, s.Name)
		t.streams[s.Name] = &tracked{Stream: flow.Stream{Name: s.Name, Status: flow.Pending}}
	}
	return t
}

// Changed delivers a value after something changed since the last one was
// taken, and is closed by Finish.
func (t *Tracker) Changed() <-chan struct{} { return t.changed }

// Snapshot returns the run as it stands.
func (t *Tracker) Snapshot() flow.Snapshot {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := flow.Snapshot{Run: t.run}
	s.Run.Seconds = t.now().Sub(t.run.Started).Seconds()
	s.Run.Streams = make([]flow.Stream, 0, len(t.order))
	for _, name := range t.order {
		one := t.streams[name]
		stream := one.Stream
		if stream.Status == flow.Running {
			stream.Seconds = t.now().Sub(one.started).Seconds()
		}
		s.Run.Streams = append(s.Run.Streams, stream)
		s.Run.Requests += stream.Requests
		s.Run.Records += stream.Records
		s.Shares = append(s.Shares, one.share)
	}
	return s
}

// Finish sets how the run ended and returns it. Nothing may happen to t after
// it.
func (t *Tracker) Finish(err error) flow.Run {
	t.mu.Lock()
	t.run.Status = flow.Succeeded
	if err != nil {
		t.run.Status = flow.Failed
		if fault.KindOf(err) == fault.Canceled {
			t.run.Status = flow.Canceled
		}
		t.run.Error = flow.ErrorOf(err)
	}
	t.mu.Unlock()
	close(t.changed)
	return t.Snapshot().Run
}

func (t *Tracker) signal() {
	select {
	case t.changed <- struct{}{}:
	default:
	}
}

// each changes the named streams and tells whoever waits.
func (t *Tracker) each(streams []connect.Stream, change func(*tracked)) {
	t.mu.Lock()
	for _, s := range streams {
		change(t.streams[s.Name])
	}
	t.mu.Unlock()
	t.signal()
}

func (t *Tracker) start(streams []connect.Stream, resumed bool) {
	t.mu.Lock()
	t.run.Resumed = t.run.Resumed || resumed
	t.mu.Unlock()
	t.each(streams, func(s *tracked) {
		s.Status, s.started = flow.Running, t.now()
		if resumed {
			s.Reason = "went on from the last committed batch"
		}
	})
}

// Observe counts calls of a stream.
func (t *Tracker) Observe(stream string, c connect.Calls) {
	t.mu.Lock()
	if s, ok := t.streams[stream]; ok {
		s.Requests += c.Requests
	} else {
		t.run.Requests += c.Requests // a parent that was not asked for
	}
	t.run.RateLimited += c.RateLimited
	if c.Limit > 0 {
		t.run.Limit, t.run.Left, t.run.Budget = c.Limit, c.Left, c.Budget
	}
	t.mu.Unlock()
	t.signal()
}

// refused counts rows that were refused, by stream.
func (t *Tracker) refused(streams []connect.Stream, counts map[string]int) {
	if len(counts) > 0 {
		t.each(streams, func(s *tracked) { s.Quarantined += counts[s.Name] })
	}
}

// landed counts a batch, of which some rows of each stream were refused.
func (t *Tracker) landed(streams []connect.Stream, b connect.Batch, refused map[string]int) {
	t.each(streams, func(s *tracked) {
		s.share = b.Share
		s.Records -= refused[s.Name]
		for _, rows := range b.Rows {
			if rows.Stream == s.Name {
				s.Records += len(rows.Records)
			}
		}
		i := slices.IndexFunc(b.Skips, func(k connect.Skip) bool { return k.Stream == s.Name })
		if i >= 0 {
			s.Status, s.Reason = flow.Skipped, b.Skips[i].Reason
			s.Seconds = t.now().Sub(s.started).Seconds()
		}
		for _, n := range b.Notes {
			if n.Stream == s.Name {
				s.Reason = n.Text
			}
		}
	})
}

// end sets how streams ended that have not ended yet.
func (t *Tracker) end(streams []connect.Stream, err error) {
	t.each(streams, func(s *tracked) {
		if s.Status.Ended() {
			return
		}
		if !s.started.IsZero() {
			s.Seconds = t.now().Sub(s.started).Seconds()
		}
		switch {
		case err == nil:
			s.Status, s.share = flow.Succeeded, 1
		case fault.KindOf(err) == fault.Canceled:
			s.Status, s.Reason = flow.Canceled, err.Error()
		default:
			s.Status, s.Reason = flow.Failed, err.Error()
		}
	})
}
