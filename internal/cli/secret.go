package cli

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/vault"
)

// maxSecret is the longest secret that is read, in bytes; a token of Calendly's
// has some hundred.
const maxSecret = 64 << 10

func flagName(field string) string { return strings.ReplaceAll(field, "_", "-") }
func fieldName(flag string) string { return strings.ReplaceAll(flag, "-", "_") }

// addFieldFlags adds the flags of a connector's fields: --x for a plain one,
// --x-stdin, --x-file and --x-env for a secret one.
func addFieldFlags(cmd *cobra.Command, fields []connect.Field) {
	flags := cmd.Flags()
	for _, f := range fields {
		name := flagName(f.Name)
		if !f.Secret {
			about := f.Help
			if f.Default != "" {
				about += " (default " + f.Default + ")"
			}
			flags.String(name, "", about)
			continue
		}
		flags.Bool(name+"-stdin", false, "read the "+f.Title+" from standard input")
		flags.String(name+"-file", "", "read the "+f.Title+" from this `FILE`")
		flags.String(name+"-env", "", "read the "+f.Title+" from this environment `variable`")
		// It is there to be refused with a better word than "unknown flag".
		flags.String(name, "", "")
		flags.Lookup(name).Hidden = true
	}
}

// givenValues are the plain fields that were given.
func givenValues(cmd *cobra.Command, fields []connect.Field) map[string]string {
	given := map[string]string{}
	for _, f := range fields {
		if flag := cmd.Flags().Lookup(flagName(f.Name)); !f.Secret && flag.Changed {
			given[f.Name] = flag.Value.String()
		}
	}
	return given
}

// givenSecrets are the secret fields that were given by one of their ways.
func (p *program) givenSecrets(cmd *cobra.Command, fields []connect.Field) (map[string]vault.Secret, error) {
	given := map[string]vault.Secret{}
	for _, f := range fields {
		if !f.Secret {
			continue
		}
		flag, err := wayOf(cmd, f)
		if err != nil {
			return nil, err
		}
		if flag == "" {
			continue
		}
		text, err := p.readFrom(cmd.Context(), f, flag, cmd.Flags().Lookup(flag).Value.String())
		if err != nil {
			return nil, err
		}
		given[f.Name] = vault.NewSecret(text)
	}
	return given, nil
}

// wayOf returns the flag by which a secret field is given, "" if by none.
func wayOf(cmd *cobra.Command, f connect.Field) (string, error) {
	name, way := flagName(f.Name), ""
	if cmd.Flags().Changed(name) {
		return "", refuse(f, "a secret is not taken from the command line: others on this machine could read it, and it would stay in your shell's history")
	}
	for _, flag := range []string{name + "-stdin", name + "-file", name + "-env"} {
		if f := cmd.Flags().Lookup(flag); !f.Changed || f.Value.Type() == "bool" && f.Value.String() == "false" {
			continue
		}
		if way != "" {
			return "", refuse(f, "--%s and --%s were given, but only one can be used", way, flag)
		}
		way = flag
	}
	return way, nil
}

// refuse says what is wrong with how a secret was given. It never repeats what
// stood behind a flag: that may be the secret itself, by mistake.
func refuse(f connect.Field, format string, args ...any) error {
	name := flagName(f.Name)
	return fault.New(fault.Invalid, format, args...).WithField(f.Name).
		WithHint("use one of --%s-stdin, --%s-file FILE and --%s-env VARIABLE, or none of them at a terminal to be asked", name, name, name)
}

// readFrom reads a secret by the way that flag and its value name.
func (p *program) readFrom(ctx context.Context, f connect.Field, flag, value string) (string, error) {
	var text string
	var err error
	switch strings.TrimPrefix(flag, flagName(f.Name)) {
	case "-env":
		text = p.env(value)
	case "-file":
		text, err = await(ctx, func() (string, error) { return p.secretFile(f, value) }) // it may be a pipe
	default:
		if p.interactive() { // somebody is about to type it
			return p.askSecret(ctx, f)
		}
		text, err = await(ctx, func() (string, error) { return readSecret(p.in) })
	}
	if ctx.Err() != nil {
		return "", fault.New(fault.KindOf(ctx.Err()), "reading the %s: %w", f.Title, ctx.Err())
	}
	if cause, ok := errors.AsType[*fs.PathError](err); ok {
		err = cause.Err // without the path
	}
	if err != nil {
		return "", refuse(f, "what --%s names cannot be read: %w", flag, err)
	}
	if text = strings.TrimSpace(text); text == "" {
		return "", refuse(f, "what --%s names is empty", flag)
	}
	return text, nil
}

func (p *program) secretFile(f connect.Field, name string) (text string, err error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { err = cmp.Or(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o044 != 0 {
		p.warn("the file of the %s can be read by other users (mode %04o)", f.Title, info.Mode().Perm())
	}
	return readSecret(file)
}

func readSecret(r io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxSecret+1))
	if len(text) > maxSecret {
		return "", errors.New("it is too long for a secret")
	}
	return string(text), err
}

// askSecret asks for a secret without echo.
func (p *program) askSecret(ctx context.Context, f connect.Field) (string, error) {
	if !p.interactive() {
		return "", refuse(f, "%s is missing, and there is no terminal to ask at", f.Title)
	}
	return p.ask(ctx, question{title: f.Title + optional(f) + " (not shown)", secret: true, check: func(answer string) error {
		if answer == "" && f.Required {
			return fault.New(fault.Invalid, "it is needed; paste it and press Enter, or ctrl-C to stop")
		}
		return nil
	}})
}
