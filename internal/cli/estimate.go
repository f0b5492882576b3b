package cli

import (
	"fmt"
	"strconv"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
	"github.com/kalends/kalends/internal/flow"
)

// estimateCommand is `kalends estimate`.
func (p *program) estimateCommand() *cobra.Command {
	var flags copyFlags
	cmd := &cobra.Command{
		Use:   "estimate --from CREDENTIAL",
		Short: "Tell how many calls and minutes a sync will take",
		Long: `Tells for each stream how many records there are and how many calls the first
sync makes, and one after it if nothing has changed; what the token may not read
is skipped, with the reason. Minutes are those at the limit that Calendly tells
for the token and at the share of it that syncs may use.

It makes few calls itself. Long lists are counted by a part of them; what is
inferred so has a ~ before it. With --to it takes into account what that copy
has already, and tells about the sync that is next.`,
		Example: `  kalends estimate --from acme
  kalends estimate --from acme --streams scheduled_events,invitees --start 2024-01-01
  kalends estimate --from acme --to sqlite:calendly.db --budget 50% --json`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.estimate(cmd, flags.request()) },
	}
	flags.add(cmd, nil)
	return cmd
}

func (p *program) estimate(cmd *cobra.Command, req app.SyncRequest) error {
	if err := required(cmd, "from"); err != nil {
		return err
	}
	return p.with(cmd.Context(), func(a *app.App) error {
		e, err := a.Estimate(cmd.Context(), req)
		if err != nil {
			return err
		}
		if p.json {
			return p.printJSON(e)
		}
		return p.printEstimate(e)
	})
}

func (p *program) printEstimate(e flow.Estimate) error {
	first, next := "first sync", "later sync"
	if e.Copied {
		first, next = "next sync", "sync after it"
	}
	var rows [][]string
	for _, s := range e.Streams {
		row := []string{s.Name}
		for _, n := range []int{s.First.Records, s.First.Requests, s.Next.Requests} {
			cell := humanize.Comma(int64(n))
			if s.Sampled && n > 0 {
				cell = "~" + cell
			}
			row = append(row, cell)
		}
		note := s.Reason
		if s.Skipped {
			note = "skipped: " + note
		}
		rows = append(rows, append(row, note))
	}
	if err := p.printTable([]string{"STREAM", "RECORDS", "CALLS FIRST", "CALLS NEXT", "NOTE"}, rows); err != nil {
		return err
	}
	p.say("%s: %s", first, effort(e, e.First))
	p.say("%s, if nothing has changed: %s", next, effort(e, e.Next))
	p.say("to estimate this took %s calls", humanize.Comma(int64(e.Requests)))
	return nil
}

// effort says in words what a run takes.
func effort(e flow.Estimate, run flow.Effort) string {
	text := fmt.Sprintf("%s records, %s calls; ", humanize.Comma(int64(run.Records)), humanize.Comma(int64(run.Requests)))
	if e.Limit == 0 {
		return text + "minutes: unlimited, as Calendly tells no limit"
	}
	return text + fmt.Sprintf("%.1f minutes at the limit of %d calls a minute, %.1f at a budget of %s%% of it",
		run.MinutesAtLimit, e.Limit, run.MinutesAtBudget, strconv.FormatFloat(100*e.Budget, 'g', 4, 64))
}
