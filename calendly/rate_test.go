package calendly

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestLimiter_lets_one_call_go_until_the_first_answer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter()
		var mu sync.Mutex
		var sent []uint64
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				ticket, err := l.wait(t.Context())
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				sent = append(sent, ticket)
			})
		}
		synctest.Wait()
		for i, came := range []outcome{{}, {status: 502}, {rate: Rate{Limit: 500, Remaining: 499, Reset: window}, status: 200}} {
			if mu.Lock(); len(sent) != i+1 {
				t.Errorf("%d calls went out before the answer to call %d", len(sent), i)
			}
			ticket := sent[i]
			mu.Unlock()
			l.done(ticket, came)
			synctest.Wait()
		}
		wg.Wait()
	})
}

func TestLimiter_does_not_slow_down_where_no_limit_is_told(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter()
		began := time.Now()
		for range 100_000 {
			ticket, err := l.wait(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			l.done(ticket, outcome{status: 200})
		}
		if d := time.Since(began); d > 0 {
			t.Errorf("it took %s", d)
		}
	})
}

func TestLimiter_a_429_makes_everyone_wait(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]int{"limit told": 500, "no limit told": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := NewLimiter()
				ticket, err := l.wait(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				l.done(ticket, outcome{rate: Rate{Limit: limit, Reset: 37 * time.Second}, status: 429, retryAfter: 37 * time.Second})
				if _, err := l.wait(t.Context()); err != nil {
					t.Fatal(err)
				}
				if d := time.Since(began); d < 37*time.Second || d > 40*time.Second {
					t.Errorf("the next call went out after %s, want 37 s", d)
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				if _, err := l.wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("another went out before it was answered: %v", err)
				}
			})
		})
	}
}

func TestLimiter_waiting_ends_with_the_context(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter()
		if _, err := l.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for range 3 { // the first holds the turn, the others queue
			go func() { _, _ = l.wait(t.Context()) }() // they end with the test
		}
		synctest.Wait()
		if _, err := l.wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}
