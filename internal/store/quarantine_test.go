package store_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
	"github.com/kalends/kalends/internal/store"
	"github.com/kalends/kalends/internal/vault"
)

// everything is a record of values of every type, also of those that do not fit
// their column, which is why a row may be refused.
func everything() flow.Quarantined {
	return flow.Quarantined{
		Stream: "things", Key: "k1", Run: "r1", At: noon(), Kind: "schema", Message: "refused", Mapped: true, Mapping: "f", History: true,
		Table: connect.Stream{Name: "table", Key: []string{"id"}, Columns: []connect.Column{
			{Name: "id", Type: connect.Text, Required: true}, {Name: "of", Type: connect.Text, Ref: "others"}, {Name: "n", Type: connect.Integer},
			{Name: "empty"}, {Name: "none"}, {Name: "bytes"}, {Name: "f"}, {Name: "inf"}, {Name: "yes"}, {Name: "no"}, {Name: "at"}, {Name: "_raw", Type: connect.JSON},
		}},
		Record: connect.Record{Values: []any{
			"k1", int64(math.MaxInt64), "no number", "", nil, "\xff", 0.1, math.Inf(-1), true, false, noon(), connect.Document(`{"b": 1,  "a":"\u0000", "a":2}`),
		}},
	}
}

func TestQuarantine_gives_back_exactly_what_it_was_given(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	if err := s.SaveFlow(t.Context(), flow.Flow{ID: "f", From: "acme", Credential: "c1", To: "sqlite:copy.db"}); err != nil {
		t.Fatal(err)
	}
	gone := everything()
	gone.Key, gone.Record.Deleted = "k2", true
	if err := s.Quarantine(t.Context(), "f", []flow.Quarantined{everything(), gone}, nil); err != nil {
		t.Fatal(err)
	}
	got := must(s.Quarantined(t.Context(), flow.Which{Flow: "f"}))(t)
	for i, want := range []flow.Quarantined{everything(), gone} {
		want.ID, want.Flow, want.From, want.To = int64(i+1), "f", "acme", "sqlite:copy.db"
		if diff := cmp.Diff(want, got[i]); diff != "" {
			t.Error(diff)
		}
	}
}

func TestQuarantine_keeps_one_row_of_a_key_and_forgets_what_landed(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	save := func(flowID string, refused, landed []flow.Quarantined) {
		if err := s.Quarantine(t.Context(), flowID, refused, landed); err != nil {
			t.Fatal(err)
		}
	}
	one, two := everything(), everything()
	two.Stream = "others"
	save("f", []flow.Quarantined{one, two}, nil)
	save("g", []flow.Quarantined{one}, nil)
	one.Message = "refused anew"
	save("f", []flow.Quarantined{one}, nil)
	list := must(s.Quarantined(t.Context(), flow.Which{Flow: "f", Stream: "things"}))(t)
	if len(list) != 1 || list[0].ID != 1 || list[0].Message != "refused anew" {
		t.Errorf("%+v", list)
	}
	save("f", nil, []flow.Quarantined{one})
	wantEqual(t, len(must(s.Held(t.Context(), "f"))(t)), 1)
	wantEqual(t, must(s.Held(t.Context(), "f"))(t)[0].Stream, "others")
	wantEqual(t, len(must(s.Quarantined(t.Context(), flow.Which{}))(t)), 2)
	wantEqual(t, must(s.DropQuarantined(t.Context(), flow.Which{IDs: []int64{3, 99}}))(t), 1)
	wantEqual(t, must(s.DropQuarantined(t.Context(), flow.Which{Flow: "f"}))(t), 1)
	save("f", []flow.Quarantined{one}, nil)
	wantEqual(t, must(s.Quarantined(t.Context(), flow.Which{}))(t)[0].ID, int64(5)) // no ID means two rows
}

func TestQuarantine_refuses_a_value_that_it_could_not_give_back(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	wrong, fine := everything(), everything()
	fine.Key = "fine"
	wrong.Record.Values[1] = struct{}{}
	if err := s.Quarantine(t.Context(), "f", []flow.Quarantined{fine, wrong}, nil); err == nil {
		t.Error("no error")
	}
	wantEqual(t, len(must(s.Held(t.Context(), "f"))(t)), 0)
}

func TestFlow_is_told_by_the_present_name_of_its_credential(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	f := flow.Flow{ID: "f", From: "old", Credential: "c1", To: "sqlite:copy.db"}
	if err := s.SaveFlow(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, must(s.Flow(t.Context(), "f"))(t), f)
	create(t, s, "acme")
	saved := must(s.Credential(t.Context(), "acme"))(t)
	f.Credential = saved.ID
	if err := s.SaveFlow(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	f.From = "acme"
	wantEqual(t, must(s.Flow(t.Context(), "f"))(t), f)
	if _, err := s.Flow(t.Context(), "g"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an unknown flow: %v", err)
	}
}

func TestRemap_forgets_what_records_said_when_their_mapping_changes(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	version := connect.Version{7}
	begin := func() {
		err := s.SaveProgress(t.Context(), "f", store.Progress{Group: "g", Checkpoint: []byte("here"), UpdatedAt: noon()},
			connect.Trace{Stream: "a", Key: "k", Version: version, At: noon()}, connect.Trace{Stream: "b", Key: "k", Version: version})
		if err != nil {
			t.Fatal(err)
		}
	}
	remap := func(a, b string) {
		if err := s.Remap(t.Context(), "f", "g", map[string]string{"a": a, "b": b}); err != nil {
			t.Fatal(err)
		}
	}
	version1 := func(stream string) connect.Version {
		return must(s.Memory("f").Known(t.Context(), stream, []string{"k"}))(t)["k"].Version
	}
	begin()
	remap("", "")
	wantEqual(t, len(must(s.Progress(t.Context(), "f"))(t)), 1) // flows without a map go on
	wantEqual(t, version1("a"), version)
	for _, mapping := range []string{"first", "second", ""} {
		begin()
		remap(mapping, "")
		wantEqual(t, len(must(s.Progress(t.Context(), "f"))(t)), 0)
		wantEqual(t, version1("a"), connect.Version{})
		wantEqual(t, version1("b"), version)
		wantEqual(t, must(s.Mapping(t.Context(), "f", "a"))(t), mapping)
		wantEqual(t, len(must(s.Memory("f").Keys(t.Context(), "a", "", connect.Span{From: noon(), To: noon().Add(time.Hour)}))(t)), 1)
		begin()
		remap(mapping, "")
		wantEqual(t, len(must(s.Progress(t.Context(), "f"))(t)), 1)
		wantEqual(t, version1("a"), version)
	}
}

func TestAddSecret_never_replaces(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	if _, ok, err := s.Secret(t.Context(), "s"); ok || err != nil {
		t.Errorf("before: %t, %v", ok, err)
	}
	first := vault.Sealed{KeyID: "first", Version: 1, Fields: map[string][]byte{"key": {1}}}
	for _, sealed := range []vault.Sealed{first, {KeyID: "second"}} {
		if err := s.AddSecret(t.Context(), "s", sealed); err != nil {
			t.Fatal(err)
		}
	}
	got, ok, err := s.Secret(t.Context(), "s")
	if !ok || err != nil || got.KeyID != first.KeyID || !strings.Contains(string(got.Fields["key"]), "\x01") {
		t.Errorf("%+v, %t, %v", got, ok, err)
	}
}
