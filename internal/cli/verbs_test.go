package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// verbs returns every command that does something, by its path.
func verbs(cmd *cobra.Command) []*cobra.Command {
	var all []*cobra.Command
	for _, c := range cmd.Commands() {
		all = append(all, verbs(c)...)
	}
	if !cmd.HasSubCommands() && cmd.Name() != "help" {
		all = append(all, cmd)
	}
	return all
}

func newRoot() *cobra.Command {
	p := &program{env: func(string) string { return "" }}
	return p.root()
}

func TestVerbs_have_help_with_an_example(t *testing.T) {
	t.Parallel()
	for _, cmd := range verbs(newRoot()) {
		if cmd.Short == "" || !strings.Contains(cmd.Example, cmd.CommandPath()) {
			t.Errorf("%s: the help has no example of it: %q", cmd.CommandPath(), cmd.Example)
		}
		if cmd.Args == nil {
			t.Errorf("%s takes any arguments", cmd.CommandPath())
		}
	}
}

func TestVerbs_are_each_tried_by_a_script_with_right_and_wrong_input(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	var scripts strings.Builder
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		scripts.Write(text)
	}
	for _, cmd := range verbs(newRoot()) {
		right, wrong := false, false
		for line := range strings.Lines(scripts.String()) {
			code, found := strings.CutPrefix(line, "exit ")
			if !found || !strings.Contains(line, " "+cmd.CommandPath()+" ") && !strings.HasSuffix(strings.TrimSpace(line), " "+cmd.CommandPath()) {
				continue
			}
			right = right || strings.HasPrefix(code, "0 ")
			wrong = wrong || !strings.HasPrefix(code, "0 ")
		}
		if cmd.Name() == "sandbox" {
			right = true // every script runs one
		}
		if !right || !wrong {
			t.Errorf("%s: tried with right input: %t, with wrong input: %t", cmd.CommandPath(), right, wrong)
		}
	}
}

func TestPrintable_disarms_what_others_wrote(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Kōyō Studio ✓":       "Kōyō Studio ✓",
		"a\x1b[31mred\x1b[0m": "a\uFFFD[31mred\uFFFD[0m",
		"two\nlines\tof\r":    "two lines of\uFFFD",
		"\u009b31m":           "\uFFFD31m",
		"":                    "",
	} {
		if got := printable(text); got != want {
			t.Errorf("%q is printed as %q, want %q", text, got, want)
		}
	}
}
