package sqlite

import (
	"context"
	"database/sql/driver"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Begin starts a transaction. Another program's lock is waited for.
func (d *destination) Begin(ctx context.Context) (connect.Tx, error) {
	if err := d.begin(ctx); err != nil {
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
	t.err = t.write(ctx, s, records)
	return t.err
}

// write sends one statement a record: in this driver that is as fast as many
// records in one, and the order of the records is the order of the writes.
func (t *tx) write(ctx context.Context, s connect.Stream, records []connect.Record) error {
	table, err := t.d.table(s)
	if err != nil {
		return err
	}
	// A statement takes microseconds and nobody else has the lock: asking the
	// context between them is enough, and spares a goroutine for each.
	whole := context.WithoutCancel(ctx)
	err = t.d.conn.Raw(func(raw any) error {
		conn, ok := raw.(driver.Conn)
		if !ok {
			return fault.New(fault.Internal, "the driver has no connection")
		}
		for _, r := range records {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := table.write(whole, conn, r); err != nil {
				return err
			}
		}
		return nil
	})
	return t.d.fault(ctx, "writing "+s.Name+" to", err)
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
