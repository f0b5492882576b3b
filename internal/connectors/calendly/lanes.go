package calendly

import (
	"context"
	"slices"
	"sync"

	"github.com/kalends/kalends/internal/connect"
)

// lane is one window under way.
type lane struct {
	out chan stretch
	err error // set before out is closed
}

// inLanes reads the windows of p, several at a time, and hands their stretches
// to push in order. Each window is at most one stretch ahead of push.
func (r *reading) inLanes(ctx context.Context, t timeline, p *planner, push func(stretch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	lanes := make(chan *lane, t.lanes-1)
	wg.Go(func() {
		defer close(lanes)
		for more := true; more; {
			l := &lane{out: make(chan stretch)}
			select {
			case lanes <- l:
			case <-ctx.Done():
				return
			}
			var w window
			if w, more = p.next(); !more {
				close(l.out)
				return
			}
			wg.Go(func() {
				defer close(l.out)
				l.err = r.window(ctx, t, p, w, func(s stretch) error { return send(ctx, l.out, s) })
			})
		}
	})
	for l := range lanes {
		for s := range l.out {
			if err := push(s); err != nil {
				return err
			}
		}
		if l.err != nil {
			return l.err
		}
	}
	return ctx.Err()
}

func send[T any](ctx context.Context, to chan<- T, value T) error {
	select {
	case to <- value:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// window reads one window, in stretches; p, if not nil, learns from it.
func (r *reading) window(ctx context.Context, t timeline, p *planner, w window, push func(stretch) error) error {
	whole, rows := w, 0
	for rest := true; rest; {
		var err error
		rest, err = r.pass(ctx, t, &w, func(s stretch) error {
			rows += len(s.records)
			return push(s)
		})
		if err != nil {
			return err
		}
	}
	if p != nil && !whole.to.IsZero() {
		p.learn(rows, whole.length)
	}
	return nil
}

// pass reads w from its beginning. A window of too many pages is cut at the
// last time read, of which more rows may come: what lies before is a stretch,
// and w becomes the rest, to be asked for anew, as nobody knows how long a
// page token lives; one that has expired is a reason, too. Where one instant fills all those pages, or the rows come
// in no order, it goes on to the end of w, and the pages so far are a stretch
// that ends where w begins.
func (r *reading) pass(ctx context.Context, t timeline, w *window, push func(stretch) error) (rest bool, err error) {
	var held []connect.Record
	ordered, latest, n := t.sort != "", w.from, 0 // a few rows may be in order by chance
	cut := func() error {
		held = slices.DeleteFunc(held, func(record connect.Record) bool {
			at, ok := t.timeOf(record)
			return ok && !at.Before(latest)
		})
		w.from = latest
		return push(stretch{records: held, until: latest})
	}
	for p, err := range r.pages(ctx, t.stream, t.query(r.caller, *w)) {
		if expired(err) && ordered && latest.After(w.from) {
			return true, cut()
		}
		if err != nil {
			return false, err
		}
		records, err := r.within(t, *w, p)
		if err != nil {
			return false, err
		}
		for _, record := range records {
			if at, ok := t.timeOf(record); ok {
				ordered, latest = ordered && !at.Before(latest), at
			}
		}
		held = append(held, records...)
		if n++; p.last || n < t.hold {
			continue
		}
		if ordered && latest.After(w.from) {
			return true, cut()
		}
		if err := push(stretch{records: held, mixed: true}); err != nil {
			return false, err
		}
		held, n = nil, 0
	}
	return false, push(stretch{records: held, until: w.to})
}
