package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// truth walks the API with nothing but net/http, so that what a copy is
// compared with comes another way than the copy did.
type truth struct {
	t            *testing.T
	base, token  string
	organization string
}

type page struct {
	Resource   json.RawMessage
	Collection []json.RawMessage
	Pagination struct {
		NextPage *string `json:"next_page"`
	}
}

func (w truth) fetch(ctx context.Context, address string) page {
	w.t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		w.t.Fatalf("GET %s: %d %s %v", address, res.StatusCode, body, err)
	}
	var p page
	if err := json.Unmarshal(body, &p); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// list returns every item of a list; query is name, value, name, value ….
func (w truth) list(path string, query ...string) []json.RawMessage {
	w.t.Helper()
	q := url.Values{}
	for pair := range slices.Chunk(query, 2) {
		q.Set(pair[0], pair[1])
	}
	var all []json.RawMessage
	next := w.base + path + "?" + q.Encode()
	for range 10_000 {
		p := w.fetch(w.t.Context(), next)
		all = append(all, p.Collection...)
		if p.Pagination.NextPage == nil {
			return all
		}
		next = *p.Pagination.NextPage
	}
	w.t.Fatalf("%s has no end", path)
	return nil
}

// pick returns the string at a dotted path of an item.
func pick(item json.RawMessage, path string) string {
	for name := range strings.SplitSeq(path, ".") {
		var object map[string]json.RawMessage
		if json.Unmarshal(item, &object) != nil {
			return ""
		}
		item = object[name]
	}
	var text string
	if json.Unmarshal(item, &text) != nil {
		return ""
	}
	return text
}

// each lists the children of every parent, a few at a time.
func (w truth) each(parents []json.RawMessage, uri string, list func(uri string) []json.RawMessage) []json.RawMessage {
	var (
		mu  sync.Mutex
		all []json.RawMessage
		wg  sync.WaitGroup
	)
	turns := make(chan struct{}, 8)
	for _, p := range parents {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			items := list(pick(p, uri))
			mu.Lock()
			all = append(all, items...)
			mu.Unlock()
		})
	}
	wg.Wait()
	return all
}

// all returns the records of every stream whose rows do not depend on the
// moment they are read.
func (w truth) all() map[string][]json.RawMessage {
	org := w.organization
	caller := w.fetch(w.t.Context(), w.base+"/users/me").Resource
	me := pick(caller, "uri")
	memberships := w.list("/organization_memberships", "organization", org, "count", "100")
	events := w.list("/scheduled_events", "organization", org, "count", "100")
	types := w.list("/event_types", "organization", org, "count", "100")
	forms := w.list("/routing_forms", "organization", org, "count", "100")
	contacts := w.list("/contacts", "count", "100")
	groups := w.list("/groups", "organization", org, "count", "100")
	perUser := func(path string) []json.RawMessage {
		return w.each(memberships, "user.uri", func(u string) []json.RawMessage { return w.list(path, "user", u) })
	}
	return map[string][]json.RawMessage{
		"organization":             {w.fetch(w.t.Context(), org).Resource},
		"organization_memberships": memberships,
		"users":                    w.users(caller, memberships),
		"organization_invitations": w.list(strings.TrimPrefix(org, w.base)+"/invitations", "count", "100"),
		"teams":                    w.list("/teams", "count", "100"),
		"groups":                   groups,
		"group_relationships":      w.list("/group_relationships", "organization", org, "count", "100"),
		"event_types":              types,
		"event_type_hosts": w.each(types, "uri", func(u string) []json.RawMessage {
			return w.list("/event_type_memberships", "event_type", u, "count", "100")
		}),
		"event_type_availability_schedules": w.each(types, "uri", func(u string) []json.RawMessage {
			return w.list("/event_type_availability_schedules", "event_type", u)
		}),
		"user_availability_schedules": perUser("/user_availability_schedules"),
		"locations":                   perUser("/locations"),
		"scheduled_events":            events,
		"invitees": w.each(events, "uri", func(u string) []json.RawMessage {
			return w.list(strings.TrimPrefix(u, w.base)+"/invitees", "count", "100")
		}),
		"routing_forms": forms,
		"routing_form_submissions": w.each(forms, "uri", func(u string) []json.RawMessage {
			return w.list("/routing_form_submissions", "form", u, "count", "100")
		}),
		"webhook_subscriptions":   w.webhooks(me, groups),
		"activity_log_entries":    w.list("/activity_log_entries", "organization", org, "count", "1000"),
		"outgoing_communications": w.list("/outgoing_communications", "organization", org, "count", "100"),
		"contacts":                contacts,
		"contact_custom_fields":   w.list("/contacts/custom_field_definitions"),
		"contact_lists":           w.list("/contact_lists"),
		"notes": w.each(contacts, "uri", func(u string) []json.RawMessage {
			return w.list("/notes", "contact", u, "count", "100")
		}),
		"user_meeting_limits": w.list("/user_meeting_limits", "user", me),
		"meeting_recaps":      w.recaps(),
	}
}

// users are those of the memberships; the caller is told in full.
func (w truth) users(caller json.RawMessage, memberships []json.RawMessage) (all []json.RawMessage) {
	for _, m := range memberships {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(m, &object); err != nil {
			w.t.Fatal(err)
		}
		if pick(m, "user.uri") == pick(caller, "uri") {
			object["user"] = caller
		}
		all = append(all, object["user"])
	}
	return all
}

// recaps are listed by status and read singly.
func (w truth) recaps() (all []json.RawMessage) {
	for _, status := range []string{"available", "processing", "unavailable"} {
		listed := w.list("/meeting_recaps", "status", status, "count", "100")
		all = append(all, w.each(listed, "uri", func(u string) []json.RawMessage {
			return []json.RawMessage{w.fetch(w.t.Context(), u).Resource}
		})...)
	}
	return all
}

// webhooks are those of the organization, of its groups and the caller's own.
func (w truth) webhooks(me string, groups []json.RawMessage) []json.RawMessage {
	of := func(query ...string) []json.RawMessage {
		return w.list("/webhook_subscriptions", append([]string{"organization", w.organization}, query...)...)
	}
	all := append(of("scope", "organization"), of("scope", "user", "user", me)...)
	return append(all, w.each(groups, "uri", func(u string) []json.RawMessage { return of("scope", "group", "group", u) })...)
}

// canonical makes equal records equal text.
func canonical(t *testing.T, records []json.RawMessage) []string {
	t.Helper()
	all := make([]string, 0, len(records))
	for _, r := range records {
		d := json.NewDecoder(bytes.NewReader(r))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%s: %v", r, err)
		}
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(text))
	}
	slices.Sort(all)
	return all
}

// compare fails where the rows of a stream are not the records of the API.
func compare(t *testing.T, want, got map[string][]json.RawMessage) {
	t.Helper()
	for stream, records := range want {
		w, g := canonical(t, records), canonical(t, got[stream])
		if slices.Equal(w, g) {
			continue
		}
		t.Errorf("%s: %d rows, want %d%s", stream, len(g), len(w), firstDifference(w, g))
	}
}

func firstDifference(want, got []string) string {
	for i := range max(len(want), len(got)) {
		w, g := at(want, i), at(got, i)
		if w != g {
			return fmt.Sprintf("; the first difference:\n got %.300s\nwant %.300s", g, w)
		}
	}
	return ""
}

func at(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return "(none)"
}
