package engine

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// landing is rows on their way into a destination that may refuse some.
type landing struct {
	destination connect.Destination
	finish      time.Duration // for each transaction
	now         func() time.Time
	splits      bool // single rows may be refused; else an error is that of all
	room        int  // how many may be refused
	held        map[Row]bool

	count   int            // of refused versions of rows
	counts  map[string]int // of them, by stream
	refused []Refused      // the last versions of rows that have not landed since
	landed  []Row          // of those that were held
}

// write commits the parts. What is refused as fault.Schema is halved until the
// rows are found that are to blame; the rest lands, in its order. A cancellation
// does not interrupt a transaction, but ends the search.
func (l *landing) write(ctx context.Context, parts []part) error {
	size := sizeOf(parts)
	if size == 0 {
		return nil
	}
	err := l.commit(ctx, parts)
	switch {
	case err == nil:
		l.land(parts)
		return nil
	case !l.splits || fault.KindOf(err) != fault.Schema:
		return err
	case size == 1:
		p := parts[0]
		return l.refuse(Refused{
			Row: Row{p.stream, p.table.KeyOf(p.records[0])}, Record: p.records[0], Table: p.table, Mapped: true, History: p.history, Err: err,
		})
	case ctx.Err() != nil:
		return canceledFirst(ctx, err)
	}
	first, second := halves(parts, size)
	if err := l.write(ctx, first); err != nil {
		return err
	}
	return l.write(ctx, second)
}

// land notes which rows need not be held any more.
func (l *landing) land(parts []part) {
	if len(l.held)+len(l.refused) == 0 {
		return
	}
	for _, p := range parts {
		for _, record := range p.records {
			row := Row{p.stream, p.table.KeyOf(record)}
			l.drop(row)
			if l.held[row] {
				l.landed = append(l.landed, row)
			}
		}
	}
}

// drop forgets that an earlier version of a row was refused.
func (l *landing) drop(row Row) {
	l.refused = slices.DeleteFunc(l.refused, func(r Refused) bool { return r.Row == row })
}

// refuse notes refused rows until there are too many.
func (l *landing) refuse(rows ...Refused) error {
	for _, row := range rows {
		l.drop(row.Row)
		l.landed = slices.DeleteFunc(l.landed, func(r Row) bool { return r == row.Row })
		l.refused = append(l.refused, row)
		l.counts[row.Stream]++
		if l.count++; l.count > l.room {
			return &crowdedError{fault.New(fault.Schema, "more rows were refused than may be, the last one because: %w", row.Err).
				WithHint("see them with `kalends quarantine list`; remove the reason and run it again, or allow more with --max-bad-rows")}
		}
	}
	return nil
}

// crowdedError ends a run of which too many rows are refused.
type crowdedError struct{ error }

func (e *crowdedError) Unwrap() error { return e.error }

// commit writes the parts in one transaction.
func (l *landing) commit(ctx context.Context, parts []part) (err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.finish)
	defer cancel()
	tx, err := l.destination.Begin(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err == nil {
			return
		}
		if undo := tx.Rollback(); undo != nil { // its kind counts: nothing more can be written
			err = errors.Join(undo, err)
		}
	}()
	for _, p := range parts {
		if err := tx.Write(ctx, p.table, p.records); err != nil {
			return err
		}
		if !p.history {
			continue
		}
		if err := tx.Write(ctx, connect.HistoryOf(p.table), l.versions(p)); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}

// versions returns the records of a part as its history has them.
func (l *landing) versions(p part) []connect.Record {
	now := l.now().UTC().Truncate(time.Microsecond)
	versions := make([]connect.Record, 0, len(p.records))
	for _, record := range p.records {
		versions = append(versions, connect.Versioned(p.table, record, now))
	}
	return versions
}
