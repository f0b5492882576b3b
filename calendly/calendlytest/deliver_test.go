package calendlytest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestWebhook_tells_of_a_reschedule_with_two_signed_messages(t *testing.T) {
	t.Parallel()
	s, r, hook := hooked(t, "invitee.created", "invitee.canceled", "invitee_no_show.created")
	other := newReceiver(t)
	subscribe(t, s, other, "scope", "user", "user", s.home.uri(kindUser, 7), "events", []string{"event_type.created"})
	open := slots(t, s, plainType)
	i := post(t, s, "member", "/invitees", open[0].booking("me@example.com"))
	s.WaitForDeliveries()
	command(t, s, "invitees/reschedule", object{"invitee": i["uri"], "start_time": open[4].start})
	s.WaitForDeliveries()
	if got := r.names(); got != "invitee.canceled invitee.created invitee.created" || other.names() != "" {
		t.Fatalf("received %q, and elsewhere %q", got, other.names())
	}
	first := r.got[0]
	payload := first["payload"].(object)
	event := payload["scheduled_event"].(object)
	if first["created_by"] != hook["creator"] || payload["uri"] != i["uri"] || event["uri"] != i["event"] || len(event["event_memberships"].([]any)) == 0 {
		t.Errorf("received %v", first)
	}
	if _, has := event["calendar_event"]; has {
		t.Error("the event has a calendar_event")
	}
	for _, b := range r.got {
		if p := b["payload"].(object); b["event"] == "invitee.canceled" && (p["rescheduled"] != true || p["new_invitee"] == nil || p["cancellation"] == nil) {
			t.Errorf("canceled: %v", p)
		}
	}
	for _, signed := range r.signed {
		signature, text, _ := strings.Cut(signed, "|")
		at, v1, _ := strings.Cut(strings.TrimPrefix(signature, "t="), ",v1=")
		mac := hmac.New(sha256.New, []byte("shh"))
		mac.Write([]byte(at + "." + text))
		if v1 != hex.EncodeToString(mac.Sum(nil)) {
			t.Errorf("signature %q", signature)
		}
	}
}

func TestWebhook_tells_of_everything_written(t *testing.T) {
	t.Parallel()
	s, r, _ := hooked(t, "invitee.created", "invitee.canceled", "invitee_no_show.created", "invitee_no_show.deleted", "event_type.created", "event_type.updated",
		"event_type.deleted", "routing_form_submission.created", "contact.created", "contact.updated", "contact.deleted")
	recaps := newReceiver(t)
	subscribe(t, s, recaps, "scope", "user", "user", s.home.uri(kindUser, 0), "events", []string{"meeting_recap.created", "meeting_recap.updated", "meeting_recap.deleted"})
	user := s.home.uri(kindUser, 0)
	kind := post(t, s, "owner", "/event_types", object{"name": "x", "owner": user})
	write(t, s, "owner", http.MethodPatch, text(kind, "uri"), object{"name": "y"})
	command(t, s, "event_types/delete", object{"event_type": kind["uri"]})
	command(t, s, "routing_form_submissions", filled(s))
	c := post(t, s, "owner", "/contacts", object{"name": "n", "emails": []object{{"email": "n@example.com", "is_primary": true}}})
	write(t, s, "owner", http.MethodPatch, text(c, "uri"), object{"name": "m"})
	write(t, s, "owner", http.MethodDelete, text(c, "uri"), nil)
	i := post(t, s, "owner", "/invitees", slots(t, s, plainType)[0].booking("me@example.com"))
	write(t, s, "owner", http.MethodPost, text(i, "event")+"/cancellation", nil)
	past := must(t, s, "owner", with("/scheduled_events", "organization", s.Organization, "count", "1", "status", "active"))["collection"].([]any)[0].(object)
	no := post(t, s, "owner", "/invitee_no_shows", object{"invitee": all(t, s, "owner", text(past, "uri")+"/invitees?status=active")[0]["uri"]})
	write(t, s, "owner", http.MethodDelete, text(no, "uri"), nil)
	recap := command(t, s, "recaps", object{"event": s.home.uri(kindEvent, unrecorded(t, s))})["resource"].(object)
	write(t, s, "owner", http.MethodPatch, text(recap, "uri"), object{"summary_md": "s"})
	write(t, s, "owner", http.MethodDelete, text(recap, "uri"), nil)
	s.WaitForDeliveries()
	if got := r.names(); got != "contact.created contact.deleted contact.updated event_type.created event_type.deleted event_type.updated invitee.canceled invitee.created invitee_no_show.created invitee_no_show.deleted routing_form_submission.created" {
		t.Errorf("received %s", got)
	}
	if got := recaps.names(); got != "meeting_recap.created meeting_recap.deleted meeting_recap.updated" {
		t.Errorf("received %s", got)
	}
}

func TestWebhook_is_retried_until_it_arrives(t *testing.T) {
	t.Parallel()
	s, r, hook := hooked(t, "event_type.created")
	shown := func() object { return must(t, s, "owner", text(hook, "uri"))["resource"].(object) }
	send := func() {
		post(t, s, "owner", "/event_types", object{"name": "x", "owner": s.home.uri(kindUser, 0)})
		s.WaitForDeliveries()
	}
	wait := func(by time.Duration) {
		s.Advance(by)
		s.WaitForDeliveries()
	}
	r.status.Store(http.StatusFound) // not followed
	send()
	if len(r.got) != 1 || shown()["retry_started_at"] == nil || shown()["state"] != "active" {
		t.Errorf("%d received; %v", len(r.got), shown())
	}
	wait(59 * time.Second)
	wait(time.Second)
	r.status.Store(http.StatusInternalServerError)
	wait(119 * time.Second)
	if len(r.got) != 2 {
		t.Errorf("%d received before three minutes", len(r.got))
	}
	wait(time.Second)
	r.status.Store(http.StatusNoContent)
	wait(4 * time.Minute)
	if len(r.got) != 4 || shown()["retry_started_at"] != nil {
		t.Errorf("%d received; %v", len(r.got), shown())
	}
	wait(24 * time.Hour)
	log := must(t, s, "sandbox", "/_sandbox/deliveries")["deliveries"].([]any)
	if len(log) != 4 || log[0].(object)["status"] != 302.0 || log[3].(object)["status"] != 204.0 || log[3].(object)["attempt"] != 4.0 {
		t.Errorf("deliveries %v", log)
	}
}

func TestWebhook_is_disabled_after_a_day_if_two_messages_fail(t *testing.T) {
	t.Parallel()
	for messages, state := range map[int]string{1: "active", 2: "disabled"} {
		s, r, hook := hooked(t, "event_type.created")
		r.Server.Close() // nobody listens
		for range messages {
			post(t, s, "owner", "/event_types", object{"name": "x", "owner": s.home.uri(kindUser, 0)})
			s.WaitForDeliveries()
		}
		for range 25 {
			s.Advance(time.Hour)
			s.WaitForDeliveries()
		}
		got := must(t, s, "owner", text(hook, "uri"))["resource"].(object)
		if got["state"] != state || (got["retry_started_at"] == nil) != (state == "active") {
			t.Errorf("%d messages failed: %v", messages, got)
		}
		tried := len(s.Deliveries())
		post(t, s, "owner", "/event_types", object{"name": "x", "owner": s.home.uri(kindUser, 0)})
		s.WaitForDeliveries()
		if more := len(s.Deliveries()) > tried; more != (state == "active") || s.Deliveries()[0].Error == "" {
			t.Errorf("%s: delivered more: %t; first %+v", state, more, s.Deliveries()[0])
		}
	}
}

func TestWebhook_gives_up_on_a_slow_receiver_and_Close_cuts_it(t *testing.T) {
	t.Parallel()
	s, r, _ := hooked(t, "event_type.created")
	hang := make(chan struct{})
	defer close(hang)
	arrived := make(chan struct{}, 2)
	r.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		_, _ = io.Copy(io.Discard, q.Body) // the end of the connection is seen once the body is read
		arrived <- struct{}{}
		select {
		case <-hang:
		case <-q.Context().Done():
		}
	})
	transport := s.postman.client.Transport.(*http.Transport)
	if transport.ResponseHeaderTimeout != 15*time.Second {
		t.Errorf("read time-out %s", transport.ResponseHeaderTimeout)
	}
	transport.ResponseHeaderTimeout = 20 * time.Millisecond
	post(t, s, "owner", "/event_types", object{"name": "x", "owner": s.home.uri(kindUser, 0)})
	s.WaitForDeliveries()
	if d := s.Deliveries()[0]; d.Status != 0 || !strings.Contains(d.Error, "timeout") {
		t.Errorf("delivered %+v", d)
	}
	<-arrived
	transport.ResponseHeaderTimeout = time.Hour
	post(t, s, "owner", "/event_types", object{"name": "y", "owner": s.home.uri(kindUser, 0)})
	<-arrived
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if d := s.Deliveries()[1]; d.Error == "" {
		t.Errorf("Close cut %+v", d)
	}
}

func TestWebhook_retries_by_itself_as_time_passes(t *testing.T) {
	t.Parallel()
	var moved atomic.Int64
	s, err := Start(Config{Seed: 2, Events: 60, Clock: func() time.Time { return noon().Add(time.Duration(moved.Load())) }})
	if err != nil {
		t.Fatal(err)
	}
	r := newReceiver(t)
	subscribe(t, s, r, "scope", "organization", "events", []string{"event_type.created"})
	r.status.Store(http.StatusInternalServerError)
	post(t, s, "owner", "/event_types", object{"name": "x", "owner": s.home.uri(kindUser, 0)})
	s.WaitForDeliveries()
	r.status.Store(http.StatusOK)
	moved.Store(int64(time.Minute))
	s.stirred()
	for len(s.Deliveries()) < 2 {
		time.Sleep(time.Millisecond)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if d := s.Deliveries(); d[1].Status != http.StatusOK {
		t.Errorf("deliveries %+v", d)
	}
}
