package postgres

import (
	"context"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

// Begin starts a transaction, on a new connection if the last one is lost.
func (d *destination) Begin(ctx context.Context) (connect.Tx, error) {
	// The rows are compared as they are when each statement begins.
	if err := d.begin(ctx, "ISOLATION LEVEL READ COMMITTED READ WRITE"); err != nil {
		return nil, d.fault(ctx, "writing to", err)
	}
	return &dialect.Tx{Writes: d.write, Commits: d.commit, RollsBack: d.rollback, Fault: d.fault}, nil
}

// write stages what the records come to and moves it into the table.
func (d *destination) write(ctx context.Context, s connect.Stream, records []connect.Record) error {
	t, err := d.table(s)
	if err != nil {
		return err
	}
	changes, err := t.Settle(records)
	if err != nil || len(changes) == 0 {
		return err
	}
	if err := d.run(ctx, t.stageSQL()); err != nil {
		return err
	}
	if err := d.copy(ctx, t, changes); err != nil {
		return err
	}
	return d.run(ctx, strings.Join(dialect.Needed(t.moves, changes), "; "))
}

// copy fills the stage of t.
func (d *destination) copy(ctx context.Context, t *table, changes []dialect.Change) error {
	ctx, cancel := context.WithTimeout(ctx, d.patience.answer+d.patience.connect)
	defer cancel()
	_, err := d.conn.CopyFrom(ctx, newEncoder(t, d.dialect, changes), t.copySQL())
	return err
}
