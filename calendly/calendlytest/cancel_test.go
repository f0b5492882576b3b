package calendlytest

import (
	"net/http"
	"strings"
	"testing"
)

func TestCancellation_cancels_all_invitees_once(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 2, Events: 600})
	var future, past object
	for _, e := range all(t, s, "owner", with("/scheduled_events", "organization", s.Organization, "count", "100", "status", "active")) {
		if text(e, "start_time") < "2026-11-23T12" {
			past = e
		} else if future == nil || e["invitees_counter"].(object)["active"].(float64) > 1 {
			future = e
		}
	}
	cancel := "POST " + text(future, "uri") + "/cancellation"
	refused(t, s, "owner", cancel, object{"reason": strings.Repeat("x", 10001)}, bad("reason", "size cannot be greater than 10000"))
	refused(t, s, "stranger", cancel, object{}, denied("You are not allowed to cancel this event"))
	refused(t, s, "owner", "POST "+text(past, "uri")+"/cancellation", object{}, denied("Event in the past"))
	why := post(t, s, "owner", text(future, "uri")+"/cancellation", object{"reason": "flu"})
	if why["reason"] != "flu" || why["canceler_type"] != "host" {
		t.Errorf("canceled: %v", why)
	}
	e := must(t, s, "owner", text(future, "uri"))["resource"].(object)
	if e["status"] != "canceled" || e["cancellation"].(object)["reason"] != "flu" || e["invitees_counter"].(object)["active"] != 0.0 || text(e, "updated_at") <= text(future, "updated_at") {
		t.Errorf("event is %v", e)
	}
	for _, i := range all(t, s, "owner", text(future, "uri")+"/invitees") {
		if i["status"] != "canceled" || i["rescheduled"] != false {
			t.Errorf("invitee is %v", i)
		}
	}
	refused(t, s, "owner", cancel, object{}, denied("Event is already canceled"))
}

func TestNoShow_is_marked_and_unmarked(t *testing.T) {
	t.Parallel()
	for _, touches := range []string{"false", "true"} {
		s := newServer(t, Config{Seed: 2, Events: 600, Assume: map[string]string{"no_show_touches_event": touches}})
		e := must(t, s, "owner", with("/scheduled_events", "organization", s.Organization, "count", "1", "status", "active"))["collection"].([]any)[0].(object)
		i := all(t, s, "owner", text(e, "uri")+"/invitees?status=active")[0]
		if i["no_show"] != nil {
			t.Fatal("the first invitee is a no-show already")
		}
		refused(t, s, "owner", "POST /invitee_no_shows", object{}, bad("invitee", "is missing"))
		refused(t, s, "stranger", "POST /invitee_no_shows", object{"invitee": i["uri"]}, denied(noAccess))
		no := post(t, s, "owner", "/invitee_no_shows", object{"invitee": i["uri"]})
		refused(t, s, "owner", "POST /invitee_no_shows", object{"invitee": i["uri"]}, bad("invitee", "is already marked as a no-show"))
		got := must(t, s, "owner", text(i, "uri"))["resource"].(object)["no_show"].(object)
		if got["uri"] != no["uri"] || must(t, s, "owner", text(no, "uri"))["resource"].(object)["invitee"] != i["uri"] {
			t.Errorf("marked %v, the invitee has %v", no, got)
		}
		after := must(t, s, "owner", text(e, "uri"))["resource"].(object)
		if (after["updated_at"] != e["updated_at"]) != (touches == "true") {
			t.Errorf("assumed %s: the event changed from %v to %v", touches, e["updated_at"], after["updated_at"])
		}
		if status, _ := write(t, s, "owner", http.MethodDelete, text(no, "uri"), nil); status != http.StatusNoContent {
			t.Errorf("unmarked: %d", status)
		}
		refused(t, s, "owner", "DELETE "+text(no, "uri"), nil, missing())
		if got := must(t, s, "owner", text(i, "uri"))["resource"].(object)["no_show"]; got != nil {
			t.Errorf("still a no-show: %v", got)
		}
	}
}
