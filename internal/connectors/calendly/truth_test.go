package calendly

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/connect"
)

// walker reads the emulator in the plainest way: one page after the other.
type walker struct {
	t      testing.TB
	server *calendlytest.Server
	token  string
}

type record = map[string]any

// get returns the answer to one request.
func (w walker) get(path string, query ...string) record {
	w.t.Helper()
	q := url.Values{}
	for i := 0; i < len(query); i += 2 {
		q.Add(query[i], query[i+1])
	}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.server.URL+path+"?"+q.Encode(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+w.server.Tokens[w.token])
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	var body record
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil || res.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: status %d, %v, %v", req.URL, res.StatusCode, body, err)
	}
	return body
}

// one returns a record read singly.
func (w walker) one(path string) record { return w.get(path)["resource"].(record) }

// all returns the records of a list.
func (w walker) all(path string, query ...string) []record {
	w.t.Helper()
	var list []record
	for token := ""; ; {
		page := query
		if token != "" {
			page = append(slices.Clone(query), "page_token", token)
		}
		body := w.get(path, page...)
		for _, r := range body["collection"].([]any) {
			list = append(list, r.(record))
		}
		p, _ := body["pagination"].(record)
		if token, _ = p["next_page_token"].(string); token == "" {
			return list
		}
	}
}

// each returns what f returns for every record.
func each(records []record, f func(uri string) []record) []record {
	var all []record
	for _, r := range records {
		all = append(all, f(r["uri"].(string))...)
	}
	return all
}

func path(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		panic(err)
	}
	return u.Path
}

// truth returns every record of the organization by stream, but for those of
// the near future.
func (w walker) truth() map[string][]record {
	org := w.server.Organization
	memberships := w.all("/organization_memberships", "organization", org)
	me := w.one("/users/me")["uri"].(string)
	var users []record
	for _, m := range memberships {
		users = append(users, w.one(path(m["user"].(record)["uri"].(string))))
	}
	types := w.all("/event_types", "organization", org)
	events := w.all("/scheduled_events", "organization", org)
	forms := w.all("/routing_forms", "organization", org)
	contacts := w.all("/contacts")
	groups := w.all("/groups", "organization", org)
	webhooks := slices.Concat(
		w.all("/webhook_subscriptions", "organization", org, "scope", "organization"),
		w.all("/webhook_subscriptions", "organization", org, "scope", "user", "user", me),
		each(groups, func(uri string) []record {
			return w.all("/webhook_subscriptions", "organization", org, "scope", "group", "group", uri)
		}))
	recaps := each(slices.Concat(
		w.all("/meeting_recaps"), w.all("/meeting_recaps", "status", "processing"), w.all("/meeting_recaps", "status", "unavailable"),
	), func(uri string) []record { return []record{w.one(path(uri))} })
	of := func(list, param string) func(string) []record {
		return func(uri string) []record { return w.all(list, param, uri) }
	}
	return map[string][]record{
		"organization":                      {w.one(path(org))},
		"users":                             users,
		"organization_memberships":          memberships,
		"user_availability_schedules":       each(users, of("/user_availability_schedules", "user")),
		"locations":                         each(users, of("/locations", "user")),
		"user_meeting_limits":               w.all("/user_meeting_limits", "user", me),
		"organization_invitations":          w.all(path(org) + "/invitations"),
		"teams":                             w.all("/teams"),
		"groups":                            groups,
		"group_relationships":               w.all("/group_relationships", "organization", org),
		"event_types":                       types,
		"event_type_hosts":                  each(types, of("/event_type_memberships", "event_type")),
		"event_type_availability_schedules": each(types, of("/event_type_availability_schedules", "event_type")),
		"routing_forms":                     forms,
		"routing_form_submissions":          each(forms, of("/routing_form_submissions", "form")),
		"webhook_subscriptions":             webhooks,
		"activity_log_entries":              w.all("/activity_log_entries", "organization", org),
		"outgoing_communications":           w.all("/outgoing_communications", "organization", org),
		"contacts":                          contacts,
		"notes":                             each(contacts, of("/notes", "contact")),
		"contact_custom_fields":             w.all("/contacts/custom_field_definitions"),
		"contact_lists":                     w.all("/contact_lists"),
		"scheduled_events":                  events,
		"invitees":                          each(events, func(uri string) []record { return w.all(path(uri) + "/invitees") }),
		"meeting_recaps":                    recaps,
		"meeting_recap_transcripts":         each(recaps, func(uri string) []record { return []record{w.one(path(uri) + "/transcript")} }),
	}
}

// canonical returns records as text in one form and order.
func canonical(t testing.TB, records []record) []string {
	t.Helper()
	var all []string
	for _, r := range records {
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(text))
	}
	slices.Sort(all)
	return all
}

// raws returns the whole records of a stream of a copy.
func raws(t testing.TB, s connect.Stream, rows map[string]connect.Record) []record {
	t.Helper()
	at := slices.IndexFunc(s.Columns, func(c connect.Column) bool { return c.Name == connect.ColumnRaw })
	var all []record
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		var r record
		if err := json.Unmarshal([]byte(rows[key].Values[at].(connect.Document)), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

func TestRead_brings_every_record_of_every_stream(t *testing.T) {
	t.Parallel()
	s := sandbox(t, calendlytest.Config{Seed: 1, Events: 700})
	source := open(t, s, "owner", nil)
	c, want := readAll(t, source), walker{t, s, "owner"}.truth()
	for _, stream := range source.Streams() {
		switch stream.Name {
		case "user_busy_times", "event_type_available_times":
			if len(c.rows[stream.Name]) == 0 {
				t.Errorf("%s has no rows", stream.Name)
			}
			continue
		case "users": // inside memberships they lack two fields
			for _, u := range want["users"] {
				if _, ok := c.rows["users"][u["uri"].(string)]; !ok {
					t.Errorf("users lacks %s", u["uri"])
				}
			}
		case "locations": // of several users, without saying whose
			if got, want := len(c.rows["locations"]), len(want["locations"]); got != want {
				t.Errorf("locations has %d rows, want %d", got, want)
			}
			continue
		default:
			if diff := cmp.Diff(canonical(t, want[stream.Name]), canonical(t, raws(t, stream, c.rows[stream.Name]))); diff != "" {
				t.Errorf("%s: %s", stream.Name, diff)
			}
		}
		if len(want[stream.Name]) == 0 {
			t.Errorf("%s: the emulator has none", stream.Name)
		}
	}
	if len(c.skips)+len(c.notes) > 0 {
		t.Errorf("skips %v, notes %v: want none", c.skips, c.notes)
	}
}
