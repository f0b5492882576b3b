package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
)

// printJSON prints one value, indented, and nothing else on standard output.
func (p *program) printJSON(v any) error {
	e := json.NewEncoder(p.out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// printTable prints rows under their heads: framed on a terminal, aligned with
// blanks where another program reads it.
func (p *program) printTable(heads []string, rows [][]string) error {
	if terminal(p.out) {
		t := table.New().Border(lipgloss.RoundedBorder()).Headers(heads...).Rows(rows...).
			StyleFunc(func(int, int) lipgloss.Style { return lipgloss.NewStyle().Padding(0, 1) })
		_, err := fmt.Fprintln(p.out, t)
		return err
	}
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{heads}, rows...) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(strings.Join(row, "\t"), "\t")); err != nil {
			return err
		}
	}
	return w.Flush()
}

// say prints a line for people; nothing where JSON is asked for.
func (p *program) say(format string, args ...any) {
	if !p.json {
		fmt.Fprintf(p.out, format+"\n", args...)
	}
}
