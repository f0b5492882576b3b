package cli_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

type leaksKey struct{}

// leaks looks for tokens where none may be.
type leaks struct {
	dir     string
	tokens  []string
	printed string            // everything that the script's commands printed
	stops   map[string]func() // by the name of a sandbox
}

func leaksOf(ts *testscript.TestScript) *leaks { return ts.Value(leaksKey{}).(*leaks) }

func (l *leaks) search(t testscript.T) {
	l.in(t, "what was printed", []byte(l.printed))
	err := filepath.WalkDir(l.dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path == filepath.Join(l.dir, "given"):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		l.in(t, path, content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// in looks for each part of each token: one is as bad as the whole.
func (l *leaks) in(t testscript.T, place string, content []byte) {
	for _, token := range l.tokens {
		for part := range strings.SplitSeq(token, ".") {
			if len(part) > 8 && bytes.Contains(content, []byte(part)) {
				t.Fatal("a token stands in " + place)
			}
		}
	}
}
