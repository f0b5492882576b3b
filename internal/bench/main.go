// Bench measures the promises that have numbers, each as a ratio of two things
// measured in the same run, and prints them. `make bench` runs it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

// promise is one number with its limit.
type promise struct {
	name    string
	about   string
	measure func(ctx context.Context, b *bench) (result, error)
}

// result is a measured ratio and whether it keeps the promise.
type result struct {
	ratio string
	kept  bool
	notes []string
}

func promises() []promise {
	return []promise{
		{"overhead", "full sync of 20,000 events and their invitees ÷ a bare client that makes the same requests: at most 2", overhead},
		{"budget", "calls made ÷ calls of the budget, 100% and 80% of 3000/min, at 200 ms latency: at least 0.95; two processes ÷ one budget, in any minute: at most 1.02; no 429", budget},
		{"memory", "peak memory at 500,000 events ÷ at 50,000: at most 1.2, and under 200 MB", memory},
		{"fresh", "calls of a run after 0.5% of the near meetings changed ÷ (their pages + changed meetings): at most 1.2, and nothing written where nothing changed", fresh},
		{"postgres", "rows a second into PostgreSQL ÷ those of COPY and an upsert alone, into the same tables: at least 0.7", postgres},
		{"sqlite", "rows of meetings and invitees a second into SQLite ÷ with the driver and an upsert alone: at least 0.7", sqlite},
		{"estimate", "calls that kalends estimate tells ÷ calls that the first sync of 60,000 events then makes: between 0.9 and 1.1", estimate},
		{"mysql", "rows of meetings and invitees a second into MariaDB ÷ with LOAD DATA and an upsert alone: at least 0.7", mysql},
		{"files", "rows a second into Parquet and JSON Lines, as a log and as a snapshot, ÷ with the format's writer used directly: at least 0.7", keeping},
		{"duckdb", "rows of meetings and invitees a second into DuckDB ÷ with the driver's Appender and an upsert alone: at least 0.7", duckdb},
		{"emulator", "pages of 20 events a second ÷ 2,000, lists of invitees a second ÷ 5,000, peak memory at 1,000,000 events ÷ 150 MB", emulator},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	only := flag.String("only", "", "measure only the promise of this name")
	replayFile := flag.String("replay", "", "make the requests of this file and throw the answers away (what overhead compares with)")
	flag.Parse()
	if *replayFile != "" {
		return replay(ctx, *replayFile)
	}
	b, err := newBench(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	broken := 0
	for _, p := range promises() {
		if *only != "" && *only != p.name {
			continue
		}
		fmt.Printf("%s: %s\n", p.name, p.about)
		r, err := p.measure(ctx, b)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		for _, n := range r.notes {
			fmt.Println("   ", n)
		}
		verdict := "kept"
		if !r.kept {
			verdict, broken = "BROKEN", broken+1
		}
		fmt.Printf("    %s  %s\n", r.ratio, verdict)
	}
	if broken > 0 {
		return fmt.Errorf("%d promises are broken", broken)
	}
	return nil
}

// bench is a folder with the binary that is measured.
type bench struct {
	dir, binary string
	keep        bool // copies are not removed
}

func newBench(ctx context.Context) (*bench, error) {
	dir, err := os.MkdirTemp("", "kalends-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{dir: dir, binary: filepath.Join(dir, "kalends")}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", b.binary, "github.com/kalends/kalends/cmd/kalends")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	return b, nil
}

// command is kalends with a home folder below the bench's.
func (b *bench) command(ctx context.Context, home string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, b.binary, args...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "KALENDS_HOME="+filepath.Join(b.dir, home))
	cmd.Stderr = os.Stderr
	return cmd
}

// credential saves a token under the name "bench".
func (b *bench) credential(ctx context.Context, home, url, token string) error {
	cmd := b.command(ctx, home, "credential", "add", "calendly", "--name", "bench", "--api-key-stdin", "--api-url", url)
	cmd.Stdin = strings.NewReader(token)
	return cmd.Run()
}
