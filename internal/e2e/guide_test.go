package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The commands of docs/sandbox.md work as they are printed, from the first.
func TestSandbox_guide_works_word_for_word(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	script.WriteString("set -eu\n")
	for _, shell := range []string{"```bash\n", "```sh\n"} {
		blocks := strings.Split(string(text), shell)[1:]
		if len(blocks) == 0 {
			t.Fatalf("the guide has no %q", shell)
		}
		for _, block := range blocks {
			code, _, _ := strings.Cut(block, "```")
			script.WriteString(code)
		}
	}
	commands := strings.Replace(script.String(), "127.0.0.1:8080", "127.0.0.1:0", 1) + "\nkill %1; wait\n"
	run := exec.CommandContext(t.Context(), "bash", "-m", "-c", commands)
	run.Dir = t.TempDir()
	run.Env = append(os.Environ(), "PATH="+filepath.Dir(binary)+":"+os.Getenv("PATH"))
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, failed := range []string{`"title":"Unauthenticated"`, `"title":"Resource Not Found"`} {
		if strings.Contains(string(out), failed) {
			t.Errorf("refused: %s", out)
		}
	}
}
