package calendlytest

import (
	"strings"
	"testing"
	"time"
)

func TestBusyTimes_are_the_active_events_and_others_that_overlap_the_window(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 2, Events: 3000})
	from, to := "2026-11-24T00:00:00.000000Z", "2026-12-01T00:00:00.000000Z"
	kinds := map[any]int{}
	for i := range s.home.members {
		user := s.home.uri(kindUser, i)
		booked := map[any]object{}
		events := with("/scheduled_events", "organization", s.Organization, "user", user, "status", "active", "count", "100",
			"min_start_time", from, "max_start_time", to)
		for _, e := range all(t, s, "owner", events) {
			if text(e, "start_time") < to {
				booked[e["uri"]] = e
			}
		}
		last := ""
		for _, b := range all(t, s, "owner", with("/user_busy_times", "user", user, "start_time", from, "end_time", to)) {
			kinds[b["type"]]++
			if text(b, "start_time") < last {
				t.Errorf("%v comes after %s", b, last)
			}
			last = text(b, "start_time")
			event, ok := b["event"].(object)
			if ok != (b["type"] == "calendly") {
				t.Errorf("busy time %v", b)
			}
			if ok && last >= from {
				e := booked[event["uri"]]
				if e == nil || e["start_time"] != b["start_time"] || e["end_time"] != b["end_time"] {
					t.Errorf("busy with %v, which is %v", b, e)
				}
				delete(booked, event["uri"])
			}
		}
		if len(booked) > 0 {
			t.Errorf("not busy with %v", booked)
		}
	}
	if kinds["calendly"] == 0 || kinds["external"] == 0 || kinds["reserved"] == 0 {
		t.Errorf("kinds of busy time: %v", kinds)
	}
}

func TestAvailableTimes_are_free_and_in_the_host_s_hours(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 2, Events: 3000})
	found := 0
	for _, kind := range all(t, s, "owner", with("/event_types", "organization", s.Organization, "count", "100")) {
		list := with("/event_type_available_times", "event_type", text(kind, "uri"), "start_time", "2026-11-24T10:10:00Z", "end_time", "2026-12-01T10:00:00Z")
		slots := all(t, s, "owner", list)
		found += len(slots)
		if kind["active"] == false && len(slots) > 0 {
			t.Errorf("%v is inactive and has %d available times", kind["uri"], len(slots))
		}
		hosts := all(t, s, "owner", with("/event_type_memberships", "event_type", text(kind, "uri")))
		if len(hosts) > 1 || kind["kind"] == "group" {
			continue
		}
		host := hosts[0]["member"].(object)
		busy := all(t, s, "owner", with("/user_busy_times", "user", text(host, "uri"), "start_time", "2026-11-24T10:00:00Z", "end_time", "2026-12-01T10:00:00Z"))
		for _, slot := range slots {
			start := text(slot, "start_time")
			if slot["status"] != "available" || slot["invitees_remaining"] != 1.0 || start < "2026-11-24T10:10:00.000000Z" || !strings.Contains(text(slot, "scheduling_url"), start[:10]) {
				t.Errorf("slot %v", slot)
			}
			end := instantOf(t, start).Add(time.Duration(kind["duration"].(float64) * float64(time.Minute)))
			for _, b := range busy {
				if instantOf(t, start).Before(instantOf(t, text(b, "end_time"))) && instantOf(t, text(b, "start_time")).Before(end) {
					t.Errorf("slot %s of %v is taken by %v", start, kind["uri"], b)
				}
			}
			if hour := instantOf(t, start).In(s.home.zones[text(host, "timezone")]).Hour(); hour < 8 || hour > 20 {
				t.Errorf("slot at %d o'clock for the host", hour)
			}
		}
	}
	if found < 1000 {
		t.Errorf("only %d available times in a week", found)
	}
}

func instantOf(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
