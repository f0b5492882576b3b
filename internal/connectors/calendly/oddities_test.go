package calendly

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// readFake reads streams of one group of a fake; synctest makes the client's
// pauses short.
func readFake(t *testing.T, f fake, group_ string, streams ...string) (c *copyOf, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		source := opened(t, f, fakeSettings())
		c = newCopy()
		for b, e := range source.Read(t.Context(), connect.Reading{Streams: group(source, group_, streams...), Observe: c.observe}) {
			if e != nil {
				err = e
				return
			}
			c.take(source, b)
		}
	})
	return c, err
}

func uris(c *copyOf, stream string) []string {
	var all []string
	for key := range c.rows[stream] {
		all = append(all, strings.TrimPrefix(key, "http://localhost"))
	}
	slices.Sort(all)
	return all
}

func user(id string) string { return "http://localhost/users/" + id }

// scheduleOf answers with one schedule of each user but those with an answer
// of their own.
func scheduleOf(others map[string]func(url.Values) (int, any)) func(url.Values) (int, any) {
	return func(q url.Values) (int, any) {
		if answer, ok := others[q.Get("user")]; ok {
			return answer(q)
		}
		return listOf(object{"uri": "http://localhost/user_availability_schedules/of" + q.Get("user")[len("http://localhost/users/"):]})(q)
	}
}

func TestRead_user_who_leaves_meanwhile_has_no_rows(t *testing.T) {
	t.Parallel()
	f := newFake()
	f["/organization_memberships"] = func(q url.Values) (int, any) {
		switch q.Get("user") {
		case user("me1"):
			return listOf(member("me1", "owner"))(q)
		case user("me3"):
			return refuses(http.StatusForbidden, "This user is not in your organization")(q)
		}
		return listOf(member("me1", "owner"), member("me2", "user"), member("me3", "user"), member("me4", "user"))(q)
	}
	f["/user_availability_schedules"] = scheduleOf(map[string]func(url.Values) (int, any){
		user("me2"): refuses(http.StatusNotFound, "The server could not find the requested resource."),
		user("me3"): refuses(http.StatusForbidden, "This user is not in your organization"),
	})
	c, err := readFake(t, f, "users", "user_availability_schedules")
	want := []string{"/user_availability_schedules/ofme1", "/user_availability_schedules/ofme4"}
	if diff := cmp.Diff(want, uris(c, "user_availability_schedules")); diff != "" || err != nil || len(c.skips) > 0 {
		t.Error(err, c.skips, diff)
	}
}

func TestRead_permission_lost_on_the_way_is_an_error(t *testing.T) {
	t.Parallel()
	f := newFake()
	f["/organization_memberships"] = func(q url.Values) (int, any) {
		return listOf(member("me1", "owner"), member("me2", "user"))(q)
	}
	var calls atomic.Int64
	f["/user_availability_schedules"] = func(q url.Values) (int, any) {
		if calls.Add(1) > 1 {
			return refuses(http.StatusForbidden, "Insufficient scope", "availability:read")(q)
		}
		return scheduleOf(nil)(q)
	}
	_, err := readFake(t, f, "users", "user_availability_schedules")
	if fault.KindOf(err) != fault.Forbidden {
		t.Errorf("error %v, want forbidden", err)
	}
}

func TestRead_calendar_that_cannot_be_read_is_told_and_breaks_nothing(t *testing.T) {
	t.Parallel()
	f := newFake()
	f["/organization_memberships"] = func(q url.Values) (int, any) {
		return listOf(member("me1", "owner"), member("me2", "user"), member("me3", "user"))(q)
	}
	f["/user_busy_times"] = func(q url.Values) (int, any) {
		if q.Get("user") != user("me3") {
			return refuses(http.StatusFailedDependency, "There is a problem accessing your calendar.")(q)
		}
		return http.StatusOK, object{"collection": []object{{"type": "external", "start_time": "2026-11-24T09:00:00Z", "end_time": "2026-11-24T10:00:00Z"}}}
	}
	c, err := readFake(t, f, "users", "user_busy_times")
	if err != nil || len(c.rows["user_busy_times"]) != 1 || !strings.Contains(c.notes["user_busy_times"], "2 users") {
		t.Errorf("%d rows, the notes %v and error %v", len(c.rows["user_busy_times"]), c.notes, err)
	}
}

func TestRead_contact_that_is_gone_does_not_hide_the_notes_of_others(t *testing.T) {
	t.Parallel()
	f := newFake()
	f["/contacts"] = listOf(object{"uri": "http://localhost/contacts/c1"}, object{"uri": "http://localhost/contacts/c2"}, object{"uri": "http://localhost/contacts/c3"})
	f["/notes"] = func(q url.Values) (int, any) {
		if slices.Contains(q["contact"], "http://localhost/contacts/c2") {
			return refuses(http.StatusNotFound, "gone")(q)
		}
		return listOf(object{"uri": fmt.Sprintf("http://localhost/notes/%d of %s", len(q["contact"]), q["contact"][0][len("http://localhost/contacts/"):])})(q)
	}
	c, err := readFake(t, f, "contacts", "notes")
	if diff := cmp.Diff([]string{"/notes/1 of c1", "/notes/1 of c3"}, uris(c, "notes")); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestRead_events_without_invitees_cost_no_call(t *testing.T) {
	t.Parallel()
	event := func(id string, counter any) object {
		return object{"uri": "http://localhost/scheduled_events/" + id, "start_time": "2026-11-24T09:00:00.000000Z", "invitees_counter": counter}
	}
	f := newFake()
	f["/scheduled_events"] = listOf(
		event("none", object{"total": 0}), event("one", object{"total": 1}), event("silent", object{}), event("null", nil), event("gone", object{"total": 2}))
	for _, id := range []string{"one", "silent", "null"} {
		f["/scheduled_events/"+id+"/invitees"] = listOf(object{"uri": "http://localhost/scheduled_events/" + id + "/invitees/i"})
	}
	c, err := readFake(t, f, "scheduled_events")
	want := []string{"/scheduled_events/null/invitees/i", "/scheduled_events/one/invitees/i", "/scheduled_events/silent/invitees/i"}
	if diff := cmp.Diff(want, uris(c, "invitees")); diff != "" || err != nil || len(c.rows["scheduled_events"]) != 5 || c.calls["invitees"] != 4 {
		t.Error(err, len(c.rows["scheduled_events"]), c.calls, diff)
	}
}

func TestRead_records_of_tomorrow_break_nothing(t *testing.T) {
	t.Parallel()
	f := newFake()
	f["/scheduled_events"] = listOf(
		object{"uri": "http://localhost/scheduled_events/1", "start_time": nil, "status": object{"code": 1}, "invitees_counter": "many", "location": []int{1}, "mood": "good"},
		object{"start_time": "2026-11-24T09:00:00Z"},
		object{"uri": 7, "event_memberships": "nobody", "payment": nil},
	)
	c, err := readFake(t, f, "scheduled_events", "scheduled_events")
	if err != nil || len(c.rows["scheduled_events"]) != 3 {
		t.Fatalf("%d rows, error %v", len(c.rows["scheduled_events"]), err)
	}
	s := catalogStream("scheduled_events")
	odd := c.rows["scheduled_events"]["http://localhost/scheduled_events/1"]
	if raw := fmt.Sprint(odd.Values[s.Column(connect.ColumnRaw)]); !strings.Contains(raw, `"mood":"good"`) || odd.Values[s.Column("status")] != nil {
		t.Errorf("the row is %v", odd.Values)
	}
}

func TestRead_moved_token_is_refused(t *testing.T) {
	t.Parallel()
	settings := fakeSettings().With(map[string]string{fieldOrganization: "http://localhost/organizations/o2"})
	source := opened(t, newFake(), settings)
	for _, err := range source.Read(t.Context(), connect.Reading{Streams: group(source, "organization")}) {
		if fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != fieldOrganization {
			t.Errorf("error %v, want one about the organization", err)
		}
	}
}

// Every kind of failure on the way to a record, and what the rest of Kalends
// sees of it.
func TestRead_failures_are_told_by_kind(t *testing.T) {
	t.Parallel()
	answers := map[string]struct {
		answer func(url.Values) (int, any)
		kind   fault.Kind
	}{
		"revoked":      {refuses(http.StatusUnauthorized, "The access token is invalid"), fault.Unauthorized},
		"limited":      {refuses(http.StatusTooManyRequests, "slow down"), fault.RateLimited},
		"broken":       {refuses(http.StatusInternalServerError, "oops"), fault.Unavailable},
		"bad gateway":  {func(url.Values) (int, any) { return http.StatusBadGateway, "<html>" }, fault.Unavailable},
		"unknown":      {refuses(http.StatusNotFound, "no"), fault.NotFound},
		"not accepted": {refuses(http.StatusBadRequest, "no"), fault.Internal},
		"exists":       {refuses(http.StatusConflict, "no"), fault.Conflict},
		"no list":      {func(url.Values) (int, any) { return http.StatusOK, object{"resource": 1} }, fault.Unavailable},
		"teapot":       {refuses(http.StatusTeapot, "no"), fault.Unavailable},
		"endless": {func(url.Values) (int, any) {
			return http.StatusOK, pageOf([]object{{"uri": "http://localhost/teams/1"}}, "again")
		}, fault.Unavailable},
		"elsewhere": {func(url.Values) (int, any) {
			page := pageOf(nil, "")
			page["pagination"] = object{"next_page": "https://evil.example/teams?page_token=1"}
			return http.StatusOK, page
		}, fault.Unavailable},
	}
	for what, want := range answers {
		f := newFake()
		f["/teams"] = want.answer
		_, err := readFake(t, f, "teams")
		if fault.KindOf(err) != want.kind || err == nil {
			t.Errorf("%s: %v of kind %s, want %s", what, err, fault.KindOf(err), want.kind)
		}
		var known *fault.Error
		if !errors.As(err, &known) {
			t.Errorf("%s: %T is not sorted", what, err)
		} else if known.Hint == "" && want.kind != fault.NotFound && want.kind != fault.Conflict {
			t.Errorf("%s: %v has no hint", what, err)
		}
	}
}

func TestFaultOf_errors_without_an_answer(t *testing.T) {
	t.Parallel()
	own := fault.New(fault.Schema, "ours")
	for err, want := range map[error]fault.Kind{
		context.Canceled:         fault.Canceled,
		context.DeadlineExceeded: fault.Unavailable,
		io.ErrUnexpectedEOF:      fault.Unavailable,
		&api.ConnectionError{}:   fault.Unavailable,
		&api.SizeError{}:         fault.Unavailable,
		&api.DecodeError{}:       fault.Unavailable,
		own:                      fault.Schema,
		fmt.Errorf("x: %w", own): fault.Schema,
	} {
		if got := fault.KindOf(faultOf(err)); got != want {
			t.Errorf("%v is of kind %s, want %s", err, got, want)
		}
	}
	limited := faultOf(&api.Error{Status: http.StatusTooManyRequests, RetryAfter: time.Minute})
	var f *fault.Error
	if !errors.As(limited, &f) || f.RetryAfter != time.Minute {
		t.Errorf("%+v does not say how long to wait", f)
	}
}
