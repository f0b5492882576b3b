package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Patience is how long a store may take for the next step of a transfer.
const Patience = time.Minute

var (
	errStalled = errors.New("nothing came for a minute")
	errCut     = errors.New("the connection was cut")
)

// Watch cancels a transfer that makes no progress. It is for one goroutine.
type Watch struct {
	patience time.Duration
	timer    *time.Timer
	cancel   context.CancelCauseFunc
	stalled  func() bool
}

// Watch returns the context of a transfer and what watches it, to be ended by
// the caller. The first step has begun.
func (b Bucket) Watch(ctx context.Context) (context.Context, *Watch) {
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &Watch{
		patience: b.patience, cancel: cancel, timer: time.AfterFunc(b.patience, func() { cancel(errStalled) }),
		stalled: func() bool { return errors.Is(context.Cause(ctx), errStalled) },
	}
}

// Step begins the next step.
func (w *Watch) Step() { w.timer.Reset(w.patience) }

// Pause lets any time pass until the next step.
func (w *Watch) Pause() { w.timer.Stop() }

// Why returns the error of a step, or why it was canceled.
func (w *Watch) Why(err error) error {
	if err != nil && w.stalled() {
		return errStalled
	}
	return err
}

// End ends the transfer, if it has not ended.
func (w *Watch) End() {
	w.timer.Stop()
	w.cancel(nil)
}

// progress is what comes from a store. Each part of it is a step.
type progress struct {
	from  io.Reader
	watch *Watch
}

func (p progress) Read(b []byte) (int, error) {
	p.watch.Step()
	n, err := p.from.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", errCut, p.watch.Why(err))
	}
	return n, err
}
