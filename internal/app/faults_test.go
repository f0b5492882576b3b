package app

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Each fault of the sandbox, at each operation that a stream is read by, is
// overcome or ends the run with what it is; the runs after it repair what it
// did.
func TestSync_overcomes_each_fault_of_each_stream(t *testing.T) {
	t.Parallel()
	kinds := calendlytest.FaultKinds()
	if testing.Short() {
		kinds = []string{calendlytest.FaultShift, calendlytest.FaultReset}
	}
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			c := newCopied(t, calendlytest.Config{Seed: 31, Events: 40, Members: 3})
			if err := c.all(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			streams, err := c.app.Streams(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			r := rand.New(rand.NewPCG(1, 31))
			for _, s := range streams {
				for _, operation := range s.Doc.Operation {
					c.faulty(r, kind, operation, streams, s)
				}
			}
			c.server.Advance(8 * 24 * time.Hour) // all passes are due
			if err := c.all(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			c.proved(kind)
		})
	}
}

// faulty reads the group of a stream while one of its operations has a fault.
func (c *copied) faulty(r *rand.Rand, kind, operation string, streams []connect.Stream, s connect.Stream) {
	c.t.Helper()
	f := calendlytest.Fault{Operation: operation, Kind: kind}
	switch kind {
	case calendlytest.FaultUnknownField, calendlytest.FaultNull, calendlytest.FaultShift, calendlytest.FaultRepeatedToken, calendlytest.FaultExpiredToken:
		f.Rows = 1 - 2*r.IntN(2)
	case calendlytest.FaultSlow:
		f.Delay, f.Count = 20*time.Millisecond, 3
	case calendlytest.FaultError:
		f.Status, f.Title, f.Message = 418, "Teapot", "short and stout"
	case calendlytest.FaultRateLimited:
		f.Count, f.RetryAfter = 1, 1
	default:
		f.Count = 2
	}
	if _, err := c.server.AddFault(f); err != nil {
		c.t.Fatal(err)
	}
	if _, err := c.change(c.t.Context(), r); err != nil {
		c.server.RemoveFaults("")
		if _, err := c.change(c.t.Context(), r); err != nil {
			c.t.Fatal(err)
		}
		if _, err := c.server.AddFault(f); err != nil {
			c.t.Fatal(err)
		}
	}
	var names []string
	for _, other := range streams {
		if other.Group == s.Group && !other.OnRequest {
			names = append(names, other.Name)
		}
	}
	_, err := c.app.Sync(context.WithoutCancel(c.t.Context()), SyncRequest{
		From: "acme", To: "sqlite:" + c.file, Streams: names, Fresh: map[string]string{"pass": "deep"},
	})
	if err != nil && !slices.Contains(mayEndWith(kind), fault.KindOf(err)) {
		c.t.Errorf("%s at %s: %s: %v", kind, operation, fault.KindOf(err), err)
	}
	c.server.RemoveFaults("")
}

// mayEndWith is the kinds of error with which a run may end for a fault that
// does not pass.
func mayEndWith(kind string) []fault.Kind {
	switch kind {
	case calendlytest.FaultRepeatedToken, calendlytest.FaultExpiredToken, calendlytest.FaultError:
		return []fault.Kind{fault.Unavailable}
	}
	return nil
}
