package calendlytest

import (
	"slices"
	"testing"
)

// filled is a body that fills in the first form, which leads to the first type
// of the owner.
func filled(s *Server) object {
	return object{"form": s.home.uri(kindRoutingForm, 0), "questions_and_answers": []object{
		{"question": "Name", "answer": "Ada"}, {"question": "Work e-mail", "answer": "ada@example.com"}, {"question": "Company size", "answer": "1000+"},
	}}
}

// unrecorded returns a meeting of the owner's that took place and has no recap.
func unrecorded(t testing.TB, s *Server) int {
	t.Helper()
	w := s.home
	return firstOf(t, w.events, func(i int) bool {
		return !w.isCanceled(i) && w.startOf(i) < w.now-day && !w.hasRecap(i) && slices.Contains(w.hosts(i), ownerIndex)
	})
}

// logged reports whether the newest entry of the activity log has the name.
func logged(t testing.TB, s *Server, name string) bool {
	t.Helper()
	newest := must(t, s, "owner", with("/activity_log_entries", "organization", s.Organization, "count", "1"))["collection"].([]any)
	return newest[0].(object)["fully_qualified_name"] == name
}

func listed(t testing.TB, s *Server, target, uri string) bool {
	t.Helper()
	return slices.ContainsFunc(all(t, s, "owner", target), func(o object) bool { return o["uri"] == uri })
}

func TestEventType_deleted_is_read_singly_alone(t *testing.T) {
	t.Parallel()
	s := admin(t, Config{Seed: 2, Events: 300})
	open := slots(t, s, plainType)
	at := open[0]
	uri := text(at.kind, "uri")
	i := post(t, s, "owner", "/invitees", at.booking("a@example.com"))
	list := with("/event_types", "organization", s.Organization, "count", "100")
	if !listed(t, s, list, uri) {
		t.Fatalf("%s is not listed", uri)
	}
	gone := command(t, s, "event_types/delete", object{"event_type": uri})["resource"].(object)
	if gone["deleted_at"] != stamp(noon().UnixMicro()) || gone["active"] != false || listed(t, s, list, uri) || !logged(t, s, "Event_Type.Delete") {
		t.Errorf("deleted %v", gone)
	}
	if now := must(t, s, "owner", uri)["resource"].(object); now["deleted_at"] != gone["deleted_at"] {
		t.Errorf("read %v", now)
	}
	if e := must(t, s, "owner", text(i, "event"))["resource"].(object); e["status"] != statusActive || e["event_type"] != uri {
		t.Errorf("its meeting is %v", e)
	}
	refused(t, s, "owner", "PATCH "+uri, object{"name": "x"}, missing())
	refused(t, s, "owner", "POST /invitees", open[1].booking("a@example.com"), bad("event_type", "is not bookable"))
	refused(t, s, "sandbox", "POST /_sandbox/event_types/delete", object{"event_type": uri}, bad("event_type", "is deleted"))
	refused(t, s, "sandbox", "POST /_sandbox/event_types/delete", object{}, bad("event_type", "is missing"))
}

func TestRecap_is_made_of_a_meeting_that_ended(t *testing.T) {
	t.Parallel()
	s := admin(t, Config{Seed: 2, Events: 300})
	i := post(t, s, "owner", "/invitees", slots(t, s, plainType)[0].booking("a@example.com"))
	event := text(i, "event")
	body := object{"event": event, "summary_md": "Agreed.", "action_items_md": nil, "transcript": "Ada: yes."}
	refused(t, s, "sandbox", "POST /_sandbox/recaps", body, bad("event", "has not ended"))
	command(t, s, "clock", object{"advance": "240h"})
	r := command(t, s, "recaps", body)["resource"].(object)
	uri := text(r, "uri")
	if r["summary_md"] != "Agreed." || r["action_items_md"] != nil || r["discussion_md"] == nil || r["created_at"] != stamp(s.Now().UnixMicro()) || len(r["attendees"].([]any)) != 2 {
		t.Errorf("made %v", r)
	}
	for _, list := range []string{"/meeting_recaps?count=100", with("/meeting_recaps", "event", event), with("/meeting_recaps", "attendee", "a@example.com")} {
		if !listed(t, s, list, uri) {
			t.Errorf("GET %s: it is not listed", list)
		}
	}
	said := must(t, s, "owner", uri+"/transcript")["resource"].(object)
	if one := must(t, s, "owner", uri)["resource"].(object); one["share_link"] == nil || said["text"] != "Ada: yes." || !logged(t, s, "Meeting_Recap.Create") {
		t.Errorf("read %v, %v", one, said)
	}
	refused(t, s, "sandbox", "POST /_sandbox/recaps", body, bad("event", "has a recap, or had one"))
	write(t, s, "owner", "PATCH", uri, object{"discussion_md": "d"})
	if one := must(t, s, "owner", uri)["resource"].(object); one["summary_md"] != "Agreed." || one["discussion_md"] != "d" || one["created_at"] != r["created_at"] {
		t.Errorf("patched to %v", one)
	}
	write(t, s, "owner", "DELETE", uri, nil)
	refused(t, s, "owner", "GET "+uri, nil, missing())
	refused(t, s, "sandbox", "POST /_sandbox/recaps", body, bad("event", "has a recap, or had one"))
	off := s.home.uri(kindEvent, firstOf(t, s.home.events, s.home.isCanceled))
	refused(t, s, "sandbox", "POST /_sandbox/recaps", object{"event": off}, bad("event", "is canceled"))
}

func TestForm_filled_in_leads_to_one_booking(t *testing.T) {
	t.Parallel()
	s := admin(t, Config{Seed: 2, Events: 300})
	first := s.home.uri(kindEventType, 0)
	list := with("/routing_form_submissions", "form", s.home.uri(kindRoutingForm, 0), "sort", "created_at:desc")
	v := command(t, s, "routing_form_submissions", filled(s))["resource"].(object)
	rows := all(t, s, "owner", list)
	if rows[0]["uri"] != v["uri"] || v["submitter"] != nil || v["result"].(object)["value"] != first || len(v["questions_and_answers"].([]any)) != 7 || !logged(t, s, "Routing_Form.Submit") {
		t.Errorf("filled in %v; the newest is %v", v, rows[0])
	}
	at := slots(t, s, func(o object) bool { return o["uri"] == first })
	booking := func(n int) object {
		b := at[n].booking("ada@example.com")
		b["routing_form_submission"] = v["uri"]
		answers := []object{}
		for _, q := range at[n].kind["custom_questions"].([]any) {
			q := q.(object)
			if answer := "x"; q["required"] == true && q["enabled"] == true {
				if choices := q["answer_choices"].([]any); len(choices) > 0 {
					answer = choices[0].(string)
				}
				answers = append(answers, object{"question": q["name"], "answer": answer, "position": q["position"]})
			}
		}
		b["questions_and_answers"] = answers
		return b
	}
	i := command(t, s, "invitees", booking(0))["resource"].(object)
	now := must(t, s, "owner", text(v, "uri"))["resource"].(object)
	if i["routing_form_submission"] != v["uri"] || now["submitter"] != i["uri"] || now["submitter_type"] != "Invitee" {
		t.Errorf("%v came from %v", i, now)
	}
	refused(t, s, "sandbox", "POST /_sandbox/invitees", booking(4), bad("routing_form_submission", "has led to a booking before"))
	other := filled(s)
	other["result"] = object{"type": "external_url", "value": "https://example.com/pricing"}
	v = command(t, s, "routing_form_submissions", other)["resource"].(object)
	refused(t, s, "sandbox", "POST /_sandbox/invitees", booking(4), bad("routing_form_submission", "does not lead to this event type"))
	if free := post(t, s, "owner", "/invitees", booking(4)); free["routing_form_submission"] != nil {
		t.Errorf("an API booking came from %v", free["routing_form_submission"])
	}
	for want, change := range map[string]object{
		"form":                            {"form": s.home.uri(kindRoutingForm, s.home.forms()-1)},
		"questions_and_answers[0].answer": {"questions_and_answers": []object{{"question": "Company size", "answer": "many"}}},
		"questions_and_answers":           {"questions_and_answers": []object{}},
		"result.value":                    {"result": object{"type": "event_type", "value": s.away.uri(kindEventType, 0)}},
		"result.value.headline":           {"result": object{"type": "custom_message", "value": object{}}},
	} {
		body := filled(s)
		for key, value := range change {
			body[key] = value
		}
		status, answer := write(t, s, "sandbox", "POST", "/_sandbox/routing_form_submissions", body)
		if details, _ := answer["details"].([]any); status != 400 || details[0].(object)["parameter"] != want {
			t.Errorf("%v: %d %v, want %s", change, status, answer, want)
		}
	}
}

func TestBooking_is_confirmed_and_recalled_by_message(t *testing.T) {
	t.Parallel()
	s := admin(t, Config{Seed: 2, Events: 300})
	sent := func() []object {
		return all(t, s, "owner", with("/outgoing_communications", "organization", s.Organization, "min_created_at", stamp(noon().UnixMicro())))
	}
	open := slots(t, s, plainType)
	last := open[len(open)-1]
	kept := last.booking("a@example.com")
	kept["invitee"].(object)["text_reminder_number"] = "+12025550177"
	i := post(t, s, "owner", "/invitees", kept)
	if got := sent(); len(got) != 1 || got[0]["subject"] != "Confirmed: "+text(last.kind, "name") || got[0]["to"] != "a@example.com" || got[0]["event_uri"] != i["event"] {
		t.Errorf("sent %v", got)
	}
	command(t, s, "invitees/cancel", object{"invitee": i["uri"]})
	post(t, s, "owner", "/invitees", kept)
	command(t, s, "clock", object{"advance": "240h"})
	got := sent()
	if len(got) != 3 || got[0]["type"] != "sms" || got[0]["to"] != "+12025550177" || got[0]["created_at"] != stamp(instantOf(t, last.start).UnixMicro()-day*micros) {
		t.Errorf("sent %v", got)
	}
}
