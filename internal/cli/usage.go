package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/kalends/kalends/internal/fault"
)

// suggestWithin is how many letters a mistyped verb may be off.
const suggestWithin = 2

// maxQuoted is how much of a wrong word is repeated in an error. A token that
// was put in the wrong place is longer.
const maxQuoted = 40

// noun is a command that only holds others.
func noun(use, short, example string, verbs ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Example: example,
		SuggestionsMinimumDistance: suggestWithin,
		Args:                       noSuchVerb, RunE: help,
	}
	cmd.AddCommand(verbs...)
	return cmd
}

func help(cmd *cobra.Command, _ []string) error { return cmd.Help() }

// usage is the error of a command that was called wrongly.
func usage(cmd *cobra.Command, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).WithHint("see: %s --help", cmd.CommandPath())
}

// noSuchVerb refuses words that are no verb of a command that has verbs.
func noSuchVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if len(args[0]) > maxQuoted {
		return usage(cmd, "%s has no such verb", cmd.CommandPath())
	}
	err := usage(cmd, "%s has no verb %q", cmd.CommandPath(), args[0])
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return err.WithHint("did you mean: %s %s", cmd.CommandPath(), near[0])
	}
	return err
}

// exactly wants one argument for each word. Arguments that are too many are
// not repeated: one may be a secret.
func exactly(words ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) == len(words):
			return nil
		case len(args) < len(words):
			return usage(cmd, "%s is missing", words[len(args)])
		case len(words) == 0:
			return usage(cmd, "%s takes flags only", cmd.CommandPath())
		}
		return usage(cmd, "%s takes only %s", cmd.CommandPath(), strings.Join(words, " "))
	}
}

// required refuses a command without one of the named flags.
func required(cmd *cobra.Command, flags ...string) error {
	for _, name := range flags {
		if cmd.Flags().Lookup(name).Value.String() == "" {
			return usage(cmd, "--%s is missing", name).WithField(name).WithHint("for example: %s", firstLine(cmd.Example))
		}
	}
	return nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

// flagError says what is wrong with a flag. It does not repeat the value: that
// may be a secret which was put after the wrong flag.
func flagError(cmd *cobra.Command, err error) error {
	if bad, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		f := bad.GetFlag()
		return usage(cmd, "the value of --%s is not %s", f.Name, allowed(f.Value.Type())).WithField(fieldName(f.Name))
	}
	return usage(cmd, "%w", err)
}

// allowed says what a flag of a type takes.
func allowed(kind string) string {
	switch kind {
	case "bool":
		return "true or false"
	case "int", "int64":
		return "a whole number"
	case "uint":
		return "a whole number from 0"
	case "duration":
		return "a duration such as 200ms or 2s"
	}
	return "a " + kind
}
