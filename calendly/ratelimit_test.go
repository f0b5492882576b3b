package calendly

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// counter is how a server counts the calls of a user.
type counter interface {
	// call counts one and says what its answer's headers would.
	call(now time.Time) (r Rate, ok bool)
}

// fixed counts in windows that begin with the first call after the last one.
type fixed struct {
	limit, count int
	began        time.Time
}

func (f *fixed) call(now time.Time) (Rate, bool) {
	if now.Sub(f.began) >= window {
		f.began, f.count = now, 0
	}
	ok := f.count < f.limit
	if ok {
		f.count++
	}
	left := f.began.Add(window).Sub(now)
	return Rate{Limit: f.limit, Remaining: f.limit - f.count, Reset: (left + time.Second - 1).Truncate(time.Second)}, ok
}

// sliding counts the calls of the last minute.
type sliding struct {
	limit int
	calls []time.Time
}

func (s *sliding) call(now time.Time) (Rate, bool) {
	for len(s.calls) > 0 && now.Sub(s.calls[0]) >= window {
		s.calls = s.calls[1:]
	}
	ok := len(s.calls) < s.limit
	if ok {
		s.calls = append(s.calls, now)
	}
	left := s.calls[0].Add(window).Sub(now)
	return Rate{Limit: s.limit, Remaining: s.limit - len(s.calls), Reset: (left + time.Second - 1).Truncate(time.Second)}, ok
}

// load is clients of one token that call as fast as their limiter lets them.
type load struct {
	server      counter
	latency     time.Duration
	concurrency int
	span        time.Duration
	others      int // calls a minute that somebody else makes with the same user

	mu       sync.Mutex
	answered int
	refused  int
}

func (d *load) call(now time.Time) (Rate, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.server.call(now)
}

func (d *load) run(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, d.span)
	defer cancel()
	l := NewLimiter()
	var wg sync.WaitGroup
	for range d.concurrency {
		wg.Go(func() {
			for l.wait(ctx) == nil {
				time.Sleep(d.latency / 2)
				r, ok := d.call(time.Now())
				time.Sleep(d.latency - d.latency/2)
				l.done(r, !ok)
				d.mu.Lock()
				if ok {
					d.answered++
				} else {
					d.refused++
				}
				d.mu.Unlock()
			}
		})
	}
	if d.others > 0 {
		wg.Go(func() {
			for sleep(ctx, window/time.Duration(d.others)) == nil {
				d.call(time.Now())
			}
		})
	}
	wg.Wait()
}

func TestLimiter_uses_the_limit_and_never_needs_a_429(t *testing.T) {
	t.Parallel()
	const minutes = 5
	// Calendly tells the seconds until its count starts anew: a fixed window. A
	// sliding one is tried because that is not promised; there a burst costs.
	least := map[string]float64{"fixed": 0.95, "sliding": 0.90}
	for _, limit := range []int{50, 500, 3000} {
		for _, latency := range []time.Duration{10 * time.Millisecond, 200 * time.Millisecond, 1500 * time.Millisecond} {
			for _, concurrency := range []int{1, 8, 32, 64} {
				for name, server := range map[string]counter{"fixed": &fixed{limit: limit}, "sliding": &sliding{limit: limit}} {
					t.Run(fmt.Sprintf("%s/%d/%s/%d", name, limit, latency, concurrency), func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) {
							d := &load{server: server, latency: latency, concurrency: concurrency, span: minutes * time.Minute}
							d.run(t.Context())
							possible := min(float64(minutes*limit), float64(concurrency)*(minutes*time.Minute).Seconds()/latency.Seconds())
							if used := float64(d.answered) / possible; used < least[name] {
								t.Errorf("%.3f of the calls that were possible were made", used)
							}
							if d.refused > 0 {
								t.Errorf("%d calls were refused", d.refused)
							}
						})
					})
				}
			}
		}
	}
}

func TestLimiter_makes_room_for_others_of_the_same_user(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &load{server: &fixed{limit: 500}, latency: 100 * time.Millisecond, concurrency: 16, span: 10 * time.Minute, others: 200}
		d.run(t.Context())
		if d.refused > 20 {
			t.Errorf("%d calls were refused", d.refused)
		}
		if d.answered < 10*300*8/10 {
			t.Errorf("only %d calls were made of the 3000 the others left", d.answered)
		}
	})
}

func TestLimiter_lets_one_call_go_until_the_first_answer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter()
		if err := l.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		second := make(chan error, 1)
		go func() { second <- l.wait(t.Context()) }()
		synctest.Wait()
		select {
		case <-second:
			t.Fatal("a second call went out before the first answer")
		default:
		}
		l.done(Rate{}, false)
		if err := <-second; err != nil {
			t.Fatal(err)
		}
		l.done(Rate{}, false)
	})
}

func TestLimiter_does_not_slow_down_where_no_limit_is_told(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter()
		began := time.Now()
		for range 100_000 {
			if err := l.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			l.done(Rate{}, false)
		}
		if d := time.Since(began); d > 0 {
			t.Errorf("it took %s", d)
		}
	})
}

func TestLimiter_a_429_makes_everyone_wait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter()
		if err := l.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		l.done(Rate{Limit: 500, Remaining: 0, Reset: 37 * time.Second}, true)
		if err := l.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(began); d < 37*time.Second || d > 40*time.Second {
			t.Errorf("the next call went out after %s, want 37 s", d)
		}
	})
}

func TestLimiter_waiting_ends_with_the_context(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter()
		if err := l.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}
