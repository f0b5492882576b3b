package calendly

import (
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

func TestBudget_is_a_percentage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"": 80, "80%": 80, "1%": 1, "100%": 100} {
		if got, err := parseBudget(text); got != want || err != nil {
			t.Errorf("%q is %d%%, %v", text, got, err)
		}
	}
	for _, text := range []string{"80", "0.8", "0%", "101%", "-5%", "12.5%", "%", "all", "80 %", "80%%"} {
		if _, err := parseBudget(text); fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != optionBudget {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestBudget_the_smallest_of_those_that_read_holds(t *testing.T) {
	t.Parallel()
	a := newAllowance()
	want := func(percent int) {
		t.Helper()
		if got := a.percent(); got != percent {
			t.Errorf("the budget is %d%%, want %d%%", got, percent)
		}
	}
	want(100)
	leaveLarge := a.join(80)
	want(80)
	leaveSmall := a.join(30)
	leaveAnother := a.join(80)
	want(30)
	leaveLarge()
	want(30)
	leaveSmall()
	want(80)
	leaveAnother()
	want(100)
}

// The emulator counts in fixed minutes, the calls of both connectors as those
// of one user: as if two processes read at once.
func TestRead_two_processes_stay_within_one_budget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const limit, reserve = 100, 30
		s := emulator(t, calendlytest.Config{Seed: 1, Events: 300, Rate: limit})
		var mu sync.Mutex
		var calls, over, refused int
		began := time.Now()
		read := func() {
			source := inside(t, s, "owner", map[string]string{optionBudget: "70%"})
			observe := func(_ string, c connect.Calls) {
				mu.Lock()
				defer mu.Unlock()
				calls, refused = calls+1, refused+c.RateLimited
				if c.Left < reserve {
					over++
				}
				if c.Limit != limit || c.Budget != 70 {
					t.Errorf("a call told of %d%% of %d", c.Budget, c.Limit)
				}
			}
			request := connect.Reading{Streams: group(source, "scheduled_events"), Observe: observe}
			for _, err := range source.Read(t.Context(), request) {
				if err != nil {
					t.Error(err)
				}
			}
		}
		var wg sync.WaitGroup
		wg.Go(read)
		wg.Go(read)
		wg.Wait()
		if refused > 0 || over > calls/25 {
			t.Errorf("of %d calls %d took of the reserve and %d were refused", calls, over, refused)
		}
		minutes := math.Ceil(time.Since(began).Minutes())
		if most := minutes * (limit - reserve); float64(calls) > most*1.05 || float64(calls) < (minutes-1)*(limit-reserve)*0.85 {
			t.Errorf("%d calls were made in %.0f minutes", calls, minutes)
		}
	})
}
