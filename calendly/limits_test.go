package calendly

import (
	"context"
	"math/rand/v2"
	"sync"
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
	return Rate{Limit: f.limit, Remaining: f.limit - f.count, Reset: inSeconds(f.began.Add(window).Sub(now))}, ok
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
	return Rate{Limit: s.limit, Remaining: s.limit - len(s.calls), Reset: inSeconds(s.calls[0].Add(window).Sub(now))}, ok
}

// twofaced counts the calls of the last minute, but tells what would be left of
// a fixed one.
type twofaced struct {
	fixed
	sliding
}

func (s *twofaced) call(now time.Time) (Rate, bool) {
	_, ok := s.sliding.call(now)
	r, _ := s.fixed.call(now)
	return r, ok
}

// shared is a counter for several loads.
type shared struct {
	counter
	mu sync.Mutex
}

func (s *shared) call(now time.Time) (Rate, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counter.call(now)
}

func inSeconds(d time.Duration) time.Duration { return (d + time.Second - 1).Truncate(time.Second) }

// load is clients of one token that call as fast as their limiter lets them.
type load struct {
	server      counter
	limiter     *Limiter
	latency     time.Duration // on average
	jitter      bool          // of the latency, so that calls overtake each other
	concurrency int
	span        time.Duration
	reserve     int // calls that should be left
	others      int // calls a minute that somebody else makes with the same user

	mu                        sync.Mutex
	last                      time.Time     // call
	pause                     time.Duration // the longest between two calls
	answered, refused, turned int           // calls; turned: the others' that were refused
	over                      int           // calls of ours that left less than the reserve
}

// run returns when the span is over and every call is answered.
func (d *load) run(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, d.span)
	defer cancel()
	var wg sync.WaitGroup
	for range d.concurrency {
		wg.Go(func() {
			for d.call(ctx) == nil {
			}
		})
	}
	if d.others > 0 {
		wg.Go(func() {
			for sleep(ctx, window/time.Duration(d.others)) == nil {
				if _, ok := d.count(); !ok {
					d.turned++
				}
			}
		})
	}
	wg.Wait()
}

func (d *load) call(ctx context.Context) error {
	ticket, err := d.limiter.wait(ctx)
	if err != nil {
		return err
	}
	there, back := d.latency/2, d.latency/2
	if d.jitter {
		there, back = rand.N(d.latency), rand.N(d.latency)
	}
	time.Sleep(there)
	r, ok := d.count()
	time.Sleep(back)
	o := outcome{rate: r, status: 200}
	if !ok {
		o.status, o.retryAfter = 429, r.Reset
	}
	d.limiter.done(ticket, o)
	d.mu.Lock()
	defer d.mu.Unlock()
	if !ok {
		d.refused++
		return nil
	}
	if d.answered++; r.Remaining < d.reserve {
		d.over++
	}
	return nil
}

func (d *load) count() (Rate, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	if !d.last.IsZero() {
		d.pause = max(d.pause, now.Sub(d.last))
	}
	d.last = now
	return d.server.call(now)
}
