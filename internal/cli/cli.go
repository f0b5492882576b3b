// Package cli is the command line: it reads what a person asks for, has app do
// it and prints the answer. No logic lives here.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/kalends/kalends/internal/app"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
	"github.com/kalends/kalends/internal/vault"
)

// ExitInterrupted is the exit code after a second signal.
const ExitInterrupted = 130

// Stdio are the standard streams of a command.
type Stdio struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// Main runs one command and returns its exit code (see docs/errors.md). A
// canceled ctx is an interruption: a sync finishes the batch in hand.
func Main(ctx context.Context, args []string, stdio Stdio, env func(string) string) int {
	p := &program{in: stdio.In, out: stdio.Out, err: stdio.Err, env: env}
	root := p.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	// Flags behind a wrong one have not been read.
	p.json = p.json || slices.Contains(args, "--json")
	p.printError(err)
	return fault.KindOf(err).ExitCode()
}

// program is what the verbs share.
type program struct {
	in   io.Reader
	out  io.Writer
	err  io.Writer
	env  func(string) string
	cfg  app.Config
	json bool

	questions *term.Terminal // see prompt.go
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "kalends",
		Short: "Keep a complete copy of a Calendly organization",
		Long: `Kalends keeps a complete copy of a Calendly organization in a database that is
yours. Begin with "kalends demo", which needs no Calendly account.`,
		Example: `  kalends demo
  kalends credential add calendly --name acme
  kalends sync --from acme --to sqlite:calendly.db`,
		SilenceErrors:              true,
		SilenceUsage:               true,
		SuggestionsMinimumDistance: suggestWithin,
		Args:                       noSuchVerb,
		RunE:                       help,
	}
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.SetFlagErrorFunc(flagError)
	flags := root.PersistentFlags()
	flags.StringVar(&p.cfg.Home, "home", p.env("KALENDS_HOME"), "the folder Kalends keeps its things in (KALENDS_HOME; default: kalends in your data folder)")
	flags.StringVar(&p.cfg.KeyFile, "key-file", p.env("KALENDS_KEY_FILE"), "the file of the vault's key (KALENDS_KEY_FILE; default: key in the home folder)")
	flags.BoolVar(&p.json, "json", false, "print JSON")
	flags.Lookup("home").DefValue, flags.Lookup("key-file").DefValue = "", ""
	p.cfg.HashKey = vault.NewSecret(strings.TrimSpace(p.env("KALENDS_HASH_KEY")))
	p.cfg.Version = build().Version
	root.Version = p.cfg.Version // for --version
	root.AddCommand(p.credentialCommand(), p.streamsCommand(), p.estimateCommand(), p.syncCommand(), p.verifyCommand(),
		p.previewCommand(), p.quarantineCommand(), p.demoCommand(), p.sandboxCommand(), p.versionCommand())
	addCompletion(root)
	return root
}

// addCompletion adds cobra's verb now, so that its help can be completed.
func addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		if cmd.Name() != "completion" {
			continue
		}
		cmd.Args, cmd.RunE = noSuchVerb, help
		cmd.Example = "  source <(kalends completion bash)"
		for _, shell := range cmd.Commands() {
			shell.Args = exactly()
			shell.Example = "  kalends completion " + shell.Name()
		}
	}
}

// with opens Kalends, does something with it and closes it.
func (p *program) with(ctx context.Context, do func(*app.App) error) (err error) {
	a, err := app.Open(ctx, p.cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return do(a)
}

// printError tells what went wrong, on one screen: as text or as one line of
// JSON. Standard output is left alone, so that what is there is a whole result.
func (p *program) printError(err error) {
	e := flow.ErrorOf(err)
	if p.json {
		// It cannot fail: the struct holds text only, and stderr is all there is.
		text, _ := json.Marshal(map[string]*flow.Error{"error": e}, jsonOptions())
		fmt.Fprintf(p.err, "%s\n", text)
		return
	}
	lines := strings.Split(e.Message, "\n")
	for i, line := range lines {
		lines[i] = printable(line)
	}
	fmt.Fprintln(p.err, "error:", strings.Join(lines, "\n       "))
	if e.Hint != "" {
		fmt.Fprintln(p.err, "hint: ", printable(e.Hint))
	}
}

// warn tells a person something that is no error.
func (p *program) warn(format string, args ...any) {
	fmt.Fprintf(p.err, "warning: "+format+"\n", args...)
}

// terminal reports whether w is one that a person looks at or types into.
func terminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
