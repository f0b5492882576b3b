package calendly

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
)

var update = flag.Bool("update", false, "write docs/streams.md")

func TestCatalog_is_whole_and_in_order(t *testing.T) {
	t.Parallel()
	// What is read without being named, then what is on request.
	want := strings.Fields(`organization users organization_memberships organization_invitations teams groups
		group_relationships event_types event_type_hosts event_type_availability_schedules user_availability_schedules
		locations user_busy_times scheduled_events invitees routing_forms routing_form_submissions webhook_subscriptions
		activity_log_entries outgoing_communications contacts contact_custom_fields contact_lists notes
		user_meeting_limits meeting_recaps event_type_available_times* meeting_recap_transcripts*`)
	var got, groups []string
	for _, s := range catalog() {
		name := s.Name
		if s.OnRequest {
			name += "*"
		}
		got = append(got, name)
		if !slices.Contains(groups, s.Group) {
			groups = append(groups, s.Group)
		} else if groups[len(groups)-1] != s.Group {
			t.Errorf("%s is apart from its group", s.Name)
		}
		if s.of != "" && !slices.ContainsFunc(catalog()[:len(got)-1], func(o *stream) bool { return o.Name == s.of && o.Group == s.Group }) {
			t.Errorf("%s comes before %s, or is not of its group", s.Name, s.of)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestCatalog_columns_are_sound(t *testing.T) {
	t.Parallel()
	all := catalog()
	for _, s := range all {
		seen := map[string]bool{}
		for _, c := range s.Columns {
			if seen[c.Name] {
				t.Errorf("%s has two columns %s", s.Name, c.Name)
			}
			seen[c.Name] = true
			if c.Ref != "" && c.Ref != "*" && !slices.ContainsFunc(all, func(o *stream) bool { return o.Name == c.Ref }) {
				t.Errorf("%s.%s refers to %s, which is no stream", s.Name, c.Name, c.Ref)
			}
		}
		if key := s.Columns[0]; s.Key[0] != key.Name || len(s.Key) != 1 || !key.Required || key.Type != connect.Text {
			t.Errorf("%s has the key %v and begins with %+v", s.Name, s.Key, key)
		}
		if s.Needs.Scope == "" || s.Doc.About == "" || len(s.Doc.Operation) == 0 || s.Doc.Fresh == "" {
			t.Errorf("%s lacks words: %+v %+v", s.Name, s.Needs, s.Doc)
		}
	}
}

// A column that names another record is indexed, by having a Ref.
func TestCatalog_every_uri_refers_to_a_stream(t *testing.T) {
	t.Parallel()
	// Records that are no stream: the mark of a no-show.
	without := []string{"invitees.no_show_uri"}
	for _, e := range slices.Concat(people(), offers(), meetings(), routing(), customers(), accounts()) {
		i := slices.IndexFunc(catalog(), func(s *stream) bool { return s.Name == e.name })
		s := catalog()[i]
		for _, f := range fieldsOf(e.record) {
			at := s.Column(f.column.Name)
			if !f.uri || at < 0 || f.column.Name == "uri" || slices.Contains(without, e.name+"."+f.column.Name) {
				continue
			}
			if s.Columns[at].Ref == "" {
				t.Errorf("%s.%s refers to nothing", e.name, f.column.Name)
			}
		}
	}
}

func TestColumnDocs_are_of_columns_that_exist(t *testing.T) {
	t.Parallel()
	for name, columns := range columnDocs() {
		for column := range columns {
			if !slices.ContainsFunc(catalog(), func(s *stream) bool { return (name == "" || s.Name == name) && s.Column(column) >= 0 }) {
				t.Errorf("%q.%s is described and does not exist", name, column)
			}
		}
	}
}

func TestPersonalData_is_of_columns_that_exist(t *testing.T) {
	t.Parallel()
	for name, columns := range personalData() {
		for column, paths := range columns {
			var at *connect.Column
			for _, s := range catalog() {
				if i := s.Column(column); s.Name == name && i >= 0 {
					at = &s.Columns[i]
				}
			}
			if at == nil {
				t.Errorf("%s.%s is marked as personal and does not exist", name, column)
				continue
			}
			if at.Type != connect.Text && at.Type != connect.JSON {
				t.Errorf("%s.%s is marked as personal and is a %s", name, column, at.Type)
			}
			for path := range paths {
				if path != "" && at.Type != connect.JSON {
					t.Errorf("%s.%s has personal data at %s and is a %s", name, column, path, at.Type)
				}
			}
		}
	}
}

// docs/streams.md is written by: go test ./internal/connectors/calendly -update
func TestStreamsDoc_is_up_to_date(t *testing.T) {
	t.Parallel()
	file := filepath.Join("..", "..", "..", "docs", "streams.md")
	want := streamsDoc(catalog())
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("run go test ./internal/connectors/calendly -update; it would change:\n%s", diff)
	}
}

const streamsIntro = `# Streams

What Kalends reads from Calendly, one table per stream. This file is made from the code:
` + "`go test ./internal/connectors/calendly -update`" + `.

Names are those of Calendly's API, nested objects flattened with ` + "`_`" + `, lists kept as JSON. Times are UTC. A field that
Calendly does not send is null; one that has no column yet is in ` + "`_raw`" + `. A value that does not fit its column is
null there and whole in ` + "`_raw`" + `. Columns that refer to another table hold its key and are indexed; *any* stands for
records of several kinds. Where a role is needed, the token of another role reads its own records, if there are such, and
says so. Whether your token may read a stream: ` + "`kalends streams --credential NAME`" + `. *Personal* is the kind of
[personal data](mapping.md#personal-data) that a column holds, and in JSON where; ` + "`_raw`" + ` holds that of all columns.

`

func streamsDoc(all []*stream) string {
	var b strings.Builder
	b.WriteString(streamsIntro)
	b.WriteString("| stream | what it holds | needs |\n|---|---|---|\n")
	for _, s := range all {
		fmt.Fprintf(&b, "| [%s](#%s) | %s | %s |\n", s.Name, s.Name, s.Doc.About, needsDoc(s.Needs))
	}
	for _, s := range all {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n", s.Name, s.Doc.About)
		if s.OnRequest {
			fmt.Fprintf(&b, "- Read only when named: `--streams %s`.\n", s.Name)
		}
		fmt.Fprintf(&b, "- Comes from `%s`.\n", strings.Join(s.Doc.Operation, "`, `"))
		fmt.Fprintf(&b, "- Needs %s.\n", needsDoc(s.Needs))
		fmt.Fprintf(&b, "- %s\n", s.Doc.Fresh)
		b.WriteString("\n| column | type | refers to | null | personal | |\n|---|---|---|---|---|---|\n")
		for _, c := range s.Columns {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", c.Name, c.Type, refDoc(c.Ref), nullDoc(s, c), personalDoc(c), c.Doc)
		}
	}
	return b.String()
}

func needsDoc(n connect.Needs) string {
	parts := []string{"the scope `" + strings.ReplaceAll(n.Scope, " or ", "` or `") + "`"}
	if n.Role != "" {
		parts = append(parts, "the role "+n.Role)
	}
	switch n.Plan {
	case "":
	case planPaid:
		parts = append(parts, "a paid plan")
	default:
		parts = append(parts, "the plan "+n.Plan)
	}
	return strings.Join(parts, ", ")
}

func refDoc(ref string) string {
	switch ref {
	case "":
		return ""
	case "*":
		return "*any*"
	}
	return fmt.Sprintf("[%s](#%s)", ref, ref)
}

func personalDoc(c connect.Column) string {
	var parts []string
	for _, path := range slices.Sorted(maps.Keys(c.Personal)) {
		var kinds []string
		for _, kind := range c.Personal[path] {
			if kind != connect.Public {
				kinds = append(kinds, string(kind))
			}
		}
		if len(kinds) == 0 {
			continue
		}
		part := strings.Join(kinds, " or ")
		if path != "" {
			part += " in `" + path + "`"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

func nullDoc(s *stream, c connect.Column) string {
	switch {
	case c.Name == s.Key[0]:
		return "key"
	case c.Required:
		return "no"
	}
	return "yes"
}
