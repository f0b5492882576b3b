package sqlite

import (
	"context"
	"database/sql/driver"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
)

// Begin starts a transaction. Another program's lock is waited for.
func (d *destination) Begin(ctx context.Context) (connect.Tx, error) {
	if err := d.begin(ctx); err != nil {
		return nil, d.fault(ctx, "writing to", err)
	}
	return &dialect.Tx{Writes: d.write, Commits: d.commit, RollsBack: d.rollback, Fault: d.fault}, nil
}

// write sends one statement a record: in this driver that is as fast as many
// records in one, and the order of the records is the order of the writes.
func (d *destination) write(ctx context.Context, s connect.Stream, records []connect.Record) error {
	table, err := d.table(s)
	if err != nil {
		return err
	}
	// A statement takes microseconds and nobody else has the lock: asking the
	// context between them is enough, and spares a goroutine for each.
	whole := context.WithoutCancel(ctx)
	return d.conn.Raw(func(raw any) error {
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
}
