package archtest

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "github.com/kalends/kalends"
	root   = "../.."
)

func TestMain(m *testing.M) {
	flag.Parse()
	if testing.Short() {
		fmt.Println("the rules are the same under the race detector")
		return
	}
	os.Exit(m.Run())
}

// file is one Go file of the project.
type file struct {
	path    string // from the root, with slashes
	pkg     string // its folder: "internal/fault"
	test    bool
	lines   int
	imports []string
	syntax  *ast.File
	fset    *token.FileSet
}

// files parses every Go file of the project.
func files(t *testing.T) []file {
	t.Helper()
	var all []file
	fset := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go"):
			return nil
		}
		f, err := parse(fset, path)
		all = append(all, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("only %d files were found", len(all))
	}
	return all
}

func parse(fset *token.FileSet, path string) (file, error) {
	syntax, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return file{}, err
	}
	rel, err := filepath.Rel(root, path)
	if err != nil {
		return file{}, err
	}
	f := file{path: filepath.ToSlash(rel), test: strings.HasSuffix(path, "_test.go"), syntax: syntax, fset: fset}
	f.pkg = strings.TrimSuffix(f.path, "/"+filepath.Base(path))
	f.lines = fset.File(syntax.Pos()).LineCount()
	for _, i := range syntax.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return file{}, err
		}
		f.imports = append(f.imports, name)
	}
	return f, nil
}

// production returns the files that go into a binary.
func production(t *testing.T) []file {
	t.Helper()
	return slices.DeleteFunc(files(t), func(f file) bool { return f.test })
}

// at is where a node is, for messages.
func (f file) at(n ast.Node) string {
	return f.path + ":" + strconv.Itoa(f.fset.Position(n.Pos()).Line)
}

// span is how many lines a node takes.
func (f file) span(n ast.Node) int {
	return f.fset.Position(n.End()).Line - f.fset.Position(n.Pos()).Line + 1
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
