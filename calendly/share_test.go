package calendly

import (
	"fmt"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// load returns a load with a share of a limit.
func (l *Limiter) load(t *testing.T, server counter, limit, percent int) *load {
	t.Helper()
	if err := l.SetShare(float64(percent) / 100); err != nil {
		t.Fatal(err)
	}
	return &load{
		server: server, limiter: l, latency: 200 * time.Millisecond, jitter: true, concurrency: 32, span: span,
		reserve: limit - limit*percent/100,
	}
}

// within requires that a load made no more calls a minute than most, not many
// fewer, and that none was refused.
func (d *load) within(t *testing.T, most int) {
	t.Helper()
	minutes := int(d.span / window)
	if d.answered > minutes*most || d.answered < minutes*most*95/100-minutes {
		t.Errorf("%d calls were made in %s, want about %d a minute", d.answered, d.span, most)
	}
	if d.over+d.refused > 0 {
		t.Errorf("%d calls took of the reserve, %d were refused", d.over, d.refused)
	}
}

// each runs a test for limits and both ways to count, in a time of its own.
func each(t *testing.T, test func(t *testing.T, server counter, limit int)) {
	t.Helper()
	for _, limit := range []int{50, 500, 3000} {
		for name, server := range servers(limit) {
			t.Run(fmt.Sprintf("%s/%d", name, limit), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { test(t, server, limit) })
			})
		}
	}
}

func TestLimiter_uses_its_share_and_leaves_the_rest(t *testing.T) {
	t.Parallel()
	for _, percent := range []int{100, 80, 29, 2} {
		t.Run(fmt.Sprint(percent), func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, server counter, limit int) {
				d := NewLimiter().load(t, server, limit, percent)
				d.run(t.Context())
				d.within(t, limit*percent/100)
			})
		})
	}
}

// Processes know of each other's calls by what answers tell, so a few may come
// too many: those that were under way at once, and those that find out.
func TestLimiter_two_processes_have_a_share_together_and_others_the_rest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, server counter, limit int) {
		server = &shared{counter: server}
		one := NewLimiter().load(t, server, limit, 80)
		two := NewLimiter().load(t, server, limit, 80)
		one.others = limit * 15 / 100
		var wg sync.WaitGroup
		wg.Go(func() { one.run(t.Context()) })
		wg.Go(func() { two.run(t.Context()) })
		wg.Wait()
		minutes, all := int(span/window), one.answered+two.answered
		if over := one.over + two.over; over > max(all*3/100, 3*minutes) {
			t.Errorf("%d calls of %d took of the reserve", over, all)
		}
		if least := minutes * limit * (80 - 15) / 100 * 85 / 100; all < least {
			t.Errorf("%d calls were made, want %d", all, least)
		}
		if min(one.answered, two.answered) < all/3 {
			t.Errorf("one made %d calls, the other %d", one.answered, two.answered)
		}
		if one.turned+one.refused+two.refused > 0 {
			t.Errorf("%d calls of the others and %d of ours were refused", one.turned, one.refused+two.refused)
		}
	})
}

func TestLimiter_others_that_use_up_the_reserve_slow_it_down_and_do_not_stop_it(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, server counter, limit int) {
		l := NewLimiter()
		d := l.load(t, server, limit, 80)
		d.others = limit * 2
		d.run(t.Context())
		minutes := int(span / window)
		if calls := d.answered + d.refused; calls < minutes {
			t.Errorf("%d calls were made in %d minutes", calls, minutes)
		}
		if over := d.over + d.refused; over > minutes*max(2, limit*2/100) {
			t.Errorf("%d calls took of the reserve or were refused", over)
		}
		after := l.load(t, server, limit, 80)
		after.span = 2 * window // until nothing of theirs counts any more
		after.run(t.Context())
		after = l.load(t, server, limit, 80)
		after.run(t.Context())
		after.within(t, limit*80/100)
	})
}

func TestLimiter_the_share_may_change_meanwhile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, server counter, limit int) {
		l := NewLimiter()
		for _, percent := range []int{80, 20, 60} {
			d := l.load(t, server, limit, percent)
			d.span = window // until nothing counts any more that was sent before
			d.run(t.Context())
			d = l.load(t, server, limit, percent)
			d.run(t.Context())
			d.within(t, limit*percent/100)
		}
	})
}

func TestLimiter_a_larger_share_wakes_who_waits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := NewLimiter().load(t, &fixed{limit: 50}, 50, 1)
		if err := d.call(t.Context()); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		time.AfterFunc(time.Second, func() {
			if err := d.limiter.SetShare(1); err != nil {
				t.Error(err)
			}
		})
		if err := d.call(t.Context()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("the call waited %s", took)
		}
	})
}

func TestLimiter_a_share_is_a_whole_number_of_calls(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		share       float64
		limit, most int
	}{{1, 50, 50}, {0.8, 500, 400}, {0.29, 100, 29}, {0.57, 100, 57}, {0.33, 50, 16}, {0.01, 50, 1}} {
		l := &Limiter{share: c.share, limit: c.limit}
		if l.most() != c.most || l.reserve() != c.limit-c.most {
			t.Errorf("%v of %d are %d, and %d are left", c.share, c.limit, l.most(), l.reserve())
		}
	}
}

func TestSetShare_refuses_what_is_no_share(t *testing.T) {
	t.Parallel()
	for _, bad := range []float64{0, -1, 1.1, math.NaN()} {
		if err := NewLimiter().SetShare(bad); err == nil {
			t.Errorf("a share of %v was accepted", bad)
		}
	}
}
