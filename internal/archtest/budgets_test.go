package archtest

import (
	"go/ast"
	"testing"
)

const (
	maxFileLines     = 500
	maxFunctionLines = 70
	maxMainLines     = 40
	maxMethods       = 5
	maxExported      = 20 // types and functions of a package; 15 is what to aim for
)

func TestBudgets_files(t *testing.T) {
	t.Parallel()
	for _, f := range files(t) {
		if f.lines > maxFileLines {
			t.Errorf("%s has %d lines, more than %d", f.path, f.lines, maxFileLines)
		}
		if f.path == "cmd/kalends/main.go" && f.lines > maxMainLines {
			t.Errorf("%s has %d lines, more than %d", f.path, f.lines, maxMainLines)
		}
	}
}

func TestBudgets_functions(t *testing.T) {
	t.Parallel()
	for _, f := range production(t) {
		for _, d := range f.syntax.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := f.span(fn); n > maxFunctionLines && !table(fn) {
				t.Errorf("%s: %s has %d lines, more than %d", f.at(fn), fn.Name.Name, n, maxFunctionLines)
			}
			if fn.Name.Name == "init" && fn.Recv == nil {
				t.Errorf("%s: there is no init: call a function where it is needed", f.at(fn))
			}
		}
	}
}

// table reports whether a function does nothing but return a literal, which is
// as long as what it lists.
func table(fn *ast.FuncDecl) bool {
	if fn.Body == nil || len(fn.Body.List) == 0 {
		return false
	}
	last := len(fn.Body.List) - 1
	for _, s := range fn.Body.List[:last] {
		if _, ok := s.(*ast.DeclStmt); !ok {
			return false
		}
	}
	r, ok := fn.Body.List[last].(*ast.ReturnStmt)
	if !ok || len(r.Results) != 1 {
		return false
	}
	_, ok = r.Results[0].(*ast.CompositeLit)
	return ok
}

func TestBudgets_interfaces(t *testing.T) {
	t.Parallel()
	for _, f := range production(t) {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			i, ok := n.(*ast.InterfaceType)
			if ok && i.Methods.NumFields() > maxMethods {
				t.Errorf("%s: the interface has %d methods, more than %d", f.at(i), i.Methods.NumFields(), maxMethods)
			}
			return true
		})
	}
}

// The client of Calendly's API is as wide as that API is, and the contracts in
// connect are what everything else is written against.
func TestBudgets_exported_names(t *testing.T) {
	t.Parallel()
	exported := map[string]int{}
	for _, f := range production(t) {
		for _, d := range f.syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Recv == nil && d.Name.IsExported() {
					exported[f.pkg]++
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					if t, ok := s.(*ast.TypeSpec); ok && t.Name.IsExported() {
						exported[f.pkg]++
					}
				}
			}
		}
	}
	for pkg, n := range exported {
		if n > maxExported && pkg != "calendly" && pkg != "internal/connect" {
			t.Errorf("%s exports %d names, more than %d", pkg, n, maxExported)
		}
	}
}
