package calendly

import (
	"os"
	"strings"
	"testing"
)

func TestViews_are_in_the_docs_and_made_of_streams(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/views.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, s := range catalog() {
		known[s.Name] = true
	}
	for _, v := range views() {
		if !strings.Contains(string(text), "| `"+v.Name+"` | "+v.About+" |") {
			t.Errorf("docs/views.md does not tell of %s as the code does", v.Name)
		}
		for _, of := range append(v.Of, v.Views...) {
			if !known[of] {
				t.Errorf("%s is made of %s, which does not come before it", v.Name, of)
			}
		}
		known[v.Name] = true
	}
}
