package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/kalends/kalends/internal/app"
	"github.com/kalends/kalends/internal/connect"
)

// columnJSON is a column as --json prints it.
type columnJSON struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Key  bool   `json:"key"`
}

// columnsJSON is a stream with its columns as --json prints it.
type columnsJSON struct {
	availableJSON

	Columns []columnJSON `json:"columns"`
}

// columns prints the columns of the streams of any source.
func (p *program) columns(cmd *cobra.Command, a *app.App, from string, options map[string]string) error {
	list, err := a.Available(cmd.Context(), from, options)
	if err != nil {
		return err
	}
	if p.json {
		all := make([]columnsJSON, 0, len(list))
		for i, one := range newAvailableJSON(list) {
			all = append(all, columnsJSON{one, columnsOf(list[i].Stream)})
		}
		return p.printJSON(all)
	}
	var rows, reasons [][]string
	for _, one := range list {
		for _, c := range columnsOf(one.Stream) {
			key := ""
			if c.Key {
				key = "key"
			}
			rows = append(rows, []string{printable(one.Stream.Name), printable(c.Name), c.Type, key})
		}
		if one.Reason != "" {
			reasons = append(reasons, []string{one.Stream.Name, one.Reason})
		}
	}
	if err := p.printTable([]string{"STREAM", "COLUMN", "TYPE", "KEY"}, rows); err != nil {
		return err
	}
	for _, r := range reasons {
		p.say("%s: %s", printable(r[0]), r[1])
	}
	return nil
}

func columnsOf(s connect.Stream) []columnJSON {
	all := make([]columnJSON, 0, len(s.Columns))
	for _, c := range s.Columns {
		all = append(all, columnJSON{c.Name, c.Type.String(), slices.Contains(s.Key, c.Name)})
	}
	return all
}
