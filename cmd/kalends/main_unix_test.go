//go:build unix

package main_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// binary is the path of kalends as users get it.
var binary string

func TestMain(m *testing.M) { os.Exit(build(m)) }

func build(m *testing.M) int {
	flag.Parse()
	if testing.Short() {
		fmt.Println("the binary is built without the race detector: it is tried where the tests are, too")
		return 0
	}
	dir, err := os.MkdirTemp("", "kalends-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "kalends")
	cmd := exec.CommandContext(context.Background(), "go", "build", "-o", binary, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s\n%v\n", out, err)
		return 1
	}
	return m.Run()
}

func TestMain_ends_a_sandbox_orderly_at_a_signal(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		cmd := exec.CommandContext(t.Context(), binary, "sandbox", "--events", "20")
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		r := bufio.NewReader(out)
		line, err := r.ReadBytes('\n')
		if err != nil || !json.Valid(line) {
			t.Fatalf("it printed %q, %v", line, err)
		}
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		if rest, err := io.ReadAll(r); err != nil || len(rest) > 0 {
			t.Errorf("%v: more than one line was printed: %q, %v", signal, rest, err)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %v", signal, err)
		}
	}
}

// A sandbox whose standard output nobody reads cannot stop orderly.
func TestMain_ends_at_once_at_the_second_signal(t *testing.T) {
	t.Parallel()
	_, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	fill(t, out)
	cmd := exec.CommandContext(t.Context(), binary, "sandbox", "--events", "20", "--listen", "0.0.0.0:0")
	cmd.Stdout = out
	warning, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(warning).ReadString('\n') // now signals are caught
	if err != nil || !strings.Contains(line, "not a loopback address") {
		t.Fatalf("it warned %q, %v", line, err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for signals := 1; ; signals++ {
		if err := cmd.Process.Signal(os.Interrupt); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		select {
		case err := <-ended:
			if code := cmd.ProcessState.ExitCode(); code != 130 || signals < 2 {
				t.Errorf("after %d signals it ended with %d, %v; want 130", signals, code, err)
			}
			return
		case <-tick.C:
			if signals > 500 {
				t.Fatal("it does not end")
			}
		}
	}
}

// fill writes into a pipe until it takes no more.
func fill(t *testing.T, pipe *os.File) {
	t.Helper()
	for {
		if err := pipe.SetWriteDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		if _, err := pipe.Write(make([]byte, 4096)); errors.Is(err, os.ErrDeadlineExceeded) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestMain_exit_code_is_that_of_the_kind(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), binary, "credential", "show", "nobody", "--home", filepath.Join(t.TempDir(), "home"))
	if err := cmd.Run(); cmd.ProcessState.ExitCode() != 4 {
		t.Errorf("it ended with %v", err)
	}
}
