package calendly

import (
	"context"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/kalends/kalends/internal/connect"
)

// chunk is a batch in the making: rows that are read already, and tasks that
// bring the rest.
type chunk struct {
	rows  []connect.Rows
	tasks []task
	next  connect.Checkpoint
	share float64
	// nested says of which records what belongs to them is read by the tasks.
	nested []connect.Trace
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
	// ahead is how many rows and tasks of a source may be under way at a time,
	// all groups together: enough that the calls go on while a batch is
	// committed, and few enough that it takes little memory.
	ahead = 2000
)

// deliver runs the tasks of the chunks that read pushes and hands each chunk to
// emit as a batch, in order. Tasks of earlier chunks begin first, so that a
// slow account completes one batch after the other rather than all at the end.
// Each chunk takes its weight of the room until it is emitted. It ends with the
// first error, of read, a task or emit, when everything it started has ended.
func deliver(ctx context.Context, room *semaphore.Weighted, read reader, emit func(connect.Batch) error) error {
	ctx, cancel := context.WithCancel(ctx)
	started := make(chan *running, workers)
	var failed error
	go func() {
		defer close(started)
		var c crew
		defer c.dismiss()
		failed = read(ctx, func(next chunk) error {
			if err := room.Acquire(ctx, next.weight()); err != nil {
				return err
			}
			return start(ctx, next, started, room, &c)
		})
	}()
	defer func() {
		cancel()
		for r := range started { // until the goroutine has ended
			_, _ = r.batch()
			room.Release(r.weight())
		}
	}()
	for r := range started {
		b, err := r.batch()
		if err == nil {
			err = emit(b)
		}
		room.Release(r.weight())
		if err != nil {
			return err
		}
	}
	return failed
}

// weight is what a chunk takes of the room ahead.
func (c chunk) weight() int64 {
	n := len(c.tasks)
	for _, rows := range c.rows {
		n += len(rows.Records)
	}
	return int64(min(max(n, 1), ahead))
}

// crew is goroutines that do one piece of work after the other. They are kept,
// as a fresh one must first grow the stack that a request needs.
type crew struct {
	work chan func()
	all  sync.WaitGroup
	size int
}

// do gives f to an idle worker, or to a new one while there are few; else it
// waits for one. It reports false if ctx ended first.
func (c *crew) do(ctx context.Context, f func()) bool {
	if c.work == nil {
		c.work = make(chan func())
	}
	select {
	case c.work <- f:
		return true
	default:
	}
	if c.size < workers {
		c.size++
		c.all.Go(func() {
			for ok := true; ok; f, ok = <-c.work {
				f()
			}
		})
		return true
	}
	select {
	case c.work <- f:
		return true
	case <-ctx.Done():
		return false
	}
}

// dismiss waits until all work is done and ends the goroutines.
func (c *crew) dismiss() {
	if c.work != nil {
		close(c.work)
	}
	c.all.Wait()
}

// running is a chunk whose tasks are under way.
type running struct {
	chunk
	begun chan struct{} // closed when every task has begun
	tasks sync.WaitGroup
	fail  context.CancelCauseFunc // ends the tasks
	cause func() error            // why they ended
	rows  []connect.Rows          // of each task
}

// start announces a chunk and gives each of its tasks to the crew. An error
// says that ctx has ended; that of a task is told by batch.
func start(ctx context.Context, c chunk, started chan<- *running, room *semaphore.Weighted, workers *crew) error {
	tasks, fail := context.WithCancelCause(ctx)
	r := &running{
		chunk: c, begun: make(chan struct{}), fail: fail, rows: make([]connect.Rows, len(c.tasks)),
		cause: func() error { return context.Cause(tasks) },
	}
	defer close(r.begun)
	select {
	case started <- r:
	case <-ctx.Done():
		fail(nil)
		room.Release(c.weight())
		return context.Cause(ctx)
	}
	for i, t := range c.tasks {
		r.tasks.Add(1)
		begun := workers.do(tasks, func() {
			defer r.tasks.Done()
			var err error
			if r.rows[i], err = t(tasks); err != nil {
				fail(err)
			}
		})
		if !begun {
			r.tasks.Done()
			return ctx.Err()
		}
	}
	return nil
}

// batch waits for the tasks and returns what the chunk came to.
func (r *running) batch() (connect.Batch, error) {
	<-r.begun
	r.tasks.Wait()
	err := r.cause()
	r.fail(nil)
	if err != nil {
		return connect.Batch{}, err
	}
	b := connect.Batch{Next: r.next, Share: r.share, Traces: r.nested}
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
