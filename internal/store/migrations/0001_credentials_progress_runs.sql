-- Times are text: UTC, ISO 8601, six digits. Objects are JSON text.

-- +goose Up
CREATE TABLE credentials (
    id          TEXT    NOT NULL PRIMARY KEY,
    name        TEXT    NOT NULL,
    description TEXT    NOT NULL,
    connector   TEXT    NOT NULL,
    settings    TEXT    NOT NULL, -- the fields that are not secret
    sealed      TEXT    NOT NULL, -- the secret ones, as ciphertext
    facts       TEXT    NOT NULL,
    created_at  TEXT    NOT NULL,
    updated_at  TEXT    NOT NULL,
    verified_at TEXT    NOT NULL, -- year 1 if never
    revision    INTEGER NOT NULL
);
CREATE UNIQUE INDEX credentials_name ON credentials (lower(name));

CREATE TABLE progress (
    flow_id      TEXT    NOT NULL,
    stream_group TEXT    NOT NULL,
    checkpoint   BLOB,
    fingerprint  TEXT    NOT NULL,
    done         BOOLEAN NOT NULL,
    updated_at   TEXT    NOT NULL,
    PRIMARY KEY (flow_id, stream_group)
);

CREATE TABLE runs (
    id           TEXT    NOT NULL PRIMARY KEY,
    flow_id      TEXT    NOT NULL,
    status       TEXT    NOT NULL,
    resumed      BOOLEAN NOT NULL,
    started_at   TEXT    NOT NULL,
    requests     INTEGER NOT NULL,
    rate_limited INTEGER NOT NULL,
    records      INTEGER NOT NULL,
    seconds      REAL    NOT NULL,
    streams      TEXT    NOT NULL,
    error        TEXT    NOT NULL -- null as JSON where there is none
);
CREATE INDEX runs_flow ON runs (flow_id, started_at);
CREATE INDEX runs_started ON runs (started_at);
