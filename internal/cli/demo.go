package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
)

func (p *program) demoCommand() *cobra.Command {
	var d app.Demo
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See the main job on a sandbox: copy an organization, ask it questions",
		Long: `Starts a sandbox Calendly, saves its token as a credential, copies every stream
into an SQLite file, proves the copy and answers a few questions from its views. It has a home
folder of its own and touches neither yours nor Calendly.`,
		Example: "  kalends demo --dir /tmp/demo",
		Args:    exactly(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.demo(cmd, d) },
	}
	cmd.Flags().StringVar(&d.Dir, "dir", "kalends-demo", "the folder of the copy; what an earlier demo left there is replaced")
	cmd.Flags().IntVar(&d.Events, "events", 2000, "how many scheduled events the sandbox has")
	return cmd
}

func (p *program) demo(cmd *cobra.Command, d app.Demo) error {
	step := 0
	d.Step = func(s app.DemoStep) {
		step++
		p.say("%d. %s\n   $ %s", step, s.About, s.Command)
	}
	d.Watch = p.watch()
	result, err := d.Run(cmd.Context(), p.cfg)
	if err != nil {
		return err
	}
	if p.json {
		return p.printJSON(result)
	}
	p.say("   %s", conclusion(result.Proof))
	for _, a := range result.Answers {
		step++
		p.say("\n%d. %s", step, a.Question.Title)
		if err := p.printTable(a.Columns, a.Rows); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(p.out, `
The copy is %s; any SQLite program opens it.

With your own Calendly:
   $ kalends credential add calendly --name acme
   $ kalends sync --from acme --to sqlite:calendly.db
   $ kalends verify --from acme --to sqlite:calendly.db
`, result.File)
	return err
}
