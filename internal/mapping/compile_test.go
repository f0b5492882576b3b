package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/mapping"
	"github.com/kalends/kalends/internal/vault"
)

func secret() vault.Secret { return vault.NewSecret("0123456789abcdef") }

// people is a stream with a column of every type.
func people() connect.Stream {
	return connect.Stream{
		Name: "people", Group: "people", Key: []string{"uri"}, Parent: "event", Time: "start_time",
		Columns: []connect.Column{
			{Name: "uri", Required: true},
			{Name: "event", Ref: "events"},
			{Name: "email", Personal: map[string][]connect.Personal{"": {connect.Email}}},
			{Name: "name", Personal: map[string][]connect.Personal{"": {connect.Name}}},
			{Name: "note"},
			{Name: "size", Type: connect.Integer},
			{Name: "share", Type: connect.Number, Required: true},
			{Name: "active", Type: connect.Boolean},
			{Name: "start_time", Type: connect.Timestamp},
			{Name: "answers", Type: connect.JSON, Personal: map[string][]connect.Personal{"answer": {connect.Answer}, "by.phone": {connect.Phone}}},
			{Name: connect.ColumnRaw, Type: connect.JSON, Required: true},
			{Name: connect.ColumnSynced, Type: connect.Timestamp, Required: true},
			{Name: connect.ColumnDeleted, Type: connect.Timestamp},
		},
	}
}

func events() connect.Stream {
	return connect.Stream{Name: "events", Group: "people", Key: []string{"uri"}, Columns: []connect.Column{{Name: "uri", Required: true}}}
}

// compile compiles a map file for events and people.
func compile(text string) (*mapping.Mapping, error) {
	f, err := mapping.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return f.Compile([]connect.Stream{events(), people()}, secret())
}

// rules compiles the rules of people.
func rules(t testing.TB, text string) *mapping.Stream {
	t.Helper()
	m, err := compile("streams: {people: {" + text + "}}")
	if err != nil {
		t.Fatal(err)
	}
	return m.Stream("people")
}

func columns(s connect.Stream) (all []string) {
	for _, c := range s.Columns {
		all = append(all, c.Name+" "+c.Type.String())
	}
	return all
}

func TestTarget_is_what_is_written(t *testing.T) {
	t.Parallel()
	m, err := compile(`
streams:
  events: {to: meetings}
  people:
    to: guests
    select: [name, uri, event, size, start_time]
    rename: {uri: id, event: meeting, start_time: at}
    set: {source: x, n: 1, f: 1.5, b: false}
    compute: {twice: {expr: size * 2, type: integer}, email: {expr: lower(email), type: text}}
    hash: [size]
`)
	if err != nil {
		t.Fatal(err)
	}
	got := m.Stream("people").Target()
	want := []string{
		"name text", "id text", "meeting text", "size text", "at timestamp", "b boolean", "f number", "n integer", "source text",
		"email text", "twice integer", "_raw json", "_synced_at timestamp", "_deleted_at timestamp",
	}
	if diff := cmp.Diff(want, columns(got)); diff != "" {
		t.Error(diff)
	}
	if got.Name != "guests" || got.Group != "people" || got.Key[0] != "id" || got.Parent != "meeting" || got.Time != "at" || got.Columns[2].Ref != "meetings" {
		t.Errorf("%+v", got)
	}
	if got := rules(t, "omit: [event, start_time, _raw]").Target(); got.Parent != "" || got.Time != "" || got.Column("_raw") >= 0 || got.Column("_deleted_at") < 0 {
		t.Errorf("%+v", got)
	}
	if got := rules(t, "redact: [start_time], compute: {event: {expr: note, type: text}}, omit: [event]").Target(); got.Parent != "" || got.Time != "" {
		t.Errorf("parent %q, time %q", got.Parent, got.Time)
	}
	if got := rules(t, "hash: [event]").Target(); got.Parent != "" || got.Column("event") < 0 {
		t.Errorf("the hash of the parent is taken for it: %q", got.Parent)
	}
	if diff := cmp.Diff(people(), rules(t, "").Target()); diff != "" {
		t.Error(diff)
	}
}

func TestCompile_refuses_and_says_where_and_what_is_allowed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"personal: {mail: hash}":                  "personal.mail|kind \"mail\"|email, name, phone, answer",
		"personal: {email: hide}":                 "personal.email|hide|hash, redact",
		"streams: {peple: {}}":                    "streams.peple|peple|did you mean people?",
		"streams: {events: {to: people}}":         "streams.events.to|people|",
		"streams: {people: {to: Events}}":         "streams.people.to|events|",
		"streams: {people: {to: events_history}}": "streams.people.to|events_history|",
		"streams: {people: {to: _x}}":             "streams.people.to|_x|letters",
		"streams: {people: {to: 'a b'}}":          "streams.people.to|a b|letters",

		"streams: {people: {select: [uri, emial]}}":              "streams.people.select|emial|did you mean email?",
		"streams: {people: {select: [uri, zzzzzzz]}}":            "streams.people.select|zzzzzzz|choose from uri, event",
		"streams: {people: {select: [uri, uri]}}":                "streams.people.select|twice|",
		"streams: {people: {select: [name]}}":                    "streams.people.select|key \"uri\"|rename",
		"streams: {people: {omit: [uri]}}":                       "streams.people.omit|key \"uri\"|rename",
		"streams: {people: {omit: [_synced_at]}}":                "streams.people.omit|_synced_at|",
		"streams: {people: {omit: [_deleted_at]}}":               "streams.people.omit|_deleted_at|",
		"streams: {people: {select: [uri, name], omit: [name]}}": "streams.people.omit|name|",
		"streams: {people: {omit: [nme]}}":                       "streams.people.omit|nme|name",

		"streams: {people: {rename: {nme: x}}}":                         "streams.people.rename|nme|name",
		"streams: {people: {rename: {name: Email}}}":                    "streams.people.rename.name|Email|rename or omit",
		"streams: {people: {rename: {name: _x}}}":                       "streams.people.rename.name|_x|letters",
		"streams: {people: {rename: {_raw: x}}}":                        "streams.people.rename._raw|_raw|",
		"streams: {people: {rename: {name: x}, omit: [name]}}":          "streams.people.rename.name|left out|",
		"streams: {people: {set: {name: x}}}":                           "streams.people.set.name|name|rename or omit",
		"streams: {people: {set: {x: null}}}":                           "streams.people.set.x|neither|",
		"streams: {people: {set: {x: [1]}}}":                            "streams.people.set.x|neither|",
		"streams: {people: {set: {x: 2024-01-01}}}":                     "streams.people.set.x|neither|quote",
		"streams: {people: {set: {x: .nan}}}":                           "streams.people.set.x|number|",
		"streams: {people: {set: {_raw: x}, omit: [_raw]}}":             "streams.people.set._raw|_raw|letters",
		"streams: {people: {compute: {name: {expr: '1', type: text}}}}": "streams.people.compute.name|name|rename or omit",

		"streams: {people: {compute: {x: {expr: '1', type: string}}}}":                       "streams.people.compute.x|string|text, integer",
		"streams: {people: {compute: {x: {expr: '1', jq: '1', type: text}}}}":                "streams.people.compute.x|one of|",
		"streams: {people: {compute: {x: {type: text}}}}":                                    "streams.people.compute.x|one of|",
		"streams: {people: {compute: {domain: {expr: 'split(emial, \"@\")', type: text}}}}":  "streams.people.compute.domain|emial|did you mean email?",
		"streams: {people: {compute: {x: {expr: 'foo(email)', type: text}}}}":                "streams.people.compute.x|foo|",
		"streams: {people: {compute: {x: {expr: 'now()', type: text}}}}":                     "streams.people.compute.x|now|",
		"streams: {people: {compute: {x: {expr: 'email +', type: text}}}}":                   "streams.people.compute.x|line 1|",
		"streams: {people: {compute: {x: {expr: 'email * 2', type: text}}}}":                 "streams.people.compute.x|line 1|",
		"streams: {people: {compute: {x: {expr: 'active', type: integer}}}}":                 "streams.people.compute.x|true or false|",
		"streams: {people: {compute: {x: {expr: 'start_time', type: number}}}}":              "streams.people.compute.x|a time|",
		"streams: {people: {compute: {x: {expr: 'start_time - start_time', type: number}}}}": "streams.people.compute.x|a span of time|",
		"streams: {people: {compute: {x: {expr: '[1]', type: text}}}}":                       "streams.people.compute.x|a list|",
		"streams: {people: {compute: {x: {jq: '.a |', type: text}}}}":                        "streams.people.compute.x|jq|",
		"streams: {people: {compute: {x: {jq: 'foo', type: text}}}}":                         "streams.people.compute.x|foo|",
		"streams: {people: {compute: {x: {jq: '$ENV.HOME', type: text}}}}":                   "ok",
		"streams: {people: {filter: 'size'}}":                                                "streams.people.filter|an integer|",
		"streams: {people: {filter: 'staus == 1'}}":                                          "streams.people.filter|staus|",
		"streams: {people: {filter: 'email == 1'}}":                                          "streams.people.filter|line 1|",

		"streams: {people: {hash: [emial]}}":                "streams.people.hash|emial|email",
		"streams: {people: {redact: [uri]}}":                "streams.people.redact|uri|hash",
		"streams: {people: {redact: [share]}}":              "streams.people.redact|share|omit or hash",
		"streams: {people: {redact: [_raw]}}":               "streams.people.redact|_raw|omit",
		"streams: {people: {hash: [name], redact: [name]}}": "streams.people.redact|name|",
	} {
		_, err := compile(text)
		parts := strings.Split(want, "|")
		if parts[0] == "ok" {
			if err != nil {
				t.Errorf("%s: %v", text, err)
			}
			continue
		}
		if fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != parts[0] || !strings.Contains(err.Error(), parts[1]) || !strings.Contains(fault.HintOf(err), parts[2]) {
			t.Errorf("%s: field %q, %v, hint %q", text, fault.FieldOf(err), err, fault.HintOf(err))
		}
	}
}

func TestCompile_hashes_only_with_a_key(t *testing.T) {
	t.Parallel()
	for _, f := range []mapping.File{
		{Personal: map[connect.Personal]mapping.Action{connect.Email: mapping.Hash}},
		{Streams: map[string]mapping.Rules{"people": {Hash: []string{"name"}}}},
	} {
		for _, key := range []vault.Secret{{}, vault.NewSecret("short")} {
			if _, err := f.Compile([]connect.Stream{events(), people()}, key); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "key") {
				t.Errorf("%+v: %v", f, err)
			}
		}
	}
	f := mapping.File{Personal: map[connect.Personal]mapping.Action{connect.Email: mapping.Redact}}
	if _, err := f.Compile([]connect.Stream{events(), people()}, vault.Secret{}); err != nil {
		t.Error(err)
	}
}

func TestCompile_takes_tables_that_look_like_histories(t *testing.T) {
	t.Parallel()
	a, b := events(), events()
	b.Name = connect.HistoryOf(a).Name
	if _, err := (mapping.File{}).Compile([]connect.Stream{a, b}, vault.Secret{}); err != nil {
		t.Error(err)
	}
}

func TestFingerprint_changes_with_what_is_written(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, text := range []string{
		"", "streams: {people: {to: guests}}", "streams: {people: {omit: [note]}}", "streams: {people: {filter: active}}", "streams: {people: {hash: [note]}}",
		"streams: {people: {redact: [note]}}", "personal: {email: hash}", "personal: {email: redact}", "personal: {answer: redact}",
		"streams: {people: {set: {x: 1}}}", "streams: {people: {set: {x: '1'}}}", "streams: {people: {compute: {x: {expr: '1', type: text}}}}",
		"streams: {people: {compute: {x: {jq: '1', type: text}}}}",
	} {
		var prints []string
		for range 3 {
			m, err := compile(text)
			if err != nil {
				t.Fatal(err)
			}
			prints = append(prints, m.Stream("people").Fingerprint())
			if m.Stream("events").Fingerprint() != "" {
				t.Errorf("%q: events are changed", text)
			}
		}
		if prints[0] != prints[1] || prints[0] != prints[2] || (prints[0] == "") != (text == "") {
			t.Errorf("%q: %q", text, prints)
		}
		if other, ok := seen[prints[0]]; ok {
			t.Errorf("%q and %q have one fingerprint", text, other)
		}
		seen[prints[0]] = text
	}
}

func TestFingerprint_changes_with_the_key_of_hashes(t *testing.T) {
	t.Parallel()
	of := func(action mapping.Action, key string) string {
		f := mapping.File{Personal: map[connect.Personal]mapping.Action{connect.Email: action}}
		m, err := f.Compile([]connect.Stream{events(), people()}, vault.NewSecret(key))
		if err != nil {
			t.Fatal(err)
		}
		return m.Stream("people").Fingerprint()
	}
	const a, b = "0123456789abcdef", "0123456789abcdeX"
	if of(mapping.Hash, a) == of(mapping.Hash, b) || of(mapping.Redact, a) != of(mapping.Redact, b) {
		t.Error("the key of hashes is part of the fingerprint where there are hashes, and only there")
	}
}
