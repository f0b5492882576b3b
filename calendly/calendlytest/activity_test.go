package calendlytest

import (
	"slices"
	"strings"
	"testing"
)

func TestActivity_is_filtered_sorted_and_searched(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 5, Events: 900})
	list := func(pairs ...string) string {
		return with("/activity_log_entries", append([]string{"organization", s.Organization, "count", "1000"}, pairs...)...)
	}
	rows := all(t, s, "owner", list())
	body := must(t, s, "owner", list("namespace", "User"))
	if body["total_count"] != float64(len(body["collection"].([]any))) || body["exceeds_max_total_count"] != false || len(textOf(body["last_event_time"])) != len("2022-10-07T14:21:42Z") {
		t.Errorf("total_count %v, exceeds %v, last event %v", body["total_count"], body["exceeds_max_total_count"], body["last_event_time"])
	}
	name := func(o object) string { return text(o["actor"].(object), "display_name") }
	address := func(o object) string { return textOf(o["actor"].(object)["alternative_identifier"]) }
	from, to := text(rows[100], "occurred_at"), text(rows[20], "occurred_at")
	expect(t, s, rows, list("namespace[]", "API", "namespace[]", "Group"), func(o object) bool { return o["namespace"] == "API" || o["namespace"] == "Group" })
	expect(t, s, rows, list("action", "Token_Created,Login"), func(o object) bool { return o["action"] == "Token_Created" || o["action"] == "Login" })
	expect(t, s, rows, list("min_occurred_at", from, "max_occurred_at", to), func(o object) bool { return from <= text(o, "occurred_at") && text(o, "occurred_at") <= to })
	one, two := s.home.uri(kindUser, 1), s.home.uri(kindUser, 2)
	expect(t, s, rows, list("actor", one+","+two), func(o object) bool { uri := o["actor"].(object)["uri"]; return uri == one || uri == two })
	first := s.home.members[1]
	isFirst := func(o object) bool { return address(o) == first.email }
	deletion := field("namespace", "Compliance")
	for term, keep := range map[string]func(object) bool{
		`"` + first.email + `" | deletion`:                        func(o object) bool { return isFirst(o) || o["details"].(object)["email"] == first.email || deletion(o) },
		first.email + " + login":                                  func(o object) bool { return isFirst(o) && o["action"] == "Login" },
		"(token* | login) -revoked -" + `"` + first.email + `" "`: func(o object) bool { return !isFirst(o) && (o["action"] == "Token_Created" || o["action"] == "Login") },
		"calendly SYSTEM":                                         deletion,
		"((deletion":                                              deletion,
	} {
		expect(t, s, rows, list("search_term", term), keep)
	}
	slices.Reverse(rows)
	expect(t, s, rows, list("sort", "occurred_at:asc"), func(object) bool { return true })
	slices.Reverse(rows)
	slices.SortStableFunc(rows, func(a, b object) int {
		if c := -strings.Compare(name(a), name(b)); c != 0 {
			return c
		}
		return strings.Compare(text(a, "action"), text(b, "action"))
	})
	expect(t, s, rows, list("sort[]", "actor.display_name:desc", "sort[]", "action:asc"), func(object) bool { return true })
}

func TestActivity_is_counted_up_to_a_maximum(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{Seed: 5, Events: 2*maxTotalCount + 2, Members: 3})
	list := with("/activity_log_entries", "organization", s.Organization, "count", "1000")
	body := must(t, s, "owner", list)
	if body["total_count"] != float64(maxTotalCount) || body["exceeds_max_total_count"] != true {
		t.Errorf("total_count %v, exceeds %v", body["total_count"], body["exceeds_max_total_count"])
	}
	if rows := all(t, s, "owner", list); len(rows) != maxTotalCount+4 {
		t.Errorf("%d entries are listed", len(rows))
	}
}
