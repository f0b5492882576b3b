package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// together lets two processes copy with the budget that is the default, while
// another integration makes calls. In no minute may the two use more than the
// budget and 2%: each learns of the other's calls by answers only, so what was
// under way at the end comes on top: up to 30 calls of each, of 2,400.
func together(ctx context.Context, b *bench) (result, error) {
	s, err := b.limited(ctx, 2500)
	if err != nil {
		return result{}, err
	}
	for _, home := range []string{"one", "two"} {
		if err := b.credential(ctx, home, s.URL, s.Tokens["owner"]); err != nil {
			return result{}, err
		}
	}
	calling, done := context.WithCancel(ctx)
	defer done()
	o := &others{least: allowed}
	var one, two copied
	var errs [3]error
	var other, processes sync.WaitGroup
	other.Go(func() { errs[0] = o.run(calling, s) })
	processes.Go(func() { one, errs[1] = b.sync(ctx, "one", "") })
	processes.Go(func() { two, errs[2] = b.sync(ctx, "two", "") })
	processes.Wait()
	done()
	other.Wait()
	if err := errors.Join(append(errs[:], s.stop())...); err != nil {
		return result{}, err
	}
	const budget = allowed * 80 / 100
	used, refused := float64(o.most)/budget, one.RateLimited+two.RateLimited
	perMinute := 60 * (float64(one.Requests)/one.Seconds + float64(two.Requests)/two.Seconds)
	return result{
		ratio: fmt.Sprintf("%.3f", used), kept: used <= 1.02 && refused+o.refused == 0,
		notes: []string{
			fmt.Sprintf("two processes at 80%%: %d and %d calls in %.1f and %.1f s, %d answered 429; %.3f of one budget on average, at most %.3f in a minute",
				one.Requests, two.Requests, one.Seconds, two.Seconds, refused, perMinute/budget, used),
			fmt.Sprintf("another integration meanwhile: %d calls, %d answered 429; at least %d of %d were left for it", o.calls, o.refused, o.least, allowed),
		},
	}, nil
}

// others are another integration of the same user. It makes 15% of the calls
// that are allowed, evenly spread, and never waits for an answer.
type others struct {
	mu                    sync.Mutex
	calls, refused, least int
	own, left             int // of this minute: its calls, and what was left after them
	most                  int // calls of a minute that were not its own
}

// run makes calls until ctx is done.
func (o *others) run(ctx context.Context, s *sandbox) error {
	tick := time.NewTicker(time.Minute / (allowed * 15 / 100))
	defer tick.Stop()
	var calls sync.WaitGroup
	defer calls.Wait()
	failed := make(chan error, 1)
	for {
		calls.Go(func() {
			if err := o.call(ctx, s); err != nil && ctx.Err() == nil {
				select {
				case failed <- err:
				default: // one is enough
				}
			}
		})
		select {
		case <-tick.C:
		case err := <-failed:
			return err
		case <-ctx.Done():
			return nil
		}
	}
}

func (o *others) call(ctx context.Context, s *sandbox) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/users/me", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.Tokens["owner"])
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	left, err := strconv.Atoi(res.Header.Get("X-RateLimit-Remaining"))
	o.count(res.StatusCode, left)
	return errors.Join(err, res.Body.Close())
}

func (o *others) count(status, left int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls++
	if status == http.StatusTooManyRequests {
		o.refused++
	}
	if left > o.left+allowed/2 { // a minute has begun
		o.own = 0
	}
	o.own++
	o.left, o.least = left, min(o.least, left)
	o.most = max(o.most, allowed-left-o.own)
}
