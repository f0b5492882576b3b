package calendlytest

import (
	"math/rand/v2"
	"net/http"
	"strconv"
	"testing"
)

// TestWrites_leave_one_consistent_world books, moves and cancels at random,
// and then reads everything.
func TestWrites_leave_one_consistent_world(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much work and little beside it: the race detector would find nothing")
	}
	s := admin(t, Config{Seed: 8, Events: 800})
	random := rand.New(rand.NewPCG(8, 8))
	open := slots(t, s, func(kind object) bool { return !asks(kind) })
	before := map[any]string{} // what was canceled, and how
	for _, e := range all(t, s, "owner", with("/scheduled_events", "organization", s.Organization, "count", "100")) {
		before[e["uri"]] = text(e, "status")
	}
	var booked []object
	made := 0
	for n := range 400 {
		at := open[random.IntN(len(open))]
		if random.IntN(3) > 0 || len(booked) == 0 {
			status, answer := write(t, s, "owner", http.MethodPost, "/invitees", at.booking("p"+strconv.Itoa(n%40)+"@example.com"))
			if status == http.StatusCreated {
				booked = append(booked, answer["resource"].(object))
				made++
			}
			continue
		}
		i := booked[random.IntN(len(booked))]
		switch random.IntN(3) {
		case 0:
			write(t, s, "sandbox", http.MethodPost, "/_sandbox/invitees/cancel", object{"invitee": i["uri"]})
		case 1:
			status, answer := write(t, s, "sandbox", http.MethodPost, "/_sandbox/invitees/reschedule", object{"invitee": i["uri"], "start_time": at.start})
			if status == http.StatusCreated {
				booked = append(booked, answer["resource"].(object))
				made++
			}
		default:
			write(t, s, "owner", http.MethodPost, text(i, "event")+"/cancellation", object{})
		}
	}
	w := newWalk(t, s)
	w.references()
	if made < 60 || len(w.lists["scheduled_events"]) <= len(before) {
		t.Errorf("%d seats were taken; %d events, before %d", made, len(w.lists["scheduled_events"]), len(before))
	}
	w.seatsAddUp()
	w.nobodyIsBookedTwice(before)
	for _, i := range w.lists["invitees"] {
		w.checkChain(i)
	}
}

// seatsAddUp checks that counters and states say what the invitees say.
func (w *walk) seatsAddUp() {
	w.t.Helper()
	total, active := map[any]float64{}, map[any]float64{}
	for _, i := range w.lists["invitees"] {
		total[i["event"]]++
		if i["status"] == statusActive {
			active[i["event"]]++
		}
	}
	last := ""
	for _, e := range w.lists["scheduled_events"] {
		c := e["invitees_counter"].(object)
		if c["total"] != total[e["uri"]] || c["active"] != active[e["uri"]] || (e["status"] == statusActive) != (active[e["uri"]] > 0) || c["active"].(float64) > c["limit"].(float64) {
			w.t.Errorf("%s is %s with %v, but has %v invitees, %v of them active", e["uri"], e["status"], c, total[e["uri"]], active[e["uri"]])
		}
		if start := text(e, "start_time"); start < last {
			w.t.Errorf("%s starts %s, after one that starts %s", e["uri"], start, last)
		}
		last = text(e, "start_time")
	}
}

// nobodyIsBookedTwice checks that no event that was made overlaps another of
// its hosts.
func (w *walk) nobodyIsBookedTwice(before map[any]string) {
	w.t.Helper()
	type busy struct{ from, to, uri string }
	of := map[any][]busy{}
	for _, e := range w.lists["scheduled_events"] {
		if e["status"] != statusActive {
			continue
		}
		for _, h := range e["event_memberships"].([]any) {
			user := h.(object)["user"]
			mine := busy{text(e, "start_time"), text(e, "end_time"), text(e, "uri")}
			for _, other := range of[user] {
				if mine.from < other.to && other.from < mine.to && (before[mine.uri] == "" || before[other.uri] == "") {
					w.t.Errorf("%v is booked for %v and %v", user, mine, other)
				}
			}
			of[user] = append(of[user], mine)
		}
	}
}
