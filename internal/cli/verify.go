package cli

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
	"github.com/kalends/kalends/internal/flow"
)

// verifyCommand is `kalends verify`.
func (p *program) verifyCommand() *cobra.Command {
	var flags copyFlags
	var req app.VerifyRequest
	cmd := &cobra.Command{
		Use:   "verify --from CREDENTIAL-OR-ADDRESS --to ADDRESS-OR-CREDENTIAL",
		Short: "Prove that a copy is complete, or say what differs",
		Long: `Reads all of Calendly that the copy should have, and all rows of the copy, and
compares every value. Says for each stream how many records are equal, missing
(Calendly has them, the copy does not), stale (they differ) and extra (Calendly
does not have them any more; each is looked up singly before that is said), and
what could not be checked and why. Ends with 0 only if all that was checked is
equal, else with 5.

Of tables, queries and files, which are always read whole, a row that the copy
has and they do not is extra.

Without --repair nothing is written. It takes about as many calls as a first
sync; --sample reads what belongs to events, such as invitees, and to users,
event types and forms, only for some of them, others in each run.`,
		Example: `  kalends verify --from acme --to sqlite:calendly.db
  kalends verify --from acme --to sqlite:calendly.db --repair
  kalends verify --from acme --to sqlite:calendly.db --sample 5% --json`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			req.Copy = flags.request()
			return p.verify(cmd, req)
		},
	}
	flags.add(cmd, []option{
		{"deletes", "what --repair does about records that were deleted: mark, remove or ignore (default mark)"},
	})
	cmd.Flags().BoolVar(&req.Repair, "repair", false, "write what is missing or stale, and delete what is extra")
	cmd.Flags().StringVar(&req.Sample, "sample", "", "check what belongs to others only for this share of them, as 5%")
	return cmd
}

func (p *program) verify(cmd *cobra.Command, req app.VerifyRequest) error {
	if err := required(cmd, "from", "to"); err != nil {
		return err
	}
	return p.with(cmd.Context(), func(a *app.App) error {
		req.Copy.Watch = p.watch()
		proof, err := a.Verify(cmd.Context(), req)
		if proof.Flow == "" {
			return err
		}
		if p.json {
			return errors.Join(err, p.printJSON(proof))
		}
		return errors.Join(err, p.printProof(proof))
	})
}

// printProof prints what was found: a row a stream, then some of the records
// that differ.
func (p *program) printProof(proof flow.Proof) error {
	var rows [][]string
	var examples []string
	for _, s := range proof.Streams {
		row := []string{s.Name, string(s.Status)}
		for _, n := range []int{s.Equal, s.Missing, s.Stale, s.Extra, s.Unchecked} {
			cell := humanize.Comma(int64(n))
			if s.Status == flow.Unchecked {
				cell = "-"
			}
			row = append(row, cell)
		}
		rows = append(rows, append(row, s.Reason))
		for _, e := range s.Examples {
			examples = append(examples, fmt.Sprintf("%s: %s", e.Problem, e.Key))
		}
	}
	if err := p.printTable([]string{"STREAM", "VERDICT", "EQUAL", "MISSING", "STALE", "EXTRA", "UNCHECKED", "WHY"}, rows); err != nil {
		return err
	}
	for _, e := range examples {
		p.say("%s", printable(e))
	}
	p.say("%s", conclusion(proof))
	return nil
}

func conclusion(proof flow.Proof) string {
	word := "the copy is equal"
	if !proof.Equal {
		word = "the copy is not proved"
	}
	if proof.Sample < 1 {
		word += " as far as a sample of " + strconv.FormatFloat(100*proof.Sample, 'g', 4, 64) + "% tells"
	}
	return fmt.Sprintf("%s (%s calls, %.1f s)", word, humanize.Comma(int64(proof.Requests)), proof.Seconds)
}
