package mapping_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/calendly/calendlytest"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/connectors/calendly"
	"github.com/kalends/kalends/internal/mapping"
	"github.com/kalends/kalends/internal/vault"
)

// The example of the documentation works as it stands there.
func TestDocs_show_a_map_that_compiles(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "mapping.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(doc), "```yaml\n")
	text, _, ok := strings.Cut(rest, "```\n")
	if !ok {
		t.Fatal("docs/mapping.md has no example")
	}
	file, err := mapping.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	streams, rows := organization(t)
	m, err := file.Compile(streams, secret())
	if err != nil {
		t.Fatal(err)
	}
	s := m.Stream("invitees")
	if diff := cmp.Diff(strings.Fields("id event email name status source domain first_answer _synced_at _deleted_at"), nameList(s.Target())); diff != "" {
		t.Error(diff)
	}
	kept := 0
	for _, r := range rows["invitees"] {
		got, err := s.Map(r)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Deleted {
			kept++
		}
	}
	if kept == 0 || kept == len(rows["invitees"]) {
		t.Errorf("%d of %d invitees pass the filter", kept, len(rows["invitees"]))
	}
}

func nameList(s connect.Stream) (all []string) {
	for _, c := range s.Columns {
		all = append(all, c.Name)
	}
	return all
}

// inProcess carries requests to a handler without a network.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(req *http.Request) (*http.Response, error) {
	answer, received := httptest.NewRecorder(), req.Clone(req.Context())
	received.Body = http.NoBody
	p.ServeHTTP(answer, received)
	return answer.Result(), nil
}

// organization reads all of an organization of the emulator, by stream.
func organization(t testing.TB) ([]connect.Stream, map[string][]connect.Record) {
	t.Helper()
	server, err := calendlytest.New(calendlytest.Config{Seed: 3, Events: 300, PublicURL: "http://localhost", Clock: noon})
	if err != nil {
		t.Fatal(err)
	}
	source, err := calendly.New(calendly.Deps{Version: "test", Now: noon, Transport: inProcess{server}}).OpenSource(t.Context(), connect.Settings{
		Values:  map[string]string{"api_url": "http://localhost"},
		Secrets: map[string]vault.Secret{"api_key": vault.NewSecret(server.Tokens["owner"])},
	})
	if err != nil {
		t.Fatal(err)
	}
	groups, rows := map[string][]connect.Stream{}, map[string][]connect.Record{}
	for _, s := range source.Streams() {
		groups[s.Group] = append(groups[s.Group], s)
	}
	for _, streams := range groups {
		for b, err := range source.Read(t.Context(), connect.Reading{Streams: streams}) {
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range b.Rows {
				rows[r.Stream] = append(rows[r.Stream], r.Records...)
			}
		}
	}
	return source.Streams(), rows
}

// everybody is a mapping that takes out all there is of persons.
func everybody(t testing.TB, streams []connect.Stream) *mapping.Mapping {
	t.Helper()
	file, err := mapping.Parse([]byte("personal: {email: hash, name: hash, phone: redact, answer: redact}"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := file.Compile(streams, secret())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// found collects the texts in the members of a name of a JSON value.
func found(v any, name string, all map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, inner := range v {
			found(inner, name, all)
		}
	case map[string]any:
		for member, inner := range v {
			if text, ok := inner.(string); ok && member == name && len(text) >= 4 {
				all[text] = true
			}
			found(inner, name, all)
		}
	}
}

// world is what the emulator's people would not have others find: parts of any
// text, and whole texts.
func world(t testing.TB, streams []connect.Stream, rows map[string][]connect.Record) (parts, wholes map[string]bool) {
	t.Helper()
	parts, wholes = map[string]bool{}, map[string]bool{}
	for _, s := range streams {
		for _, r := range rows[s.Name] {
			raw := document(t, r.Values[s.Column(connect.ColumnRaw)])
			for _, name := range []string{"email", "user_email", "owner_email", "sender_email", "alternative_identifier", "text_reminder_number"} {
				found(raw, name, parts)
			}
			found(raw, "user_name", parts)
			found(raw, "phone_number", wholes)
			switch s.Name {
			case "invitees":
				for _, name := range []string{"name", "first_name", "last_name"} {
					found(raw, name, parts)
				}
				found(raw, "answer", wholes)
			case "users", "contacts":
				found(map[string]any{"name": raw.(map[string]any)["name"]}, "name", parts)
				found(raw, "slug", parts)
				found(raw, "linkedin", parts)
				found(raw, "value", wholes)
			case "routing_form_submissions":
				found(raw, "answer", wholes)
			case "outgoing_communications":
				found(raw, "to", parts)
			case "notes":
				found(raw, "body", parts)
			case "meeting_recap_transcripts":
				found(raw, "text", parts)
			}
		}
	}
	// What can be chosen as an answer is on offer to everybody.
	for _, offered := range []string{"event_types", "routing_forms", "contact_custom_fields"} {
		for _, s := range streams {
			for _, r := range rows[s.Name] {
				if s.Name == offered {
					for _, text := range texts(t, r.Values[s.Column(connect.ColumnRaw)]) {
						delete(wholes, text)
					}
				}
			}
		}
	}
	return parts, wholes
}

func TestMap_of_an_organization(t *testing.T) {
	t.Parallel()
	streams, rows := organization(t)
	m := everybody(t, streams)
	t.Run("leaves_nobody_to_be_found", func(t *testing.T) {
		t.Parallel()
		parts, wholes := world(t, streams, rows)
		if len(parts) < 400 || len(wholes) < 10 {
			t.Fatalf("the emulator has only %d and %d personal values", len(parts), len(wholes))
		}
		for _, s := range streams {
			if len(rows[s.Name]) == 0 {
				t.Errorf("%s has no records", s.Name)
			}
			leavesNobody(t, m.Stream(s.Name), rows[s.Name], parts, wholes)
		}
	})
	t.Run("keeps_what_is_not_about_a_person", func(t *testing.T) {
		t.Parallel()
		for _, s := range streams {
			keepsTheRest(t, m.Stream(s.Name), rows[s.Name])
		}
	})
}

// leavesNobody fails the test if anything of a person is found in what is
// written of records: a part of any text, or a whole one.
func leavesNobody(t *testing.T, s *mapping.Stream, records []connect.Record, parts, wholes map[string]bool) {
	t.Helper()
	written := map[string]string{} // text, and where it is
	for _, r := range records {
		got, err := s.Map(r)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range got.Values {
			for _, text := range texts(t, v) {
				written[strings.ToLower(text)] = s.Target().Name + "." + s.Target().Columns[i].Name
			}
		}
	}
	all := strings.Join(slices.Collect(maps.Keys(written)), "\n")
	for part := range parts {
		if !strings.Contains(all, strings.ToLower(part)) {
			continue
		}
		for text, where := range written {
			if strings.Contains(text, strings.ToLower(part)) {
				t.Errorf("%s holds %q: %q", where, part, text)
			}
		}
	}
	for one := range wholes {
		if where, ok := written[strings.ToLower(one)]; ok {
			t.Errorf("%s is %q", where, one)
		}
	}
}

func keepsTheRest(t *testing.T, s *mapping.Stream, records []connect.Record) {
	t.Helper()
	same := []string{"uri", "event", "event_type", "user", "organization", "start_time", "created_at", "status", "timezone", "kind"}
	switch s.Target().Name {
	case "event_types", "organization", "teams", "groups", "scheduled_events", "routing_forms":
		same = append(same, "name")
	}
	for _, column := range same {
		at := s.Target().Column(column)
		if at < 0 {
			continue
		}
		for _, r := range records {
			got, err := s.Map(r)
			if err != nil {
				t.Fatal(err)
			}
			if got.Values[at] != r.Values[at] {
				t.Fatalf("%s.%s is %v, and was %v", s.Target().Name, column, got.Values[at], r.Values[at])
			}
		}
	}
}
