package calendly

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestPlanner_windows_cover_all_time_without_gap_or_overlap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		first := noon.Add(-time.Duration(rapid.Int64Range(0, int64(4*mostWindow)).Draw(t, "before")))
		last := noon.Add(time.Duration(rapid.Int64Range(0, int64(2*mostWindow)).Draw(t, "after")))
		p := &planner{target: 300, at: first, last: last, size: time.Duration(rapid.Int64Range(int64(time.Hour), int64(mostWindow)).Draw(t, "size"))}
		if rapid.Bool().Draw(t, "start") {
			p.from = first
		}
		begin, end, n := p.from, time.Time{}, 0
		for w, ok := p.next(); ok; w, ok = p.next() {
			if n > 0 && !w.from.Equal(end) || n == 0 && !w.from.Equal(begin) {
				t.Fatalf("window %d begins at %s, the one before ended at %s", n, w.from, end)
			}
			if end = w.to; end.IsZero() {
				if _, more := p.next(); more {
					t.Fatal("a window after the last")
				}
				break
			}
			if end.Nanosecond() != 0 || !w.from.IsZero() && !end.After(w.from) {
				t.Fatalf("window %v", w)
			}
			n++
			p.learn(rapid.IntRange(0, 2000).Draw(t, "rows"), w.length)
			if n > 100_000 {
				t.Skip("too many windows")
			}
		}
		if !end.IsZero() {
			t.Fatalf("the last window ends at %s, want an open end", end)
		}
	})
}

func TestPlanner_grows_over_emptiness_and_shrinks_at_once(t *testing.T) {
	t.Parallel()
	p := &planner{target: 300, at: noon, last: noon.Add(10 * mostWindow), size: time.Hour}
	for range 12 {
		p.learn(0, p.size)
	}
	if p.size != mostWindow {
		t.Errorf("after 12 empty windows the next has %s, want %s", p.size, mostWindow)
	}
	p.learn(30_000, mostWindow)
	if want := mostWindow / 100; p.size != want {
		t.Errorf("after a window 100 times too full the next has %s, want %s", p.size, want)
	}
	p.target = 3000
	if p.learn(1, mostWindow); p.size != mostWindow {
		t.Errorf("after a long window with one row the next has %s, want %s", p.size, mostWindow)
	}
	p.learn(1_000_000, time.Second)
	if p.size != leastWindow {
		t.Errorf("the next window has %s, want %s", p.size, leastWindow)
	}
}

func TestWindow_holds_its_beginning_and_not_its_end(t *testing.T) {
	t.Parallel()
	w := window{from: noon, to: noon.Add(time.Hour)}
	for at, want := range map[time.Time]bool{noon.Add(-1): false, noon: true, w.to.Add(-1): true, w.to: false} {
		if w.holds(at) != want {
			t.Errorf("%v holds %s: want %t", w, at, want)
		}
	}
	if !(window{}).holds(noon) || (window{from: noon.Add(1)}).holds(noon) || (window{to: noon}).holds(noon) {
		t.Error("an open end is not open, or the other is")
	}
}
