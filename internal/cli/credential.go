package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/vault"
)

func (p *program) credentialCommand() *cobra.Command {
	return noun("credential", "Save, check, change and remove credentials", "  kalends credential add calendly --name acme",
		p.credentialAdd(), p.credentialList(), p.credentialShow(), p.credentialCheck(), p.credentialEdit(), p.credentialRemove())
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
				return p.printed(a.Credential(cmd.Context(), args[0]))
			})
		},
	}
}

func (p *program) credentialCheck() *cobra.Command {
	return &cobra.Command{
		Use:   "check NAME",
		Short: "Verify a credential anew and tell what it may read",
		Long: `Asks the system whose the credential is and what it may read, and remembers the
answer. The exit code says whether the credential is good.`,
		Example: "  kalends credential check acme",
		Args:    exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd.Context(), func(a *app.App) error {
				return p.printed(a.CheckCredential(cmd.Context(), args[0]))
			})
		},
	}
}

func (p *program) credentialRemove() *cobra.Command {
	var yes bool
	cmd := &cobra.Command{
		Use:   "remove NAME",
		Short: "Remove a credential and its secrets",
		Long: `Removes a credential and its secrets from this machine. The token or password
itself stays valid until it is revoked where it comes from. Copies that were made
stay as they are.`,
		Example: "  kalends credential remove acme --yes",
		Args:    exactly("NAME"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.with(cmd.Context(), func(a *app.App) error { return p.remove(cmd.Context(), a, args[0], yes) })
		},
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

func (p *program) remove(ctx context.Context, a *app.App, name string, yes bool) error {
	c, err := a.Credential(ctx, name)
	if err != nil {
		return err
	}
	if !yes {
		if !p.interactive() {
			return fault.New(fault.Invalid, "removing %s has to be confirmed, and there is no terminal to ask at", c.Name).
				WithField("yes").WithHint("if you are sure: kalends credential remove %s --yes", c.Name)
		}
		if err := p.confirm(ctx, "Remove credential "+c.Name+"?"); err != nil {
			return err
		}
	}
	if err := a.RemoveCredential(ctx, c.Name); err != nil {
		return err
	}
	if p.json {
		return p.printJSON(struct {
			Removed string `json:"removed"`
		}{c.Name})
	}
	p.say("removed credential %s", c.Name)
	return nil
}

// credentialJSON is a credential as --json prints it. Its settings stand
// beside the other members by the names of the connector's fields, the secret
// ones masked.
type credentialJSON struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Connector   string            `json:"connector"`
	Facts       map[string]string `json:"facts"`
	CreatedAt   time.Time         `json:"created_at"`
	UpdatedAt   time.Time         `json:"updated_at"`
	VerifiedAt  time.Time         `json:"verified_at,omitzero"`
	Streams     []availableJSON   `json:"streams,omitzero"` // after a verification
	Fields      map[string]string `json:",embed"`
}

func newCredentialJSON(c app.Credential) credentialJSON {
	j := credentialJSON{
		Name: c.Name, Description: c.Description, Connector: c.Spec.Name,
		CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, VerifiedAt: c.VerifiedAt,
		Facts: map[string]string{}, Fields: map[string]string{}, Streams: newAvailableJSON(c.Streams),
	}
	for _, f := range c.Facts {
		j.Facts[f.Name] = f.Value
	}
	for _, f := range c.Spec.Fields {
		j.Fields[f.Name] = shownValue(c, f)
	}
	return j
}

func shownValue(c app.Credential, f connect.Field) string {
	if f.Secret {
		return vault.Mask
	}
	return c.Values[f.Name]
}

// printed prints the credential that an operation of app returned, or returns
// its error.
func (p *program) printed(c app.Credential, err error) error {
	if err != nil {
		return err
	}
	if p.json {
		return p.printJSON(newCredentialJSON(c))
	}
	pairs := [][2]string{{"Name", c.Name}, {"Description", c.Description}, {"Connector", c.Spec.Title}}
	for _, f := range c.Spec.Fields {
		pairs = append(pairs, [2]string{f.Title, shownValue(c, f)})
	}
	for _, f := range c.Facts {
		pairs = append(pairs, [2]string{f.Title, f.Value})
	}
	if err := p.printPairs(append(pairs, [2]string{"Verified", shownTime(c.VerifiedAt)})); err != nil {
		return err
	}
	if c.Streams == nil {
		return nil
	}
	fmt.Fprintln(p.out)
	return p.printAvailable(c.Streams)
}

func (p *program) printCredentials(list []app.Credential) error {
	if p.json {
		all := make([]credentialJSON, 0, len(list))
		for _, c := range list {
			all = append(all, newCredentialJSON(c))
		}
		return p.printJSON(all)
	}
	if len(list) == 0 {
		p.say("there is no credential yet; add one with: kalends credential add calendly --name NAME")
		return nil
	}
	var rows [][]string
	for _, c := range list {
		rows = append(rows, []string{c.Name, c.Spec.Name, shownTime(c.VerifiedAt), c.Description})
	}
	return p.printTable([]string{"NAME", "CONNECTOR", "VERIFIED", "DESCRIPTION"}, rows)
}

func shownTime(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Local().Format("2006-01-02 15:04 MST")
}
