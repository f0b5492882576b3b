package mapping_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/mapping"
)

// texts returns every text in a value, with JSON decoded: strings, names of
// members, numbers.
func texts(t testing.TB, v any) []string {
	t.Helper()
	switch v := v.(type) {
	case nil, bool:
		return nil
	case time.Time:
		return []string{connect.FormatTime(v)}
	case connect.Document:
		return texts(t, document(t, v))
	case map[string]any:
		var all []string
		for name, inner := range v {
			all = append(append(all, name), texts(t, inner)...)
		}
		return all
	case []any:
		var all []string
		for _, inner := range v {
			all = append(all, texts(t, inner)...)
		}
		return all
	}
	return []string{fmt.Sprint(v)}
}

// document decodes JSON and keeps the digits of numbers.
func document(t testing.TB, v any) (inside any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(v.(connect.Document))))
	d.UseNumber()
	if err := d.Decode(&inside); err != nil {
		t.Fatalf("%q is no JSON: %v", v, err)
	}
	return inside
}

// holds reports whether text is found in what a person would search: without
// regard to case.
func holds(text, searched string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(searched))
}

// personal compiles people with every kind of personal data taken out.
func personal(t testing.TB, action mapping.Action, more string) *mapping.Stream {
	t.Helper()
	m, err := compile(strings.ReplaceAll("personal: {email: X, name: X, phone: X, answer: X}\n", "X", string(action)) + more)
	if err != nil {
		t.Fatal(err)
	}
	return m.Stream("people")
}

// escaped writes text as a JSON string, with escapes chosen at random.
func escaped(rt *rapid.T, text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r < 0x10000 && (r < ' ' || r == '"' || r == '\\' || rapid.IntRange(0, 5).Draw(rt, "escape") == 0):
			fmt.Fprintf(&b, `\u%04x`, r)
		case r == '/' && rapid.Bool().Draw(rt, "slash"):
			b.WriteString(`\/`)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// cased returns text in another case.
func cased(rt *rapid.T, text string) string {
	return strings.Map(func(r rune) rune {
		if other := rapid.SampledFrom([]func(rune) rune{unicode.ToLower, unicode.ToUpper, func(r rune) rune { return r }}).Draw(rt, "case")(r); unicode.SimpleFold(other) == r || unicode.SimpleFold(r) == other {
			return other
		}
		return r
	}, text)
}

// planted returns a text that has the secrets in it, or some of them.
func planted(rt *rapid.T, secrets []string) string {
	var b strings.Builder
	filler := rapid.StringMatching(`[ a-zé0-9@.,;:{}\[\]"'/\\-]{0,6}`)
	for range rapid.IntRange(1, 3).Draw(rt, "pieces") {
		b.WriteString(filler.Draw(rt, "filler"))
		s := cased(rt, rapid.SampledFrom(secrets).Draw(rt, "secret"))
		switch rapid.IntRange(0, 6).Draw(rt, "way") {
		case 0:
			s = url.QueryEscape(s)
		case 1:
			s = url.PathEscape(s)
		}
		b.WriteString(s)
	}
	b.WriteString(filler.Draw(rt, "filler"))
	return b.String()
}

// nested returns JSON that has planted texts anywhere, also as names.
func nested(rt *rapid.T, secrets []string, depth int) string {
	switch kind := rapid.IntRange(0, 6).Draw(rt, "kind"); {
	case kind == 0 && depth > 0:
		var parts []string
		for i := range rapid.IntRange(0, 3).Draw(rt, "members") {
			parts = append(parts, escaped(rt, fmt.Sprint(i, planted(rt, secrets)))+":"+nested(rt, secrets, depth-1))
		}
		return "{" + strings.Join(parts, " , ") + "}"
	case kind == 1 && depth > 0:
		var parts []string
		for range rapid.IntRange(0, 3).Draw(rt, "elements") {
			parts = append(parts, nested(rt, secrets, depth-1))
		}
		return "[" + strings.Join(parts, ",\n") + "]"
	case kind == 2:
		return rapid.SampledFrom([]string{"null", "true", "false", "12", "-1.50e3"}).Draw(rt, "simple")
	}
	return escaped(rt, planted(rt, secrets))
}

// Whoever searches the destination for personal data finds it nowhere, however
// it was written and wherever.
func TestMap_leaves_personal_data_nowhere(t *testing.T) {
	t.Parallel()
	for _, action := range []mapping.Action{mapping.Hash, mapping.Redact} {
		s := personal(t, action, `streams: {people: {compute: {loud: {expr: 'upper(note ?? "")', type: text}, raw: {expr: '_raw', type: json}, mail: {expr: email, type: text}}}}`)
		rapid.Check(t, func(rt *rapid.T) {
			secrets := []string{
				rapid.StringMatching(`[a-z+_.é]{2,8}@[a-z-]{2,8}\.(com|example)`).Draw(rt, "email"),
				rapid.StringMatching(`[A-Zx-z][x-zé']{3,8}( [A-ZÖx-z]{2,8})?`).Draw(rt, "name"),
				rapid.StringMatching(`\+[1-9][0-9]{2} [0-9]{3}-[0-9]{4}`).Draw(rt, "phone"),
				rapid.StringMatching(`[w-z"\\&<>]{2}[w-z]{2}[w-z \n"&<>]{0,9}[w-z]`).Draw(rt, "answer"),
			}
			r := ann()
			r.Values[2], r.Values[3], r.Values[4] = cased(rt, secrets[0]), secrets[1], planted(rt, secrets)
			r.Values[9] = connect.Document(fmt.Sprintf(`[{"answer":%s,"by":{"phone":%s,"x":%s}},{"q":%s}]`,
				escaped(rt, secrets[3]), escaped(rt, secrets[2]), nested(rt, secrets, 2), nested(rt, secrets, 2)))
			r.Values[10] = connect.Document(fmt.Sprintf(`{"email":%s,"deep":%s,"answers":%s}`, escaped(rt, secrets[0]), nested(rt, secrets, 4), r.Values[9]))
			for name, got := range map[string]func() (connect.Record, error){
				"Map": func() (connect.Record, error) { return s.Map(r) }, "Clean": func() (connect.Record, error) { return s.Clean(r), nil },
			} {
				mapped, err := got()
				if err != nil {
					rt.Fatal(err)
				}
				for i, v := range mapped.Values {
					for _, text := range texts(t, v) {
						for _, secret := range secrets {
							for _, form := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret)} {
								if holds(text, form) {
									rt.Fatalf("%s: value %d holds %q: %q", name, i, form, text)
								}
							}
						}
					}
				}
			}
		})
	}
}

func TestMap_hashes_equal_values_equally_everywhere(t *testing.T) {
	t.Parallel()
	s := personal(t, mapping.Hash, "")
	r := with("note", "mail ANN@example.COM, or ann%40example.com, or Bob")
	r.Values[10] = connect.Document(`{"email":"ann\u0040example.com","note":"<ANN@EXAMPLE.COM>","uri":"https://api.example.com/people/1"}`)
	got, err := s.Map(r)
	if err != nil {
		t.Fatal(err)
	}
	hash, _ := got.Values[2].(string)
	if len(hash) != 32 || strings.Trim(hash, "0123456789abcdef") != "" {
		t.Fatalf("the hash is %q", hash)
	}
	if want := "mail " + hash + ", or " + hash + ", or Bob"; got.Values[4] != want {
		t.Errorf("note is %q, want %q", got.Values[4], want)
	}
	if want := connect.Document(`{"email":"` + hash + `","note":"<` + hash + `>","uri":"https://api.example.com/people/1"}`); got.Values[10] != want {
		t.Errorf("_raw is %s, want %s", got.Values[10], want)
	}
	other := with("email", "bob@example.com")
	if value(t, s, other, "email") == hash {
		t.Error("two addresses have one hash")
	}
}

func TestMap_redacts_at_every_place(t *testing.T) {
	t.Parallel()
	r := ann()
	r.Values[9] = connect.Document(`[{"answer":"x","by":{"phone":15551234567,"other":1},"q":"why x"},{"answer":{"deep":["y",5,true,null]}}]`)
	r.Values[10] = connect.Document(`{"name":"Ann Lee","answers":[{"answer":"x"}],"number":15551234567,"count":5,"size":1.50,"texts":["x","ann lee!"," +1 (555) 123-4567."]}`)
	got, err := personal(t, mapping.Redact, "").Map(r)
	if err != nil {
		t.Fatal(err)
	}
	want := []any{
		"https://api.example.com/people/1", "https://api.example.com/events/9", mapping.Redacted, mapping.Redacted, "call " + mapping.Redacted,
		int64(42), 0.25, true, noon(),
		connect.Document(`[{"answer":"[redacted]","by":{"phone":"[redacted]","other":1},"q":"why x"},{"answer":{"deep":["[redacted]","[redacted]",true,null]}}]`),
		connect.Document(`{"name":"[redacted]","answers":[{"answer":"[redacted]"}],"number":"[redacted]","count":5,"size":1.50,"texts":["[redacted]","[redacted]!"," +[redacted]."]}`),
		noon(), nil,
	}
	if diff := cmp.Diff(want, got.Values); diff != "" {
		t.Error(diff)
	}
}

func TestMap_keeps_raw_byte_for_byte_where_nothing_is_taken_out(t *testing.T) {
	t.Parallel()
	r := with("email", nil)
	r.Values[3], r.Values[9] = nil, nil
	r.Values[10] = connect.Document(`{ "a" : 1.500, "b":"\u0041" }`)
	if got := value(t, personal(t, mapping.Redact, ""), r, "_raw"); got != r.Values[10] {
		t.Errorf("_raw is %s", got)
	}
}

// What names records and times stay what they are, though a short answer may
// look like a part of them.
func TestMap_leaves_references_and_times_alone(t *testing.T) {
	t.Parallel()
	r := with("name", "people")
	r.Values[9] = connect.Document(`[{"answer":"2026"},{"answer":"1"},{"answer":"example"}]`)
	r.Values[10] = connect.Document(`{"event":"https://api.example.com/events/9","self":"https://api.example.com/people/1","host":{"user":"https://api.example.com/people/77"},"at":"2026-02-25T12:00:00Z","n":1}`)
	got, err := personal(t, mapping.Redact, "").Map(r)
	if err != nil {
		t.Fatal(err)
	}
	if got.Values[0] != r.Values[0] || got.Values[1] != r.Values[1] || got.Values[10] != r.Values[10] {
		t.Errorf("%v", got.Values)
	}
}

func TestMap_takes_an_address_out_of_references_too(t *testing.T) {
	t.Parallel()
	s := personal(t, mapping.Redact, "")
	if got := value(t, s, with("event", "https://api.example.com/events/ann@example.com"), "event"); got != "https://api.example.com/events/[redacted]" {
		t.Errorf("event is %v", got)
	}
	_, err := s.Map(with("uri", "https://api.example.com/people/ann@example.com"))
	if fault.KindOf(err) != fault.Schema || !strings.Contains(err.Error(), "column uri") || strings.Contains(err.Error(), "ann") {
		t.Errorf("an address in the key: %v", err)
	}
}

func TestMap_hashes_keys_by_every_letter(t *testing.T) {
	t.Parallel()
	s := rules(t, "hash: [uri]")
	a, b := value(t, s, with("uri", "ann@example.com"), "uri"), value(t, s, with("uri", "Ann@example.com"), "uri")
	if a == b {
		t.Error("two keys are one")
	}
	r := ann()
	got, err := s.Map(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts(t, got.Values[10]) {
		if holds(text, "people/1") {
			t.Errorf("_raw holds the key: %q", text)
		}
	}
}

func TestMap_rules_of_a_stream_go_before_those_of_kinds(t *testing.T) {
	t.Parallel()
	s := personal(t, mapping.Hash, "streams: {people: {redact: [email, answers, size], hash: [share]}}")
	got, err := s.Map(ann())
	if err != nil {
		t.Fatal(err)
	}
	if got.Values[2] != mapping.Redacted || got.Values[5] != nil || got.Values[9] != connect.Document(`[{"answer":"[redacted]","position":"[redacted]"}]`) {
		t.Errorf("%v", got.Values)
	}
	if hash, ok := got.Values[6].(string); !ok || len(hash) != 32 || s.Target().Columns[6].Type != connect.Text {
		t.Errorf("share is %v, a %s", got.Values[6], s.Target().Columns[6].Type)
	}
	if raw := string(got.Values[10].(connect.Document)); strings.Contains(raw, "42") || strings.Contains(raw, "none of it") || !strings.Contains(raw, "12345678901234567890") {
		t.Errorf("_raw is %s", raw)
	}
}

func TestMap_refuses_a_number_that_is_a_telephone_number_and_needed(t *testing.T) {
	t.Parallel()
	s := personal(t, mapping.Redact, "")
	r := with("size", int64(15551234567))
	r.Values[9] = connect.Document(`[{"by":{"phone":"+1 555 123-4567"}}]`)
	if got := value(t, s, r, "size"); got != nil {
		t.Errorf("size is %v", got)
	}
	r.Values[6] = 15551234567.0
	if _, err := s.Map(r); fault.KindOf(err) != fault.Schema || strings.Contains(err.Error(), "555") {
		t.Error(err)
	}
}

func TestClean_drops_what_it_cannot_read(t *testing.T) {
	t.Parallel()
	s := personal(t, mapping.Redact, "streams: {people: {select: [uri], rename: {uri: id}}}")
	r := with("answers", connect.Document(`[{"answer":`))
	r.Values[10] = connect.Document(`{"a"`)
	if _, err := s.Map(r); fault.KindOf(err) != fault.Schema || !strings.Contains(err.Error(), "answers") {
		t.Errorf("Map: %v", err)
	}
	got := s.Clean(r)
	if got.Values[9] != nil || got.Values[10] != nil || got.Values[2] != mapping.Redacted || got.Values[0] != r.Values[0] || r.Values[9] == nil {
		t.Errorf("%v", got.Values)
	}
}

func FuzzMap(f *testing.F) {
	s := personal(f, mapping.Redact, "")
	f.Add("ann@example.com", `{"a":["ann\u0040example.com",1e400]}`, "Ann")
	f.Add("+1 555 123 4567", `"x"`, "K\u212a")
	f.Fuzz(func(t *testing.T, email, raw, note string) {
		r := with("email", email)
		r.Values[4], r.Values[10] = note, connect.Document(raw)
		got, err := s.Map(r)
		if err != nil {
			return
		}
		if email != "" && got.Values[2] != mapping.Redacted {
			t.Errorf("email is %v", got.Values[2])
		}
		if raw := got.Values[10].(connect.Document); !json.Valid([]byte(raw)) && json.Valid([]byte(r.Values[10].(connect.Document))) {
			t.Errorf("%q becomes %q", r.Values[10], raw)
		}
	})
}
