package calendly

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/kalends/kalends/internal/connect"
)

// calendar is a list of events by time, as the API could keep it: what its
// bounds include and in which order it answers is not known for sure.
type calendar struct {
	times    []time.Time // by event
	exclude  bool        // the bounds are not included
	disorder bool        // rows come in the order they were made
	requests atomic.Int64
}

func (c *calendar) list(q url.Values) (int, any) {
	c.requests.Add(1)
	bound := func(name string) time.Time {
		t, _ := time.Parse(time.RFC3339Nano, q.Get(name))
		return t
	}
	low, high := bound("min_start_time"), bound("max_start_time")
	var found []int
	for i, t := range c.times {
		switch {
		case q.Has("min_start_time") && (t.Before(low) || c.exclude && t.Equal(low)):
		case q.Has("max_start_time") && (t.After(high) || c.exclude && t.Equal(high)):
		default:
			found = append(found, i)
		}
	}
	if !c.disorder {
		slices.SortStableFunc(found, func(a, b int) int { return c.times[a].Compare(c.times[b]) })
		if q.Get("sort") == "start_time:desc" {
			slices.Reverse(found)
		}
	}
	count, _ := strconv.Atoi(q.Get("count"))
	at, _ := strconv.Atoi(q.Get("page_token"))
	next := ""
	if at+count < len(found) {
		next = strconv.Itoa(at + count)
	}
	var records []object
	for _, i := range found[at:min(at+count, len(found))] {
		records = append(records, object{"uri": fmt.Sprintf("http://localhost/scheduled_events/%d", i), "start_time": connect.FormatTime(c.times[i])})
	}
	return http.StatusOK, pageOf(records, next)
}

// read reads the calendar from a place on, in pages of two rows and windows of
// a few.
func (c *calendar) read(t require, from connect.Checkpoint, start string, push func(r *reading, s stretch) error) error {
	api := newFake()
	api["/scheduled_events"] = c.list
	settings := fakeSettings().With(map[string]string{optionStart: start})
	connector := New(Deps{Now: func() time.Time { return noon }, Transport: inProcess{api}})
	opened, err := connector.OpenSource(context.Background(), settings)
	if err != nil {
		t.Fatal(err)
	}
	s := opened.(*source)
	r, err := s.reading(context.Background(), connect.Reading{Streams: []connect.Stream{s.stream("scheduled_events").Stream}, From: from})
	if err != nil {
		t.Fatal(err)
	}
	line := r.eventLine()
	line.count, line.pages, line.lanes, line.piece = 2, 2, 3, 3
	if c.disorder {
		line.sort = ""
	}
	return r.along(context.Background(), line, func(s stretch) error { return push(r, s) })
}

// require is a testing.TB or a rapid.T.
type require interface{ Fatal(...any) }

// drawCalendar draws times of every density: bursts at one instant, bursts of
// seconds, and years of nothing.
func drawCalendar(t *rapid.T) *calendar {
	c := &calendar{exclude: rapid.Bool().Draw(t, "bounds excluded"), disorder: rapid.Bool().Draw(t, "disorder")}
	at := noon.AddDate(-6, 0, 0)
	for _, gap := range rapid.SliceOfN(rapid.SampledFrom([]time.Duration{
		0, 0, 0, 0, time.Microsecond, time.Second, time.Minute, time.Hour, 30 * time.Hour, 1000 * time.Hour, 20_000 * time.Hour,
	}), 0, 60).Draw(t, "gaps") {
		at = at.Add(gap)
		c.times = append(c.times, at)
	}
	for i := range c.times { // made in another order
		j := rapid.IntRange(0, i).Draw(t, "shuffle")
		c.times[i], c.times[j] = c.times[j], c.times[i]
	}
	return c
}

func (c *calendar) from(begin time.Time) []string {
	var all []string
	for i, t := range c.times {
		if !t.Before(begin) {
			all = append(all, fmt.Sprintf("http://localhost/scheduled_events/%d", i))
		}
	}
	slices.Sort(all)
	return all
}

func keysOf(records []connect.Record) []string {
	var all []string
	for _, r := range records {
		all = append(all, r.Values[0].(string))
	}
	slices.Sort(all)
	return all
}

func TestAlong_reads_every_record_once_whatever_the_calendar(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		start, begin := "", time.Time{}
		if rapid.Bool().Draw(t, "start") {
			begin = noon.AddDate(rapid.IntRange(-6, 0).Draw(t, "years"), 0, 0)
			start = connect.FormatTime(begin)
		}
		var got []connect.Record
		was := time.Time{}
		if err := c.read(t, nil, start, func(_ *reading, s stretch) error {
			got = append(got, s.records...)
			if !s.until.IsZero() && s.until.Before(was) {
				t.Fatalf("all is read until %s after it was until %s", s.until, was)
			}
			was = latest(was, s.until)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.from(begin), keysOf(got), cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		if n, most := c.requests.Load(), int64(40+6*len(c.times)); n > most {
			t.Fatalf("%d requests for %d records, want at most %d", n, len(c.times), most)
		}
	})
}

// Whatever stretch was the last to be committed, the next reading brings the
// rest, and again only what it had begun to read of one instant, or, after the
// last, the last window.
func TestAlong_goes_on_from_any_checkpoint(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := drawCalendar(t)
		type saved struct {
			have []string
			next connect.Checkpoint
		}
		var places []saved
		have, next := []string{}, connect.Checkpoint(nil)
		start := catalogStream("scheduled_events").Column("start_time")
		err := c.read(t, nil, "", func(r *reading, s stretch) error {
			have = append(slices.Clone(have), keysOf(s.records)...)
			if n := r.chunkOf(r.stream("scheduled_events"), s).next; n != nil {
				next = n
			}
			places = append(places, saved{have, next})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(places) == 0 {
			t.Skip("nothing to read")
		}
		i := rapid.IntRange(0, len(places)-1).Draw(t, "interrupted after")
		p := places[i]
		all, again := slices.Clone(p.have), map[time.Time]bool{}
		err = c.read(t, p.next, "", func(_ *reading, s stretch) error {
			for _, record := range s.records {
				if slices.Contains(p.have, record.Values[0].(string)) {
					again[record.Values[start].(time.Time)] = true
				}
			}
			all = append(all, keysOf(s.records)...)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(all)
		if diff := cmp.Diff(c.from(time.Time{}), slices.Compact(all), cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
		if len(again) > 1 && !c.disorder && i < len(places)-1 {
			t.Fatalf("what happened at %v was read again", again)
		}
	})
}

func catalogStream(name string) *stream { return (&source{all: catalog()}).stream(name) }
