-- Records are kept in the order in which they came, and found by an index of
-- their hashes: with the hash as the primary key every save touched pages all
-- over the table, and wrote ten times what it had to say.

-- +goose Up
ALTER TABLE memory RENAME TO memory_by_hash;
DROP INDEX memory_stream;
DROP INDEX memory_parent;

CREATE TABLE memory (
    id        INTEGER NOT NULL PRIMARY KEY,
    hash      INTEGER NOT NULL, -- of flow, stream and key
    stream_id INTEGER NOT NULL REFERENCES memory_streams (id),
    key       TEXT    NOT NULL,
    parent    TEXT, -- null: none
    parent_id INTEGER,
    version   BLOB    NOT NULL,
    at        INTEGER,
    nested    INTEGER,
    gone      BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX memory_hash ON memory (hash);
CREATE INDEX memory_stream ON memory (stream_id, at);
CREATE INDEX memory_parent ON memory (parent_id) WHERE parent_id IS NOT NULL;

INSERT INTO memory (hash, stream_id, key, parent, parent_id, version, at, nested, gone)
SELECT id, stream_id, key, parent, parent_id, version, at, nested, gone FROM memory_by_hash;
DROP TABLE memory_by_hash;
