// Package cli is the command line: it reads what a person asks for, has app do
// it and prints the answer. No logic lives here.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/kalends/kalends/internal/app"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
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
	// told is set where the answer that was printed holds the error already.
	told bool
}

func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "kalends",
		Short: "Keep a complete copy of a Calendly organization",
		Long: `Kalends keeps a complete copy of a Calendly organization in a database that is
yours. Begin with "kalends demo", which needs no Calendly account.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchVerb,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usage(cmd, "%w", err) })
	flags := root.PersistentFlags()
	flags.StringVar(&p.cfg.Home, "home", p.env("KALENDS_HOME"), "the folder Kalends keeps its things in (KALENDS_HOME)")
	flags.StringVar(&p.cfg.KeyFile, "key-file", p.env("KALENDS_KEY_FILE"), "the file of the vault's key (KALENDS_KEY_FILE; default: key in the home folder)")
	flags.BoolVar(&p.json, "json", false, "print JSON")
	flags.Lookup("home").DefValue, flags.Lookup("key-file").DefValue = "", ""
	p.cfg.Version = version()
	root.AddCommand(p.credentialCommand(), p.streamsCommand(), p.syncCommand(), p.demoCommand(), p.sandboxCommand(), p.versionCommand())
	return root
}

// open opens Kalends for a verb that needs it.
func (p *program) open(ctx context.Context) (*app.App, error) { return app.Open(ctx, p.cfg) }

// with opens Kalends, does something with it and closes it.
func (p *program) with(ctx context.Context, do func(*app.App) error) (err error) {
	a, err := p.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return do(a)
}

// printError tells a person what went wrong, on one screen.
func (p *program) printError(err error) {
	e := flow.ErrorOf(err)
	if p.json && !p.told {
		if printErr := p.printJSON(map[string]any{"error": e}); printErr != nil {
			fmt.Fprintln(p.err, "error:", printErr)
		}
	}
	fmt.Fprintln(p.err, "error:", e.Message)
	if e.Hint != "" {
		fmt.Fprintln(p.err, "hint: ", e.Hint)
	}
}

// usage is the error of a command that was called wrongly.
func usage(cmd *cobra.Command, format string, args ...any) error {
	return fault.New(fault.Invalid, format, args...).WithHint("see %s --help", cmd.CommandPath())
}

// noSuchVerb refuses words that are no verb of a command that has verbs.
func noSuchVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fault.New(fault.Invalid, "there is no %q in %s", args[0], cmd.CommandPath())
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return err.WithHint("did you mean %s %s?", cmd.CommandPath(), near[0])
	}
	return err.WithHint("see %s --help", cmd.CommandPath())
}

// exactly wants one argument for each word.
func exactly(words ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != len(words) {
			return usage(cmd, "%s takes %s, not %d arguments", cmd.CommandPath(), strings.Join(words, " "), len(args))
		}
		return nil
	}
}

// required refuses a command without one of the named flags.
func required(cmd *cobra.Command, flags ...string) error {
	for _, name := range flags {
		if cmd.Flags().Lookup(name).Value.String() == "" {
			return fault.New(fault.Invalid, "--%s is missing", name).WithField(name).WithHint("for example: %s", firstLine(cmd.Example))
		}
	}
	return nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// terminal reports whether w is one that a person looks at.
func terminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
