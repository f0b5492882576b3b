package cli

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
	"github.com/kalends/kalends/internal/flow"
)

// syncCommand is `kalends sync`.
func (p *program) syncCommand() *cobra.Command {
	var flags copyFlags
	var history []string
	var maxBadRows uint
	cmd := &cobra.Command{
		Use:   "sync --from CREDENTIAL-OR-ADDRESS --to ADDRESS-OR-CREDENTIAL",
		Short: "Copy an organization, or tables, into a database",
		Long: `Copies every stream that the credential may read into tables of the
destination, one table a stream. A stream that the plan, role or scope does not
allow is skipped with its reason.

Interrupted at any moment, the next sync of the same credential into the same
destination goes on from the last committed batch.

A sync after the first one writes only what is new or changed, and asks for
little more: for meetings from --near on, once in --recent-every from --recent
on, once in --deep-every for all of them, and for the invitees of those that are
new or changed. What was deleted at Calendly is marked in the column _deleted_at.
With --history every version of a record is kept, too.

With --map records are written as a map file says: see kalends preview. A row
that the destination refuses, or that cannot be mapped, is kept while the rest is
written: see kalends quarantine. Of more than --max-bad-rows the run ends.

From an address, or the credential of a database, tables are copied or the
result of a --query; whole, or with --cursor COLUMN from the last value on that
was read. Rows are told apart by the primary key, or the columns of --key. Files
are CSV, JSON Lines or Parquet, here or in an object store, one or a pattern; a
folder that Kalends wrote has the streams that were written to it.

Calendly allows a user so many calls a minute, over all programs. With
--budget 80%, the default, one in five is left to your other integrations.`,
		Example: `  kalends sync --from acme --to sqlite:calendly.db
  kalends sync --from acme --to sqlite:calendly.db --streams scheduled_events,invitees --start 2024-01-01
  kalends sync --from acme --to sqlite:calendly.db --recent-every 6h --invitee-age 90d
  kalends sync --from acme --to sqlite:calendly.db --history scheduled_events,invitees
  kalends sync --from acme --to sqlite:calendly.db --budget 50%
  kalends sync --from acme --to 'postgres://me@db.example.com/warehouse?schema=calendly'
  kalends sync --from acme --to warehouse/calendly
  kalends sync --from acme --to sqlite:calendly.db --map map.yaml --max-bad-rows 0
  kalends sync --from 'postgres://me@db.example.com/shop?schema=crm' --streams people --cursor updated_at --to sqlite:copy.db
  kalends sync --from sqlite:shop.db --query 'SELECT id, email FROM people' --key id --to warehouse
  kalends sync --from 's3://bucket/exports/*.jsonl.gz?region=eu-central-1' --key id --to sqlite:copy.db
  kalends sync --from 'lake/exports/*.parquet' --key id --to warehouse
  kalends sync --from files:calendly --to warehouse
  kalends sync --from acme --to sqlite:calendly.db --json`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			req := flags.request()
			req.History, req.MaxBadRows = history, int(min(maxBadRows, math.MaxInt32))
			return p.sync(cmd, req)
		},
	}
	cmd.Flags().StringSliceVar(&history, "history", nil, "keep every version of these streams, by comma, in tables named STREAM_history; all for each")
	cmd.Flags().UintVar(&maxBadRows, "max-bad-rows", app.MaxBadRows, "end the run if more rows than that cannot be written; 0: none may be refused")
	flags.add(cmd, []option{
		{"cursor", "of tables and queries, read only rows in which this column is not less than when last read"},
		{"pass", "how much is read of the past: deep, recent, near, or due for the one that is due (default due)"},
		{"near", "how far back every sync reads meetings (default 7d)"},
		{"recent", "how far back the recent pass does (default 90d)"},
		{"recent_every", "how often it is made (default 24h)"},
		{"deep_every", "how often all meetings are read (default 7d)"},
		{"invitee_age", "the deep pass reads the invitees again of meetings that ended no longer ago (default all)"},
		{"deletes", "what to do about records that were deleted: mark, remove or ignore (default mark)"},
	})
	return cmd
}

func (p *program) sync(cmd *cobra.Command, req app.SyncRequest) error {
	if err := required(cmd, "from", "to"); err != nil {
		return err
	}
	return p.with(cmd.Context(), func(a *app.App) error {
		req.Watch = p.watch()
		run, err := a.Sync(cmd.Context(), req)
		if run.ID == "" {
			return err
		}
		if p.json {
			return errors.Join(err, p.printJSON(run))
		}
		p.say("%s", summary(run))
		if run.Status == flow.Canceled {
			fmt.Fprintln(p.err, "what was read is kept; run the same command again to go on")
		}
		return err
	})
}

// watch is how a run is shown while it goes on: not at all where one JSON
// object is asked for.
func (p *program) watch() func(<-chan struct{}, func() flow.Snapshot) {
	switch {
	case p.json:
		return nil
	case terminal(p.out):
		return watchLive(p.out)
	}
	return watchPlain(p.out)
}

// summary is the last line of a run.
func summary(run flow.Run) string {
	counts, bad := map[flow.Status]int{}, 0
	for _, s := range run.Streams {
		counts[s.Status]++
		bad += s.Quarantined
	}
	var parts []string
	for _, status := range []flow.Status{flow.Succeeded, flow.Skipped, flow.Failed, flow.Canceled, flow.Pending} {
		if n := counts[status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, status))
		}
	}
	var limit string
	if run.Limit > 0 {
		limit = "; budget: " + budget(run)
	}
	var quarantined string
	if bad > 0 {
		quarantined = fmt.Sprintf("; %s rows could not be written: kalends quarantine list", humanize.Comma(int64(bad)))
	}
	return fmt.Sprintf("run %s %s in %.1f s: %s records, %s calls (%d waits for a 429%s); streams: %s%s",
		run.ID, run.Status, run.Seconds, humanize.Comma(int64(run.Records)), humanize.Comma(int64(run.Requests)),
		run.RateLimited, limit, strings.Join(parts, ", "), quarantined)
}
