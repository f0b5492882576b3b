package mapping_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/mapping"
)

func noon() time.Time { return time.Date(2026, 2, 25, 12, 0, 0, 0, time.UTC) }

// ann is a record of people.
func ann() connect.Record {
	return connect.Record{Values: []any{
		"https://api.example.com/people/1", "https://api.example.com/events/9", "Ann@Example.com", "Ann Lee", "call ann@example.com",
		int64(42), 0.25, true, noon(), connect.Document(`[{"answer":"none of it","position":0}]`),
		connect.Document(`{"uri":"https://api.example.com/people/1", "size":42,"big":12345678901234567890,"answers":[{"answer":"none of it"}],"n":1.50}`),
		noon(), nil,
	}}
}

// with returns ann with another value in a column.
func with(column string, v any) connect.Record {
	r := ann()
	r.Values[people().Column(column)] = v
	return r
}

// value maps r and returns the value of a column.
func value(t testing.TB, s *mapping.Stream, r connect.Record, column string) any {
	t.Helper()
	got, err := s.Map(r)
	if err != nil {
		t.Fatal(err)
	}
	return got.Values[s.Target().Column(column)]
}

func TestMap_selects_renames_and_sets(t *testing.T) {
	t.Parallel()
	before := ann()
	got, err := rules(t, "select: [note, uri], omit: [_raw], rename: {uri: id}, set: {source: x, n: 7}").Map(before)
	if err != nil {
		t.Fatal(err)
	}
	want := []any{"call ann@example.com", "https://api.example.com/people/1", int64(7), "x", noon(), nil}
	if diff := cmp.Diff(connect.Record{Values: want}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(ann(), before); diff != "" {
		t.Errorf("the record itself is changed: %s", diff)
	}
}

func TestMap_without_rules_changes_nothing(t *testing.T) {
	t.Parallel()
	got, err := rules(t, "").Map(ann())
	if diff := cmp.Diff(ann(), got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestMap_deletes_what_does_not_pass_the_filter(t *testing.T) {
	t.Parallel()
	for filter, kept := range map[string]bool{
		`active`:            true,
		`not active`:        false,
		`size > 41`:         true,
		`size > 42`:         false,
		`name == "Ann Lee"`: true,
		`name == nil`:       false,
		`answers[0].position == 0 and answers[0].answer startsWith "none"`: true,
		`start_time > date("2026-01-01")`:                                  true,
		`start_time.Hour() == 12`:                                          true,
		`local(start_time, "Europe/Berlin").Hour() == 13`:                  true,
		`any(answers, .position == 1)`:                                     false,
		`let half = share * 2; half == 0.5`:                                true,
		`$env["note"] contains "call"`:                                     true,
		`len(_raw.answers) == 1`:                                           true,
	} {
		s := rules(t, "filter: '"+filter+"', select: [uri], rename: {uri: id}")
		got, err := s.Map(ann())
		if err != nil {
			t.Errorf("%s: %v", filter, err)
			continue
		}
		if got.Deleted == kept || got.Values[0] != "https://api.example.com/people/1" || len(got.Values) != 4 {
			t.Errorf("%s: %+v", filter, got)
		}
		if got.Deleted && got.Values[3] != nil {
			t.Errorf("%s: the row would be marked and not removed", filter)
		}
	}
}

func TestMap_filter_is_not_passed_by_null(t *testing.T) {
	t.Parallel()
	for _, filter := range []string{`size > 1`, `not (size > 1)`, `size == 42`} {
		got, err := rules(t, "filter: '"+filter+"'").Map(with("size", nil))
		if err != nil || !got.Deleted {
			t.Errorf("%s: %+v, %v", filter, got, err)
		}
	}
	for _, filter := range []string{`size == nil`, `(size ?? 5) > 1`, `size == nil or size > 1`} {
		got, err := rules(t, "filter: '"+filter+"'").Map(with("size", nil))
		if err != nil || got.Deleted {
			t.Errorf("%s: %+v, %v", filter, got, err)
		}
	}
}

func TestMap_passes_deleted_records_with_their_key_and_time(t *testing.T) {
	t.Parallel()
	gone := connect.Record{Deleted: true, Values: make([]any, len(people().Columns))}
	gone.Values[0], gone.Values[12] = ann().Values[0], noon()
	s := rules(t, "filter: active, rename: {uri: id}, hash: [uri], select: [name, uri], compute: {x: {expr: 'upper(name)', type: text}}")
	got, err := s.Map(gone)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := s.Map(ann())
	if err != nil {
		t.Fatal(err)
	}
	want := connect.Record{Deleted: true, Values: []any{nil, kept.Values[1], nil, nil, nil, noon()}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	filtered, err := s.Map(with("active", false))
	if err != nil || filtered.Values[1] != kept.Values[1] || !filtered.Deleted {
		t.Errorf("%+v, %v: want the key %v", filtered, err, kept.Values[1])
	}
	gone.Values[12] = nil
	if got, err := s.Map(gone); err != nil || got.Values[5] != nil {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestMap_computes(t *testing.T) {
	t.Parallel()
	for rule, want := range map[string]any{
		`expr: 'split(email, "@")[1]', type: text`:             "Example.com",
		`expr: 'size', type: text`:                             "42",
		`expr: 'share', type: text`:                            "0.25",
		`expr: 'active', type: text`:                           "true",
		`expr: 'start_time', type: text`:                       "2026-02-25T12:00:00.000000Z",
		`expr: 'size / 2', type: integer`:                      int64(21),
		`expr: '"17"', type: integer`:                          int64(17),
		`expr: 'size / 5', type: number`:                       8.4,
		`expr: '"1.5"', type: number`:                          1.5,
		`expr: 'size > 3', type: boolean`:                      true,
		`expr: '"false"', type: boolean`:                       false,
		`expr: '"2024-02-03"', type: timestamp`:                time.Date(2024, 2, 3, 0, 0, 0, 0, time.UTC),
		`expr: '"2024-02-03T10:00:00+02:00"', type: timestamp`: time.Date(2024, 2, 3, 8, 0, 0, 0, time.UTC),
		`expr: 'start_time + duration("1h")', type: timestamp`: noon().Add(time.Hour),
		`expr: '{"b": size, "a": [name]}', type: json`:         connect.Document(`{"a":["Ann Lee"],"b":42}`),
		`expr: 'answers', type: json`:                          connect.Document(`[{"answer":"none of it","position":0}]`),
		`expr: 'name == "x" ? 1 : nil', type: integer`:         nil,
		`jq: '.answers[0].answer', type: text`:                 "none of it",
		`jq: '.size', type: integer`:                           int64(42),
		`jq: '.n', type: number`:                               1.5,
		`jq: '.big', type: number`:                             12345678901234567890.0,
		`jq: '.nothing.at.all', type: text`:                    nil,
		`jq: 'empty', type: text`:                              nil,
		`jq: '[.answers[] | keys]', type: json`:                connect.Document(`[["answer"]]`),
		`jq: '.size > 41', type: boolean`:                      true,
		`jq: '$ENV | length', type: integer`:                   int64(0),
	} {
		if diff := cmp.Diff(want, value(t, rules(t, "compute: {x: {"+rule+"}}"), ann(), "x")); diff != "" {
			t.Errorf("%s: %s", rule, diff)
		}
	}
}

func TestMap_computes_null_of_null(t *testing.T) {
	t.Parallel()
	s := rules(t, `compute: {x: {expr: 'split(email, "@")[1]', type: text}}`)
	if got := value(t, s, with("email", nil), "x"); got != nil {
		t.Errorf("x is %v", got)
	}
}

func TestMap_computes_with_jq_over_the_columns_where_there_is_no_raw_record(t *testing.T) {
	t.Parallel()
	s := people()
	s.Columns = append(s.Columns[:10:10], s.Columns[11:]...)
	f, err := mapping.Parse([]byte(`streams: {people: {compute: {x: {jq: '[.size, .answers[0].answer, .start_time]', type: json}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	m, err := f.Compile([]connect.Stream{events(), s}, secret())
	if err != nil {
		t.Fatal(err)
	}
	r := ann()
	r.Values = append(r.Values[:10:10], r.Values[11:]...)
	if got, want := value(t, m.Stream("people"), r, "x"), connect.Document(`[42,"none of it","2026-02-25T12:00:00.000000Z"]`); got != want {
		t.Errorf("x is %v", got)
	}
}

// An error names the column and holds nothing of the record.
func TestMap_tells_which_column_cannot_be_made_without_its_value(t *testing.T) {
	t.Parallel()
	const hush = "hush-hush"
	for rule, field := range map[string]string{
		`compute: {x: {expr: 'split(note, "@")[1]', type: text}}`:                          "compute.x",
		`compute: {x: {expr: note, type: integer}}`:                                        "compute.x",
		`compute: {x: {expr: note, type: number}}`:                                         "compute.x",
		`compute: {x: {expr: note, type: boolean}}`:                                        "compute.x",
		`compute: {x: {expr: note, type: timestamp}}`:                                      "compute.x",
		`compute: {x: {expr: 'int(note)', type: integer}}`:                                 "compute.x",
		`compute: {x: {expr: 'date(note)', type: timestamp}}`:                              "compute.x",
		`compute: {x: {expr: 'local(start_time, note)', type: timestamp}}`:                 "compute.x",
		`compute: {x: {expr: 'fromJSON(note)', type: json}}`:                               "compute.x",
		`compute: {x: {expr: 'share * 1.5', type: integer}}`:                               "compute.x",
		`compute: {x: {expr: 'map(1..99999, note)', type: json}}`:                          "compute.x",
		`compute: {x: {expr: 'count(1..9999, count(1..9999, # > 0) > 0)', type: integer}}`: "compute.x",
		`compute: {x: {jq: '.note | tonumber', type: number}}`:                             "compute.x",
		`compute: {x: {jq: '.note.x', type: text}}`:                                        "compute.x",
		`compute: {x: {jq: 'error(.note)', type: text}}`:                                   "compute.x",
		`compute: {x: {jq: '.note, .note', type: text}}`:                                   "compute.x",
		`compute: {x: {jq: '.answers', type: text}}`:                                       "compute.x",
		`compute: {x: {jq: 'def f: f; f', type: text}}`:                                    "compute.x",
		`compute: {x: {jq: '[range(1e12)] | length', type: integer}}`:                      "compute.x",
		`compute: {x: {jq: '[.note] | halt_error', type: text}}`:                           "compute.x",
		`filter: 'answers[0].answer'`:                                                      "filter",
		`filter: 'int(note) > 1'`:                                                          "filter",
	} {
		r := with("note", hush)
		r.Values[9] = connect.Document(`[{"answer":"` + hush + `"}]`)
		r.Values[10] = connect.Document(`{"note":"` + hush + `","answers":[{"answer":"` + hush + `"}]}`)
		r.Values[6] = 1.5
		_, err := rules(t, rule).Map(r)
		if fault.KindOf(err) != fault.Schema || fault.FieldOf(err) != "streams.people."+field {
			t.Errorf("%s: field %q: %v", rule, fault.FieldOf(err), err)
			continue
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if strings.Contains(e.Error(), hush) {
				t.Errorf("%s: the error tells the value: %v", rule, e)
			}
		}
		if field == "compute.x" && !strings.Contains(err.Error(), "column x of people") {
			t.Errorf("%s: the error does not name the column: %v", rule, err)
		}
	}
}

func TestMap_refuses_a_record_of_another_shape(t *testing.T) {
	t.Parallel()
	if _, err := rules(t, "to: x").Map(connect.Record{Values: []any{"a"}}); fault.KindOf(err) != fault.Internal {
		t.Error(err)
	}
}

func TestMap_may_be_used_from_many_goroutines(t *testing.T) {
	t.Parallel()
	s := rules(t, `hash: [email], redact: [name], filter: 'active', compute: {d: {expr: 'split(email, "@")[1]', type: text}, h: {expr: 'local(start_time, "Asia/Tokyo").Hour()', type: integer}, q: {jq: '.answers[0].answer', type: text}}`)
	want, err := s.Map(ann())
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if got, err := s.Map(ann()); err != nil || !cmp.Equal(want, got) {
					t.Errorf("%v: %s", err, cmp.Diff(want, got))
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestPreview_shows_before_and_after(t *testing.T) {
	t.Parallel()
	s := rules(t, `select: [uri, note], filter: active, compute: {n: {expr: note, type: integer}}`)
	p := s.Preview([]connect.Record{with("note", "7"), with("active", false), ann()})
	if diff := cmp.Diff(s.Target(), p.Target); diff != "" || p.Source.Name != "people" || len(p.Rows) != 3 {
		t.Fatalf("%+v", p)
	}
	if p.Rows[0].Err != nil || p.Rows[0].After.Values[2] != int64(7) || p.Rows[0].Before.Values[4] != "7" {
		t.Errorf("%+v", p.Rows[0])
	}
	if p.Rows[1].Err != nil || !p.Rows[1].After.Deleted {
		t.Errorf("%+v", p.Rows[1])
	}
	if p.Rows[2].Err == nil || p.Rows[2].After.Values != nil {
		t.Errorf("%+v", p.Rows[2])
	}
}
