package sqlite

import (
	"context"
	"database/sql"
	"iter"
	"strings"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

// Scan implements connect.Destination.
func (d *destination) Scan(ctx context.Context, s connect.Stream) iter.Seq2[connect.Record, error] {
	return func(yield func(connect.Record, error) bool) {
		err := d.scan(ctx, s, func(r connect.Record) bool { return yield(r, nil) })
		if err != nil {
			yield(connect.Record{}, d.fault(ctx, "reading "+s.Name+" in", err))
		}
	}
}

// scan shows each row to see, until it wants no more.
func (d *destination) scan(ctx context.Context, s connect.Stream, see func(connect.Record) bool) (err error) {
	t, err := d.dialect.Table(s)
	if err != nil {
		return err
	}
	there, err := d.columns(ctx, t)
	if err != nil || there == nil {
		return err
	}
	rows, err := d.conn.QueryContext(ctx, "SELECT "+strings.Join(kept(t, there), ", ")+" FROM "+t.Quoted())
	if err != nil {
		return err
	}
	defer func() { err = closed(rows, err) }()
	into := make([]any, len(s.Columns))
	for rows.Next() {
		values := make([]any, len(s.Columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, c := range s.Columns {
			values[i] = read(c.Type, values[i])
		}
		if !see(connect.Record{Values: values}) {
			return nil
		}
	}
	return rows.Err()
}

// kept returns what is to be selected for the columns of t. The plus changes no
// value, but hides the declared type, by which the driver would.
func kept(t *dialect.Table, there []dialect.Column) []string {
	var all []string
	for _, i := range t.All {
		if t.In(there, i) == nil {
			all = append(all, "NULL")
		} else {
			all = append(all, "+"+t.Names(i))
		}
	}
	return all
}

// read returns a value of a column as it was written; the reverse of bind.
func read(t connect.Type, v any) any {
	switch kept := v.(type) {
	case int64:
		if t == connect.Boolean && (kept == 0 || kept == 1) {
			return kept == 1
		}
	case string:
		switch t {
		case connect.JSON:
			return connect.Document(kept)
		case connect.Timestamp:
			if at, err := time.Parse(connect.TimeFormat, kept); err == nil {
				return at
			}
		case connect.Text, connect.Integer, connect.Number, connect.Boolean:
		}
	}
	return v
}

// closed closes rows and adds the error of that to err.
func closed(rows *sql.Rows, err error) error {
	if closing := rows.Close(); err == nil {
		return closing
	}
	return err
}
