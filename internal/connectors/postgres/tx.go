package postgres

import (
	"context"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
)

// Begin starts a transaction, on a new connection if the last one is lost.
func (d *destination) Begin(ctx context.Context) (connect.Tx, error) {
	// The rows are compared as they are when each statement begins.
	if err := d.begin(ctx, "ISOLATION LEVEL READ COMMITTED READ WRITE"); err != nil {
		return nil, d.fault(ctx, "writing to", err)
	}
	return &tx{d: d}, nil
}

// tx is the open transaction of a destination.
type tx struct {
	d     *destination
	ended bool
	err   error // the Write that went wrong; only Rollback is left then
}

func (t *tx) Write(ctx context.Context, s connect.Stream, records []connect.Record) error {
	if err := t.usable(); err != nil {
		return err
	}
	t.err = t.d.fault(ctx, "writing "+s.Name+" to", t.d.write(ctx, s, records))
	return t.err
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
	steps := map[dialect.Step]bool{}
	for _, c := range changes {
		steps[c.Step] = true
	}
	if err := d.copy(ctx, t, changes); err != nil {
		return err
	}
	var moves []string
	for _, m := range t.moves {
		if steps[m.step] {
			moves = append(moves, m.sql)
		}
	}
	return d.run(ctx, strings.Join(moves, "; "))
}

// copy fills the stage of t.
func (d *destination) copy(ctx context.Context, t *table, changes []dialect.Change) error {
	ctx, cancel := context.WithTimeout(ctx, d.patience.answer+d.patience.connect)
	defer cancel()
	_, err := d.conn.CopyFrom(ctx, newEncoder(t, d.dialect, changes), t.copySQL())
	return err
}

func (t *tx) Commit(ctx context.Context) error {
	if err := t.usable(); err != nil {
		return err
	}
	if err := t.d.commit(ctx); err != nil {
		return t.d.fault(ctx, "writing to", err)
	}
	t.ended = true
	return nil
}

func (t *tx) Rollback() error {
	if t.ended {
		return nil
	}
	t.ended = true
	return t.d.fault(context.Background(), "undoing writes to", t.d.rollback())
}

func (t *tx) usable() error {
	switch {
	case t.ended:
		return fault.New(fault.Internal, "the transaction has ended")
	case t.err != nil:
		return fault.New(fault.KindOf(t.err), "an earlier write went wrong: %w", t.err)
	}
	return nil
}
