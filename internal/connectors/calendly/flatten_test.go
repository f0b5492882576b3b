package calendly

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/connect"
)

// thing has a field of every sort that Calendly's records have.
type thing struct {
	URI   api.URI    `json:"uri"`
	Text  *string    `json:"text"`
	Whole int        `json:"whole"`
	Price *float64   `json:"price"`
	Yes   bool       `json:"yes"`
	At    *time.Time `json:"at,omitempty"`
	Host  struct {
		User api.URI `json:"user"`
		Deep *struct {
			Value string `json:"value"`
		} `json:"deep"`
	} `json:"host"`
	List  []string        `json:"list"`
	Free  json.RawMessage `json:"free"`
	Owner api.URI         `json:"owner"`
	Raw   json.RawMessage `json:"-"`
}

var read = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// thingPlan is a plan for things, keyed by their URI or a hash of parts.
func thingPlan(parts ...string) *plan {
	fields := fieldsOf(reflect.TypeFor[thing]())
	columns := []connect.Column{{Name: connect.ColumnKey}}
	for _, f := range fields {
		columns = append(columns, f.column)
	}
	columns = append(columns, connect.Column{Name: connect.ColumnRaw, Type: connect.JSON}, connect.Column{Name: connect.ColumnSynced, Type: connect.Timestamp})
	key := "uri"
	if len(parts) > 0 {
		key = connect.ColumnKey
	}
	return newPlan(fields, columns, "owner", key, parts)
}

// flattened returns the values by column, without those that are null and
// without the whole record.
func flattened(t *testing.T, p *plan, raw string) map[string]any {
	t.Helper()
	r, err := p.record([]byte(raw), "mother", read)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]any{}
	for i, c := range p.columns {
		if c.Name != connect.ColumnRaw && c.Name != connect.ColumnSynced && r.Values[i] != nil {
			got[c.Name] = r.Values[i]
		}
	}
	return got
}

func TestFieldsOf_makes_a_column_of_each_value(t *testing.T) {
	t.Parallel()
	var got []string
	for _, f := range fieldsOf(reflect.TypeFor[thing]()) {
		got = append(got, f.column.Name+" "+f.column.Type.String())
	}
	want := strings.Split("uri text,text text,whole integer,price number,yes boolean,at timestamp,host_user text,host_deep_value text,list json,free json,owner text", ",")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRecord_puts_every_value_into_its_column(t *testing.T) {
	t.Parallel()
	raw := `{"free": {"a": [1]}, "uri":"u1","text":"Zoë \"\u00e9\"","whole":30,"price":12.5,"yes":true,"new field":{"uri":"x"},
		"at":"2026-02-25T20:13:01.1360759+02:00","host":{"user":"u2","deep":{"value":"v","more":1}},"list":["a", null],"owner":null}`
	got := flattened(t, thingPlan(), raw)
	want := map[string]any{
		"uri": "u1", "text": `Zoë "é"`, "whole": int64(30), "price": 12.5, "yes": true,
		"at": time.Date(2026, 2, 25, 18, 13, 1, 136075000, time.UTC), "host_user": "u2", "host_deep_value": "v",
		"owner": "mother", "list": connect.Document(`["a", null]`), "free": connect.Document(`{"a": [1]}`),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestRecord_keeps_all_of_it_and_when_it_was_read(t *testing.T) {
	t.Parallel()
	p := thingPlan()
	raw := "{ \"uri\" : \"u1\", \"unheard_of\": 1e400 }"
	r, err := p.record([]byte(raw), "", read)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(r.Values[p.raw].(connect.Document)); got != raw || r.Values[p.synced] != read {
		t.Errorf("the record is kept as %s at %v", got, r.Values[p.synced])
	}
}

func TestRecord_what_does_not_fit_is_null(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]map[string]any{
		`{"uri":"u","text":{"a":1},"whole":"many","price":[],"yes":"perhaps","at":"soon","host":"me"}`: {"owner": "mother"},
		`{"uri":"u","text":5,"whole":"30","price":"1234.56","yes":"true","at":"2026-11-23","host":null}`: {
			"owner": "mother", "text": "5", "whole": int64(30), "price": 1234.56, "yes": true, "at": time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
		},
		`{"uri":"u","text":false,"whole":30.0,"price":1e400,"at":17,"host":{"user":null,"deep":[]}}`: {"owner": "mother", "text": "false", "whole": int64(30)},
		`{"uri":"u","whole":30.5,"price":"NaN","owner":"father"}`:                                    {"owner": "father"},
		`{"uri":"u","uri":"u","whole":1,"whole":2}`:                                                  {"owner": "mother", "whole": int64(2)},
	} {
		want["uri"] = "u"
		if diff := cmp.Diff(want, flattened(t, thingPlan(), raw)); diff != "" {
			t.Errorf("%s: %s", raw, diff)
		}
	}
}

func TestRecord_without_a_uri_is_kept_under_a_hash_of_itself(t *testing.T) {
	t.Parallel()
	p := thingPlan()
	seen := map[any]string{}
	for _, raw := range []string{`{"text":"a"}`, `{"uri":null}`, `null`, `["a"]`, `"a"`} {
		got := flattened(t, p, raw)
		if key, _ := got["uri"].(string); len(key) != 32 || seen[key] != "" {
			t.Errorf("%s has the key %v", raw, got["uri"])
		}
		seen[got["uri"]] = raw
	}
	if same := flattened(t, p, ` { "text" : "a" } `)["uri"]; seen[same] == "" {
		t.Error("spacing changes the key")
	}
}

func TestRecord_key_of_parts_depends_on_them_alone(t *testing.T) {
	t.Parallel()
	p := thingPlan("owner", "text", "at", "free")
	key := func(raw string) any { return flattened(t, p, raw)[connect.ColumnKey] }
	first := key(`{"text":"a","whole":1,"free":{"b":1,"a":2}}`)
	if same := key(`{"whole":2,"free":{"a":2, "b":1},"text":"a"}`); same != first {
		t.Errorf("two keys, %v and %v, for the same parts", first, same)
	}
	seen := map[any]bool{first: true}
	for _, raw := range []string{
		`{"text":"b"}`, `{"text":"a","owner":"father"}`, `{"text":"a","at":"2026-11-23"}`, `{"owner":"fathera"}`, `{}`,
	} {
		if k := key(raw); seen[k] {
			t.Errorf("%s has the key of another", raw)
		} else {
			seen[k] = true
		}
	}
}

func TestRecord_repairs_text_that_is_not_utf8(t *testing.T) {
	t.Parallel()
	got := flattened(t, thingPlan(), "{\"uri\":\"u\",\"text\":\"a\xffb\"}")
	if got["text"] != "a\uFFFDb" {
		t.Errorf("text is %q", got["text"])
	}
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"uri":"u1","text":"\u00e9","whole":30,"price":12.5,"yes":true,"at":"2026-02-25T20:13:01Z","host":{"deep":{"value":1}},"list":[1],"free":{}}`))
	f.Add([]byte(`{"host":{"host":{}},"host":[{"user":""}],"at":"0000-01-01T00:00:00Z"}`))
	p := thingPlan()
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			t.Skip()
		}
		r, err := p.record(raw, "mother", read)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range p.columns {
			if !fits(c.Type, r.Values[i]) {
				t.Errorf("%s holds %T", c.Name, r.Values[i])
			}
		}
		if key, _ := r.Values[p.key].(string); r.Values[p.key] == nil || len(key) > len(raw)+32 {
			t.Errorf("the key is %v", r.Values[p.key])
		}
	})
}

// fits reports whether v may stand in a column of that type.
func fits(kind connect.Type, v any) bool {
	if v == nil {
		return true
	}
	ok := false
	switch kind {
	case connect.Text:
		_, ok = v.(string)
	case connect.Integer:
		_, ok = v.(int64)
	case connect.Number:
		_, ok = v.(float64)
	case connect.Boolean:
		_, ok = v.(bool)
	case connect.Timestamp:
		at, is := v.(time.Time)
		ok = is && at.Location() == time.UTC && at.Nanosecond()%1000 == 0
	case connect.JSON:
		text, is := v.(connect.Document)
		ok = is && json.Valid([]byte(text))
	}
	return ok
}

func BenchmarkRecord(b *testing.B) {
	raw := []byte(`{"calendar_event":null,"created_at":"2026-02-25T18:13:01.136075Z","end_time":"2036-01-31T14:30:00.000000Z","event_guests":[],"event_memberships":[{"buffered_end_time":"2036-01-31T14:30:00.000000Z","buffered_start_time":"2036-01-31T14:00:00.000000Z","user":"https://api.calendly.com/users/5620ac67-d75d-4f0a-bf60-a0a95856c697","user_email":"host@example.com","user_name":"Host"}],"event_type":"https://api.calendly.com/event_types/1024a299-80ff-4b02-aa2c-f51800c87077","invitees_counter":{"active":1,"limit":2,"total":1},"location":{"location":null,"type":"custom"},"meeting_notes_html":null,"meeting_notes_plain":null,"name":"Test Group Meeting","start_time":"2036-01-31T14:00:00.000000Z","status":"active","updated_at":"2026-02-25T18:13:01.136075Z","uri":"https://api.calendly.com/scheduled_events/ccc1b129-d7a8-4686-8b12-60795512bad1"}`)
	for _, s := range catalog() {
		if s.Name != "scheduled_events" {
			continue
		}
		b.ReportAllocs()
		b.SetBytes(int64(len(raw)))
		for b.Loop() {
			if _, err := s.plan.record(raw, "", read); err != nil {
				b.Fatal(err)
			}
		}
	}
}
