package cli

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
	"github.com/kalends/kalends/internal/connect"
)

func (p *program) streamsCommand() *cobra.Command {
	var credential, from string
	var options sourceOptions
	cmd := &cobra.Command{
		Use:   "streams",
		Short: "List what can be read, and what a credential lacks for it",
		Long: `Lists every stream of Calendly with the scope, role and plan it needs. With a
credential it asks the system whether that one may read the stream, and says why
not. With --from it lists the columns of what is read there, whatever it is, with
their types and keys.`,
		Example: `  kalends streams
  kalends streams --credential acme
  kalends streams --from sqlite:shop.db
  kalends streams --from 's3://bucket/exports/people-*.csv?region=eu-central-1'
  kalends streams --from 'postgres://me@db.example.com/shop?schema=crm' --query 'SELECT * FROM people'`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			named := cmd.Flags().Changed
			if named("credential") && named("from") {
				return usage(cmd, "--credential and --from name the same").WithField("from").WithHint("leave out one of them")
			}
			return p.with(cmd.Context(), func(a *app.App) error {
				switch {
				case named("from"):
					return p.columns(cmd, a, from, options.given())
				case named("credential"):
					return p.available(cmd, a, credential)
				}
				list, err := a.Streams(cmd.Context())
				if err != nil {
					return err
				}
				return p.printStreams(list)
			})
		},
	}
	cmd.Flags().StringVar(&credential, "credential", "", "tell what the credential of this `name` may read")
	cmd.Flags().StringVar(&from, "from", "", fromAbout)
	options = addOptions(cmd, relationOptions())
	return cmd
}

func (p *program) available(cmd *cobra.Command, a *app.App, credential string) error {
	list, err := a.Available(cmd.Context(), credential, nil)
	if err != nil {
		return err
	}
	return p.printAvailable(list)
}

// streamJSON is a stream as --json prints it.
type streamJSON struct {
	Stream    string    `json:"stream"`
	About     string    `json:"about"`
	Needs     needsJSON `json:"needs"`
	OnRequest bool      `json:"on_request"` // read only when named
}

type needsJSON struct {
	Scope string `json:"scope"`
	Role  string `json:"role"`
	Plan  string `json:"plan"`
}

// availableJSON is a stream as --json prints it where a credential was asked.
type availableJSON struct {
	streamJSON

	Available bool   `json:"available"`
	Reason    string `json:"reason"` // why not, or a restriction
}

func newStreamJSON(s connect.Stream) streamJSON {
	return streamJSON{Stream: s.Name, About: s.Doc.About, Needs: needsJSON(s.Needs), OnRequest: s.OnRequest}
}

// newAvailableJSON returns nil for nil.
func newAvailableJSON(list []connect.Availability) []availableJSON {
	var all []availableJSON
	for _, a := range list {
		all = append(all, availableJSON{streamJSON: newStreamJSON(a.Stream), Available: a.OK, Reason: a.Reason})
	}
	return all
}

func (p *program) printStreams(list []connect.Stream) error {
	if p.json {
		all := make([]streamJSON, 0, len(list))
		for _, s := range list {
			all = append(all, newStreamJSON(s))
		}
		return p.printJSON(all)
	}
	var rows [][]string
	for _, s := range list {
		rows = append(rows, []string{s.Name, needs(s.Needs), s.Doc.About + onRequest(s)})
	}
	return p.printTable([]string{"STREAM", "NEEDS", "ABOUT"}, rows)
}

// printAvailable prints which streams a credential may read, and why not the
// others.
func (p *program) printAvailable(list []connect.Availability) error {
	if p.json {
		return p.printJSON(newAvailableJSON(list))
	}
	usable := 0
	var rows [][]string
	for _, a := range list {
		row := []string{a.Stream.Name, "no", a.Reason}
		if a.OK {
			usable++
			row = []string{a.Stream.Name, "yes", strings.TrimSpace(a.Reason + onRequest(a.Stream))}
		}
		rows = append(rows, append(row, needs(a.Stream.Needs)))
	}
	if err := p.printTable([]string{"STREAM", "USABLE", "WHY NOT, OR WHAT TO KNOW", "NEEDS"}, rows); err != nil {
		return err
	}
	p.say("%d of %d streams can be read", usable, len(list))
	return nil
}

func onRequest(s connect.Stream) string {
	if s.OnRequest {
		return " (only with --streams " + s.Name + ")"
	}
	return ""
}

// needs says what a stream needs in one cell.
func needs(n connect.Needs) string {
	var parts []string
	for _, part := range [][2]string{{"scope ", n.Scope}, {"role ", n.Role}, {"plan ", n.Plan}} {
		if part[1] != "" {
			parts = append(parts, part[0]+part[1])
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "-")
}
