package e2e_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kalends/kalends/internal/flow"
)

// wrong is a command that is to be refused with an exit code and a message
// that names what is wrong and what to do.
type wrong struct {
	args []string
	code int
	says []string
}

func TestSync_refuses_bad_input_before_anything_is_written(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	s := u.sandbox("--rate", "0", "--events", "50")
	u.credential(s, "owner")
	if err := os.Mkdir(filepath.Join(u.dir, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(u.dir, "text.db"), bytes.Repeat([]byte("not a database\n"), 500), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, w := range map[string]wrong{
		"no source":          {[]string{"--to", "sqlite:a.db"}, 2, []string{"from", "hint:"}},
		"no destination":     {[]string{"--from", "owner"}, 2, []string{"to", "hint:"}},
		"unknown credential": {[]string{"--from", "nobody", "--to", "sqlite:a.db"}, 4, []string{"nobody", "owner", "hint:"}},
		"unknown system":     {[]string{"--from", "owner", "--to", "oracle:a"}, 2, []string{"to:", "sqlite:", "hint:"}},
		"no file":            {[]string{"--from", "owner", "--to", "sqlite:"}, 2, []string{"to:"}},
		"unknown stream":     {[]string{"--from", "owner", "--to", "sqlite:a.db", "--streams", "events"}, 2, []string{"events", "scheduled_events"}},
		"bad date":           {[]string{"--from", "owner", "--to", "sqlite:a.db", "--start", "yesterday"}, 2, []string{"start:", "yesterday"}},
		"impossible date":    {[]string{"--from", "owner", "--to", "sqlite:a.db", "--start", "2024-02-31"}, 2, []string{"start:"}},
		"missing folder":     {[]string{"--from", "owner", "--to", "sqlite:none/a.db"}, 2, []string{"to:", "none"}},
		"a folder":           {[]string{"--from", "owner", "--to", "sqlite:folder"}, 2, []string{"to:", "folder"}},
		"not a database":     {[]string{"--from", "owner", "--to", "sqlite:text.db"}, 2, []string{"to:", "text.db"}},
	} {
		o := u.run("", append([]string{"sync"}, w.args...)...)
		if o.code != w.code || o.stdout != "" {
			t.Errorf("%s: exit %d, want %d\n%s%s", name, o.code, w.code, o.stdout, o.stderr)
		}
		for _, part := range w.says {
			if !strings.Contains(o.stderr, part) {
				t.Errorf("%s: the message lacks %q\n%s", name, part, o.stderr)
			}
		}
		if lines := strings.Count(o.stderr, "\n"); lines > 20 {
			t.Errorf("%s: %d lines do not fit a screen", name, lines)
		}
	}
	for _, file := range []string{"a.db", "none"} {
		if _, err := os.Stat(filepath.Join(u.dir, file)); err == nil {
			t.Errorf("%s was made", file)
		}
	}
}

func TestSync_into_a_table_that_does_not_fit_names_the_column_and_writes_nothing(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	s := u.sandbox("--rate", "0", "--events", "50")
	u.credential(s, "owner")
	file := filepath.Join(u.dir, "copy.db")
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `CREATE TABLE users (uri INTEGER PRIMARY KEY, name BLOB)`); err != nil {
		t.Fatal(err)
	}
	o := u.run("", "sync", "--from", "owner", "--to", "sqlite:copy.db")
	if o.code != 6 || !strings.Contains(o.stderr, "users") || !strings.Contains(o.stderr, "uri") {
		t.Errorf("exit %d, want 6\n%s", o.code, o.stderr)
	}
	for _, table := range texts(t, db, `SELECT name FROM sqlite_master WHERE type = 'table'`) {
		if n := count(file, table); n > 0 {
			t.Errorf("%s has %d rows", table, n)
		}
	}
}

func TestSync_on_a_full_disk_says_so_and_completes_once_there_is_room(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	s := u.sandbox("--rate", "0", "--events", "2000")
	u.credential(s, "owner")
	args := []string{"sync", "--from", "owner", "--to", "sqlite:copy.db"}
	// A limit on the size of files is a disk that fills up while it is written.
	limited := exec.CommandContext(t.Context(), "sh", append([]string{"-c", `trap '' XFSZ; ulimit -f 4000; exec "$0" "$@"`, binary}, args...)...)
	plain := u.command(t.Context())
	limited.Dir, limited.Env = plain.Dir, plain.Env
	o := u.finish(limited, "")
	if o.code != 7 || !strings.Contains(o.stderr, "full") {
		t.Errorf("exit %d, want 7 and a word of the full disk\n%s%s", o.code, o.stdout, o.stderr)
	}
	u.must("", args...)
	compare(t, s.truth(t, "owner").all(), rows(t, filepath.Join(u.dir, "copy.db")))
}

func TestSync_with_less_than_an_owners_token_reads_what_it_may_and_says_why_not(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	s := u.sandbox("--rate", "0", "--events", "600", "--token", "narrow:admin:users:read,organizations:read,scheduled_events:read")
	for role, want := range map[string]map[string]flow.Status{
		"member": {"scheduled_events": flow.Succeeded, "invitees": flow.Succeeded, "activity_log_entries": flow.Skipped},
		"narrow": {"scheduled_events": flow.Succeeded, "event_types": flow.Skipped, "contacts": flow.Skipped, "groups": flow.Skipped},
		"admin":  {"scheduled_events": flow.Succeeded, "activity_log_entries": flow.Succeeded},
	} {
		u.credential(s, role)
		run := u.must("", "sync", "--from", role, "--to", "sqlite:"+role+".db", "--json").result(t)
		for _, stream := range run.Streams {
			if status, ok := want[stream.Name]; ok && stream.Status != status {
				t.Errorf("%s: %s is %s (%s), want %s", role, stream.Name, stream.Status, stream.Reason, status)
			}
			if stream.Status == flow.Skipped && stream.Reason == "" {
				t.Errorf("%s: nobody is told why %s is skipped", role, stream.Name)
			}
			if role == "member" && stream.Name == "scheduled_events" && !strings.Contains(stream.Reason, "own") {
				t.Errorf("a member is not told that these are the own events only: %q", stream.Reason)
			}
		}
	}
	me := s.truth(t, "member")
	own := me.list("/scheduled_events", "user", pick(me.fetch(t.Context(), me.base+"/users/me").Resource, "uri"), "count", "100")
	compare(t, map[string][]json.RawMessage{"scheduled_events": own}, rows(t, filepath.Join(u.dir, "member.db")))
}

// No token stands in clear in anything that any command prints or writes.
func TestSecrets_are_found_nowhere(t *testing.T) {
	t.Parallel()
	u := newUser(t)
	s := u.sandbox("--rate", "0", "--events", "100")
	var printed bytes.Buffer
	try := func(stdin string, args ...string) {
		o := u.run(stdin, args...)
		printed.WriteString(o.stdout + o.stderr)
	}
	for _, role := range []string{"owner", "member", "stranger"} {
		try(s.Tokens[role], "credential", "add", "calendly", "--name", role, "--api-key-stdin", "--api-url", s.URL)
		try(s.Tokens[role], "credential", "add", "calendly", "--name", role+"2", "--api-key-stdin", "--api-url", s.URL, "--json", "--organization-uri", s.Organization)
		try("", "sync", "--from", role, "--to", "sqlite:"+role+".db")
		try("", "sync", "--from", role, "--to", "sqlite:"+role+".db", "--json")
	}
	for _, args := range [][]string{
		{"credential", "list"}, {"credential", "list", "--json"}, {"credential", "show", "owner"}, {"credential", "show", "owner", "--json"},
		{"credential", "check", "owner"}, {"credential", "check", "owner", "--json"}, {"streams", "--credential", "owner"},
		{"credential", "edit", "owner", "--description", "new"},
		{"credential", "add", "calendly", "--name", "flag", "--api-key", s.Tokens["owner"], "--api-url", s.URL},
		{"credential", "add", "calendly", "--name", "flag", "--api-key=" + s.Tokens["owner"], "--api-url", s.URL},
	} {
		try("", args...)
	}
	try(s.Tokens["admin"], "credential", "edit", "owner", "--api-key-stdin")
	try(s.Tokens["stranger"], "credential", "edit", "owner", "--api-key-stdin", "--json")
	files := map[string][]byte{"what was printed": printed.Bytes()}
	err := filepath.WalkDir(u.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[path], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for place, content := range files {
		for role, token := range s.Tokens {
			if bytes.Contains(content, []byte(token)) {
				t.Errorf("the %s's token stands in %s", role, place)
			}
		}
	}
}
