package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/vault"
)

// maxSecret is the longest secret that is read; Calendly's are below 2 KiB.
const maxSecret = 64 << 10

// fieldFlags are the flags of a connector's fields: --x for a plain one,
// --x-stdin, --x-file and --x-env for a secret one.
type fieldFlags struct {
	fields []connect.Field
	plain  map[string]*string
	stdin  map[string]*bool
	file   map[string]*string
	env    map[string]*string
}

func flagName(field string) string { return strings.ReplaceAll(field, "_", "-") }

func addFieldFlags(cmd *cobra.Command, fields []connect.Field) *fieldFlags {
	f := &fieldFlags{
		fields: fields, plain: map[string]*string{}, stdin: map[string]*bool{},
		file: map[string]*string{}, env: map[string]*string{},
	}
	flags := cmd.Flags()
	for _, field := range fields {
		name := flagName(field.Name)
		f.plain[field.Name] = flags.String(name, "", field.Help)
		if !field.Secret {
			continue
		}
		if err := flags.MarkHidden(name); err != nil {
			panic(err) // the flag was just made
		}
		f.stdin[field.Name] = flags.Bool(name+"-stdin", false, "read the "+field.Title+" from standard input")
		f.file[field.Name] = flags.String(name+"-file", "", "read the "+field.Title+" from this file")
		f.env[field.Name] = flags.String(name+"-env", "", "read the "+field.Title+" from this environment variable")
	}
	return f
}

// values are the plain fields that were given.
func (f *fieldFlags) values(cmd *cobra.Command) map[string]string {
	given := map[string]string{}
	for _, field := range f.fields {
		if !field.Secret && cmd.Flags().Changed(flagName(field.Name)) {
			given[field.Name] = *f.plain[field.Name]
		}
	}
	return given
}

// secrets are the secret fields that were given by one of their ways.
func (f *fieldFlags) secrets(cmd *cobra.Command, p *program) (map[string]vault.Secret, error) {
	given := map[string]vault.Secret{}
	for _, field := range f.fields {
		if !field.Secret {
			continue
		}
		s, ok, err := f.secret(cmd, p, field)
		if err != nil {
			return nil, err
		}
		if ok {
			given[field.Name] = s
		}
	}
	return given, nil
}

func (f *fieldFlags) secret(cmd *cobra.Command, p *program, field connect.Field) (vault.Secret, bool, error) {
	name := flagName(field.Name)
	ways := []string{}
	for _, way := range []string{name + "-stdin", name + "-file", name + "-env"} {
		if cmd.Flags().Changed(way) {
			ways = append(ways, "--"+way)
		}
	}
	refuse := func(format string, args ...any) (vault.Secret, bool, error) {
		return vault.Secret{}, false, fault.New(fault.Invalid, format, args...).WithField(field.Name).
			WithHint("give it with one of --%s-stdin, --%s-file FILE or --%s-env VARIABLE, or at the prompt", name, name, name)
	}
	switch {
	case cmd.Flags().Changed(name):
		return refuse("a secret is never the value of a flag: others on this machine could read it")
	case len(ways) > 1:
		return refuse("%s were given, but only one can be used", strings.Join(ways, " and "))
	case len(ways) == 0:
		return vault.Secret{}, false, nil
	}
	var text string
	var err error
	switch {
	case *f.stdin[field.Name]:
		text, err = readSecret(p.in)
	case *f.file[field.Name] != "":
		text, err = secretFile(*f.file[field.Name])
	default:
		text = p.env(*f.env[field.Name])
	}
	if err != nil {
		return refuse("reading it by %s: %w", ways[0], err)
	}
	if text = strings.TrimSpace(text); text == "" {
		return refuse("%s gave nothing", ways[0])
	}
	return vault.NewSecret(text), true, nil
}

func secretFile(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return readSecret(f)
}

func readSecret(r io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSecret+1))
	if len(text) > maxSecret {
		return "", fmt.Errorf("it is longer than %d bytes", maxSecret)
	}
	return string(text), err
}

// interactive reports whether a person can be asked.
func (p *program) interactive() bool { return terminal(p.in) && !p.json }

// askSecret asks for a secret without echo.
func (p *program) askSecret(field connect.Field) (vault.Secret, error) {
	in, ok := p.in.(*os.File)
	if !ok || !p.interactive() {
		name := flagName(field.Name)
		return vault.Secret{}, fault.New(fault.Invalid, "%s is missing, and there is no terminal to ask at", field.Title).WithField(field.Name).
			WithHint("give it with one of --%s-stdin, --%s-file FILE or --%s-env VARIABLE", name, name, name)
	}
	fmt.Fprintf(p.err, "%s (not shown): ", field.Title)
	text, err := term.ReadPassword(int(in.Fd()))
	fmt.Fprintln(p.err)
	if err != nil {
		return vault.Secret{}, fault.New(fault.Invalid, "reading it: %w", err).WithField(field.Name)
	}
	return vault.NewSecret(strings.TrimSpace(string(text))), nil
}

// ask asks for a line.
func (p *program) ask(title string) (string, error) {
	fmt.Fprintf(p.err, "%s: ", title)
	line, err := bufio.NewReader(p.in).ReadString('\n') // a terminal gives one line a read
	if err != nil && line == "" {
		return "", fault.New(fault.Invalid, "reading the answer: %w", err)
	}
	return strings.TrimSpace(line), nil
}
