package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kalends/kalends/internal/fault"
)

// kindNames are the constants of fault.Kind, from its source.
func kindNames(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, f := range production(t) {
		if f.pkg != "internal/fault" {
			continue
		}
		for _, d := range f.syntax.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST || !isKind(g.Specs[0].(*ast.ValueSpec).Type) {
				continue
			}
			for _, s := range g.Specs {
				names = append(names, s.(*ast.ValueSpec).Names[0].Name)
			}
		}
	}
	if len(names) != len(fault.Kinds()) {
		t.Fatalf("there are %d constants of fault.Kind, but fault.Kinds has %d", len(names), len(fault.Kinds()))
	}
	return names
}

func isKind(e ast.Expr) bool {
	i, ok := e.(*ast.Ident)
	return ok && i.Name == "Kind"
}

// A default does not excuse: whoever adds a kind is to think of every place.
func TestFault_every_switch_handles_every_kind(t *testing.T) {
	t.Parallel()
	kinds, switches := kindNames(t), 0
	for _, f := range production(t) {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			s, ok := n.(*ast.SwitchStmt)
			if !ok || s.Tag == nil {
				return true
			}
			named := namedKinds(s, kinds, f.pkg == "internal/fault")
			if len(named) == 0 {
				return true
			}
			switches++
			for _, k := range kinds {
				if !slices.Contains(named, k) {
					t.Errorf("%s: the switch does not handle fault.%s", f.at(s), k)
				}
			}
			return true
		})
	}
	if switches < 2 {
		t.Errorf("only %d switches were found, and fault.Kind itself has two", switches)
	}
}

// namedKinds returns the kinds that stand in the cases of a switch.
func namedKinds(s *ast.SwitchStmt, kinds []string, inFault bool) []string {
	var named []string
	for _, c := range s.Body.List {
		for _, e := range c.(*ast.CaseClause).List {
			name := ""
			switch e := e.(type) {
			case *ast.SelectorExpr:
				if x, ok := e.X.(*ast.Ident); ok && x.Name == "fault" {
					name = e.Sel.Name
				}
			case *ast.Ident:
				if inFault {
					name = e.Name
				}
			}
			if slices.Contains(kinds, name) {
				named = append(named, name)
			}
		}
	}
	return named
}

func TestFault_docs_list_every_kind_with_its_exit_code(t *testing.T) {
	t.Parallel()
	doc := read(t, "docs/errors.md")
	for _, k := range fault.Kinds() {
		row := fmt.Sprintf("| `%s` | %d |", k, k.ExitCode())
		if !strings.Contains(doc, row) {
			t.Errorf("docs/errors.md has no row that begins %q", row)
		}
	}
}

// A stranger has only the repository: nothing in it may point outside.
func TestFiles_do_not_mention_places_outside_the_repository(t *testing.T) {
	t.Parallel()
	listed, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "-z", "-co", "--exclude-standard").Output()
	if err != nil {
		t.Skipf("not a git repository: %v", err)
	}
	outside := regexp.MustCompile(`(^|[^\w.~-])/` + `work/|\.\./` + `shared`)
	for name := range strings.SplitSeq(strings.TrimSuffix(string(listed), "\x00"), "\x00") {
		text := read(t, name)
		if at := outside.FindStringIndex(text); at != nil {
			line := 1 + strings.Count(text[:at[0]], "\n")
			t.Errorf("%s:%d: %q", name, line, text[at[0]:at[1]])
		}
	}
}
