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
// than it, aligned with blanks where another program reads it.
func (p *program) printTable(heads []string, rows [][]string) error {
	for _, row := range rows {
		for i, cell := range row {
			row[i] = printable(cell)
		}
	}
	if p.plain() {
		return p.printColumns(heads, rows)
	}
	head := lipgloss.NewStyle().Padding(0, 1).Bold(true)
	cell := lipgloss.NewStyle().Padding(0, 1)
	t := table.New().Border(lipgloss.RoundedBorder()).BorderStyle(lipgloss.NewStyle().Faint(true)).Headers(heads...).Rows(rows...).
		StyleFunc(func(row, _ int) lipgloss.Style {
			if row == table.HeaderRow {
				return head
			}
			return cell
		})
	text := t.String()
	if width := p.width(); lipgloss.Width(text) > width {
		text = t.Width(width).String()
	}
	_, err := lipgloss.Fprintln(p.out, text)
	return err
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
