-- Rows that could not be written, the ends of the flows that they are of, with
-- which mapping the remembered records were written, and secrets of Kalends' own.

-- +goose Up
CREATE TABLE flows (
    id            TEXT NOT NULL PRIMARY KEY,
    credential_id TEXT NOT NULL,
    source        TEXT NOT NULL, -- the name of the credential when a run began last
    destination   TEXT NOT NULL  -- its address, without secrets
);

CREATE TABLE quarantine (
    id      INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- never used again: people name rows by it
    flow_id TEXT    NOT NULL,
    stream  TEXT    NOT NULL,
    key     TEXT    NOT NULL,
    run_id  TEXT    NOT NULL,
    at      TEXT    NOT NULL,
    kind    TEXT    NOT NULL,
    message TEXT    NOT NULL,
    mapped  BOOLEAN NOT NULL, -- else the record is as the source has it
    mapping TEXT    NOT NULL, -- the fingerprint of the mapping
    history BOOLEAN NOT NULL,
    shape   TEXT    NOT NULL, -- the stream that the record is of
    record  TEXT    NOT NULL,
    UNIQUE (flow_id, stream, key)
);

ALTER TABLE memory_streams ADD COLUMN mapping TEXT NOT NULL DEFAULT '';

CREATE TABLE secrets (
    name   TEXT NOT NULL PRIMARY KEY,
    sealed TEXT NOT NULL -- as ciphertext
);
