package store_test

import (
	"os"
	"path/filepath"
	"testing"
)

func TestOpen_finishes_a_migration_that_was_interrupted(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	// What a process killed between marking the file and making tables leaves.
	if err := execute(t.Context(), filepath.Join(home, "kalends.db"), "PRAGMA application_id = 0x4b4c4e44"); err != nil {
		t.Fatal(err)
	}
	create(t, open(t, home), "acme")
}

func TestOpen_of_an_empty_file_makes_the_tables(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, "kalends.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	create(t, open(t, home), "acme")
}
