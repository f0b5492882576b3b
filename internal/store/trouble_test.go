package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/store"
)

func TestStore_says_when_its_file_is_damaged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "kalends.db")
	s, err := store.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.CreateCredential(t.Context(), acme()), s.Close()); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096 // the first is spared: it makes the file a database
	for i := page; i < len(content); i++ {
		content[i] = 0xff
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = store.Open(t.Context(), path)
	wantKind(t, err, fault.Internal, "")
	if !strings.Contains(err.Error(), "damaged") {
		t.Error(err)
	}
}

func TestStore_says_when_the_disk_is_full_and_goes_on_when_there_is_room(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	makeRoom, err := s.FillDisk(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	big := store.Progress{Group: "g", Checkpoint: make([]byte, 1<<20), UpdatedAt: noon()}
	wantKind(t, s.SaveProgress(t.Context(), "flow", big), fault.Unavailable, "")
	if got := must(s.Progress(t.Context(), "flow"))(t); len(got) != 0 {
		t.Errorf("half of it was written: %v", got)
	}
	if err := makeRoom(); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveProgress(t.Context(), "flow", big); err != nil {
		t.Error(err)
	}
}

func TestStore_stops_waiting_for_a_busy_file_when_it_is_canceled(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s := open(t, home)
	db, err := sql.Open("sqlite", filepath.Join(home, "kalends.db"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.ExecContext(t.Context(), "DELETE FROM runs"); err != nil { // it may write now, nobody else
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	err = s.SaveProgress(ctx, "flow", store.Progress{Group: "g", UpdatedAt: noon()})
	if fault.KindOf(err) != fault.Unavailable || time.Since(began) > 5*time.Second {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
	if err := errors.Join(other.Rollback(), db.Close()); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveProgress(t.Context(), "flow", store.Progress{Group: "g", UpdatedAt: noon()}); err != nil {
		t.Errorf("when the file is free again: %v", err)
	}
}

func TestStore_stops_when_it_is_canceled(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	errs := map[string]error{
		"CreateCredential": s.CreateCredential(ctx, acme()),
		"UpdateCredential": s.UpdateCredential(ctx, acme()),
		"DeleteCredential": s.DeleteCredential(ctx, "acme"),
		"SaveProgress":     s.SaveProgress(ctx, "flow", store.Progress{}),
		"Remember":         s.Remember(ctx, "flow", nil),
		"Forget":           s.Forget(ctx, "flow", "users", []string{"users"}),
		"StartRun":         s.StartRun(ctx, run("a", noon())),
		"FinishRun":        s.FinishRun(ctx, run("a", noon())),
	}
	_, errs["Credential"] = s.Credential(ctx, "acme")
	_, errs["Credentials"] = s.Credentials(ctx)
	_, errs["Progress"] = s.Progress(ctx, "flow")
	_, errs["Known"] = s.Memory("flow").Known(ctx, "users", []string{"a"})
	_, errs["Keys"] = s.Memory("flow").Keys(ctx, "users", "", connect.Span{})
	_, errs["LastRun"] = s.LastRun(ctx, "flow")
	_, errs["Runs"] = s.Runs(ctx, "", 0)
	_, errs["InterruptRuns"] = s.InterruptRuns(ctx, "flow")
	_, errs["LockFlow"] = s.LockFlow(ctx, "flow")
	_, errs["Open"] = store.Open(ctx, filepath.Join(t.TempDir(), "kalends.db"))
	for method, err := range errs {
		if fault.KindOf(err) != fault.Canceled || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", method, err)
		}
	}
}
