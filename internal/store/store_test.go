package store_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
	"github.com/kalends/kalends/internal/store"
	"github.com/kalends/kalends/internal/vault"
)

// noon is when the tests happen.
func noon() time.Time { return time.Date(2026, 3, 4, 12, 0, 0, 123456000, time.UTC) }

// open opens the store in folder until the test ends.
func open(t testing.TB, folder string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), filepath.Join(folder, "kalends.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func acme() store.Credential {
	return store.Credential{
		ID: "c1", Name: "acme", Description: "for reports", Connector: "calendly",
		Values:    map[string]string{"organization_uri": "https://api.calendly.com/organizations/AAAA"},
		Sealed:    vault.Sealed{KeyID: "k", Version: 1, WrappedKey: []byte{1, 2}, Fields: map[string][]byte{"api_key": {3, 4}}},
		Facts:     []connect.Fact{{Name: "role", Title: "Role", Value: "owner"}},
		CreatedAt: noon(), UpdatedAt: noon(),
	}
}

// wantKind fails the test unless err is of that kind and field and has a hint.
func wantKind(t *testing.T, err error, kind fault.Kind, field string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %v", kind)
	}
	if fault.KindOf(err) != kind || fault.FieldOf(err) != field {
		t.Fatalf("got %v, field %q: %v; want %v, field %q", fault.KindOf(err), fault.FieldOf(err), err, kind, field)
	}
	if fault.HintOf(err) == "" {
		t.Errorf("%v has no hint", err)
	}
}

func wantEqual(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestCredential_is_read_as_it_was_saved(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	if err := s.CreateCredential(t.Context(), acme()); err != nil {
		t.Fatal(err)
	}
	want := acme()
	want.Revision = 1
	wantEqual(t, must(s.Credential(t.Context(), "ACME"))(t), want)
	wantEqual(t, must(s.Credentials(t.Context()))(t), []store.Credential{want})
}

func TestProgress_is_kept_by_group(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	first := store.Progress{Group: "users", Checkpoint: connect.Checkpoint("a\x00b"), Fingerprint: "f", UpdatedAt: noon()}
	other := store.Progress{Group: "scheduled_events", Fingerprint: "f", Done: true, UpdatedAt: noon()}
	for _, p := range []store.Progress{{Group: "users"}, first, other} {
		if err := s.SaveProgress(t.Context(), "flow", p); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SaveProgress(t.Context(), "another", first); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, must(s.Progress(t.Context(), "flow"))(t), map[string]store.Progress{"users": first, "scheduled_events": other})
	wantEqual(t, must(s.Progress(t.Context(), "another"))(t), map[string]store.Progress{"users": first})
}

func run(id string, started time.Time) flow.Run {
	return flow.Run{ID: id, Flow: "flow", Status: flow.Running, Started: started,
		Streams: []flow.Stream{{Name: "users", Status: flow.Succeeded}, {Name: "groups", Status: flow.Running}, {Name: "teams", Status: flow.Pending}}}
}

func TestRuns_come_latest_first(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	for i, id := range []string{"a", "b", "c"} {
		if err := s.StartRun(t.Context(), run(id, noon().Add(time.Duration(i)*time.Minute))); err != nil {
			t.Fatal(err)
		}
	}
	done := run("b", noon().Add(time.Minute))
	done.Status, done.Requests, done.RateLimited, done.Records, done.Seconds = flow.Failed, 5, 1, 99, 1.5
	done.Error = &flow.Error{Kind: "unavailable", Message: "gone", Hint: "wait"}
	if err := s.FinishRun(t.Context(), done); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, must(s.LastRun(t.Context(), "flow"))(t).ID, "c")
	wantEqual(t, must(s.Runs(t.Context(), "", 2))(t), []flow.Run{run("c", noon().Add(2*time.Minute)), done})
	wantEqual(t, len(must(s.Runs(t.Context(), "flow", 0))(t)), 3)
	wantEqual(t, len(must(s.Runs(t.Context(), "other", 0))(t)), 0)
	if err := s.FinishRun(t.Context(), done); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a run ended twice: %v", err)
	}
	if err := s.StartRun(t.Context(), done); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a run began twice: %v", err)
	}
}

func TestInterruptRuns_ends_what_was_left_running(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	other := run("other", noon())
	other.Flow = "another flow"
	ended := run("ended", noon().Add(-time.Hour))
	for _, r := range []flow.Run{run("left", noon()), other, ended} {
		if err := s.StartRun(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	ended.Status = flow.Succeeded
	if err := s.FinishRun(t.Context(), ended); err != nil {
		t.Fatal(err)
	}
	wantEqual(t, must(s.InterruptRuns(t.Context(), "flow"))(t), 1)
	wantEqual(t, must(s.InterruptRuns(t.Context(), "flow"))(t), 0)

	const why = "interrupted: its process ended before it did"
	left := run("left", noon())
	left.Status = flow.Failed
	left.Error = &flow.Error{Kind: "canceled", Message: why, Hint: "run it again: it goes on from the last committed batch"}
	left.Streams[1].Status, left.Streams[1].Reason = flow.Failed, why
	left.Streams[2].Status, left.Streams[2].Reason = flow.Failed, why
	wantEqual(t, must(s.Runs(t.Context(), "flow", 0))(t), []flow.Run{left, ended})
	wantEqual(t, must(s.LastRun(t.Context(), "another flow"))(t), other)
	if _, err := s.LastRun(t.Context(), "no flow"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a flow that never ran: %v", err)
	}
}
