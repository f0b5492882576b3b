package mysql

import (
	"context"
	"crypto/rand"
	"errors"
	"io"

	driver "github.com/go-sql-driver/mysql"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
)

// Begin starts a transaction, on a new connection if the last one is lost.
func (d *destination) Begin(ctx context.Context) (connect.Tx, error) {
	if err := d.begin(ctx, "READ WRITE"); err != nil {
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
	for _, statement := range t.stageSQL() {
		if err := d.session.run(ctx, statement); err != nil {
			return err
		}
	}
	if err := d.fill(ctx, t, changes); err != nil {
		return err
	}
	for _, statement := range dialect.Needed(t.moves, changes) {
		if err := d.session.run(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// fill fills the stage of t, in the way that the server takes.
func (d *destination) fill(ctx context.Context, t *table, changes []dialect.Change) error {
	if d.rows {
		return d.insert(ctx, t, changes)
	}
	err := d.load(ctx, t, changes)
	var e *driver.MySQLError
	if errors.As(err, &e) && (e.Number == erNotAllowedCommand || e.Number == erLocalFilesOff || e.Number == erCapabilityOff) {
		d.rows = true
		return d.insert(ctx, t, changes)
	}
	return err
}

// load fills the stage from a file that is none: the driver lets the server read
// the one that was registered, and nothing else.
func (d *destination) load(ctx context.Context, t *table, changes []dialect.Change) error {
	name := rand.Text()
	driver.RegisterReaderHandler(name, func() io.Reader { return &encoder{table: t, dialect: d.dialect, changes: changes} })
	defer driver.DeregisterReaderHandler(name)
	if err := d.session.run(ctx, t.loadSQL(name)); err != nil {
		return err
	}
	// From a client's file the server takes what does not fit, cut, with a
	// warning, and leaves it at that even if errors are asked for.
	var warnings, rows int
	err := d.session.row(ctx, "SELECT @@warning_count, ROW_COUNT()", nil, &warnings, &rows)
	switch {
	case err != nil:
		return err
	case warnings > 0:
		return fault.New(fault.Schema, "a value of %s is not one that its column can hold", t.Stream.Name).WithHint("leave the stream out")
	case rows != len(changes):
		return fault.New(fault.Internal, "%d rows of %s were loaded instead of %d", rows, t.Stream.Name, len(changes))
	}
	return nil
}

// insert fills the stage by statements of many rows.
func (d *destination) insert(ctx context.Context, t *table, changes []dialect.Change) error {
	const enough = 1 << 20
	e := encoder{table: t, dialect: d.dialect}
	most := min(enough, d.session.packet-1)
	var statement, row []byte
	for _, c := range changes {
		row = e.change(row[:0], tuples(), c)
		if len(statement) > 0 && len(statement)+1+len(row) > most {
			if err := d.session.run(ctx, string(statement)); err != nil {
				return err
			}
			statement = statement[:0]
		}
		if len(statement) == 0 {
			statement = append(statement, t.insertSQL()...)
		} else {
			statement = append(statement, ',')
		}
		statement = append(statement, row...)
	}
	return d.session.run(ctx, string(statement))
}
