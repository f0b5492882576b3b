package calendly

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// estimateOf estimates streams of one group and returns what was told of each,
// with the number of calls that took.
func estimateOf(t *testing.T, source connect.Source, names ...string) (told map[string]connect.Estimate, calls int) {
	t.Helper()
	request := connect.Reading{Observe: func(_ string, c connect.Calls) { calls += c.Requests }}
	request.Streams = named(source, names...)
	list, err := source.(connect.Estimator).Estimate(t.Context(), request)
	if err != nil {
		t.Fatal(err)
	}
	told = map[string]connect.Estimate{}
	for _, e := range list {
		told[e.Stream] = e
	}
	return told, calls
}

func named(source connect.Source, names ...string) []connect.Stream {
	return slices.DeleteFunc(source.Streams(), func(s connect.Stream) bool { return !slices.Contains(names, s.Name) })
}

func TestEstimate_counts_a_log_that_is_longer_than_can_be_told_at_once(t *testing.T) {
	t.Parallel()
	s := emulator(t, calendlytest.Config{Seed: 1, Events: 24_000})
	source := inside(t, s, "owner", nil)
	told, calls := estimateOf(t, source, "activity_log_entries")
	n := 0
	for batch, err := range source.Read(t.Context(), connect.Reading{Streams: named(source, "activity_log_entries")}) {
		if err != nil {
			t.Fatal(err)
		}
		n += batch.Len()
	}
	if got := told["activity_log_entries"]; got.First.Records != n || got.Sampled || n <= 10_000 || calls > 10 {
		t.Errorf("%d entries in %d calls, want %d: %+v", got.First.Records, calls, n, got)
	}
}

// A list of more pages than are read is inferred from a part of it.
func TestEstimate_infers_long_lists_from_a_few_pages(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much work and little beside it: the race detector would find nothing")
	}
	const events = 80_000
	s := emulator(t, calendlytest.Config{Seed: 2, Events: events})
	for name, of := range map[string]struct {
		per  float64 // of an event, in the emulator
		most int     // calls
	}{
		"contacts":         {0.3, 60},
		"meeting_recaps":   {0.0927, 130},
		"scheduled_events": {1, 420},
	} {
		told, calls := estimateOf(t, inside(t, s, "owner", nil), name)
		got := told[name]
		if off := float64(got.First.Records) / (of.per * events); math.Abs(off-1) > 0.1 || !got.Sampled {
			t.Errorf("%s: estimated are %+v, %.2f of what there is", name, got, off)
		}
		if calls > of.most {
			t.Errorf("%s: it took %d calls", name, calls)
		}
	}
}

// sorted answers with the pages of a list of records made at the given times.
func sorted(path string, made []time.Time) func(url.Values) (int, any) {
	return func(q url.Values) (int, any) {
		from, _ := strconv.Atoi(q.Get("page_token"))
		var records []object
		for i := from; i < min(from+maxCount, len(made)); i++ {
			at := i
			if q.Get("sort") == "created_at:desc" {
				at = len(made) - 1 - i
			}
			records = append(records, object{"uri": fmt.Sprintf("http://localhost/%s/%d", path, at), "created_at": made[at], "updated_at": made[at]})
		}
		next := ""
		if from+maxCount < len(made) {
			next = strconv.Itoa(from + maxCount)
		}
		return http.StatusOK, pageOf(records, next)
	}
}

func TestEstimate_of_contacts_is_not_misled_by_an_import(t *testing.T) {
	t.Parallel()
	begin := noon.AddDate(-1, 0, 0)
	var made []time.Time
	for range 3000 {
		made = append(made, begin)
	}
	for i := range 6000 {
		made = append(made, begin.Add(time.Duration(i)*(noon.Sub(begin)/6000)))
	}
	f := newFake()
	f["/contacts"] = sorted("contacts", made)
	told, calls := estimateOf(t, opened(t, f, fakeSettings()), "contacts")
	if n := told["contacts"].First.Records; n < 7650 || n > 10_350 || calls > 3+2*contactEnds {
		t.Errorf("%d contacts in %d calls, want about %d", n, calls, len(made))
	}
}

func TestEstimate_counts_a_list_whose_ends_meet(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 100, 101, 1999, 2000, 2001, 3456, 4000, 4001} {
		var made []time.Time
		for i := range n {
			made = append(made, noon.Add(time.Duration(i-n)*time.Hour))
		}
		f := newFake()
		f["/contacts"] = sorted("contacts", made)
		told, _ := estimateOf(t, opened(t, f, fakeSettings()), "contacts")
		if got := told["contacts"]; got.First.Records != n || got.First.Calls-3 != max(1, (n+99)/100) || got.Sampled != (n >= 4000) {
			t.Errorf("of %d contacts: %+v", n, got)
		}
	}
}

func TestEstimate_counts_messages_where_their_number_is_not_told(t *testing.T) {
	t.Parallel()
	f := newFake()
	f["/outgoing_communications"] = listOf(object{"created_at": noon.Add(-time.Hour)}, object{"created_at": noon.Add(-2 * time.Hour)})
	told, _ := estimateOf(t, opened(t, f, fakeSettings()), "outgoing_communications")
	want := map[string]connect.Estimate{"outgoing_communications": {Stream: "outgoing_communications", First: connect.Cost{Records: 2, Calls: 4}, Next: connect.Cost{Calls: 4}}}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
}

// What cannot be read of one user or is gone meanwhile is no failure; what is
// refused is skipped.
func TestEstimate_goes_on_without_what_cannot_be_read(t *testing.T) {
	t.Parallel()
	f := newFake()
	f["/organization_memberships"] = listOf(member("me1", "admin"), member("u2", "user"))
	f["/user_busy_times"] = refuses(http.StatusFailedDependency, "no calendar")
	f["/locations"] = refuses(http.StatusForbidden, "no", "locations:read")
	told, _ := estimateOf(t, opened(t, f, fakeSettings()), "users", "user_busy_times", "locations", "user_availability_schedules")
	if busy := told["user_busy_times"]; busy.Skipped != "" || busy.First != (connect.Cost{Calls: 2}) {
		t.Errorf("busy times: %+v", busy)
	}
	if places := told["locations"]; places.Skipped == "" || places.First != (connect.Cost{Calls: 1}) {
		t.Errorf("locations: %+v", places)
	}
	if gone := told["user_availability_schedules"]; gone.Skipped != "" || gone.First != (connect.Cost{Calls: 2}) {
		t.Errorf("schedules: %+v", gone)
	}
}

func TestEstimate_fails_as_a_run_would(t *testing.T) {
	t.Parallel()
	for path, stream := range map[string]string{
		"/scheduled_events": "scheduled_events", "/contacts": "contacts", "/meeting_recaps": "meeting_recaps",
		"/outgoing_communications": "outgoing_communications", "/teams": "teams", "/event_types": "event_types",
		"/routing_forms": "routing_forms", "/users/me": "users",
	} {
		f := newFake()
		f[path] = refuses(http.StatusUnauthorized, "revoked")
		source := opened(t, f, fakeSettings())
		if _, err := source.(connect.Estimator).Estimate(t.Context(), connect.Reading{Streams: named(source, stream)}); fault.KindOf(err) != fault.Unauthorized {
			t.Errorf("%s: %v", path, err)
		}
	}
}
