package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/vault"
)

// credentialAdd has a verb for each connector that takes credentials, with
// flags for its fields.
func (p *program) credentialAdd() *cobra.Command {
	var verbs []*cobra.Command
	for _, spec := range app.CredentialSpecs() {
		verbs = append(verbs, p.credentialAddFor(spec))
	}
	return noun("add", "Save a credential after verifying it", "  kalends credential add calendly --name acme", verbs...)
}

func (p *program) credentialAddFor(spec connect.Spec) *cobra.Command {
	n := app.NewCredential{Connector: spec.Name}
	cmd := &cobra.Command{
		Use:   spec.Name,
		Short: "Save a credential for " + spec.Title,
		Long: spec.About + "\n\nHow to get what is asked for:\n" + steps(spec.Guide) + "\n" + secrecy(spec) +
			"The credential is verified before it is saved, encrypted.",
		Example: addExample(spec),
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.with(cmd.Context(), func(a *app.App) error {
				if err := p.gather(cmd, a, spec, &n); err != nil {
					return err
				}
				c, err := a.AddCredential(cmd.Context(), n)
				if err == nil {
					p.say("saved credential %s\n", c.Name)
				}
				return p.printed(c, err)
			})
		},
	}
	cmd.Flags().StringVar(&n.Name, "name", "", "the credential's name: a-z, 0-9, _ and -")
	cmd.Flags().StringVar(&n.Description, "description", "", "what it is for (recommended)")
	addFieldFlags(cmd, spec.Fields)
	return cmd
}

// secrecy says how to give the secrets of spec, if it has any.
func secrecy(spec connect.Spec) string {
	if !slices.ContainsFunc(spec.Fields, func(f connect.Field) bool { return f.Secret }) {
		return ""
	}
	return `Secrets are read from standard input, from a file, from an environment variable
or, if none of these is named, at a prompt without echo; never from a flag's
value. `
}

func steps(guide []string) string {
	text := ""
	for _, step := range guide {
		text += "  - " + step + "\n"
	}
	return text
}

// addExample shows what is needed, and every way in which the first secret of
// spec can be given.
func addExample(spec connect.Spec) string {
	command := "  kalends credential add " + spec.Name + " --name acme"
	for _, f := range spec.Fields {
		if f.Required && !f.Secret && f.Default == "" {
			command += " --" + flagName(f.Name) + " " + f.Example
		}
	}
	examples := []string{command}
	for _, f := range spec.Fields {
		if f.Secret {
			flag := " --" + flagName(f.Name)
			examples = append(examples, command+flag+"-file secret.txt", command+flag+"-env SECRET", command+flag+"-stdin < secret.txt")
			break
		}
	}
	return strings.Join(examples, "\n")
}

// gather completes what was given by flags. If a secret is missing, a person
// is asked for it and for everything else that was not given.
func (p *program) gather(cmd *cobra.Command, a *app.App, spec connect.Spec, n *app.NewCredential) (err error) {
	n.Values = givenValues(cmd, spec.Fields)
	n.Secrets = map[string]vault.Secret{}
	for _, f := range spec.Fields { // a wrong use of flags is told before anything is read or asked
		if f.Secret {
			if _, err := wayOf(cmd, f); err != nil {
				return err
			}
		}
	}
	asking := p.interactive() && p.lacksSecret(cmd, spec)
	if asking {
		if err := p.askNames(cmd, a, n); err != nil {
			return err
		}
	}
	if err := required(cmd, "name"); err != nil {
		return err
	}
	if err := a.CheckName(cmd.Context(), n.Name); err != nil {
		return err
	}
	if n.Secrets, err = p.givenSecrets(cmd, spec.Fields); err != nil {
		return err
	}
	return p.askFields(cmd.Context(), spec, n, asking)
}

// lacksSecret reports whether a secret is not given by any flag.
func (p *program) lacksSecret(cmd *cobra.Command, spec connect.Spec) bool {
	for _, f := range spec.Fields {
		if !f.Secret {
			continue
		}
		if way, err := wayOf(cmd, f); err == nil && way == "" {
			return true
		}
	}
	return false
}

func (p *program) askNames(cmd *cobra.Command, a *app.App, n *app.NewCredential) (err error) {
	ctx, flags := cmd.Context(), cmd.Flags()
	if !flags.Changed("name") {
		name, err := p.ask(ctx, question{title: "Credential Name", check: func(answer string) error { return a.CheckName(ctx, answer) }})
		if err != nil {
			return err
		}
		if err := flags.Set("name", name); err != nil {
			return err
		}
	}
	if !flags.Changed("description") {
		n.Description, err = p.ask(ctx, question{title: "Credential Description (recommended: its purpose)"})
	}
	return err
}

// askFields asks for needed secrets that were not given, and where a person is
// being asked anyway also for those that may be empty and for the fields that
// have no default.
func (p *program) askFields(ctx context.Context, spec connect.Spec, n *app.NewCredential, asking bool) error {
	for _, f := range spec.Fields {
		_, secretGiven := n.Secrets[f.Name]
		_, valueGiven := n.Values[f.Name]
		switch {
		case f.Secret && !secretGiven && (f.Required || asking):
			text, err := p.askSecret(ctx, f)
			if err != nil {
				return err
			}
			n.Secrets[f.Name] = vault.NewSecret(text)
		case asking && !f.Secret && !valueGiven && f.Default == "":
			text, err := p.ask(ctx, question{title: f.Title + optional(f)})
			if err != nil {
				return err
			}
			n.Values[f.Name] = text
		}
	}
	return nil
}

func optional(f connect.Field) string {
	if f.Required {
		return ""
	}
	return " (may be empty)"
}
