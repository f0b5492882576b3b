-- A group that is done is read anew by the next run, from its checkpoint.

-- +goose Up
ALTER TABLE progress DROP COLUMN resting;
