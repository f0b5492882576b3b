package calendly

import (
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/kalends/kalends/internal/connect"
)

// chunk is a batch in the making: rows that are read already, and tasks that
// bring the rest.
type chunk struct {
	rows  []connect.Rows
	tasks []task
	next  connect.Checkpoint
	share float64
}

// reader pushes chunks, in order, until it is through or push returns an error,
// which it then returns.
type reader func(ctx context.Context, push func(chunk) error) error

// task is one call or a few in a row. Tasks of a chunk run side by side.
type task func(context.Context) (connect.Rows, error)

const (
	// workers is how many tasks run at a time: enough to use thousands of
	// calls a minute at any likely latency. The client's limiter paces them.
	workers = 32
	// ahead is how many chunks may be under way behind the one to be emitted
	// next: enough that the calls go on while a thousand rows are committed.
	ahead = 24
)

// deliver runs the tasks of the chunks that read pushes and hands each chunk to
// emit as a batch, in order. Tasks of earlier chunks begin first, so that a
// slow account completes one batch after the other rather than all at the end.
// It ends with the first error, of read, a task or emit, when everything it
// started has ended.
func deliver(ctx context.Context, read reader, emit func(connect.Batch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	started := make(chan *running, ahead)
	var failed error
	go func() {
		defer close(started)
		free := make(chan struct{}, workers)
		failed = read(ctx, func(c chunk) error { return start(ctx, c, started, free) })
	}()
	defer func() {
		cancel()
		for r := range started { // until the goroutine has ended
			_, _ = r.batch()
		}
	}()
	for r := range started {
		b, err := r.batch()
		if err == nil {
			err = emit(b)
		}
		if err != nil {
			return err
		}
	}
	return failed
}

// running is a chunk whose tasks are under way.
type running struct {
	chunk
	begun chan struct{} // closed when every task has begun
	tasks *errgroup.Group
	rows  []connect.Rows // of each task
}

// start announces a chunk and begins each of its tasks when there is a free
// place. An error says that ctx has ended; that of a task is told by batch.
func start(ctx context.Context, c chunk, started chan<- *running, free chan struct{}) error {
	group, tasks := errgroup.WithContext(ctx)
	r := &running{chunk: c, begun: make(chan struct{}), tasks: group, rows: make([]connect.Rows, len(c.tasks))}
	defer close(r.begun)
	select {
	case started <- r:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	for i, t := range c.tasks {
		select {
		case free <- struct{}{}:
		case <-tasks.Done():
			group.Go(func() error { return context.Cause(tasks) })
			return ctx.Err()
		}
		group.Go(func() (err error) {
			defer func() { <-free }()
			r.rows[i], err = t(tasks)
			return err
		})
	}
	return nil
}

// batch waits for the tasks and returns what the chunk came to.
func (r *running) batch() (connect.Batch, error) {
	<-r.begun
	if err := r.tasks.Wait(); err != nil {
		return connect.Batch{}, err
	}
	b := connect.Batch{Next: r.next, Share: r.share}
	for _, rows := range slices.Concat(r.chunk.rows, r.rows) {
		if len(rows.Records) == 0 {
			continue
		}
		i := slices.IndexFunc(b.Rows, func(have connect.Rows) bool { return have.Stream == rows.Stream })
		if i < 0 {
			b.Rows = append(b.Rows, connect.Rows{Stream: rows.Stream})
			i = len(b.Rows) - 1
		}
		b.Rows[i].Records = append(b.Rows[i].Records, rows.Records...)
	}
	return b, nil
}
