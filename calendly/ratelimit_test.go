package calendly

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

const span = 5 * time.Minute

// servers are both ways in which a server may count a minute. Calendly does
// not say which is its own.
func servers(limit int) map[string]counter {
	return map[string]counter{"fixed": &fixed{limit: limit}, "sliding": &sliding{limit: limit}}
}

func TestLimiter_uses_the_limit_and_never_needs_a_429(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{50, 500, 3000} {
		for _, latency := range []time.Duration{10 * time.Millisecond, 200 * time.Millisecond, 1500 * time.Millisecond} {
			for _, concurrency := range []int{1, 8, 64} {
				for name, server := range servers(limit) {
					t.Run(fmt.Sprintf("%s/%d/%s/%d", name, limit, latency, concurrency), func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) {
							d := &load{server: server, limiter: NewLimiter(), latency: latency, concurrency: concurrency, span: span}
							d.run(t.Context())
							d.check(t, limit, 0.95)
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

// check requires that a part of the calls that were possible was made.
func (d *load) check(t *testing.T, limit int, least float64) {
	t.Helper()
	left := span.Minutes() * float64(limit-d.others)
	possible := min(left, float64(d.concurrency)*span.Seconds()/d.latency.Seconds())
	if used := float64(d.answered) / possible; used < least {
		t.Errorf("%.3f of the calls that were possible were made", used)
	}
}

func TestLimiter_does_not_rely_on_what_is_told_to_be_left(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{50, 500} {
		for _, percent := range []int{100, 80} {
			synctest.Test(t, func(t *testing.T) {
				share := limit * percent / 100
				server := &twofaced{fixed{limit: limit, began: time.Now().Add(5*time.Second - window)}, sliding{limit: share}}
				d := NewLimiter().load(t, server, limit, percent)
				d.concurrency = 16
				d.run(t.Context())
				d.check(t, share, 0.95)
				if d.refused > 0 {
					t.Errorf("%d calls of %d a minute were refused", d.refused, share)
				}
			})
		}
	}
}

func TestLimiter_pays_a_burst_back_without_a_long_pause(t *testing.T) {
	t.Parallel()
	for name, server := range servers(50) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &load{server: server, limiter: NewLimiter(), latency: 200 * time.Millisecond, concurrency: 8, span: span}
				d.run(t.Context())
				if d.pause > 5*time.Second {
					t.Errorf("no call was made for %s", d.pause)
				}
			})
		})
	}
}

func TestLimiter_is_not_misled_by_answers_that_overtake_each_other(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{50, 500, 3000} {
		for name, server := range servers(limit) {
			t.Run(fmt.Sprintf("%s/%d", name, limit), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					d := &load{server: server, limiter: NewLimiter(), latency: 200 * time.Millisecond, jitter: true, concurrency: 32, span: span}
					d.run(t.Context())
					d.check(t, limit, 0.95)
					if d.refused > 0 {
						t.Errorf("%d calls were refused", d.refused)
					}
				})
			})
		}
	}
}

func TestLimiter_makes_room_for_others_of_the_same_user(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, server counter, limit int) {
		d := NewLimiter().load(t, server, limit, 98)
		d.others = limit * 4 / 10
		d.run(t.Context())
		d.check(t, limit, 0.7) // both want more than there is
		if most := 2 * int(span.Minutes()); d.refused > most {
			t.Errorf("%d calls were refused, more than %d", d.refused, most)
		}
	})
}

func TestLimiter_goes_on_with_what_an_earlier_process_left(t *testing.T) {
	t.Parallel()
	for name, server := range servers(500) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for range 5 {
					d := &load{server: server, limiter: NewLimiter(), latency: 20 * time.Millisecond, concurrency: 16, span: 17 * time.Second}
					d.run(t.Context())
					if d.refused > 0 {
						t.Errorf("%d calls were refused", d.refused)
					}
				}
			})
		})
	}
}

func TestLimiter_lets_somebody_look_around_on_a_free_plan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &load{server: &fixed{limit: 50}, limiter: NewLimiter(), latency: 200 * time.Millisecond}
		began := time.Now()
		for range 30 {
			if err := d.call(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took > 15*time.Second {
			t.Errorf("30 calls took %s", took)
		}
	})
}
