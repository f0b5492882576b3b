//go:build duckdb

package duckdb

import (
	"context"
	"database/sql/driver"
	"errors"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
)

// Begin starts a transaction.
func (d *destination) Begin(ctx context.Context) (connect.Tx, error) {
	if err := d.begin(ctx); err != nil {
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
	if err := d.fill(ctx, t, changes); err != nil {
		return err
	}
	return d.run(ctx, dialect.Needed(t.moves, changes)...)
}

// fill appends the changes to the stage.
func (d *destination) fill(ctx context.Context, t *table, changes []dialect.Change) error {
	return d.conn.Raw(func(raw any) error {
		conn, ok := raw.(driver.Conn)
		if !ok {
			return fault.New(fault.Internal, "the driver has no connection")
		}
		a, err := duckdb.NewAppender(conn, "temp", "main", stageName)
		if err != nil {
			return err
		}
		row := make([]driver.Value, 1+len(t.All))
		for _, c := range changes {
			row[0] = int16(c.Step)
			for i, v := range c.Record.Values {
				row[1+i] = d.value(t, c, i, v)
			}
			if err := a.AppendRow(row...); err != nil {
				return errors.Join(err, a.Close())
			}
		}
		return a.CloseWithCancel(ctx)
	})
}

// value returns a value as the driver takes it.
func (d *destination) value(t *table, c dialect.Change, column int, v any) any {
	if !t.Looked(c, column) {
		return nil
	}
	switch v := v.(type) {
	case string:
		return d.dialect.Text(v)
	case connect.Document:
		text := d.dialect.Text(string(v))
		if t.Stream.Columns[column].Name == connect.ColumnRaw {
			return text
		}
		return dialect.Clean(text)
	}
	return v
}
