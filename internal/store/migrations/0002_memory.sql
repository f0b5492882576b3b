-- What is remembered of the records of each flow, and where its next run
-- begins. Here times are microseconds since 1970.

-- +goose Up
ALTER TABLE progress ADD COLUMN resting BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE memory_streams (
    id      INTEGER NOT NULL PRIMARY KEY,
    flow_id TEXT    NOT NULL,
    stream  TEXT    NOT NULL,
    UNIQUE (flow_id, stream)
);

-- Rows are found by id, a hash of stream and key, and what belongs to a record
-- by parent_id, a hash of the parent's key: the texts are long, and as keys they
-- would be in every index.
CREATE TABLE memory (
    id        INTEGER NOT NULL PRIMARY KEY,
    stream_id INTEGER NOT NULL REFERENCES memory_streams (id),
    key       TEXT    NOT NULL,
    parent    TEXT, -- null: none
    parent_id INTEGER,
    version   BLOB    NOT NULL,
    at        INTEGER,
    nested    INTEGER,
    gone      BOOLEAN NOT NULL
);
CREATE INDEX memory_stream ON memory (stream_id, at);
CREATE INDEX memory_parent ON memory (parent_id) WHERE parent_id IS NOT NULL;
