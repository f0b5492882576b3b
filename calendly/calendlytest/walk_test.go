package calendlytest

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// walk reads a whole organization as a client would and keeps every object.
type walk struct {
	t       *testing.T
	s       *Server
	now     string
	lists   map[string][]object // rows by the first segment of their path
	objects map[string]object   // by URI
}

func newWalk(t *testing.T, s *Server) *walk {
	t.Helper()
	w := &walk{t: t, s: s, now: stamp(s.home.now * micros), lists: map[string][]object{}, objects: map[string]object{}}
	org := func(path string, more ...string) {
		w.list(path, append([]string{"organization", s.Organization, "count", "100"}, more...)...)
	}
	org("/organization_memberships")
	w.list(strings.TrimPrefix(s.Organization, s.URL)+"/invitations", "count", "100")
	w.list("/teams", "count", "100")
	org("/groups")
	org("/group_relationships")
	org("/event_types")
	org("/scheduled_events")
	org("/routing_forms")
	org("/activity_log_entries", "count", "1000")
	org("/outgoing_communications")
	w.list("/contacts", "count", "100")
	w.list("/contacts/custom_field_definitions")
	w.list("/contact_lists")
	org("/webhook_subscriptions", "scope", "organization")
	for _, status := range []string{"available", "processing", "unavailable"} {
		w.list("/meeting_recaps", "count", "100", "status", status)
	}
	for _, f := range w.lists["routing_forms"] {
		w.list("/routing_form_submissions", "form", text(f, "uri"), "count", "100")
	}
	for _, e := range w.lists["scheduled_events"] {
		w.list(strings.TrimPrefix(text(e, "uri"), s.URL)+"/invitees", "count", "100")
	}
	for _, m := range w.lists["organization_memberships"] {
		user := text(m["user"].(object), "uri")
		w.list("/user_availability_schedules", "user", user)
		org("/webhook_subscriptions", "scope", "user", "user", user)
	}
	for chunk := range slices.Chunk(w.lists["contacts"], 10) {
		about := []string{"count", "100"}
		for _, c := range chunk {
			about = append(about, "contact", text(c, "uri"))
		}
		w.list("/notes", about...)
	}
	return w
}

// list reads all pages of a list.
func (w *walk) list(path string, query ...string) {
	for _, row := range all(w.t, w.s, "owner", with(path, query...)) {
		name := path[1:]
		if parts := strings.Split(name, "/"); len(parts) == 3 {
			name = parts[2]
		}
		w.lists[name] = append(w.lists[name], row)
		uri, ok := row["uri"].(string)
		if !ok {
			continue
		}
		if w.objects[uri] != nil {
			w.t.Errorf("%s: %s came twice", path, uri)
		}
		w.objects[uri] = row
	}
}

// text returns a string field; it fails hard when there is none.
func text(o object, key string) string { return o[key].(string) }

// references calls found for every URI of the server inside v.
func references(v any, base string, found func(string)) {
	switch v := v.(type) {
	case string:
		if strings.HasPrefix(v, base+"/") {
			found(v)
		}
	case []any:
		for _, each := range v {
			references(each, base, found)
		}
	case map[string]any:
		for _, each := range v {
			references(each, base, found)
		}
	}
}

func TestWorld_agrees_with_itself(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much work and little beside it: the race detector would find nothing")
	}
	w := newWalk(t, newServer(t, Config{Seed: 7, Events: 3000}))
	w.references()
	w.events()
	w.others()
	w.shapes()
}

func (w *walk) references() {
	t, s, seen := w.t, w.s, map[string]bool{}
	for _, rows := range w.lists {
		for _, row := range rows {
			references(row, s.URL, func(uri string) { seen[uri] = true })
		}
	}
	t.Logf("%d objects, %d references", len(w.objects), len(seen))
	for uri := range seen {
		if strings.Contains(uri, "/activity_log_entries/") {
			continue // the API has no single read
		}
		status, body := get(t, s, "owner", uri)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %v", uri, status, body)
		}
		row, listed := w.objects[uri]
		if !listed {
			continue
		}
		single := body["resource"].(object)
		if strings.Contains(uri, "/meeting_recaps/") {
			for _, only := range []string{"summary_md", "action_items_md", "discussion_md", "share_link"} {
				delete(single, only)
			}
		}
		if diff := cmp.Diff(row, single); diff != "" {
			t.Fatalf("%s: list and single read differ:\n%s", uri, diff)
		}
	}
}

func (w *walk) events() {
	t := w.t
	of := map[string][]object{}
	for _, i := range w.lists["invitees"] {
		of[text(i, "event")] = append(of[text(i, "event")], i)
	}
	if got := len(w.lists["scheduled_events"]); got != 3000 {
		t.Errorf("%d events, want 3000", got)
	}
	last := ""
	for _, e := range w.lists["scheduled_events"] {
		invitees := of[text(e, "uri")]
		active := 0
		for _, i := range invitees {
			if i["status"] == statusActive {
				active++
			}
			w.checkInvitee(e, i)
		}
		counter := e["invitees_counter"].(object)
		if counter["total"] != float64(len(invitees)) || counter["active"] != float64(active) || counter["limit"].(float64) < float64(len(invitees)) {
			t.Errorf("%s: counter %v, but %d invitees, %d of them active", e["uri"], counter, len(invitees), active)
		}
		if (active == 0) != (e["status"] == statusCanceled) || (e["cancellation"] != nil) != (e["status"] == statusCanceled) {
			t.Errorf("%s: status %v, cancellation %v, %d active invitees", e["uri"], e["status"], e["cancellation"], active)
		}
		w.ordered(e, "created_at", "updated_at")
		if start := text(e, "start_time"); start < last || text(e, "created_at") >= start || text(e, "end_time") <= start {
			t.Errorf("%s: starts %s after an event that starts %s", e["uri"], start, last)
		}
		last = text(e, "start_time")
		kind := w.eventType(text(e, "event_type"))
		if deleted, ok := kind["deleted_at"].(string); ok && deleted < last {
			t.Errorf("%s is of a type deleted at %s", e["uri"], deleted)
		}
	}
}

// eventType reads a type, deleted or not, once.
func (w *walk) eventType(uri string) object {
	if w.objects[uri] == nil {
		w.objects[uri] = must(w.t, w.s, "owner", uri)["resource"].(object)
	}
	return w.objects[uri]
}
