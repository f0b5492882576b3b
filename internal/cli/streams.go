package cli

import (
	"cmp"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
	"github.com/kalends/kalends/internal/connect"
)

func (p *program) streamsCommand() *cobra.Command {
	var credential string
	cmd := &cobra.Command{
		Use:   "streams [--credential NAME]",
		Short: "List what can be read, and what a credential lacks for it",
		Example: `  kalends streams
  kalends streams --credential acme`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.with(cmd.Context(), func(a *app.App) error {
				list, err := a.Streams(cmd.Context(), credential)
				if err != nil {
					return err
				}
				if p.json {
					return p.printJSON(streamsJSON(list))
				}
				return p.printStreams(list, credential != "")
			})
		},
	}
	cmd.Flags().StringVar(&credential, "credential", "", "tell what this credential may read")
	return cmd
}

// streamJSON is a stream as --json prints it.
type streamJSON struct {
	Stream    string    `json:"stream"`
	About     string    `json:"about"`
	Needs     needsJSON `json:"needs"`
	OnRequest bool      `json:"on_request"`
	Available bool      `json:"available"`
	Reason    string    `json:"reason"`
}

type needsJSON struct {
	Scope string `json:"scope"`
	Role  string `json:"role"`
	Plan  string `json:"plan"`
}

func streamsJSON(list []connect.Availability) []streamJSON {
	all := make([]streamJSON, 0, len(list))
	for _, a := range list {
		all = append(all, streamJSON{
			Stream: a.Stream.Name, About: a.Stream.Doc.About, Needs: needsJSON(a.Stream.Needs),
			OnRequest: a.Stream.OnRequest, Available: a.OK, Reason: a.Reason,
		})
	}
	return all
}

// printStreams prints what each stream needs; checked says that a credential
// was asked whether it may read it.
func (p *program) printStreams(list []connect.Availability, checked bool) error {
	heads := []string{"STREAM", "NEEDS"}
	if checked {
		heads = append(heads, "USABLE", "WHY NOT, OR WHAT TO KNOW")
	} else {
		heads = append(heads, "ABOUT")
	}
	var rows [][]string
	for _, a := range list {
		row := []string{a.Stream.Name, needs(a.Stream.Needs)}
		reason := a.Reason
		if a.Stream.OnRequest {
			reason = cmp.Or(reason, "only with --streams "+a.Stream.Name)
		}
		switch {
		case !checked:
			row = append(row, a.Stream.Doc.About)
		case a.OK:
			row = append(row, "yes", reason)
		default:
			row = append(row, "no", reason)
		}
		rows = append(rows, row)
	}
	return p.printTable(heads, rows)
}

func needs(n connect.Needs) string {
	var parts []string
	if n.Scope != "" {
		parts = append(parts, n.Scope)
	}
	if n.Role != "" {
		parts = append(parts, "role "+n.Role)
	}
	if n.Plan != "" {
		parts = append(parts, "plan "+n.Plan)
	}
	return strings.Join(parts, ", ")
}
