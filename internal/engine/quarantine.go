package engine

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// Quarantine keeps the rows of one flow that could not be written.
type Quarantine interface {
	// Held returns the rows that are kept.
	Held(ctx context.Context) ([]Row, error)
	// Keep durably keeps refused rows, each in the place of an earlier version
	// of it, and forgets those that have landed: all of it or nothing.
	Keep(ctx context.Context, refused []Refused, landed []Row) error
}

// Row names a row of a flow.
type Row struct {
	Stream string // the source's name of it
	Key    string // as connect.Stream.KeyOf has it of the row as it is written
}

// Refused is a row that could not be written.
type Refused struct {
	Row

	// Record is the row as it would have been written. Of one that could not
	// be mapped it is the source's record, without what may not be kept of it,
	// and Mapped is false. Table is the stream that it is a record of.
	Record connect.Record
	Table  connect.Stream
	Mapped bool
	// History says that every version is kept, too.
	History bool
	Err     error
}

// unmapped returns a record of s that could not be mapped. Where its key may not
// be kept it is named by all that may.
func unmapped(s connect.Stream, clean connect.Record, err error) Refused {
	key := s.KeyOf(clean)
	if key == "" {
		version := connect.VersionOf(s, clean)
		key = hex.EncodeToString(version[:])
	}
	return Refused{Row: Row{s.Name, key}, Record: clean, Table: s, Err: err}
}

// commit writes a batch and keeps the rows that are refused or cannot be mapped.
// It returns how many of each stream are.
func (r *runner) commit(ctx context.Context, m mappedBatch) (map[string]int, error) {
	l := &landing{
		destination: r.job.Destination, finish: r.job.Finish, now: r.job.Now, splits: r.job.Quarantine != nil,
		room: r.job.MaxBadRows - r.bad, held: r.held, counts: map[string]int{},
	}
	err := l.refuse(m.outdated...)
	if err == nil {
		err = l.write(ctx, m.parts)
	}
	if err == nil {
		err = l.refuse(m.unmapped...)
	}
	var crowded *crowdedError
	if err != nil && !errors.As(err, &crowded) {
		return nil, err
	}
	r.bad += l.count
	return l.counts, errors.Join(err, r.keep(ctx, l))
}

// keep keeps what was refused before anything is remembered of the batch.
func (r *runner) keep(ctx context.Context, l *landing) error {
	if len(l.refused)+len(l.landed) == 0 {
		return nil
	}
	ctx, cancel := r.job.unhurried(ctx)
	defer cancel()
	if err := r.job.Quarantine.Keep(ctx, l.refused, l.landed); err != nil {
		return err
	}
	for _, row := range l.landed {
		delete(r.held, row)
	}
	for _, row := range l.refused {
		r.held[row.Row] = true
	}
	return nil
}

// held returns what is in the quarantine when a run begins.
func (j Job) held(ctx context.Context) (map[Row]bool, error) {
	held := map[Row]bool{}
	if j.Quarantine == nil {
		return held, nil
	}
	rows, err := j.Quarantine.Held(ctx)
	for _, row := range rows {
		held[row] = true
	}
	return held, err
}

// atOnce is how many rows are tried again in one transaction.
const atOnce = 500

// Retry writes rows again that were refused and that are mapped, in their order,
// with finish for each transaction. It returns which of them have landed and
// which were refused again, and where it came to an end with an error what it
// had done by then.
func Retry(ctx context.Context, d connect.Destination, rows []Refused, now func() time.Time, finish time.Duration) (landed []Row, refused []Refused, err error) {
	l := &landing{destination: d, finish: finish, now: now, splits: true, room: len(rows), held: map[Row]bool{}, counts: map[string]int{}}
	for _, row := range rows {
		l.held[row.Row] = true
	}
	for len(rows) > 0 && err == nil {
		first, n := rows[0], 1
		for n < min(len(rows), atOnce) && first.alike(rows[n]) {
			n++
		}
		p := part{stream: first.Stream, table: first.Table, history: first.History}
		for _, row := range rows[:n] {
			p.records = append(p.records, row.Record)
		}
		rows = rows[n:]
		if err = l.prepare(ctx, p); err == nil {
			err = l.write(ctx, []part{p})
		}
	}
	return l.landed, l.refused, err
}

// alike reports whether r and o can be written together.
func (r Refused) alike(o Refused) bool {
	same := func(a, b connect.Column) bool { return a.Name == b.Name && a.Type == b.Type }
	return r.Stream == o.Stream && r.Table.Name == o.Table.Name && r.History == o.History && slices.EqualFunc(r.Table.Columns, o.Table.Columns, same)
}

// prepare makes room for a part.
func (l *landing) prepare(ctx context.Context, p part) error {
	_, err := l.destination.Prepare(ctx, p.table)
	if err == nil && p.history {
		_, err = l.destination.Prepare(ctx, connect.HistoryOf(p.table))
	}
	return err
}
