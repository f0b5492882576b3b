package dialect

import (
	"context"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Tx is the open transaction of a destination, as connect.Tx promises it. The
// functions are what the destination does, and have to be set.
type Tx struct {
	Writes    func(ctx context.Context, s connect.Stream, records []connect.Record) error
	Commits   func(ctx context.Context) error
	RollsBack func() error
	// Fault sorts their errors; doing says what was tried: "writing to".
	Fault func(ctx context.Context, doing string, err error) error

	ended bool
	err   error // the Write that went wrong; only Rollback is left then
}

var _ connect.Tx = (*Tx)(nil)

// Write implements connect.Tx.
func (t *Tx) Write(ctx context.Context, s connect.Stream, records []connect.Record) error {
	if err := t.usable(); err != nil {
		return err
	}
	t.err = t.Fault(ctx, "writing "+s.Name+" to", t.Writes(ctx, s, records))
	return t.err
}

// Commit implements connect.Tx.
func (t *Tx) Commit(ctx context.Context) error {
	if err := t.usable(); err != nil {
		return err
	}
	if err := t.Commits(ctx); err != nil {
		return t.Fault(ctx, "writing to", err)
	}
	t.ended = true
	return nil
}

// Rollback implements connect.Tx.
func (t *Tx) Rollback() error {
	if t.ended {
		return nil
	}
	t.ended = true
	return t.Fault(context.Background(), "undoing writes to", t.RollsBack())
}

func (t *Tx) usable() error {
	switch {
	case t.ended:
		return fault.New(fault.Internal, "the transaction has ended")
	case t.err != nil:
		return fault.New(fault.KindOf(t.err), "an earlier write went wrong: %w", t.err)
	}
	return nil
}
