//go:build duckdb

package duckdb

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

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

// some is how many rows are asked for at once: the driver holds an answer whole.
const some = 4096

// scan shows each row to see, until it wants no more. In a transaction the
// numbers of the rows stay as they are.
func (d *destination) scan(ctx context.Context, s connect.Stream, see func(connect.Record) bool) (err error) {
	t, err := d.dialect.Table(s)
	if err != nil {
		return err
	}
	if err := d.begin(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.rollback()) }()
	there, err := d.columns(ctx, t)
	if err != nil || there == nil {
		return err
	}
	var end int64
	err = d.conn.QueryRowContext(ctx, "SELECT coalesce(max(rowid) + 1, 0) FROM "+t.Quoted()).Scan(&end)
	query := fmt.Sprintf("SELECT %s FROM %s WHERE rowid >= ? AND rowid < ?", strings.Join(kept(t, there), ", "), t.Quoted())
	more := true
	for from := int64(0); from < end && more && err == nil; from += some {
		more, err = d.part(ctx, s, query, from, see)
	}
	return err
}

// part shows rows from a number on to see. more is whether it wants more.
func (d *destination) part(ctx context.Context, s connect.Stream, query string, from int64, see func(connect.Record) bool) (more bool, err error) {
	more = true
	into := make([]any, len(s.Columns))
	err = d.query(ctx, query, []any{from, from + some}, func(scan func(...any) error) error {
		if !more {
			return nil
		}
		values := make([]any, len(s.Columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := scan(into...); err != nil {
			return err
		}
		for i, c := range s.Columns {
			if text, ok := values[i].(string); ok && c.Type == connect.JSON {
				values[i] = connect.Document(text)
			}
		}
		more = see(connect.Record{Values: values})
		return nil
	})
	return more, err
}

// kept returns what is to be selected for the columns of t. JSON is read as the
// text that it is.
func kept(t *dialect.Table, there []dialect.Column) []string {
	var all []string
	for i, c := range t.Stream.Columns {
		switch {
		case t.In(there, i) == nil:
			all = append(all, "NULL")
		case c.Type == connect.JSON:
			all = append(all, "CAST("+t.Names(i)+" AS VARCHAR)")
		default:
			all = append(all, t.Names(i))
		}
	}
	return all
}
