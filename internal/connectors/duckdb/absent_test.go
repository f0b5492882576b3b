//go:build !duckdb

package duckdb

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

func TestOpen_says_how_to_get_a_binary_with_DuckDB(t *testing.T) {
	t.Parallel()
	values, err := New().Address(filepath.Join(t.TempDir(), "copy.duckdb"))
	if err != nil {
		t.Fatal(err)
	}
	settings := connect.Settings{Values: values}
	_, toErr := New().OpenDestination(t.Context(), settings)
	_, fromErr := New().OpenSource(t.Context(), settings)
	for field, err := range map[string]error{"to": toErr, "from": fromErr} {
		if fault.KindOf(err) != fault.Invalid || fault.FieldOf(err) != field || !strings.Contains(err.Error(), "without DuckDB") || !strings.Contains(fault.HintOf(err), "-tags duckdb") {
			t.Errorf("%s: %s: %v (%s)", field, fault.KindOf(err), err, fault.HintOf(err))
		}
	}
}
