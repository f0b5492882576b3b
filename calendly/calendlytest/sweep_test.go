package calendlytest

import (
	"slices"
)

// sweep reads everything there is, and writes what is only seen then.
func (p *probe) sweep() {
	p.t.Helper()
	s, table := p.s, operations(p.t)
	w := newWalk(p.t, s)
	of := map[string]string{"invitations": "GET /organizations/{uuid}/invitations", "invitees": "GET /scheduled_events/{uuid}/invitees"}
	for name, rows := range w.lists {
		operation := "GET /" + name
		if other, ok := of[name]; ok {
			operation = other
		}
		kind := p.schema.objects[operation]["collection"]
		list := make([]any, len(rows))
		for n, row := range rows {
			list[n] = row
		}
		p.keep(p.schema.check(s.URL, operation, kind, list))
	}
	for _, e := range slices.Concat(p.singles(w), p.writes(), p.places(), p.recaps(), p.samples()) {
		p.succeeds(table[e.operation], e)
	}
	p.others()
}

// singles reads what no walk over lists comes by.
func (p *probe) singles(w *walk) []attempt {
	s := p.s
	window := func(path string, query ...string) string {
		return with(path, append(query, "start_time", "2026-11-24T00:00:00Z", "end_time", "2026-12-01T00:00:00Z")...)
	}
	var all []attempt
	for i := range s.home.types { // the deleted ones too
		uri := s.home.uri(kindEventType, i)
		all = append(all, attempt{"GET /event_types/{uuid}", uri, nil},
			attempt{"GET /event_type_available_times", window("/event_type_available_times", "event_type", uri), nil},
			attempt{"GET /event_type_memberships", with("/event_type_memberships", "event_type", uri, "count", "1"), nil},
			attempt{"GET /event_type_availability_schedules", with("/event_type_availability_schedules", "event_type", uri), nil})
	}
	for i := range s.home.members {
		user := s.home.uri(kindUser, i)
		all = append(all, attempt{"GET /users/{uuid}", user, nil}, attempt{"GET /locations", with("/locations", "user", user), nil},
			attempt{"GET /user_busy_times", window("/user_busy_times", "user", user), nil})
	}
	for _, r := range w.lists["meeting_recaps"] {
		all = append(all, attempt{"GET /meeting_recaps/{uuid}", text(r, "uri"), nil})
	}
	for g := range s.home.groups {
		all = append(all, attempt{"GET /webhook_subscriptions", with("/webhook_subscriptions", "organization", s.Organization, "scope", "group", "group", s.home.uri(kindGroup, g)), nil})
	}
	second := must(p.t, s, "owner", "/contacts?count=2")["pagination"].(object)["next_page"].(string)
	none := with("/activity_log_entries", "organization", s.Organization, "max_occurred_at", "1999-01-01T00:00:00Z")
	return append(all, attempt{"GET /contacts", second, nil}, attempt{"GET /activity_log_entries", none, nil},
		attempt{"GET /contacts", "/contacts?exclude=custom_fields", nil})
}

// writes are those whose answers show what the world has none of.
func (p *probe) writes() []attempt {
	s := p.s
	first, me := s.home.uri(kindEventType, 0), s.home.uri(kindUser, 0)
	places := []object{{"kind": "custom", "location": "The café"}}
	share := func(more object) attempt {
		more["event_type"] = first
		return attempt{"POST /shares", "/shares", more}
	}
	limits := func(body object) attempt {
		return attempt{"PATCH /user_meeting_limits", with("/user_meeting_limits", "user", me), body}
	}
	hook := func(more object) attempt {
		more["url"], more["organization"] = "http://127.0.0.1:1/sweep", s.Organization
		return attempt{"POST /webhook_subscriptions", "/webhook_subscriptions", more}
	}
	all := []attempt{
		share(object{"period_type": "fixed", "start_date": "2026-12-01", "end_date": "2026-12-24", "hide_location": true, "location_configurations": places}),
		share(object{"period_type": "moving", "max_booking_time": 60, "duration": 15, "duration_options": []int{15, 30}}),
		share(object{"period_type": "available_moving", "max_booking_time": 60}),
		share(object{"period_type": "unlimited"}),
		limits(object{"daily_limit": nil, "weekly_limit": 9000, "monthly_limit": 9000}),
		limits(object{"monthly_limit": nil}),
		hook(object{"scope": "organization", "events": []string{"contact.updated", "contact.deleted"}}),
		hook(object{"scope": "user", "user": me, "events": []string{"meeting_recap.updated", "meeting_recap.deleted"}}),
		{"PATCH /contacts/{uuid}", s.home.uri(kindContact, 0), object{"custom_fields": []object{{"uuid": s.home.id(kindField, 6, 0), "value": true}}}},
	}
	for _, locale := range locales() {
		all = append(all, attempt{"PATCH /event_types/{uuid}", first, object{"locale": locale}})
	}
	return all
}

// places are meetings at places of which nothing more is said than must be.
func (p *probe) places() []attempt {
	p.t.Helper()
	var all []attempt
	for _, place := range []object{{"kind": "physical"}, {"kind": "inbound_call", "phone_number": "+12025550100"}} {
		kind := post(p.t, p.s, "owner", "/event_types", object{"name": "Plain", "owner": p.s.home.uri(kindUser, 3), "active": true, "locations": []object{place}})
		booking := slots(p.t, p.s, func(o object) bool { return o["uri"] == kind["uri"] })[0].booking("place@example.com")
		i := post(p.t, p.s, "owner", "/invitees", booking)
		all = append(all, attempt{"GET /event_types/{uuid}", text(kind, "uri"), nil}, attempt{"GET /scheduled_events/{uuid}", text(i, "event"), nil})
	}
	return all
}

// recaps are those of a meeting held nowhere, of which a webhook tells too.
func (p *probe) recaps() []attempt {
	p.t.Helper()
	w := p.s.home
	n := firstOf(p.t, w.events, func(i int) bool {
		e := w.event(i)
		return e.end < w.now && e.canceled == 0 && w.placeKind(&e).Kind == ""
	})
	r := newReceiver(p.t)
	subscribe(p.t, p.s, r, "scope", "user", "user", w.uri(kindUser, w.hosts(n)[0]), "events", []string{"meeting_recap.created"})
	made := command(p.t, p.s, "recaps", object{"event": w.uri(kindEvent, n)})["resource"].(object)
	p.s.WaitForDeliveries()
	p.keep(verdict{seen: r.seen})
	return []attempt{{"GET /meeting_recaps/{uuid}", text(made, "uri"), nil}, {"GET /meeting_recaps", with("/meeting_recaps", "event", w.uri(kindEvent, n)), nil}}
}

func (p *probe) samples() []attempt {
	var all []attempt
	for _, name := range webhookEvents() {
		all = append(all, attempt{"GET /sample_webhook_data", sampleURL(p.s, name), nil})
	}
	return all
}

// others reads organizations of other plans, and by other assumptions.
func (p *probe) others() {
	p.t.Helper()
	for _, cfg := range []Config{{Plan: "free"}, {Plan: "standard"}, {Plan: "teams", Trial: true}} {
		cfg.Seed, cfg.Events = 1, 10
		other := newServer(p.t, cfg)
		p.keep(p.schema.answer(other.URL, "GET /organizations/{uuid}", must(p.t, other, "owner", other.Organization)))
	}
	other := newServer(p.t, Config{Seed: 1, Events: 90, Assume: map[string]string{"zoom_location": "zoom_conference"}})
	events := must(p.t, other, "owner", with("/scheduled_events", "organization", other.Organization, "count", "100"))
	p.keep(p.schema.answer(other.URL, "GET /scheduled_events", events))
}
