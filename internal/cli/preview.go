package cli

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/flow"
	"github.com/kalends/kalends/internal/mapping"
)

// previewCommand is `kalends preview`.
func (p *program) previewCommand() *cobra.Command {
	var req app.SyncRequest
	cmd := &cobra.Command{
		Use:   "preview --from CREDENTIAL --map FILE",
		Short: "Show what a map file makes of some records",
		Long: `Reads up to ten records of each stream, with few calls, and shows them as they
are and as a sync with this map file would write them. Nothing is written.`,
		Example: `  kalends preview --from acme --map map.yaml --streams invitees
  kalends preview --from acme --map map.yaml --json`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := required(cmd, "from", "map"); err != nil {
				return err
			}
			return p.with(cmd.Context(), func(a *app.App) error {
				previews, err := a.Preview(cmd.Context(), req)
				if err != nil {
					return err
				}
				return p.printPreviews(previews)
			})
		},
	}
	cmd.Flags().StringVar(&req.From, "from", "", "the `CREDENTIAL` to read with (see kalends credential list)")
	cmd.Flags().StringVar(&req.Map, "map", "", "the map `FILE`")
	cmd.Flags().StringSliceVar(&req.Streams, "streams", nil, "only these streams, by comma (see kalends streams)")
	cmd.Flags().StringVar(&req.Start, "start", "", "leave out what happened before this date or RFC 3339 time (UTC)")
	return cmd
}

// previewJSON is what a mapping makes of a stream, as --json prints it.
type previewJSON struct {
	Stream string       `json:"stream"`
	Table  string       `json:"table"`
	Reason string       `json:"reason"`
	Rows   []changeJSON `json:"rows"`
}

type changeJSON struct {
	Before map[string]any `json:"before"`
	After  map[string]any `json:"after,omitzero"` // absent if it is not written
	Error  *flow.Error    `json:"error,omitempty"`
}

func (p *program) printPreviews(previews []mapping.Preview) error {
	if p.json {
		all := make([]previewJSON, 0, len(previews))
		for _, one := range previews {
			j := previewJSON{Stream: one.Source.Name, Table: one.Target.Name, Reason: one.Reason, Rows: []changeJSON{}}
			for _, row := range one.Rows {
				change := changeJSON{Before: recordJSON(one.Source, row.Before)}
				switch {
				case row.Err != nil:
					change.Error = flow.ErrorOf(row.Err)
				case !row.After.Deleted:
					change.After = recordJSON(one.Target, row.After)
				}
				j.Rows = append(j.Rows, change)
			}
			all = append(all, j)
		}
		return p.printJSON(all)
	}
	for i, one := range previews {
		if i > 0 {
			p.say("")
		}
		if err := p.printPreview(one); err != nil {
			return err
		}
	}
	return nil
}

// printPreview prints the records of a stream in two tables, before and after.
func (p *program) printPreview(one mapping.Preview) error {
	if len(one.Rows) == 0 {
		p.say("%s: %s", one.Source.Name, printable(cmp.Or(one.Reason, "no records were found")))
		return nil
	}
	var before, after [][]string
	for i, row := range one.Rows {
		number := fmt.Sprint(i + 1)
		before = append(before, append([]string{number}, cells(one.Source, row.Before)...))
		switch {
		case row.Err != nil:
			after = append(after, unwritten(number, row.Err.Error(), one.Target))
		case row.After.Deleted:
			after = append(after, unwritten(number, "(left out by the filter)", one.Target))
		default:
			after = append(after, append([]string{number}, cells(one.Target, row.After)...))
		}
	}
	p.say("%s, as Calendly has it:", one.Source.Name)
	if err := p.printTable(heads(one.Source), before); err != nil {
		return err
	}
	p.say("\n%s, as it would be written:", one.Target.Name)
	return p.printTable(heads(one.Target), after)
}

// unwritten is the row of a record that is not written.
func unwritten(number, why string, s connect.Stream) []string {
	row := make([]string, 1+len(s.Columns))
	row[0], row[1] = number, why
	return row
}

func heads(s connect.Stream) []string {
	all := []string{"#"}
	for _, c := range s.Columns {
		all = append(all, c.Name)
	}
	return all
}
