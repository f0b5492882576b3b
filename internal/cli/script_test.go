package cli_test

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"

	"github.com/kalends/kalends/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"kalends": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		code := cli.Main(ctx, os.Args[1:], cli.Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, os.Getenv)
		stop()
		os.Exit(code)
	}})
}

// TestScripts runs kalends as a user does. Beside testscript's own commands a
// script has:
//
//	sandbox NAME ARGS…    serves a sandbox until the script ends. $NAME_URL,
//	                      $NAME_ADDRESS and $NAME_ORG say where it is; each token is in a file
//	                      given/NAME/ROLE and in $NAME_ROLE
//	exit CODE kalends …   runs kalends, which is to end with that code
//	secret NAME TEXT      is a token too, in the file given/NAME
//	json PATH [VALUE]     what was printed has that member, "a.0.b"
//	sql STATEMENT [TEXT]  runs a statement on the PostgreSQL server for tests; the one
//	                      value that it returns is TEXT
//	mysql STATEMENT TEXT  likewise, on the MariaDB server
//	sqlite FILE STATEMENT changes an SQLite file, as its owner may
//
// and the condition [postgres]: there is that server, $PG_HOST and $PG_PORT, with
// $PG_SCHEMA for the script alone; and [mysql]: likewise, with $MY_DATABASE.
//
// After each script what was printed and every file but those in given/ are
// searched for the tokens.
func TestScripts(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much work and little beside it: the race detector would find nothing")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			l := &leaks{dir: e.WorkDir, stops: map[string]func(){}}
			e.Values[leaksKey{}] = l
			e.Defer(func() { l.search(e.T()) })
			e.Setenv("KALENDS_HOME", filepath.Join(e.WorkDir, "home"))
			e.Setenv("TZ", "UTC")
			if postgres() {
				setPostgres(e)
			}
			if mysql() {
				setMySQL(e)
			}
			return os.Mkdir(filepath.Join(e.WorkDir, "given"), 0o700)
		},
		Condition: func(condition string) (bool, error) {
			switch condition {
			case "postgres":
				return postgres(), nil
			case "mysql":
				return mysql(), nil
			}
			return false, fmt.Errorf("there is no condition %s", condition)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"sandbox": sandbox, "stop": stop, "exit": exit, "json": checkJSON, "secret": secret, "sql": runSQL, "mysql": runMySQL, "sqlite": change,
		},
	})
}

// environment is that of a script, for a process it starts itself.
func environment(ts *testscript.TestScript) []string {
	env := os.Environ()
	for _, name := range []string{"KALENDS_HOME", "HOME", "TZ"} {
		env = append(env, name+"="+ts.Getenv(name))
	}
	return env
}

func sandbox(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: sandbox NAME ARGS…")
	}
	name := args[0]
	cmd := exec.Command("kalends", append([]string{"sandbox"}, args[1:]...)...) //nolint:noctx // it is stopped with a signal below
	cmd.Dir, cmd.Env, cmd.Stderr = ts.MkAbs("."), environment(ts), os.Stderr
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	once := sync.OnceFunc(func() {
		ts.Check(cmd.Process.Signal(syscall.SIGTERM))
		if err := cmd.Wait(); err != nil {
			ts.Fatalf("the sandbox that was stopped: %v", err)
		}
	})
	ts.Defer(once)
	leaksOf(ts).stops[name] = once
	line, err := bufio.NewReader(out).ReadBytes('\n')
	ts.Check(err)
	var ready struct {
		URL          string
		Organization string
		Tokens       map[string]string
	}
	ts.Check(json.Unmarshal(line, &ready))
	ts.Setenv(name+"_URL", ready.URL)
	ts.Setenv(name+"_ADDRESS", strings.TrimPrefix(ready.URL, "http://"))
	ts.Setenv(name+"_ORG", ready.Organization)
	ts.Check(os.Mkdir(ts.MkAbs("given/"+name), 0o700))
	for role, token := range ready.Tokens {
		ts.Setenv(name+"_"+role, token)
		ts.Check(os.WriteFile(ts.MkAbs("given/"+name+"/"+role), []byte(token+"\n"), 0o600))
		leaksOf(ts).tokens = append(leaksOf(ts).tokens, token)
	}
}

func secret(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: secret NAME TEXT")
	}
	ts.Check(os.WriteFile(ts.MkAbs("given/"+args[0]), []byte(args[1]+"\n"), 0o600))
	leaksOf(ts).tokens = append(leaksOf(ts).tokens, args[1])
}

// stop stops a sandbox and waits for its end.
func stop(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 || leaksOf(ts).stops[args[0]] == nil {
		ts.Fatalf("usage: stop NAME, of a sandbox")
	}
	leaksOf(ts).stops[args[0]]()
}

func exit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || args[1] != "kalends" {
		ts.Fatalf("usage: exit CODE kalends …")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	leaksOf(ts).printed += ts.ReadFile("stdout") + ts.ReadFile("stderr")
	got := 0
	if exited, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exited.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("kalends ended with %d, want %d", got, want)
	}
	if lines := strings.Count(ts.ReadFile("stderr"), "\n"); lines > 10 {
		ts.Fatalf("%d lines on standard error are more than an error needs", lines)
	}
}

func checkJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 || len(args) > 2 || neg && len(args) > 1 {
		ts.Fatalf("usage: [!] json PATH [VALUE]")
	}
	text := ts.ReadFile("stdout")
	if text == "" {
		text = ts.ReadFile("stderr") // an error
	}
	var value any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	ts.Check(decoder.Decode(&value))
	if decoder.More() {
		ts.Fatalf("more than one JSON value was printed")
	}
	found := true
	for step := range strings.SplitSeq(args[0], ".") {
		if value, found = member(value, step); !found {
			break
		}
	}
	if found == neg {
		ts.Fatalf("%s is there: %t", args[0], found)
	}
	if len(args) == 2 {
		if got := plainText(ts, value); got != args[1] {
			ts.Fatalf("%s is %q, want %q", args[0], got, args[1])
		}
	}
}

// change runs a statement on an SQLite file.
func change(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: sql FILE STATEMENT")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = db.ExecContext(context.Background(), args[1])
	ts.Check(errors.Join(err, db.Close()))
}

// member returns a member of an object or an element of an array; "len" is an
// array's length.
func member(value any, step string) (any, bool) {
	switch v := value.(type) {
	case map[string]any:
		m, ok := v[step]
		return m, ok
	case []any:
		if step == "len" {
			return len(v), true
		}
		if i, err := strconv.Atoi(step); err == nil && i < len(v) {
			return v[i], true
		}
	}
	return nil, false
}

func plainText(ts *testscript.TestScript, value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	text, err := json.Marshal(value)
	ts.Check(err)
	return string(text)
}
