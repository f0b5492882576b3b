package store_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
	"github.com/kalends/kalends/internal/store"
)

// The test binary is also the other process: with these set it opens the store
// of a folder, does one thing and ends.
const (
	childHome = "STORE_TEST_HOME"
	childTask = "STORE_TEST_TASK"
)

func TestMain(m *testing.M) {
	home, asked := os.LookupEnv(childHome)
	if !asked {
		goleak.VerifyTestMain(m)
		return
	}
	if err := child(context.Background(), home, os.Getenv(childTask)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// child opens the store. With the task "run" it locks the flow, starts a run
// and saves one place after the other, printing each that is saved, until it
// is killed.
func child(ctx context.Context, home, task string) error {
	s, err := store.Open(ctx, filepath.Join(home, "kalends.db"))
	if err != nil || task == "open" {
		return err
	}
	if _, err := s.LockFlow(ctx, "flow"); err != nil {
		return err
	}
	if err := s.StartRun(ctx, run("a", noon())); err != nil {
		return err
	}
	for i := uint64(1); ; i++ {
		p := store.Progress{Group: "users", Checkpoint: binary.BigEndian.AppendUint64(nil, i), UpdatedAt: noon()}
		if err := s.SaveProgress(ctx, "flow", p); err != nil {
			return err
		}
		fmt.Println(i)
	}
}

func newChild(t *testing.T, home, task string) *exec.Cmd {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(os.Environ(), childHome+"="+home, childTask+"="+task)
	return c
}

func runChild(t *testing.T, home, task string) {
	t.Helper()
	if out, err := newChild(t, home, task).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// startRun starts a child with the task "run" and returns when it has saved
// progress. kill kills it and returns the last place it said it had saved.
func startRun(t *testing.T, home string) (pid int, kill func() uint64) {
	t.Helper()
	c := newChild(t, home, "run")
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for range 20 {
		if _, err := lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	return c.Process.Pid, func() uint64 {
		t.Helper()
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		rest, err := io.ReadAll(lines)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Wait(); err == nil {
			t.Fatal("it was not killed")
		}
		whole := strings.Split(string(rest[:strings.LastIndexByte(string(rest), '\n')+1]), "\n")
		if len(whole) < 2 {
			return 20
		}
		last, err := strconv.ParseUint(whole[len(whole)-2], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return last
	}
}

func TestSaveProgress_outlives_kill(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	_, kill := startRun(t, home)
	said := kill()
	s := open(t, home)
	saved := binary.BigEndian.Uint64(must(s.Progress(t.Context(), "flow"))(t)["users"].Checkpoint)
	if saved != said && saved != said+1 { // it may die between saving and saying
		t.Errorf("it said %d is saved, there is %d", said, saved)
	}

	wantEqual(t, must(s.LastRun(t.Context(), "flow"))(t).Status, flow.Running)
	wantEqual(t, must(s.InterruptRuns(t.Context(), "flow"))(t), 1)
	last := must(s.LastRun(t.Context(), "flow"))(t)
	wantEqual(t, last.Status, flow.Failed)
	wantEqual(t, last.Error.Kind, fault.Canceled.String())
}

func TestLockFlow_is_free_when_its_process_is_killed(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	pid, kill := startRun(t, home)
	s := open(t, home)
	_, err := s.LockFlow(t.Context(), "flow")
	wantKind(t, err, fault.Conflict, "")
	if !strings.Contains(err.Error(), fmt.Sprintf("process %d on ", pid)) || !strings.Contains(err.Error(), "since 2") {
		t.Errorf("%v does not say who and since when", err)
	}
	kill()
	release, err := s.LockFlow(t.Context(), "flow")
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
}
