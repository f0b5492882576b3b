package calendlytest

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// slot is a time at which an event type can be booked.
type slot struct {
	kind  object
	start string
}

// slots returns the available times, in the next week, of the types that fit.
func slots(t testing.TB, s *Server, fits func(object) bool) []slot {
	t.Helper()
	var found []slot
	for _, kind := range all(t, s, "owner", with("/event_types", "organization", s.Organization, "count", "100", "active", "true")) {
		if !fits(kind) {
			continue
		}
		from := s.clock.now().Add(60e9)
		for _, at := range all(t, s, "owner", with("/event_type_available_times", "event_type", text(kind, "uri"),
			"start_time", stamp(from.UnixMicro()), "end_time", stamp(from.UnixMicro()+7*day*micros))) {
			found = append(found, slot{kind, text(at, "start_time")})
		}
	}
	if len(found) < 2 {
		t.Fatal("nothing can be booked")
	}
	return found
}

// plainType fits one-on-one types, on which nothing is asked.
func plainType(kind object) bool {
	return kind["kind"] == "solo" && kind["pooling_type"] == nil && !asks(kind)
}

func asks(kind object) bool {
	for _, q := range kind["custom_questions"].([]any) {
		if q.(object)["required"] == true && q.(object)["enabled"] == true {
			return true
		}
	}
	return false
}

// booking is a body for POST /invitees that has all a type needs.
func (at slot) booking(email string) object {
	b := object{
		"event_type": at.kind["uri"], "start_time": at.start,
		"invitee": object{"email": email, "name": "Zoë Test", "timezone": "Europe/Berlin"},
	}
	if places, _ := at.kind["locations"].([]any); len(places) > 0 && at.kind["pooling_type"] != "round_robin" {
		place := object{"kind": places[0].(object)["kind"]}
		switch place["kind"] {
		case "physical", "outbound_call", "ask_invitee", "custom":
			place["location"] = "+12025550199"
		}
		b["location"] = place
	}
	return b
}

func TestInvitees_book_a_time_that_is_then_taken(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 2, Events: 600})
	before := len(all(t, s, "owner", with("/scheduled_events", "organization", s.Organization, "count", "100")))
	at := slots(t, s, plainType)[3]
	b := at.booking("Zoe@Example.com")
	b["event_guests"] = []string{"friend@example.com"}
	b["tracking"] = object{"utm_source": "test"}
	i := post(t, s, "member", "/invitees", b)
	e := must(t, s, "owner", text(i, "event"))["resource"].(object)
	if i["status"] != "active" || i["scheduling_method"] != "api" || i["tracking"].(object)["utm_source"] != "test" || e["start_time"] != at.start ||
		e["event_type"] != at.kind["uri"] || e["invitees_counter"].(object)["active"] != 1.0 || len(e["event_guests"].([]any)) != 1 {
		t.Errorf("booked %v in %v", i, e)
	}
	if got := must(t, s, "owner", text(i, "uri"))["resource"].(object); got["email"] != "Zoe@Example.com" {
		t.Errorf("read back %v", got)
	}
	refused(t, s, "owner", "POST /invitees", at.booking("late@example.com"), &apiError{
		status: 400, Title: "Invalid Argument", Message: "The supplied parameters are invalid.",
		Details: []detail{{"event.start_time", "That start time has been filled", "already_filled"}},
	})
	for _, other := range slots(t, s, plainType) {
		if other.kind["uri"] == at.kind["uri"] && other.start == at.start {
			t.Error("the time is still available")
		}
	}
	last := ""
	rows := all(t, s, "owner", with("/scheduled_events", "organization", s.Organization, "count", "7"))
	for _, row := range rows {
		if text(row, "start_time") < last {
			t.Errorf("%s comes after %s", row["start_time"], last)
		}
		last = text(row, "start_time")
	}
	if len(rows) != before+1 {
		t.Errorf("%d events, want %d", len(rows), before+1)
	}
	for _, query := range [][]string{{"invitee_email", "zoe@example.com"}, {"min_start_time", at.start, "max_start_time", at.start, "status", "active"}} {
		rows := all(t, s, "owner", with("/scheduled_events", append(query, "organization", s.Organization)...))
		if len(rows) == 0 || rows[len(rows)-1]["uri"] != e["uri"] && rows[0]["uri"] != e["uri"] {
			t.Errorf("%v finds %v", query, rows)
		}
	}
}

func TestInvitees_refuses_what_cannot_be_booked(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 2, Events: 600})
	at := slots(t, s, plainType)[0]
	where := slots(t, s, func(kind object) bool {
		places, _ := kind["locations"].([]any)
		return len(places) > 0 && plainType(kind)
	})[0]
	asked := slots(t, s, func(kind object) bool { return asks(kind) && kind["kind"] == "solo" && kind["pooling_type"] == nil })[0]
	change := func(at slot, key string, value any) object {
		b := at.booking("a@example.com")
		b[key] = value
		return b
	}
	who := func(key string, value any) object {
		b := at.booking("a@example.com")
		b["invitee"].(object)[key] = value
		return b
	}
	for want, body := range map[string]object{
		"event_type is missing":                                    change(at, "event_type", nil),
		"event_type is not a valid URI":                            change(at, "event_type", "x"),
		"start_time must be a date-time":                           change(at, "start_time", "soon"),
		"event.start_time is not an available time":                change(at, "start_time", "2026-11-24T01:07:00Z"),
		"invitee.email is not a valid email":                       who("email", "nobody"),
		"invitee.timezone is not a valid time zone":                who("timezone", "Mars/Olympus"),
		"invitee.name is missing":                                  who("name", ""),
		"invitee.text_reminder_number is not a valid phone number": who("text_reminder_number", "call me"),
		"invitee must be an object":                                change(at, "invitee", "me"),
		"event_guests[0] is not a valid email":                     change(at, "event_guests", []string{"x"}),
		"event_guests size cannot be greater than 10":              change(at, "event_guests", strings.Fields(strings.Repeat("a@example.com ", 11))),
		"location.kind must be one of":                             change(where, "location", object{"kind": "beach"}),
		"questions_and_answers[0].question is missing":             change(at, "questions_and_answers", []object{{"answer": "x", "position": 0}}),
		"questions_and_answers[0].question is not a question":      change(at, "questions_and_answers", []object{{"question": "Why?", "answer": "x", "position": 0}}),
		"questions_and_answers " + requiredQuestion(asked):         asked.booking("a@example.com"),
	} {
		status, answer := write(t, s, "owner", http.MethodPost, "/invitees", body)
		var said []string
		details, _ := answer["details"].([]any)
		for _, d := range details {
			said = append(said, textOf(d.(object)["parameter"])+" "+textOf(d.(object)["message"]))
		}
		if status != http.StatusBadRequest || !strings.Contains(strings.Join(said, "\n"), want) {
			t.Errorf("%d %v, want %q", status, answer, want)
		}
	}
	refused(t, s, "stranger", "POST /invitees", at.booking("a@example.com"), denied(noAccess))
	if rows := all(t, s, "owner", with("/scheduled_events", "organization", s.Organization, "invitee_email", "a@example.com")); len(rows) > 0 {
		t.Errorf("a refused booking was made: %v", rows)
	}
}

func requiredQuestion(at slot) string {
	for _, q := range at.kind["custom_questions"].([]any) {
		if q.(object)["required"] == true && q.(object)["enabled"] == true {
			return text(q.(object), "name") + " is missing"
		}
	}
	return ""
}

func TestInvitees_join_a_group_until_it_is_full(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 2, Events: 600})
	at := slots(t, s, func(kind object) bool { return kind["kind"] == "group" && !asks(kind) })[0]
	first := post(t, s, "owner", "/invitees", at.booking("g0@example.com"))
	limit := int(must(t, s, "owner", text(first, "event"))["resource"].(object)["invitees_counter"].(object)["limit"].(float64))
	for n := 1; n < limit; n++ {
		if i := post(t, s, "owner", "/invitees", at.booking("g"+strconv.Itoa(n)+"@example.com")); i["event"] != first["event"] {
			t.Fatalf("seat %d is in %v", n, i["event"])
		}
	}
	if status, _ := write(t, s, "owner", http.MethodPost, "/invitees", at.booking("late@example.com")); status != http.StatusBadRequest {
		t.Errorf("one more than %d: %d", limit, status)
	}
	if rows := all(t, s, "owner", text(first, "event")+"/invitees?count=100"); len(rows) != limit {
		t.Errorf("%d invitees, want %d", len(rows), limit)
	}
}

func TestInvitees_gives_a_time_to_one_of_many(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 2, Events: 600})
	at := slots(t, s, plainType)[1]
	got := make([]int, 16)
	var all sync.WaitGroup
	for n := range got {
		all.Go(func() { got[n], _ = write(t, s, "owner", http.MethodPost, "/invitees", at.booking("r@example.com")) })
	}
	all.Wait()
	made := 0
	for _, status := range got {
		if status == http.StatusCreated {
			made++
		} else if status != http.StatusBadRequest {
			t.Errorf("status %d", status)
		}
	}
	if made != 1 {
		t.Errorf("%d of %d bookings were made", made, len(got))
	}
}

func TestInvitees_has_limits_of_the_plan(t *testing.T) {
	t.Parallel()
	for plan, want := range map[string]int{"standard": 10, "free": 5} {
		s := newServer(t, Config{Seed: 2, Events: 600, Rate: 1000, Plan: plan})
		made, status := 0, 0
		for _, at := range slots(t, s, plainType) {
			if status, _ = write(t, s, "owner", http.MethodPost, "/invitees", at.booking("l@example.com")); status == http.StatusTooManyRequests {
				break
			} else if status == http.StatusCreated {
				made++
			}
		}
		if made != want || status != http.StatusTooManyRequests {
			t.Errorf("%s plan: %d bookings in a minute, want %d; then %d", plan, made, want, status)
		}
	}
}
