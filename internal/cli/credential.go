package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/vault"
)

func (p *program) credentialCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "credential",
		Short:   "Save, check, change and remove credentials",
		Example: "  kalends credential add calendly --name acme",
		Args:    noSuchVerb,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.credentialAdd(), p.credentialList(), p.credentialShow(), p.credentialCheck(), p.credentialEdit(), p.credentialRemove())
	return cmd
}

// credentialAdd has a verb for each connector that takes credentials, with a
// flag for each of its fields.
func (p *program) credentialAdd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "add CONNECTOR",
		Short:   "Save a credential after verifying it",
		Example: "  kalends credential add calendly --name acme",
		Args:    noSuchVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage(cmd, "which connector the credential is for is missing")
		},
	}
	for _, spec := range app.CredentialSpecs() {
		cmd.AddCommand(p.credentialAddFor(spec))
	}
	return cmd
}

func (p *program) credentialAddFor(spec connect.Spec) *cobra.Command {
	n := app.NewCredential{Connector: spec.Name}
	var fields *fieldFlags
	cmd := &cobra.Command{
		Use:   spec.Name + " --name NAME",
		Short: "Save a credential for " + spec.Title,
		Long: spec.About + "\n\n" + strings.Join(spec.Guide, "\n") + `

Secrets are read from standard input, a file, an environment variable or, if
none is named, at a prompt without echo. What is saved is verified first.`,
		Example: spec.Example,
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := p.completeNew(cmd, &n, fields); err != nil {
				return err
			}
			return p.with(cmd.Context(), func(a *app.App) error {
				c, err := a.AddCredential(cmd.Context(), n)
				if err != nil {
					return err
				}
				p.say("saved credential %s", c.Name)
				return p.printCredential(c)
			})
		},
	}
	cmd.Flags().StringVar(&n.Name, "name", "", "the credential's name: a-z, 0-9, _ and -")
	cmd.Flags().StringVar(&n.Description, "description", "", "what it is for (recommended)")
	fields = addFieldFlags(cmd, spec.Fields)
	return cmd
}

// completeNew gathers what was given by flags and asks for the rest.
func (p *program) completeNew(cmd *cobra.Command, n *app.NewCredential, fields *fieldFlags) (err error) {
	if n.Name == "" && p.interactive() {
		if n.Name, err = p.ask("Credential Name"); err != nil {
			return err
		}
		if n.Description == "" {
			if n.Description, err = p.ask("Credential Description (recommended: purpose, freshness)"); err != nil {
				return err
			}
		}
	}
	if err := required(cmd, "name"); err != nil && n.Name == "" {
		return err
	}
	n.Values = fields.values(cmd)
	if n.Secrets, err = fields.secrets(cmd, p); err != nil {
		return err
	}
	for _, f := range fields.fields {
		if _, given := n.Secrets[f.Name]; given || !f.Secret || !f.Required {
			continue
		}
		if n.Secrets[f.Name], err = p.askSecret(f); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) credentialList() *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the saved credentials",
		Example: "  kalends credential list --json",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.with(cmd.Context(), func(a *app.App) error {
				list, err := a.Credentials(cmd.Context())
				if err != nil {
					return err
				}
				return p.printCredentials(list)
			})
		},
	}
}

func (p *program) credentialShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show NAME",
		Short:   "Show a credential, its secrets masked",
		Example: "  kalends credential show acme",
		Args:    exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd.Context(), func(a *app.App) error {
				c, err := a.Credential(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return p.printCredential(c)
			})
		},
	}
}

func (p *program) credentialCheck() *cobra.Command {
	return &cobra.Command{
		Use:     "check NAME",
		Short:   "Verify a credential anew and tell what it may read",
		Example: "  kalends credential check acme",
		Args:    exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd.Context(), func(a *app.App) error {
				c, err := a.CheckCredential(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return p.printCredential(c)
			})
		},
	}
}

func (p *program) credentialEdit() *cobra.Command {
	var name, description string
	var fields *fieldFlags
	cmd := &cobra.Command{
		Use:   "edit NAME",
		Short: "Rotate a credential's key or change the rest",
		Long: `Changes what is given and leaves the rest as it is. The result is verified
before it is saved; everything that uses the credential goes on with it.

With no flags at all a new key is asked for.`,
		Example: `  kalends credential edit acme                        # rotate the key
  kalends credential edit acme --api-key-file new.key
  kalends credential edit acme --description "read-only, for the warehouse"`,
		Args: exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			change := app.CredentialChange{Values: fields.values(cmd)}
			if cmd.Flags().Changed("name") {
				change.Name = &name
			}
			if cmd.Flags().Changed("description") {
				change.Description = &description
			}
			var err error
			if change.Secrets, err = fields.secrets(cmd, p); err != nil {
				return err
			}
			return p.with(cmd.Context(), func(a *app.App) error { return p.edit(cmd, a, args[0], change) })
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "a new name")
	cmd.Flags().StringVar(&description, "description", "", "a new description")
	var all []connect.Field
	known := map[string]bool{}
	for _, spec := range app.CredentialSpecs() {
		for _, f := range spec.Fields {
			if !known[f.Name] {
				known[f.Name] = true
				all = append(all, f)
			}
		}
	}
	fields = addFieldFlags(cmd, all)
	return cmd
}

func (p *program) edit(cmd *cobra.Command, a *app.App, name string, change app.CredentialChange) error {
	if change.Name == nil && change.Description == nil && len(change.Values)+len(change.Secrets) == 0 {
		c, err := a.Credential(cmd.Context(), name)
		if err != nil {
			return err
		}
		for _, f := range c.Spec.Fields {
			if !f.Secret {
				continue
			}
			if change.Secrets[f.Name], err = p.askSecret(f); err != nil {
				return err
			}
		}
	}
	c, err := a.EditCredential(cmd.Context(), name, change)
	if err != nil {
		return err
	}
	p.say("saved credential %s", c.Name)
	return p.printCredential(c)
}

func (p *program) credentialRemove() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove a credential and its secrets",
		Long: `Removes a credential and its secrets from this machine. The token itself stays
valid until it is revoked at Calendly. Copies that were made stay as they are.`,
		Example: "  kalends credential remove acme --yes",
		Args:    exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd.Context(), func(a *app.App) error {
				if _, err := a.Credential(cmd.Context(), args[0]); err != nil {
					return err
				}
				if err := p.confirm(yes, "Remove credential "+args[0]); err != nil {
					return err
				}
				if err := a.RemoveCredential(cmd.Context(), args[0]); err != nil {
					return err
				}
				if p.json {
					return p.printJSON(map[string]string{"removed": args[0]})
				}
				p.say("removed credential %s", args[0])
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// confirm wants a person's yes, given before or at the prompt.
func (p *program) confirm(yes bool, what string) error {
	if yes {
		return nil
	}
	if !p.interactive() {
		return fault.New(fault.Invalid, "%s: nobody is there to be asked", strings.ToLower(what)).WithHint("say --yes")
	}
	answer, err := p.ask(what + "? (yes/no)")
	if err != nil {
		return err
	}
	if a := strings.ToLower(answer); a != "y" && a != "yes" {
		return fault.New(fault.Canceled, "nothing was removed")
	}
	return nil
}

// credentialJSON is a credential as --json prints it: its settings by the
// names of its fields, the secret ones masked.
func credentialJSON(c app.Credential) map[string]any {
	facts := map[string]string{}
	for _, f := range c.Facts {
		facts[f.Name] = f.Value
	}
	all := map[string]any{
		"name": c.Name, "description": c.Description, "connector": c.Spec.Name, "facts": facts,
		"created_at": c.CreatedAt, "updated_at": c.UpdatedAt, "verified_at": c.VerifiedAt,
	}
	for _, f := range c.Spec.Fields {
		if f.Secret {
			all[f.Name] = vault.NewSecret("x").String()
		} else {
			all[f.Name] = c.Values[f.Name]
		}
	}
	if c.Streams != nil {
		all["streams"] = streamsJSON(c.Streams)
	}
	return all
}

func (p *program) printCredential(c app.Credential) error {
	if p.json {
		return p.printJSON(credentialJSON(c))
	}
	line := func(title, value string) { fmt.Fprintf(p.out, "%-18s %s\n", title, value) }
	line("Name", c.Name)
	line("Description", c.Description)
	for _, f := range c.Spec.Fields {
		if f.Secret {
			line(f.Title, vault.NewSecret("x").String())
		} else {
			line(f.Title, c.Values[f.Name])
		}
	}
	for _, f := range c.Facts {
		line(f.Title, f.Value)
	}
	line("Verified", c.VerifiedAt.Local().Format("2006-01-02 15:04:05 MST"))
	if c.Streams == nil {
		return nil
	}
	fmt.Fprintln(p.out)
	return p.printStreams(c.Streams, true)
}

func (p *program) printCredentials(list []app.Credential) error {
	if p.json {
		all := make([]map[string]any, 0, len(list))
		for _, c := range list {
			all = append(all, credentialJSON(c))
		}
		return p.printJSON(all)
	}
	if len(list) == 0 {
		p.say("there is no credential yet; add one with kalends credential add calendly --name NAME")
		return nil
	}
	var rows [][]string
	for _, c := range list {
		rows = append(rows, []string{c.Name, c.Spec.Name, c.VerifiedAt.Local().Format("2006-01-02 15:04"), c.Description})
	}
	return p.printTable([]string{"NAME", "CONNECTOR", "VERIFIED", "DESCRIPTION"}, rows)
}
