package calendly

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/semaphore"

	"github.com/kalends/kalends/internal/connect"
)

func row(text string) []connect.Record { return []connect.Record{{Values: []any{text}}} }

// numbered pushes n chunks of one row and as many tasks, whose later ones are
// faster than the earlier.
func numbered(n, tasks int, begun *atomic.Int32) reader {
	return func(_ context.Context, push func(chunk) error) error {
		for i := range n {
			c := chunk{rows: []connect.Rows{{Stream: "p", Records: row(fmt.Sprint(i))}}, next: connect.Checkpoint(fmt.Sprint(i))}
			for k := range tasks {
				c.tasks = append(c.tasks, func(ctx context.Context) (connect.Rows, error) {
					begun.Add(1)
					select {
					case <-time.After(time.Duration(tasks-k) * time.Second):
					case <-ctx.Done():
						return connect.Rows{}, context.Cause(ctx)
					}
					return connect.Rows{Stream: "c", Records: row(fmt.Sprintf("%d.%d", i, k))}, nil
				})
			}
			if err := push(c); err != nil {
				return err
			}
		}
		return nil
	}
}

func flat(b connect.Batch) string {
	text := string(b.Next) + ":"
	for _, rows := range b.Rows {
		for _, r := range rows.Records {
			text += fmt.Sprintf(" %s%v", rows.Stream, r.Values[0])
		}
	}
	return text
}

func TestDeliver_keeps_the_order_of_chunks_and_tasks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got []string
		err := deliver(t.Context(), semaphore.NewWeighted(ahead), numbered(3, 3, new(atomic.Int32)), func(b connect.Batch) error {
			got = append(got, flat(b))
			return nil
		})
		want := []string{"0: p0 c0.0 c0.1 c0.2", "1: p1 c1.0 c1.1 c1.2", "2: p2 c2.0 c2.1 c2.2"}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Error(err, diff)
		}
	})
}

func TestDeliver_reads_ahead_no_further_than_its_room(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var begun atomic.Int32
		err := deliver(t.Context(), semaphore.NewWeighted(ahead), numbered(ahead, 4, &begun), func(connect.Batch) error {
			synctest.Wait() // a slow destination: everything that may begin has begun
			return errStopped
		})
		if most := int32(ahead); !errors.Is(err, errStopped) || begun.Load() > most {
			t.Errorf("%d tasks have begun, want at most %d; error %v", begun.Load(), most, err)
		}
	})
}

func TestDeliver_ends_with_the_error_of_a_task_after_the_chunks_before_it(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		read := func(ctx context.Context, push func(chunk) error) error {
			fails := func(context.Context) (connect.Rows, error) { return connect.Rows{}, broken }
			return errors.Join(numbered(2, 3, new(atomic.Int32))(ctx, push), push(chunk{tasks: []task{fails}}))
		}
		batches := 0
		err := deliver(t.Context(), semaphore.NewWeighted(ahead), read, func(connect.Batch) error { batches++; return nil })
		if !errors.Is(err, broken) || batches != 2 {
			t.Errorf("%d batches and error %v, want 2 and %v", batches, err, broken)
		}
	})
}

func TestDeliver_cancel_ends_with_its_error_and_no_half_chunk(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var begun atomic.Int32
		time.AfterFunc(1500*time.Millisecond, cancel)
		err := deliver(ctx, semaphore.NewWeighted(ahead), numbered(5, 2*workers, &begun), func(b connect.Batch) error {
			t.Errorf("got %s", flat(b))
			return nil
		})
		if !errors.Is(err, context.Canceled) || begun.Load() == 0 {
			t.Errorf("error %v after %d tasks, want canceled after some", err, begun.Load())
		}
	})
}

func TestDeliver_ends_with_the_error_of_the_reader_after_its_chunks(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	batches := 0
	err := deliver(t.Context(), semaphore.NewWeighted(ahead), func(_ context.Context, push func(chunk) error) error {
		return errors.Join(push(chunk{}), broken)
	}, func(connect.Batch) error { batches++; return nil })
	if !errors.Is(err, broken) || batches != 1 {
		t.Errorf("%d batches and error %v, want 1 and %v", batches, err, broken)
	}
}
