package calendlytest

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// guide returns docs/sandbox.md.
func guide(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestGuide_works_with_curl(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("there is no %s", tool)
		}
	}
	s, err := Start(Config{Seed: 1, Events: 500})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	script := "set -eu\n"
	for n, block := range strings.Split(guide(t), "```sh\n") {
		if n > 0 {
			code, _, _ := strings.Cut(block, "```")
			script += code
		}
	}
	run := exec.CommandContext(t.Context(), "sh", "-c", script)
	run.Env = append(os.Environ(), "URL="+s.URL, "ORGANIZATION="+s.Organization, "TOKEN="+s.Tokens["owner"], "ADMIN="+s.AdminToken)
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, failed := range []string{`"title":"Invalid Argument"`, `"title":"Unauthenticated"`, `"title":"Resource Not Found"`} {
		for line := range strings.Lines(string(out)) {
			if strings.Contains(line, failed) && !strings.Contains(line, "already_filled") {
				t.Errorf("refused: %s", line)
			}
		}
	}
}

func TestGuide_names_every_route_fault_and_assumption(t *testing.T) {
	t.Parallel()
	text := guide(t)
	for _, r := range adminRoutes() {
		if _, path, _ := strings.Cut(r.pattern, " "); !strings.Contains(text, path) {
			t.Errorf("%s is missing", r.pattern)
		}
	}
	for _, kind := range FaultKinds() {
		if !strings.Contains(text, "`"+kind+"`") {
			t.Errorf("fault %s is missing", kind)
		}
	}
	for _, a := range assumptions() {
		if !strings.Contains(text, "| `"+a.Name+"` | `"+strings.Join(a.Values, "`, `")+"` |") {
			t.Errorf("assumption %s=%s is missing", a.Name, strings.Join(a.Values, "|"))
		}
	}
}
