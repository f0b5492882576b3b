package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
)

// maxTyped is where the terminal stops to take more of a line.
const maxTyped = 4096

// interactive reports whether a person can be asked. Questions go to standard
// error: standard output may be read by a program.
func (p *program) interactive() bool { return terminal(p.in) && terminal(p.err) }

// question is one thing to ask a person.
type question struct {
	title  string
	secret bool // not shown while it is typed
	// check, if not nil, says what is wrong with an answer; then the question
	// is asked again.
	check func(answer string) error
}

// ask returns a person's answer without the blanks around it. Ctrl-C, ctrl-D
// and the end of ctx are fault.Canceled.
func (p *program) ask(ctx context.Context, q question) (string, error) {
	for {
		answer, err := p.line(ctx, q)
		if err != nil {
			return "", err
		}
		answer = strings.TrimSpace(answer)
		if q.check == nil {
			return answer, nil
		}
		wrong := q.check(answer)
		if wrong == nil {
			return answer, nil
		}
		if kind := fault.KindOf(wrong); kind != fault.Invalid && kind != fault.Conflict {
			return "", wrong
		}
		e := flow.ErrorOf(wrong)
		fmt.Fprintln(p.err, " ", printable(strings.TrimSuffix(e.Message+"; "+e.Hint, "; ")))
	}
}

// line reads one line in the terminal's raw mode: there is no echo, no limit
// on the length of a paste, and ctrl-C is a character like any other.
func (p *program) line(ctx context.Context, q question) (answer string, err error) {
	in, ok := p.in.(*os.File)
	if !ok {
		return "", errors.New("standard input is no terminal")
	}
	if p.questions == nil { // one for all questions: it may have read ahead
		p.questions = term.NewTerminal(struct {
			io.Reader
			io.Writer
		}{in, p.err}, "")
	}
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return "", fmt.Errorf("preparing the terminal: %w", err)
	}
	defer func() { err = errors.Join(err, term.Restore(int(in.Fd()), before)) }()
	prompt := q.title + ": "
	answer, err = await(ctx, func() (string, error) {
		if q.secret {
			return p.questions.ReadPassword(prompt)
		}
		p.questions.SetPrompt(prompt)
		return p.questions.ReadLine()
	})
	switch {
	case err != nil:
		fmt.Fprint(p.err, "\r\n")
		if errors.Is(err, io.EOF) {
			err = context.Canceled
		}
		return "", fault.New(fault.KindOf(err), "no answer was given: %w", err)
	case len(answer) >= maxTyped:
		return "", fault.New(fault.Invalid, "an answer of %d characters or more is not taken at a prompt", maxTyped)
	}
	return answer, nil
}

// confirm wants a person's yes.
func (p *program) confirm(ctx context.Context, what string) error {
	answer, err := p.ask(ctx, question{title: what + " [y/N]"})
	if err != nil {
		return err
	}
	if a := strings.ToLower(answer); a != "y" && a != "yes" {
		return fault.New(fault.Canceled, "nothing was changed")
	}
	return nil
}

// await returns what read returns, or ctx's error if that ends first. Reading
// from a person or a pipe cannot be interrupted, so then the goroutine is left
// behind: it ends with the process, which is what follows.
func await(ctx context.Context, read func() (string, error)) (string, error) {
	type result struct {
		text string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := read()
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
