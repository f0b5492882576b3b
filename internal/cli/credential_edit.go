package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/vault"
)

func (p *program) credentialEdit() *cobra.Command {
	var name, description string
	fields := everyField()
	cmd := &cobra.Command{
		Use:   "edit NAME",
		Short: "Rotate a credential's key or change the rest",
		Long: `Changes what is given and leaves the rest as it is. A new key or setting is
verified before it is saved; everything that uses the credential goes on with
it. An empty value goes back to the default.

With no flags a person at a terminal is asked for a new key.`,
		Example: `  kalends credential edit acme --api-key-file new-token.txt
  kalends credential edit acme --name acme-eu --description "for the warehouse"
  kalends credential edit acme`,
		Args: exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			change := app.CredentialChange{Values: givenValues(cmd, fields)}
			if cmd.Flags().Changed("name") {
				change.Name = &name
			}
			if cmd.Flags().Changed("description") {
				change.Description = &description
			}
			if change.Secrets, err = p.givenSecrets(cmd, fields); err != nil {
				return err
			}
			return p.with(cmd.Context(), func(a *app.App) error { return p.edit(cmd.Context(), a, args[0], change) })
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "a new name")
	cmd.Flags().StringVar(&description, "description", "", "a new description")
	addFieldFlags(cmd, fields)
	return cmd
}

// everyField are the fields of all connectors: flags are read before it is
// known which connector the credential is for.
func everyField() []connect.Field {
	var fields []connect.Field
	known := map[string]bool{}
	for _, spec := range app.CredentialSpecs() {
		for _, f := range spec.Fields {
			if !known[f.Name] {
				known[f.Name] = true
				fields = append(fields, f)
			}
		}
	}
	return fields
}

func (p *program) edit(ctx context.Context, a *app.App, name string, change app.CredentialChange) error {
	if change.Empty() {
		c, err := a.Credential(ctx, name)
		if err != nil {
			return err
		}
		if !p.interactive() {
			return fault.New(fault.Invalid, "nothing to change was given").
				WithHint("for example: kalends credential edit %s --description TEXT; see: kalends credential edit --help", c.Name)
		}
		for _, f := range c.Spec.Fields {
			if !f.Secret {
				continue
			}
			text, err := p.askSecret(ctx, f)
			if err != nil {
				return err
			}
			change.Secrets[f.Name] = vault.NewSecret(text)
		}
	}
	c, err := a.EditCredential(ctx, name, change)
	if err == nil {
		p.say("saved credential %s\n", c.Name)
	}
	return p.printed(c, err)
}
