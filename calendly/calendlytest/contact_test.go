package calendlytest

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestContacts_are_written_and_found(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 400})
	mail := func(email string) []object { return []object{{"email": email, "is_primary": true}} }
	first := must(t, s, "owner", "/contacts?count=1")["collection"].([]any)[0].(object)
	used := text(first["emails"].([]any)[0].(object), "email")
	fields := all(t, s, "owner", "/contacts/custom_field_definitions")
	uuid := func(n int) string { return text(fields[n], "uri")[strings.LastIndex(text(fields[n], "uri"), "/")+1:] }
	c := post(t, s, "member", "/contacts", object{
		"name": "Ada", "emails": mail("Ada@example.com"), "company": "Engines", "custom_fields": []object{{"uuid": uuid(0), "value": "red"}, {"uuid": uuid(2), "value": 1200}},
	})
	for _, query := range []string{"email=ada@example.com", "name=ad&company=ngin", "sort=created_at:desc&count=1", "sort=updated_at:desc&count=1"} {
		if rows := must(t, s, "owner", "/contacts?"+query)["collection"].([]any); len(rows) != 1 || rows[0].(object)["uri"] != c["uri"] {
			t.Errorf("%s finds %v", query, rows)
		}
	}
	conflict := &apiError{status: 409, Title: "Already Exists", Message: "The resource already exists"}
	refused(t, s, "owner", "POST /contacts", object{"name": "B", "emails": mail(strings.ToUpper(used))}, conflict)
	refused(t, s, "owner", "PATCH "+text(first, "uri"), object{"emails": mail("ada@example.com")}, conflict)
	refused(t, s, "owner", "POST /contacts", object{"name": "B", "emails": mail("b@example.com"), "nick": "x"}, bad("nick", "is not allowed"))
	refused(t, s, "owner", "POST /contacts", object{"name": "B", "emails": []object{}}, bad("emails", "must be filled"))
	refused(t, s, "owner", "POST /contacts", object{"name": "B", "emails": append(mail("b@example.com"), mail("c@example.com")...)}, bad("emails", "must have exactly one primary email"))
	refused(t, s, "owner", "PATCH "+text(c, "uri"), object{"custom_fields": []object{{"uuid": uuid(1), "value": "many"}}}, bad("custom_fields[0].value", "is not a value of type number"))
	refused(t, s, "owner", "PATCH "+text(c, "uri"), object{}, bad("body", "must have at least one field"))
	status, answer := write(t, s, "owner", http.MethodPatch, text(first, "uri"), object{"job_title": "CEO", "company": nil})
	if now := must(t, s, "owner", text(first, "uri"))["resource"].(object); status != http.StatusOK || now["job_title"] != "CEO" || now["company"] != nil || now["name"] != first["name"] {
		t.Errorf("patched: %d %v", status, answer)
	}
	rows := all(t, s, "owner", "/contacts?sort=updated_at:asc&count=100")
	seen := map[any]bool{}
	for _, r := range rows {
		if seen[r["uri"]] {
			t.Errorf("%v is listed twice", r["uri"])
		}
		seen[r["uri"]] = true
	}
	if len(rows) != s.home.contacts()+1 || rows[len(rows)-1]["uri"] != first["uri"] {
		t.Errorf("%d contacts, the last is %v", len(rows), rows[len(rows)-1])
	}
	if status, _ := write(t, s, "owner", http.MethodDelete, text(c, "uri"), nil); status != http.StatusNoContent {
		t.Errorf("deleted: %d", status)
	}
	refused(t, s, "owner", "GET "+text(c, "uri"), nil, missing())
	post(t, s, "owner", "/contacts", object{"name": "Ada", "emails": mail("ada@example.com")})
}

func TestLists_and_fields_and_notes_are_written(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 400})
	contact := s.home.uri(kindContact, 3)
	status, answer := write(t, s, "owner", http.MethodPost, "/contact_lists", object{"name": " Été 2026 ", "contacts": []string{contact, s.away.uri(kindContact, 0), "x"}})
	made := answer["resource"].(object)
	if result := answer["membership_result"].(object); status != 201 || made["contact_count"] != 1.0 || result["invalid"] != 2.0 || result["succeeded"] != 1.0 {
		t.Errorf("%d %v", status, answer)
	}
	conflict := &apiError{status: 409, Title: "Already Exists", Message: "The resource already exists"}
	refused(t, s, "owner", "POST /contact_lists", object{"name": "ete 2026"}, conflict)
	uri := text(made, "uri")
	for _, again := range []string{"", "/removal", "/removal"} {
		if status, _ := write(t, s, "owner", http.MethodPost, uri+"/memberships"+again, object{"contacts": []string{contact}}); status != http.StatusOK {
			t.Errorf("memberships%s: %d", again, status)
		}
	}
	if now := must(t, s, "owner", uri)["resource"].(object); now["contact_count"] != 0.0 {
		t.Errorf("list is %v", now)
	}
	view := s.home.uri(kindContactList, staticLists)
	refused(t, s, "owner", "POST "+view+"/memberships", object{"contacts": []string{contact}}, &apiError{status: 409, Title: "Already Exists", Message: saysView})
	if status, answer := write(t, s, "owner", http.MethodPatch, view, object{"name": "Renamed"}); status != 200 || answer["resource"].(object)["name"] != "Renamed" {
		t.Errorf("%d %v", status, answer)
	}

	f := post(t, s, "owner", "/contacts/custom_field_definitions", object{"label": " Size ", "field_type": "single_select", "options": []object{{"label": "S"}, {"label": "L"}}})
	if f["label"] != "Size" || len(f["options"].([]any)) != 2 || must(t, s, "owner", text(f, "uri"))["resource"].(object)["label"] != "Size" {
		t.Errorf("field %v", f)
	}
	refused(t, s, "owner", "POST /contacts/custom_field_definitions", object{"label": "size", "field_type": "text"}, conflict)
	refused(t, s, "owner", "POST /contacts/custom_field_definitions", object{"label": "x", "field_type": "currency"}, bad("currency", "is missing"))

	n := post(t, s, "owner", "/notes", object{"contact": contact, "title": "Call", "remind_at": "2026-12-01T09:00:00+01:00"})
	if got := all(t, s, "owner", with("/notes", "contact", contact))[0]; got["uri"] != n["uri"] || got["remind_at"] != "2026-12-01T08:00:00.000000Z" {
		t.Errorf("note %v, listed %v", n, got)
	}
	refused(t, s, "admin", "GET "+text(n, "uri"), nil, missing())
	refused(t, s, "owner", "POST /notes", object{"contact": contact, "title": strings.Repeat("é", 256)}, bad("title", "size cannot be greater than 255"))
}

func TestRecaps_are_edited_and_deleted(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 400})
	recap := text(all(t, s, "owner", "/meeting_recaps")[0], "uri")
	refused(t, s, "owner", "PATCH "+recap, object{"summary": "x"}, bad("summary", "is not allowed"))
	status, answer := write(t, s, "owner", http.MethodPatch, recap, object{"summary_md": "short", "discussion_md": nil})
	if now := must(t, s, "owner", recap)["resource"].(object); status != 200 || now["summary_md"] != "short" || now["discussion_md"] != nil || answer["resource"].(object)["share_link"] != now["share_link"] {
		t.Errorf("%d %v", status, answer)
	}
	if status, _ := write(t, s, "owner", http.MethodDelete, recap, nil); status != http.StatusNoContent {
		t.Errorf("deleted: %d", status)
	}
	refused(t, s, "owner", "GET "+recap, nil, missing())
}

func TestCompliance_deletes_an_hour_later_and_logs_it(t *testing.T) {
	t.Parallel()
	now := noon()
	s := newServer(t, Config{Seed: 1, Events: 400, Clock: func() time.Time { return now }})
	e := all(t, s, "owner", with("/scheduled_events", "organization", s.Organization, "count", "100"))
	i := all(t, s, "owner", text(e[5], "uri")+"/invitees")[0]
	refused(t, s, "member", "POST /data_compliance/deletion/invitees", object{"emails": []any{i["email"]}}, denied(noDataRequests))
	refused(t, s, "owner", "POST /data_compliance/deletion/invitees", object{"emails": []string{}}, bad("emails", "must be filled"))
	refused(t, s, "owner", "POST /data_compliance/deletion/events", object{"start_time": "2026-11-23T00:00:00Z", "end_time": "2026-11-30T00:00:00Z"}, bad("end_time", "must be in the past"))
	for target, body := range map[string]object{
		"/data_compliance/deletion/invitees": {"emails": []any{i["email"]}},
		"/data_compliance/deletion/events":   {"start_time": e[0]["start_time"], "end_time": e[3]["start_time"]},
	} {
		if status, answer := write(t, s, "owner", http.MethodPost, target, body); status != http.StatusAccepted || len(answer) > 0 {
			t.Errorf("%s: %d %v", target, status, answer)
		}
	}
	log := func() int {
		return len(all(t, s, "owner", with("/activity_log_entries", "organization", s.Organization, "action", "Data_Deletion_Completed", "min_occurred_at", stamp(s.home.now*micros))))
	}
	if n := log(); n != 0 {
		t.Errorf("%d deletions are done at once", n)
	}
	must(t, s, "owner", text(e[0], "uri"))
	now = now.Add(time.Hour)
	if n := log(); n != 2 {
		t.Errorf("%d deletions are done after an hour", n)
	}
	if gone := must(t, s, "owner", text(i, "uri"))["resource"].(object); gone["email"] == i["email"] || gone["name"] != "Deleted" || len(gone["questions_and_answers"].([]any)) > 0 {
		t.Errorf("invitee is %v", gone)
	}
	if rows := all(t, s, "owner", with("/scheduled_events", "organization", s.Organization, "invitee_email", text(i, "email"))); len(rows) > 0 {
		t.Errorf("still found by address: %v", rows)
	}
	refused(t, s, "owner", "GET "+text(e[0], "uri"), nil, missing())
	if rows := all(t, s, "owner", with("/scheduled_events", "organization", s.Organization, "count", "100")); text(rows[0], "start_time") != text(e[3], "start_time") {
		t.Errorf("the first event starts %s", rows[0]["start_time"])
	}
	free := newServer(t, Config{Seed: 1, Events: 400, Plan: "teams"})
	refused(t, free, "owner", "POST /data_compliance/deletion/invitees", object{"emails": []any{"a@example.com"}}, denied("Please upgrade your Calendly account to Enterprise."))
}

func TestSubscriptions_are_made_once_and_deleted(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 400, Tokens: []Token{{Name: "hooks", Role: "owner", Scopes: []string{"webhooks:write"}}}})
	user := s.home.uri(kindUser, s.home.member())
	body := func(pairs ...any) object {
		b := object{"url": "https://example.com/hook", "events": []string{"invitee.created"}, "organization": s.Organization, "scope": "organization", "signing_key": "k"}
		for n := 0; n < len(pairs); n += 2 {
			b[pairs[n].(string)] = pairs[n+1]
		}
		return b
	}
	const op = "POST /webhook_subscriptions"
	hook := post(t, s, "owner", "/webhook_subscriptions", body())
	if hook["callback_url"] != "https://example.com/hook" || hook["state"] != "active" || hook["signing_key"] != nil || hook["retry_started_at"] != nil {
		t.Errorf("made %v", hook)
	}
	refused(t, s, "admin", op, body(), &apiError{status: 409, Title: "Already Exists", Message: "Hook with this url already exists"})
	refused(t, s, "owner", op, body("url", "ftp://x"), bad("url", "is not a valid URI"))
	refused(t, s, "owner", op, body("events", []string{"invitee.updated"}), bad("events[0]", "is not available for this scope"))
	refused(t, s, "owner", op, body("events", []string{"meeting_recap.created"}), bad("events[0]", "is not available for this scope"))
	refused(t, s, "owner", op, body("events", []string{}), bad("events", "must be filled"))
	refused(t, s, "owner", op, body("scope", "user"), bad("user", "is missing"))
	refused(t, s, "member", op, body(), denied("You do not have permission"))
	refused(t, s, "hooks", op, body(), insufficientScope([]string{"scheduled_events:read"}))
	own := post(t, s, "member", "/webhook_subscriptions", body("scope", "user", "user", user))
	if rows := all(t, s, "member", with("/webhook_subscriptions", "organization", s.Organization, "scope", "user", "user", user, "sort", "created_at:desc")); rows[0]["uri"] != own["uri"] {
		t.Errorf("listed %v", rows[0])
	}
	refused(t, s, "member", "DELETE "+text(hook, "uri"), nil, denied("You do not have permission"))
	if status, _ := write(t, s, "owner", http.MethodDelete, text(hook, "uri"), nil); status != http.StatusNoContent {
		t.Errorf("deleted: %d", status)
	}
	refused(t, s, "owner", "GET "+text(hook, "uri"), nil, missing())
	free := newServer(t, Config{Seed: 1, Events: 400, Plan: "free", Assume: map[string]string{"paid_plan_for_webhooks": "true"}})
	refused(t, free, "owner", op, body("organization", free.Organization), denied("Please upgrade to a paid Calendly account."))
}

func TestLinks_and_shares_are_made(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 1, Events: 400})
	kind := s.home.uri(kindEventType, 0)
	link := post(t, s, "owner", "/scheduling_links", object{"max_event_count": 1, "owner": kind, "owner_type": "EventType"})
	other := post(t, s, "owner", "/scheduling_links", object{"max_event_count": 1, "owner": kind, "owner_type": "EventType"})
	if link["owner"] != kind || !strings.HasPrefix(text(link, "booking_url"), "https://calendly.com/d/") || link["booking_url"] == other["booking_url"] {
		t.Errorf("links %v and %v", link, other)
	}
	refused(t, s, "owner", "POST /scheduling_links", object{"max_event_count": 2, "owner": kind, "owner_type": "EventType"}, bad("max_event_count", "must be less than or equal to 1"))
	refused(t, s, "member", "POST /scheduling_links", object{"max_event_count": 1, "owner": kind, "owner_type": "EventType"}, denied(noAccess))
	share := post(t, s, "owner", "/shares", object{"event_type": kind, "name": "For you", "duration": 25, "duration_options": []int{25, 50}, "period_type": "fixed", "start_date": "2026-12-01", "end_date": "2026-12-31"})
	if o := share["share_override"].(object); o["name"] != "For you" || o["duration"] != 25.0 || o["end_date"] != "2026-12-31" || o["availability_rule"].(object)["timezone"] == "" || len(share["scheduling_links"].([]any)) != 1 {
		t.Errorf("share %v", share)
	}
	refused(t, s, "owner", "POST /shares", object{"event_type": kind, "period_type": "moving"}, bad("max_booking_time", "is missing"))
	refused(t, s, "owner", "POST /shares", object{"event_type": kind, "duration": 721}, bad("duration", "must be less than or equal to 720"))
}

func TestAssume_refuses_what_it_does_not_know(t *testing.T) {
	t.Parallel()
	for want, chosen := range map[string]map[string]string{
		`there is no assumption "weather"`:     {"weather": "good"},
		`taken_slot="418" is not one of 400, `: {"taken_slot": "418"},
	} {
		if _, err := New(Config{PublicURL: "http://localhost:1", Assume: chosen}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", chosen, err)
		}
	}
	s := newServer(t, Config{Seed: 2, Events: 600, Plan: "free", Tokens: []Token{{Name: "types", Role: "owner", Scopes: []string{"event_types:read"}}}, Assume: map[string]string{
		"paid_plan_for_contacts": "true", "available_times_days": "7", "available_times_scope": "availability", "pagination_count": "requested", "zoom_location": "zoom_conference",
	}})
	window := with("/event_type_available_times", "event_type", s.home.uri(kindEventType, 0), "start_time", "2026-11-24T00:00:00Z", "end_time", "2026-12-02T00:00:00Z")
	refused(t, s, "owner", "GET "+window, nil, bad("end_time", "must be within 7 days of start_time"))
	refused(t, s, "types", "GET "+window, nil, insufficientScope([]string{"availability:read"}))
	refused(t, s, "owner", "GET /contacts", nil, denied("Please upgrade to a paid Calendly account."))
	zooms := 0
	for _, e := range all(t, s, "owner", with("/scheduled_events", "organization", s.Organization, "count", "100")) {
		if at, _ := e["location"].(object); at["type"] == "zoom_conference" {
			zooms++
		}
	}
	last := must(t, s, "owner", with("/scheduled_events", "organization", s.Organization, "count", "99", "min_start_time", "2026-12-20T00:00:00Z"))
	if zooms == 0 || last["pagination"].(object)["count"] != 99.0 || len(last["collection"].([]any)) == 99 {
		t.Errorf("%d meetings by zoom_conference; count %v of %d rows", zooms, last["pagination"], len(last["collection"].([]any)))
	}
	s = newServer(t, Config{Seed: 2, Events: 600, Assume: map[string]string{"taken_slot": "409"}})
	at := slots(t, s, plainType)[3]
	post(t, s, "member", "/invitees", at.booking("a@example.com"))
	if status, answer := write(t, s, "owner", http.MethodPost, "/invitees", at.booking("b@example.com")); status != http.StatusConflict || len(answer["details"].([]any)) != 1 {
		t.Errorf("%d %v", status, answer)
	}
}
