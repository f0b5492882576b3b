package duckdb

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kalends/kalends/internal/fault"
)

func TestAddress(t *testing.T) {
	t.Parallel()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for rest, want := range map[string]string{
		"calendly.duckdb":         filepath.Join(folder, "calendly.duckdb"),
		"a folder/Größe & 'x'.db": filepath.Join(folder, "a folder", "Größe & 'x'.db"),
		"./x/../calendly.duckdb":  filepath.Join(folder, "calendly.duckdb"),
	} {
		got, err := New().Address(rest)
		if err != nil {
			t.Errorf("duckdb:%s: %v", rest, err)
		}
		if diff := cmp.Diff(map[string]string{"path": want}, got); diff != "" {
			t.Errorf("duckdb:%s (-want +got):\n%s", rest, diff)
		}
	}
	for _, rest := range []string{"", ":memory:", "//x.db", "x.db?access_mode=READ_ONLY", "100%.db", "C#/x.db", "a\nb.db"} {
		_, err := New().Address(rest)
		if fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != "to" || fault.HintOf(err) == "" {
			t.Errorf("duckdb:%s: %s, field %q, hint %q: %v", rest, fault.KindOf(err), fault.FieldOf(err), fault.HintOf(err), err)
		}
	}
}
