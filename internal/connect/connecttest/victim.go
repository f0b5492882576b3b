package connecttest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/kalends/kalends/internal/connect"
)

const victimEnv = "KALENDS_TEST_VICTIM"

// Victim says whether this process is one that TestKill started, and if so
// writes a load into the place of a name until it is killed. TestMain of a
// package that calls TestKill asks it first.
func Victim(open func(ctx context.Context, place string) (connect.Destination, error)) bool {
	if os.Getenv(victimEnv) == "" {
		return false
	}
	fmt.Println("error", suffer(context.Background(), open, os.Args[1], os.Args[2], os.Args[3]))
	return true
}

// suffer writes batches from a number on, and stops before the commit of one, or
// after one to close the place.
func suffer(ctx context.Context, open func(context.Context, string) (connect.Destination, error), place, from, stopAt string) error {
	d, err := open(ctx, place)
	if err != nil {
		return err
	}
	if err := PrepareLoad(ctx, d); err != nil {
		return err
	}
	n, err := strconv.Atoi(from)
	for ; err == nil; n++ {
		err = WriteLoad(ctx, d, n, func() {
			fmt.Println("written", n)
			if strconv.Itoa(n) == stopAt {
				_, _ = io.Copy(io.Discard, os.Stdin) // until killed
			}
		})
		fmt.Println("committed", n)
		if stopAt == closing && err == nil {
			fmt.Println("closing", n)
			err = d.Close()
			_, _ = io.Copy(io.Discard, os.Stdin)
		}
	}
	return err
}

// What a victim does but stopping at a batch.
const (
	onAndOn = "on and on"
	closing = "closing"
)

// TestKill kills processes while they write a load into a place that Victim
// opens by its name: in the middle of a transaction, at any other moment, and
// while they close the place. Each goes on where the one before said it was.
// After each check is called. The last one is left to end.
func TestKill(t *testing.T, p Place, name string, check func()) {
	t.Helper()
	loaded := func() int {
		t.Helper()
		check()
		return Loaded(t, p)
	}
	there := 0
	for range 2 {
		v := startVictim(t, name, there, strconv.Itoa(there+2))
		v.wait(t, "written", there+2)
		v.kill(t)
		if got := loaded(); got != there+2 {
			t.Fatalf("killed before batch %d was committed: %d batches", there+2, got)
		}
		there += 2

		v = startVictim(t, name, there, onAndOn)
		v.wait(t, "committed", there+1)
		v.kill(t)
		got := loaded()
		if got < there+2 {
			t.Fatalf("batches up to %d were committed, %d are there", there+1, got)
		}
		there = got - 1 // the last may be one that nobody was told of: replay it
	}
	for range 3 {
		v := startVictim(t, name, there, closing)
		v.wait(t, "closing", there)
		v.kill(t)
	}
	d := p.Open(t)
	must(t, "Prepare", PrepareLoad(t.Context(), d))
	must(t, "writing again", WriteLoad(t.Context(), d, there, func() {}))
	must(t, "Close", d.Close())
	if got := loaded(); got != there+1 {
		t.Errorf("the next run completes %d batches of %d", got, there+1)
	}
}

// Hold starts a process that opens a place by its name, as Victim does, and stays
// in the middle of a transaction until release is called or the test ends.
func Hold(t *testing.T, name string) (release func()) {
	t.Helper()
	v := startVictim(t, name, 0, "0")
	v.wait(t, "written", 0)
	release = sync.OnceFunc(func() { v.kill(t) })
	t.Cleanup(release)
	return release
}

// victim is a process that writes.
type victim struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

func startVictim(t *testing.T, place string, from int, stopAt string) *victim {
	t.Helper()
	program, err := os.Executable()
	must(t, "finding this program", err)
	cmd := exec.CommandContext(t.Context(), program, place, strconv.Itoa(from), stopAt)
	cmd.Env = append(os.Environ(), victimEnv+"=1")
	_, err = cmd.StdinPipe() // closed by kill
	must(t, "starting a victim", err)
	out, err := cmd.StdoutPipe()
	must(t, "starting a victim", err)
	must(t, "starting a victim", cmd.Start())
	return &victim{cmd: cmd, lines: bufio.NewScanner(out)}
}

// wait reads what the victim says until it says what happened to batch n.
func (v *victim) wait(t *testing.T, what string, n int) {
	t.Helper()
	for v.lines.Scan() {
		switch line := v.lines.Text(); {
		case line == fmt.Sprint(what, " ", n):
			return
		case strings.HasPrefix(line, "error"):
			t.Fatal(line)
		}
	}
	t.Fatalf("the victim ended before batch %d was %s: %v", n, what, v.lines.Err())
}

// kill is kill -9.
func (v *victim) kill(t *testing.T) {
	t.Helper()
	must(t, "killing", v.cmd.Process.Kill())
	if err := v.cmd.Wait(); err == nil {
		t.Fatal("the victim ended by itself")
	}
}
