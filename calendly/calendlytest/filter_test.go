package calendlytest

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// expect compares the rows of a list with those of rows that keep accepts.
func expect(t *testing.T, s *Server, rows []object, target string, keep func(object) bool) {
	t.Helper()
	want := []string{}
	for _, row := range rows {
		if keep(row) {
			want = append(want, text(row, "uri"))
		}
	}
	got := []string{}
	for _, row := range all(t, s, "owner", target) {
		got = append(got, text(row, "uri"))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("GET %s:\n%s", target, diff)
	}
	if len(want) == 0 {
		t.Errorf("GET %s: nothing to be found, so nothing is tested", target)
	}
}

func field(key string, value any) func(object) bool {
	return func(o object) bool { return o[key] == value }
}

func TestEvents_are_filtered_and_sorted(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 5, Events: 900})
	w, org := s.home, s.Organization
	list := func(pairs ...string) string {
		return with("/scheduled_events", append([]string{"organization", org, "count", "100"}, pairs...)...)
	}
	rows := all(t, s, "owner", list())
	user := w.uri(kindUser, w.member())
	invited := text(all(t, s, "owner", text(rows[450], "uri")+"/invitees")[0], "email")
	from, to := text(rows[300], "start_time"), text(rows[500], "start_time")
	within := func(o object) bool { return from <= text(o, "start_time") && text(o, "start_time") <= to }
	hosted := func(o object) bool { return hostedBy(o["event_memberships"].([]any), user) }
	expect(t, s, rows, list("status", "canceled"), field("status", "canceled"))
	expect(t, s, rows, list("min_start_time", from, "max_start_time", to), within)
	expect(t, s, rows, list("min_start_time", strings.Replace(from, "Z", "+00:00", 1), "max_start_time", to, "status", "active"),
		func(o object) bool { return within(o) && o["status"] == "active" })
	expect(t, s, rows, list("user", user), hosted)
	expect(t, s, rows, list("group", w.uri(kindGroup, 0)), func(o object) bool {
		return slices.ContainsFunc(w.groups[0].members, func(m int) bool { return hostedBy(o["event_memberships"].([]any), w.uri(kindUser, m)) })
	})
	has := func(o object) bool {
		return slices.ContainsFunc(all(t, s, "owner", text(o, "uri")+"/invitees"), field("email", invited))
	}
	expect(t, s, rows, list("invitee_email", strings.ToUpper(invited)), has)
	expect(t, s, rows, list("invitee_email", invited, "max_start_time", to), func(o object) bool { return text(o, "start_time") <= to && has(o) })
	if none := all(t, s, "owner", list("invitee_email", "nobody.zz@example.com")); len(none) > 0 {
		t.Errorf("%d events of somebody who never came", len(none))
	}
	slices.Reverse(rows)
	expect(t, s, rows, list("sort", "start_time:desc", "user", user), hosted)
	expect(t, s, rows, list("sort", "start_time:desc", "invitee_email", invited), has)
}

func TestInvitees_are_filtered_and_sorted(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 5, Events: 900})
	i := 0
	for e := s.home.event(i); e.seats < 4 || e.active < 2 || e.active == e.seats; e = s.home.event(i) {
		i++
	}
	list := s.home.uri(kindEvent, i) + "/invitees"
	rows := all(t, s, "owner", list)
	if !slices.IsSortedFunc(rows, func(a, b object) int { return strings.Compare(text(a, "created_at"), text(b, "created_at")) }) {
		t.Error("invitees are not sorted by created_at")
	}
	expect(t, s, rows, list+"?status=canceled", field("status", "canceled"))
	expect(t, s, rows, with(list, "email", text(rows[2], "email")), field("email", rows[2]["email"]))
	slices.Reverse(rows)
	expect(t, s, rows, list+"?sort=created_at:desc&status=active&count=1", field("status", "active"))
}

func TestEventTypes_are_filtered_and_sorted(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 5, Events: 900})
	w, org := s.home, s.Organization
	list := func(pairs ...string) string {
		return with("/event_types", append([]string{"organization", org, "count", "100"}, pairs...)...)
	}
	rows := all(t, s, "owner", list())
	if !slices.IsSortedFunc(rows, func(a, b object) int { return strings.Compare(text(a, "name"), text(b, "name")) }) {
		t.Error("event types are not sorted by name")
	}
	expect(t, s, rows, list("active", "true"), field("active", true))
	expect(t, s, rows, list("admin_managed", "true"), field("admin_managed", true))
	hosts := func(user string) func(object) bool {
		return func(o object) bool {
			return slices.ContainsFunc(all(t, s, "owner", with("/event_type_memberships", "event_type", text(o, "uri"))),
				func(m object) bool { return m["member"].(object)["uri"] == user })
		}
	}
	user := w.uri(kindUser, w.member())
	expect(t, s, rows, with("/event_types", "user", user), hosts(user))
	schedule := w.uriSub(kindSchedule, w.member(), 0)
	expect(t, s, rows, with("/event_types", "user", user, "user_availability_schedule", schedule), func(o object) bool {
		return slices.ContainsFunc(all(t, s, "owner", with("/event_type_availability_schedules", "event_type", text(o, "uri"))),
			func(a object) bool { return a["availability_rule"].(object)["uri"] == schedule })
	})
	slices.SortStableFunc(rows, func(a, b object) int {
		if d := a["position"].(float64) - b["position"].(float64); d != 0 {
			return int(d)
		}
		return -strings.Compare(text(a, "updated_at"), text(b, "updated_at"))
	})
	expect(t, s, rows, list("sort", "position:asc,updated_at:desc"), func(object) bool { return true })
}

func TestContacts_are_filtered_and_sorted(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 5, Events: 900})
	list := func(pairs ...string) string { return with("/contacts", append([]string{"count", "100"}, pairs...)...) }
	rows := all(t, s, "owner", list())
	holds := func(key, part string) func(object) bool {
		return func(o object) bool { return strings.Contains(strings.ToLower(textOf(o[key])), part) }
	}
	address := func(o object, n int) string {
		emails := o["emails"].([]any)
		if n >= len(emails) {
			return ""
		}
		return text(emails[n].(object), "email")
	}
	second := slices.IndexFunc(rows, func(o object) bool { return address(o, 1) != "" })
	one, two := address(rows[7], 0), address(rows[second], 1)
	expect(t, s, rows, list("email", strings.ToUpper(one)+","+two), func(o object) bool { return address(o, 0) == one || address(o, 1) == two })
	expect(t, s, rows, list("name", "an,zz"), holds("name", "an"))
	expect(t, s, rows, list("company", "müller"), holds("company", "müller"))
	expect(t, s, rows, list("job_title", "cto"), holds("job_title", "cto"))
	expect(t, s, rows, list("city", "york"), holds("city", "york"))
	expect(t, s, rows, list("country", "FR,JP"), func(o object) bool { return o["country"] == "FR" || o["country"] == "JP" })
	expect(t, s, rows, list("state", "CA"), field("state", "CA"))
	expect(t, s, rows, list("timezone", "Asia/Tokyo"), field("timezone", "Asia/Tokyo"))
	phone := text(rows[slices.IndexFunc(rows, func(o object) bool { return len(o["phone_numbers"].([]any)) > 0 })]["phone_numbers"].([]any)[0].(object), "phone_number")
	expect(t, s, rows, list("phone_number", phone), func(o object) bool {
		return slices.ContainsFunc(o["phone_numbers"].([]any), func(n any) bool { return n.(object)["phone_number"] == phone })
	})
	for _, l := range all(t, s, "owner", "/contact_lists") {
		members := all(t, s, "owner", list("contact_list", text(l, "uri")))
		if count, ok := l["contact_count"].(float64); ok && int(count) != len(members) || ok != (l["type"] == "static_list") {
			t.Errorf("%v shows %d contacts", l, len(members))
		}
	}
	if _, ok := all(t, s, "owner", list("exclude", "custom_fields"))[0]["custom_fields"]; ok {
		t.Error("custom fields are not excluded")
	}
	slices.SortStableFunc(rows, func(a, b object) int { return strings.Compare(text(a, "updated_at"), text(b, "updated_at")) })
	expect(t, s, rows, list("sort", "updated_at:asc"), func(object) bool { return true })
	slices.Reverse(rows)
	expect(t, s, rows, list("sort", "updated_at:desc", "country", "FR"), field("country", "FR"))
}

func TestOther_lists_are_filtered_and_sorted(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 5, Events: 900})
	w, org := s.home, s.Organization
	members := all(t, s, "owner", with("/organization_memberships", "organization", org))
	expect(t, s, members, with("/organization_memberships", "organization", org, "role", "admin"), field("role", "admin"))
	expect(t, s, members, with("/organization_memberships", "organization", org, "email", w.members[3].email), func(o object) bool {
		return o["user"].(object)["email"] == w.members[3].email
	})
	invited := all(t, s, "owner", org+"/invitations?sort=created_at:desc")
	if !slices.IsSortedFunc(invited, func(a, b object) int { return strings.Compare(text(b, "created_at"), text(a, "created_at")) }) {
		t.Error("invitations are not sorted")
	}
	expect(t, s, invited, org+"/invitations?sort=created_at:desc&status=pending", field("status", "pending"))
	links := all(t, s, "owner", with("/group_relationships", "organization", org))
	owner := text(links[2]["owner"].(object), "uri")
	expect(t, s, links, with("/group_relationships", "owner", owner), func(o object) bool { return o["owner"].(object)["uri"] == owner })
	waiting := text(links[len(links)-1]["owner"].(object), "uri")
	expect(t, s, links, with("/group_relationships", "owner", waiting, "group", w.uri(kindGroup, 0)), func(o object) bool { return o["owner"].(object)["uri"] == waiting })

	recaps := all(t, s, "owner", "/meeting_recaps?count=100")
	from, to := text(recaps[20], "start_time"), text(recaps[5], "start_time")
	expect(t, s, recaps, with("/meeting_recaps", "start_time", from, "end_time", to), func(o object) bool {
		return text(o, "end_time") >= from && text(o, "start_time") <= to
	})
	expect(t, s, recaps, with("/meeting_recaps", "event", text(recaps[9], "event")), field("uri", recaps[9]["uri"]))
	attends := func(email string) func(object) bool {
		return func(o object) bool {
			people, _ := o["attendees"].([]any)
			return slices.ContainsFunc(people, func(a any) bool { return a.(object)["user_email"] == email })
		}
	}
	expect(t, s, recaps, with("/meeting_recaps", "attendee", w.members[2].email), attends(w.members[2].email))

	sent := all(t, s, "owner", with("/outgoing_communications", "organization", org, "count", "100"))
	after, before := text(sent[30], "created_at"), text(sent[10], "created_at")
	body := must(t, s, "owner", with("/outgoing_communications", "organization", org, "min_created_at", after, "max_created_at", before))
	n := 0
	for _, m := range sent {
		if after <= text(m, "created_at") && text(m, "created_at") <= before {
			n++
		}
	}
	if body["total_count"] != float64(n) || len(body["collection"].([]any)) != min(n, 20) {
		t.Errorf("%v messages in a window, want %d", body["total_count"], n)
	}
}
