package cli

import (
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"unicode"

	"charm.land/lipgloss/v2"
	"charm.land/lipgloss/v2/table"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/term"
)

func jsonOptions() json.Options {
	return json.JoinOptions(json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
}

// printJSON prints one value, indented, and nothing else on standard output.
func (p *program) printJSON(v any) error {
	text, err := json.Marshal(v, jsonOptions(), jsontext.WithIndent("  "))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out, "%s\n", text)
	return err
}

// printTable prints rows under their heads: framed on a terminal and no wider
// than it, aligned with blanks where another program reads it. The columns
// stand in the order of their importance.
func (p *program) printTable(heads []string, rows [][]string) error {
	for _, row := range rows {
		for i, cell := range row {
			row[i] = printable(cell)
		}
	}
	if p.plain() {
		return p.printColumns(heads, rows)
	}
	widths := fit(append([][]string{heads}, rows...), p.width())
	var wrapped [][]string
	for _, row := range rows {
		var cells []string
		for i, width := range widths {
			cells = append(cells, lipgloss.Wrap(row[i], width, ""))
		}
		wrapped = append(wrapped, cells)
	}
	head := lipgloss.NewStyle().Padding(0, 1).Bold(true)
	cell := lipgloss.NewStyle().Padding(0, 1)
	t := table.New().Border(lipgloss.RoundedBorder()).BorderStyle(lipgloss.NewStyle().Faint(true)).
		Headers(heads[:len(widths)]...).Rows(wrapped...).
		StyleFunc(func(row, _ int) lipgloss.Style {
			if row == table.HeaderRow {
				return head
			}
			return cell
		})
	_, err := lipgloss.Fprintln(p.out, t)
	if hidden := heads[len(widths):]; err == nil && len(hidden) > 0 {
		p.say("a wider terminal, or a pipe, also shows: %s", strings.Join(hidden, ", "))
	}
	return err
}

const (
	enough = 30 // what a column needs to read well when its cells are wrapped
	frame  = 3  // the characters around a cell
)

// fit returns how wide each column is to be so that the table is at most total
// wide. Long columns but the first give way; if that is not enough the last
// ones are left out.
func fit(rows [][]string, total int) []int {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], lipgloss.Width(cell))
		}
	}
	for {
		excess := 1 + len(widths)*frame - total
		for _, w := range widths {
			excess += w
		}
		widest := 1
		for i := range widths {
			if i > 1 && widths[i] > widths[widest] {
				widest = i
			}
		}
		switch {
		case excess <= 0 || len(widths) <= 2 && (len(widths) < 2 || widths[1] <= enough):
			return widths
		case widths[widest] > enough:
			widths[widest]--
		default:
			widths = widths[:len(widths)-1]
		}
	}
}

func (p *program) printColumns(heads []string, rows [][]string) error {
	w := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{heads}, rows...) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(strings.Join(row, "\t"), "\t")); err != nil {
			return err
		}
	}
	return w.Flush()
}

// plain reports whether tables are to be text only: no colors, no frames.
func (p *program) plain() bool {
	return !terminal(p.out) || p.env("NO_COLOR") != "" || p.env("TERM") == "dumb"
}

// width is how many columns the terminal has.
func (p *program) width() int {
	const usual = 80
	f, ok := p.out.(*os.File)
	if !ok {
		return usual
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return usual
	}
	return width
}

// printPairs prints values behind their titles.
func (p *program) printPairs(pairs [][2]string) error {
	widest := 0
	for _, pair := range pairs {
		widest = max(widest, lipgloss.Width(pair[0]))
	}
	for _, pair := range pairs {
		gap := strings.Repeat(" ", widest-lipgloss.Width(pair[0])+2)
		line := strings.TrimRight(pair[0]+gap+printable(pair[1]), " ")
		if _, err := fmt.Fprintln(p.out, line); err != nil {
			return err
		}
	}
	return nil
}

// say prints a line for people; nothing where JSON is asked for.
func (p *program) say(format string, args ...any) {
	if !p.json {
		fmt.Fprintf(p.out, format+"\n", args...)
	}
}

// printable makes text that others wrote harmless: a name with an escape
// sequence in it must not give orders to the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r):
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
