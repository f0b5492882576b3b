package relation

import (
	"context"

	"github.com/kalends/kalends/internal/fault"
)

// Turns let a few streams of a source be read side by side: each takes memory,
// and perhaps a connection.
type Turns chan struct{}

// NewTurns returns turns that are all to be had.
func NewTurns() Turns { return make(Turns, atOnce) }

const atOnce = 4

// Take waits for a turn to read a place; done gives it back.
func (t Turns) Take(ctx context.Context, place string) (done func(), err error) {
	select {
	case t <- struct{}{}:
		return func() { <-t }, nil
	case <-ctx.Done():
		return nil, fault.New(fault.Canceled, "waiting to read %s: %w", place, context.Cause(ctx))
	}
}
