package store_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/kalends/kalends/internal/connect"
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

// asVersion3 turns the tables into those of version 3.
const asVersion3 = `
	CREATE TABLE old (
		id INTEGER NOT NULL PRIMARY KEY, stream_id INTEGER NOT NULL REFERENCES memory_streams (id), key TEXT NOT NULL, parent TEXT,
		parent_id INTEGER, version BLOB NOT NULL, at INTEGER, nested INTEGER, gone BOOLEAN NOT NULL);
	INSERT INTO old SELECT hash, stream_id, key, parent, parent_id, version, at, nested, gone FROM memory;
	DROP TABLE memory;
	ALTER TABLE old RENAME TO memory;
	CREATE INDEX memory_stream ON memory (stream_id, at);
	CREATE INDEX memory_parent ON memory (parent_id) WHERE parent_id IS NOT NULL;
	DROP TABLE flows; DROP TABLE quarantine; DROP TABLE secrets;
	ALTER TABLE memory_streams DROP COLUMN mapping;
	DELETE FROM goose_db_version WHERE version_id > 3;`

func TestOpen_remembers_the_records_of_version_3(t *testing.T) {
	t.Parallel()
	home := t.TempDir()
	s := open(t, home)
	traces := map[string]connect.Trace{
		"i1": {Stream: "invitees", Key: "i1", Parent: "e1", Version: connect.Version{1}, At: noon()},
		"i2": {Stream: "invitees", Key: "i2", Parent: "e1", Version: connect.Version{2}, Nested: noon()},
	}
	if err := s.Remember(t.Context(), "flow", []connect.Trace{traces["i1"], traces["i2"]}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := execute(t.Context(), filepath.Join(home, "kalends.db"), asVersion3); err != nil {
		t.Fatal(err)
	}
	m := open(t, home).Memory("flow")
	wantEqual(t, must(m.Known(t.Context(), "invitees", []string{"i1", "i2"}))(t), traces)
	wantEqual(t, len(must(m.Keys(t.Context(), "invitees", "e1", connect.Span{}))(t)), 2)
}
