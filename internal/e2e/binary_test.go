// Package e2e_test tries the real binary as a user would: started, killed,
// started twice, given wrong things.
package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/kalends/kalends/internal/flow"
)

// binary is the path of the kalends that is tried.
var binary string

func TestMain(m *testing.M) { os.Exit(build(m)) }

func build(m *testing.M) int {
	flag.Parse()
	if testing.Short() {
		fmt.Println("the binary is built without the race detector: it is tried where the tests are, too")
		return 0
	}
	dir, err := os.MkdirTemp("", "kalends-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "kalends")
	cmd := exec.CommandContext(context.Background(), "go", "build", "-o", binary, "github.com/kalends/kalends/cmd/kalends")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%s\n%v\n", out, err)
		return 1
	}
	return m.Run()
}

// user is somebody with a home folder and a folder to work in.
type user struct {
	t    *testing.T
	dir  string
	home string
}

func newUser(t *testing.T) user {
	t.Helper()
	dir := t.TempDir()
	return user{t: t, dir: dir, home: filepath.Join(dir, "home")}
}

// outcome is what a command came to.
type outcome struct {
	code           int
	stdout, stderr string
}

func (u user) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Dir = u.dir
	cmd.Env = append(os.Environ(), "KALENDS_HOME="+u.home, "NO_COLOR=1")
	return cmd
}

func (u user) run(stdin string, args ...string) outcome {
	u.t.Helper()
	return u.finish(u.command(u.t.Context(), args...), stdin)
}

func (u user) finish(cmd *exec.Cmd, stdin string) outcome {
	u.t.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdin = bytes.NewBufferString(stdin)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		u.t.Fatal(err)
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// must runs a command that is to succeed.
func (u user) must(stdin string, args ...string) outcome {
	u.t.Helper()
	o := u.run(stdin, args...)
	if o.code != 0 {
		u.t.Fatalf("kalends %v: exit %d\n%s%s", args, o.code, o.stdout, o.stderr)
	}
	return o
}

// result decodes what sync --json printed.
func (o outcome) result(t *testing.T) flow.Run {
	t.Helper()
	var run flow.Run
	if err := json.Unmarshal([]byte(o.stdout), &run); err != nil {
		t.Fatalf("not a run: %v\n%s%s", err, o.stdout, o.stderr)
	}
	return run
}

// sandbox is a running emulator.
type sandbox struct {
	URL          string
	Organization string
	Tokens       map[string]string
}

// sandbox starts one that ends with the test.
func (u user) sandbox(args ...string) sandbox {
	u.t.Helper()
	cmd := u.command(u.t.Context(), append([]string{"sandbox"}, args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		u.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		u.t.Fatal(err)
	}
	u.t.Cleanup(func() { _ = cmd.Wait() }) // after t.Context is canceled
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		u.t.Fatalf("the sandbox printed no line: %v", err)
	}
	var s sandbox
	if err := json.Unmarshal(line, &s); err != nil {
		u.t.Fatalf("%s: %v", line, err)
	}
	return s
}

// credential saves the token of a role under the role's name.
func (u user) credential(s sandbox, role string) {
	u.t.Helper()
	u.must(s.Tokens[role]+"\n", "credential", "add", "calendly", "--name", role, "--api-key-stdin", "--api-url", s.URL)
}

func (s sandbox) truth(t *testing.T, role string) truth {
	return truth{t: t, base: s.URL, token: s.Tokens[role], organization: s.Organization}
}

// rows returns the raw records of every table of a copy.
func rows(t *testing.T, file string) map[string][]json.RawMessage {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	tables := texts(t, db, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\_%' ESCAPE '\' AND name NOT LIKE 'sqlite%'`)
	all := map[string][]json.RawMessage{}
	for _, table := range tables {
		for _, raw := range texts(t, db, `SELECT _raw FROM "`+table+`"`) {
			all[table] = append(all[table], json.RawMessage(raw))
		}
	}
	return all
}

func texts(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	result, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	var all []string
	for result.Next() {
		var s string
		if err := result.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := result.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
