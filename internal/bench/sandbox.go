package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/kalends/kalends/internal/flow"
)

// sandbox is an emulator in a process of its own.
type sandbox struct {
	URL, Organization string
	Tokens            map[string]string
	cmd               *exec.Cmd
}

func (b *bench) sandbox(ctx context.Context, args ...string) (*sandbox, error) {
	s := &sandbox{cmd: b.command(ctx, "sandbox", append([]string{"sandbox"}, args...)...)}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("the sandbox printed no line: %w", err)
	}
	return s, json.Unmarshal(line, s)
}

func (s *sandbox) stop() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.cmd.Wait()
}

// cost is what a process took.
type cost struct{ wall, cpu time.Duration }

// costOf returns what cmd took since it began.
func costOf(cmd *exec.Cmd, began time.Time) cost {
	return cost{time.Since(began), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
}

// copied is what a sync came to.
type copied struct {
	flow.Run
	cost
	peak int64 // bytes resident
}

// sync copies the named streams into a new file; none named: all of them.
func (b *bench) sync(ctx context.Context, home, streams string, more ...string) (c copied, err error) {
	file := filepath.Join(b.dir, home+".db")
	if !b.keep {
		defer func() { err = errors.Join(err, os.Remove(file)) }()
	}
	args := append([]string{"sync", "--from", "bench", "--to", "sqlite:" + file, "--json"}, more...)
	if streams != "" {
		args = append(args, "--streams", streams)
	}
	var out bytes.Buffer
	cmd := b.command(ctx, home, args...)
	cmd.Stdout = &out
	began := time.Now()
	err = cmd.Run()
	c.cost = costOf(cmd, began)
	if err != nil {
		return c, fmt.Errorf("%w\n%s", err, out.Bytes())
	}
	c.peak = peakOf(cmd.ProcessState)
	return c, json.Unmarshal(out.Bytes(), &c.Run)
}
