package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kalends/kalends/internal/flow"
)

func TestSync_copies_every_stream_row_by_row(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	s := u.sandbox("--rate", "0", "--events", "1500")
	u.credential(s, "owner")
	run := u.must("", "sync", "--from", "owner", "--to", "sqlite:copy.db", "--json").result(t)
	if run.Status != flow.Succeeded || run.RateLimited != 0 || run.ID == "" {
		t.Errorf("the run is %+v", run)
	}
	got := rows(t, filepath.Join(u.dir, "copy.db"))
	compare(t, s.truth(t, "owner").all(), got)
	for _, stream := range run.Streams {
		if stream.Status != flow.Succeeded {
			t.Errorf("%s is %s: %s", stream.Name, stream.Status, stream.Reason)
		}
		if stream.Records != len(got[stream.Name]) {
			t.Errorf("%s: %d records are told, %d are there", stream.Name, stream.Records, len(got[stream.Name]))
		}
	}
	again := u.must("", "sync", "--from", "owner", "--to", "sqlite:copy.db", "--json").result(t)
	if again.Resumed {
		t.Error("a run after a complete one says that it resumed")
	}
	compare(t, s.truth(t, "owner").all(), rows(t, filepath.Join(u.dir, "copy.db")))
}

func TestSync_killed_at_random_moments_completes(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	s := u.sandbox("--rate", "0", "--events", "3000", "--latency", "2ms")
	u.credential(s, "owner")
	kills := 0
	for span := 150 * time.Millisecond; ; span += span / 8 {
		cmd := u.command(t.Context(), "sync", "--from", "owner", "--to", "sqlite:copy.db", "--json")
		if !killed(t, cmd, time.Duration(rand.Int64N(int64(span)))+span/2) {
			break
		}
		if kills++; kills > 100 {
			t.Fatal("the sync does not complete")
		}
	}
	t.Logf("completed after %d kills", kills)
	if kills < 3 {
		t.Errorf("only %d kills hit: the test proves too little", kills)
	}
	compare(t, s.truth(t, "owner").all(), rows(t, filepath.Join(u.dir, "copy.db")))
}

// killed runs cmd, kills it after a while and reports whether it was still
// running.
func killed(t *testing.T, cmd *exec.Cmd, after time.Duration) bool {
	t.Helper()
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Wait()
	if err == nil {
		return false
	}
	var exit *exec.ExitError
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if !errors.As(err, &exit) || !ok || !status.Signaled() || status.Signal() != syscall.SIGKILL {
		t.Fatalf("the sync ended by itself: %v\n%s", err, stderr.String())
	}
	return true
}

func TestSync_ctrl_c_keeps_what_was_read_and_says_how_to_go_on(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	s := u.sandbox("--rate", "0", "--events", "4000", "--latency", "5ms")
	u.credential(s, "owner")
	args := []string{"sync", "--from", "owner", "--to", "sqlite:copy.db", "--streams", "scheduled_events,invitees"}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := u.command(ctx, append(args, "--json")...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	done := make(chan outcome, 1)
	go func() { done <- u.finish(cmd, "") }()
	file := filepath.Join(u.dir, "copy.db")
	waitFor(t, func() bool { return count(file, "scheduled_events") > 0 })
	cancel()
	o := <-done
	if o.code != 130 {
		t.Fatalf("exit %d, want 130\n%s%s", o.code, o.stdout, o.stderr)
	}
	first := o.result(t)
	if first.Status != flow.Canceled || first.Records == 0 {
		t.Errorf("the run is %+v", first)
	}
	second := u.must("", append(args, "--json")...).result(t)
	if !second.Resumed {
		t.Error("the second run started over")
	}
	truth := s.truth(t, "owner").all()
	got := rows(t, file)
	compare(t, map[string][]json.RawMessage{"scheduled_events": truth["scheduled_events"], "invitees": truth["invitees"]}, got)
	total := len(got["scheduled_events"]) + len(got["invitees"])
	if first.Records+second.Records > total+1000 {
		t.Errorf("%d + %d rows were written for %d", first.Records, second.Records, total)
	}
}

func TestSync_of_one_flow_twice_at_once_is_refused(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	s := u.sandbox("--rate", "0", "--events", "3000", "--latency", "5ms")
	u.credential(s, "owner")
	args := []string{"sync", "--from", "owner", "--to", "sqlite:copy.db"}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	first := u.command(ctx, args...)
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(u.dir, "copy.db")
	waitFor(t, func() bool { return count(file, "scheduled_events") > 0 })
	o := u.run("", args...)
	if o.code != 5 || !strings.Contains(o.stderr, "hint:") {
		t.Errorf("exit %d, want 5 and a hint\n%s", o.code, o.stderr)
	}
	cancel()
	_ = first.Wait() // killed
	u.must("", args...)
	compare(t, s.truth(t, "owner").all(), rows(t, file))
}
