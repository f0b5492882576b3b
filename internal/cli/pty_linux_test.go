package cli_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"charm.land/lipgloss/v2"

	"github.com/kalends/kalends/calendly/calendlytest"
)

// person sits at a terminal at which kalends runs.
type person struct {
	t       *testing.T
	home    string
	env     []string
	width   int
	control *os.File // what the person types and sees
	tty     *os.File
	cmd     *exec.Cmd
	seen    bytes.Buffer // everything
	unread  []byte       // what no sees has found yet
}

func newPerson(t *testing.T) *person {
	t.Helper()
	return &person{t: t, home: filepath.Join(t.TempDir(), "home"), width: 100}
}

// start runs kalends at a terminal of its own.
func (p *person) start(args ...string) {
	p.t.Helper()
	p.openTerminal()
	p.unread = nil
	p.cmd = exec.CommandContext(p.t.Context(), "kalends", args...)
	p.cmd.Env = append(append(os.Environ(), "KALENDS_HOME="+p.home, "TERM=xterm", "NO_COLOR="), p.env...)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = p.tty, p.tty, p.tty
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
}

func (p *person) openTerminal() {
	p.t.Helper()
	control, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		p.t.Fatal(err)
	}
	var number, locked int32
	size := [4]uint16{24, uint16(p.width)}
	p.ioctl(control, syscall.TIOCGPTN, unsafe.Pointer(&number))
	p.ioctl(control, syscall.TIOCSPTLCK, unsafe.Pointer(&locked))
	p.ioctl(control, syscall.TIOCSWINSZ, unsafe.Pointer(&size))
	tty, err := os.OpenFile("/dev/pts/"+strconv.Itoa(int(number)), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		p.t.Fatal(err)
	}
	p.control, p.tty = control, tty
	p.t.Cleanup(func() { control.Close(); tty.Close() })
}

func (p *person) ioctl(f *os.File, request uintptr, argument unsafe.Pointer) {
	p.t.Helper()
	raw, err := f.SyscallConn() // Fd would make reading it uninterruptible
	if err != nil {
		p.t.Fatal(err)
	}
	var errno syscall.Errno
	err = raw.Control(func(fd uintptr) {
		_, _, errno = syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(argument))
	})
	if err != nil || errno != 0 {
		p.t.Fatal(err, errno)
	}
}

// sees waits until text is on the screen, below what was waited for before.
func (p *person) sees(text string) {
	p.t.Helper()
	if err := p.control.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		p.t.Fatal(err)
	}
	chunk := make([]byte, 4096)
	for {
		if _, after, ok := bytes.Cut(p.unread, []byte(text)); ok {
			p.unread = after
			return
		}
		n, err := p.control.Read(chunk)
		p.seen.Write(chunk[:n])
		p.unread = append(p.unread, chunk[:n]...)
		if err != nil {
			p.t.Fatalf("%q is not on the screen: %v\n%s", text, err, p.seen.String())
		}
	}
}

func (p *person) types(text string) {
	p.t.Helper()
	if _, err := p.control.WriteString(text); err != nil {
		p.t.Fatal(err)
	}
}

// leaves waits for kalends to end, looks at the rest of the screen and checks
// that the terminal is as it was.
func (p *person) leaves(code int) {
	p.t.Helper()
	err := p.cmd.Wait()
	exited, ok := errors.AsType[*exec.ExitError](err)
	if err != nil && !ok {
		p.t.Fatal(err)
	}
	if got := p.cmd.ProcessState.ExitCode(); got != code {
		p.t.Errorf("kalends ended with %d, want %d: %v", got, code, exited)
	}
	p.types("\n") // an echo proves that there is one again
	p.sees("\r\n")
}

func (p *person) sandbox() *calendlytest.Server {
	p.t.Helper()
	s, err := calendlytest.Start(calendlytest.Config{Seed: 1, Events: 30})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		if err := s.Close(); err != nil {
			p.t.Error(err)
		}
	})
	return s
}

// unseen checks that no part of a token was ever on the screen.
func (p *person) unseen(token string) {
	p.t.Helper()
	for part := range strings.SplitSeq(token, ".") {
		if strings.Contains(p.seen.String(), part) {
			p.t.Errorf("a token was on the screen:\n%s", p.seen.String())
		}
	}
}

func TestPrompt_asks_for_what_is_missing_and_does_not_show_the_key(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	s := p.sandbox()
	p.start("credential", "add", "calendly", "--api-url", s.URL)
	p.sees("Credential Name: ")
	p.types("My Key\r")
	p.sees(`"My Key" is not a name; use 1 to 64 of`)
	p.sees("Credential Name: ")
	p.types("acme\r")
	p.sees("Credential Description")
	p.types("all of it\r")
	p.sees("API Key (not shown): ")
	p.types("\r")
	p.sees("it is needed")
	p.sees("API Key (not shown): ")
	p.types("  " + s.Tokens["owner"] + " \r")
	p.sees("Organization URI (may be empty): ")
	p.types("\r")
	p.sees("saved credential acme")
	p.sees("all of it")
	p.sees("28 of 28 streams can be read")
	p.leaves(0)

	p.start("credential", "add", "calendly", "--api-url", s.URL)
	p.sees("Credential Name: ")
	p.types("acme\r")
	p.sees(`there is a credential "acme" already`)
	p.sees("Credential Name: ")
	p.types("\x03") // ctrl-C
	p.sees("error: ")
	p.leaves(130)

	p.start("credential", "edit", "acme")
	p.sees("API Key (not shown): ")
	p.types(s.Tokens["admin"] + "\r")
	p.sees("saved credential acme")
	p.sees("admin")
	p.leaves(0)
	p.unseen(s.Tokens["owner"])
	p.unseen(s.Tokens["admin"])
}

func TestPrompt_takes_a_key_for_stdin_without_echo(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	s := p.sandbox()
	p.start("credential", "add", "calendly", "--name", "acme", "--api-key-stdin", "--api-url", s.URL)
	p.sees("API Key (not shown): ")
	p.types(s.Tokens["member"] + "\r")
	p.sees("saved credential acme")
	p.leaves(0)
	p.unseen(s.Tokens["member"])
}

func TestPrompt_that_is_left_restores_the_terminal(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(p *person){
		"ctrl-C":  func(p *person) { p.types("half a key\x03") },
		"ctrl-D":  func(p *person) { p.types("\x04") },
		"SIGTERM": func(p *person) { _ = p.cmd.Process.Signal(syscall.SIGTERM) },
	} {
		p := newPerson(t)
		p.start("credential", "add", "calendly", "--name", "acme", "--description", "x")
		p.sees("API Key (not shown): ")
		leave(p)
		p.sees("error: no answer was given")
		p.leaves(130)
		if strings.Contains(p.seen.String(), "half a key") {
			t.Errorf("%s: the key was shown", name)
		}
	}
}

func TestPrompt_remove_wants_a_yes(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	s := p.sandbox()
	p.env = []string{"TOKEN=" + s.Tokens["owner"]}
	p.start("credential", "add", "calendly", "--name", "acme", "--api-key-env", "TOKEN", "--api-url", s.URL)
	p.leaves(0)
	for _, no := range []string{"\r", "n\r", "maybe\r"} {
		p.start("credential", "remove", "acme")
		p.sees("Remove credential acme? [y/N]: ")
		p.types(no)
		p.sees("nothing was changed")
		p.leaves(130)
	}
	p.start("credential", "remove", "acme")
	p.sees("[y/N]: ")
	p.types("yes\r")
	p.sees("removed credential acme")
	p.leaves(0)
}

func TestTable_fits_the_terminal(t *testing.T) {
	t.Parallel()
	for _, width := range []int{40, 80, 100, 120, 200} {
		p := newPerson(t)
		p.width = width
		p.start("streams")
		p.sees("╭")
		p.sees("activity_log_entries")
		p.sees("╯")
		p.leaves(0)
		if !strings.Contains(p.seen.String(), "\x1b[") {
			t.Error("the terminal shows no style")
		}
		for line := range strings.SplitSeq(p.seen.String(), "\r\n") {
			if w := lipgloss.Width(line); w > max(width, 72) { // two columns are the least
				t.Errorf("a line of %d at a terminal of %d: %s", w, width, line)
			}
		}
	}
}

func TestTable_is_plain_where_colors_are_not_wanted(t *testing.T) {
	t.Parallel()
	p := newPerson(t)
	p.env = []string{"NO_COLOR=1"}
	p.start("streams")
	p.sees("activity_log_entries")
	p.leaves(0)
	if strings.ContainsAny(p.seen.String(), "\x1b╭") {
		t.Errorf("NO_COLOR is not heeded:\n%s", p.seen.String())
	}
}
