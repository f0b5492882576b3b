package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/flow"
)

func (p *program) quarantineCommand() *cobra.Command {
	return noun("quarantine", "Look at rows that could not be written, and write them again", "  kalends quarantine list",
		p.quarantineList(), p.quarantineShow(), p.quarantineRetry(), p.quarantineExport(), p.quarantineDrop())
}

// addWhich adds the flags that choose rows.
func addWhich(cmd *cobra.Command, which *flow.Which) {
	cmd.Flags().StringVar(&which.From, "from", "", "only of the flow from this credential, with --to")
	cmd.Flags().StringVar(&which.To, "to", "", "only of the flow to this address, with --from")
	cmd.Flags().StringVar(&which.Stream, "stream", "", "only of this stream")
}

func (p *program) quarantineList() *cobra.Command {
	var which flow.Which
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the rows that could not be written",
		Example: `  kalends quarantine list
  kalends quarantine list --from acme --to sqlite:calendly.db --stream invitees`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.with(cmd.Context(), func(a *app.App) error {
				list, err := a.Quarantined(cmd.Context(), which)
				if err != nil {
					return err
				}
				return p.printQuarantined(list)
			})
		},
	}
	addWhich(cmd, &which)
	return cmd
}

func (p *program) quarantineShow() *cobra.Command {
	return &cobra.Command{
		Use:     "show ID",
		Short:   "Show a row, why it could not be written, and its values",
		Example: "  kalends quarantine show 17",
		Args:    exactly("ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := rowIDs(args)
			if err != nil {
				return err
			}
			return p.with(cmd.Context(), func(a *app.App) error {
				list, err := a.Quarantined(cmd.Context(), flow.Which{IDs: ids})
				if err != nil {
					return err
				}
				return p.showQuarantined(list[0])
			})
		},
	}
}

func (p *program) quarantineRetry() *cobra.Command {
	return p.quarantineVerb(&cobra.Command{
		Use:   "retry [ID…] [--all]",
		Short: "Write rows again",
		Long: `Writes rows again into the destination that they were meant for. What lands is
not kept any more, what is refused stays, with the new error. Ends with 0 if all
landed, with 6 if some were refused.`,
		Example: `  kalends quarantine retry 17 18
  kalends quarantine retry --all --stream invitees`,
	}, func(ctx context.Context, a *app.App, which flow.Which) error {
		landed, refused, err := a.RetryQuarantined(ctx, which)
		if err == nil && len(refused) > 0 {
			err = fault.New(fault.Schema, "%d of %d rows were refused again", len(refused), len(refused)+landed).
				WithHint("see why with: kalends quarantine list")
		}
		if err != nil && landed+len(refused) == 0 {
			return err
		}
		return errors.Join(err, p.printRetried(landed, refused, err))
	})
}

func (p *program) quarantineExport() *cobra.Command {
	return p.quarantineVerb(&cobra.Command{
		Use:   "export [ID…] [--all]",
		Short: "Print rows as JSON Lines",
		Long:  "Prints one line of JSON for each row, as `kalends quarantine show --json` has it.",
		Example: `  kalends quarantine export --all > rows.jsonl
  kalends quarantine export 17`,
	}, func(ctx context.Context, a *app.App, which flow.Which) error {
		list, err := a.Quarantined(ctx, which)
		if err != nil {
			return err
		}
		for _, q := range list {
			line, err := json.Marshal(newQuarantinedJSON(q, true), jsonOptions())
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(p.out, "%s\n", line); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *program) quarantineDrop() *cobra.Command {
	var yes bool
	cmd := p.quarantineVerb(&cobra.Command{
		Use:   "drop [ID…] [--all]",
		Short: "Forget rows",
		Long: `Forgets rows. They are not written before their records change at the source, or
until ` + "`kalends verify --repair`" + ` finds them missing.`,
		Example: `  kalends quarantine drop 17
  kalends quarantine drop --all --from acme --to sqlite:calendly.db --yes`,
	}, func(ctx context.Context, a *app.App, which flow.Which) error {
		list, err := a.Quarantined(ctx, which)
		if err != nil {
			return err
		}
		if len(list) > 0 && !yes {
			if !p.interactive() {
				return fault.New(fault.Invalid, "dropping %d rows has to be confirmed, and there is no terminal to ask at", len(list)).
					WithField("yes").WithHint("if you are sure, add --yes")
			}
			if err := p.confirm(ctx, fmt.Sprintf("Forget %d rows?", len(list))); err != nil {
				return err
			}
		}
		n, err := a.DropQuarantined(ctx, which)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(struct {
				Dropped int `json:"dropped"`
			}{n})
		}
		p.say("%d rows were dropped", n)
		return nil
	})
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// quarantineVerb completes a verb that is for some rows, or with --all for all
// that the flags choose.
func (p *program) quarantineVerb(cmd *cobra.Command, do func(context.Context, *app.App, flow.Which) error) *cobra.Command {
	var which flow.Which
	var all bool
	cmd.Args = cobra.ArbitraryArgs
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if all == (len(args) > 0) {
			return usage(cmd, "name rows by their IDs, or all with --all")
		}
		var err error
		if which.IDs, err = rowIDs(args); err != nil {
			return err
		}
		return p.with(cmd.Context(), func(a *app.App) error { return do(cmd.Context(), a, which) })
	}
	addWhich(cmd, &which)
	cmd.Flags().BoolVar(&all, "all", false, "all rows, or all that the other flags choose")
	return cmd
}

// rowIDs reads the IDs of rows.
func rowIDs(args []string) ([]int64, error) {
	var ids []int64
	for _, arg := range args {
		id, err := strconv.ParseInt(arg, 10, 64)
		if err != nil || id <= 0 {
			return nil, fault.New(fault.Invalid, "that is not the ID of a row").WithField("id").
				WithHint("an ID is a number; see which there are with: kalends quarantine list")
		}
		ids = append(ids, id)
	}
	return ids, nil
}
