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
	_, err = New().OpenDestination(t.Context(), connect.Settings{Values: values})
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "without DuckDB") || !strings.Contains(fault.HintOf(err), "-tags duckdb") {
		t.Errorf("%s: %v (%s)", fault.KindOf(err), err, fault.HintOf(err))
	}
}
