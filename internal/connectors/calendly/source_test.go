package calendly

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/vault"
)

// sandbox starts an emulator that ends with the test.
func sandbox(t testing.TB, cfg calendlytest.Config) *calendlytest.Server {
	t.Helper()
	if cfg.Clock == nil {
		cfg.Clock = func() time.Time { return noon }
	}
	s, err := calendlytest.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// open returns a source for a token of the emulator.
func open(t testing.TB, s *calendlytest.Server, token string, options map[string]string) connect.Source {
	t.Helper()
	c := New(Deps{Version: "test", Now: func() time.Time { return noon }})
	source, err := c.OpenSource(t.Context(), settings(s, token).With(options))
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func settings(s *calendlytest.Server, token string) connect.Settings {
	return connect.Settings{
		Values:  map[string]string{fieldURL: s.URL, fieldOrganization: ""},
		Secrets: map[string]vault.Secret{fieldKey: vault.NewSecret(s.Tokens[token])},
	}
}

// copyOf is what a destination would hold.
type copyOf struct {
	rows    map[string]map[string]connect.Record // by stream and key
	skips   map[string]string
	notes   map[string]string
	calls   map[string]int
	batches []connect.Batch

	mu sync.Mutex
}

func newCopy() *copyOf {
	return &copyOf{rows: map[string]map[string]connect.Record{}, skips: map[string]string{}, notes: map[string]string{}, calls: map[string]int{}}
}

func (c *copyOf) observe(stream string, calls connect.Calls) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[stream] += calls.Requests
}

// take writes a batch.
func (c *copyOf) take(source connect.Source, b connect.Batch) {
	c.batches = append(c.batches, b)
	streams := source.Streams()
	for _, rows := range b.Rows {
		s := streams[slices.IndexFunc(streams, func(s connect.Stream) bool { return s.Name == rows.Stream })]
		key := slices.IndexFunc(s.Columns, func(col connect.Column) bool { return col.Name == s.Key[0] })
		if c.rows[s.Name] == nil {
			c.rows[s.Name] = map[string]connect.Record{}
		}
		for _, r := range rows.Records {
			c.rows[s.Name][r.Values[key].(string)] = r
		}
	}
	for _, s := range b.Skips {
		c.skips[s.Stream] = s.Reason
	}
	for _, n := range b.Notes {
		c.notes[n.Stream] = n.Text
	}
}

// group returns the streams of a group, or those of them that are named.
func group(source connect.Source, name string, streams ...string) []connect.Stream {
	return slices.DeleteFunc(source.Streams(), func(s connect.Stream) bool {
		return s.Group != name || len(streams) > 0 && !slices.Contains(streams, s.Name)
	})
}

// groups returns the names of all groups.
func groups(source connect.Source) []string {
	var all []string
	for _, s := range source.Streams() {
		if !slices.Contains(all, s.Group) {
			all = append(all, s.Group)
		}
	}
	return all
}

// readFrom reads streams of one group from a checkpoint on.
func readFrom(t testing.TB, source connect.Source, streams []connect.Stream, from connect.Checkpoint) *copyOf {
	t.Helper()
	c := newCopy()
	for b, err := range source.Read(t.Context(), connect.Reading{Streams: streams, From: from, Observe: c.observe}) {
		if err != nil {
			t.Fatalf("%s: %v", streams[0].Group, err)
		}
		c.take(source, b)
	}
	return c
}

// readAll reads every stream.
func readAll(t testing.TB, source connect.Source) *copyOf {
	t.Helper()
	all := newCopy()
	for _, name := range groups(source) {
		c := readFrom(t, source, group(source, name), nil)
		for _, b := range c.batches {
			all.take(source, b)
		}
		for stream, n := range c.calls {
			all.calls[stream] += n
		}
	}
	return all
}
