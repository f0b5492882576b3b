package files

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// recorder takes down the changes of one stream in a transaction.
type recorder interface {
	write(ctx context.Context, t *table, r connect.Record) error
	// end makes the changes durable and adds them to the next manifest.
	end(ctx context.Context, next *manifest) error
	// drop removes what was written.
	drop() error
}

// tx is the open transaction of a destination.
type tx struct {
	d       *destination
	number  int64
	streams map[string]recorder
	ended   bool
	err     error // the Write or Commit that went wrong; only Rollback is left then
	// unsure: the manifest may name the files, so they are left until the next
	// run, which knows.
	unsure bool
}

// Begin starts a transaction.
func (d *destination) Begin(ctx context.Context) (connect.Tx, error) {
	err := d.ready(ctx)
	if err == nil {
		err = d.gather(ctx)
	}
	if err != nil {
		return nil, d.fault(ctx, "writing to", err)
	}
	return &tx{d: d, number: d.begin(), streams: map[string]recorder{}}, nil
}

func (t *tx) Write(ctx context.Context, s connect.Stream, records []connect.Record) error {
	if err := t.usable(); err != nil {
		return err
	}
	t.err = t.d.fault(ctx, "writing "+s.Name+" to", t.write(ctx, s, records))
	return t.err
}

func (t *tx) write(ctx context.Context, s connect.Stream, records []connect.Record) error {
	table, err := t.d.table(s)
	if err != nil || len(records) == 0 {
		return err
	}
	to, ok := t.streams[s.Name]
	if !ok {
		if to, err = t.record(ctx, table); err != nil {
			return err
		}
		t.streams[s.Name] = to
	}
	for _, r := range records {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := to.write(ctx, table, r); err != nil {
			return err
		}
	}
	return nil
}

// table returns what Prepare made for s.
func (d *destination) table(s connect.Stream) (*table, error) {
	t, ok := d.tables[s.Name]
	same := func(a, b connect.Column) bool { return a.Name == b.Name && a.Type == b.Type }
	if !ok || !slices.EqualFunc(t.Columns, s.Columns, same) {
		return nil, fault.New(fault.Internal, "%s was not prepared with these columns", s.Name)
	}
	return t, nil
}

func (t *tx) record(ctx context.Context, of *table) (recorder, error) {
	if t.d.options.Layout == logs {
		return t.d.newLogRecorder(ctx, of, t.number)
	}
	sorter := t.d.newSorter(t.d.store, func(n int) string {
		return fmt.Sprintf("%s%s.%012d-%d", changesName, of.shape.Folder, t.number, n)
	})
	return &sortRecorder{stream: of.Name, sorter: sorter}, nil
}

func (t *tx) Commit(ctx context.Context) error {
	if err := t.usable(); err != nil {
		return err
	}
	t.err = t.d.fault(ctx, "writing to", t.commit(ctx))
	t.ended = t.err == nil
	return t.err
}

func (t *tx) commit(ctx context.Context) error {
	if len(t.streams) == 0 {
		return ctx.Err()
	}
	next := t.d.manifest.next(t.number)
	for _, r := range t.streams {
		if err := r.end(ctx, next); err != nil {
			return err
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	t.unsure = true
	return t.d.commit(ctx, next)
}

func (t *tx) Rollback() error {
	if t.ended {
		return nil
	}
	t.ended = true
	if t.unsure {
		return nil
	}
	var err error
	for _, r := range t.streams {
		err = errors.Join(err, r.drop())
	}
	return t.d.fault(context.Background(), "undoing writes to", err)
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

// sortRecorder writes changes sorted, to be merged with the snapshot.
type sortRecorder struct {
	stream string
	sorter *sorter
	change change
}

func (r *sortRecorder) write(ctx context.Context, t *table, record connect.Record) error {
	if err := t.change(&r.change, record); err != nil {
		return err
	}
	return r.sorter.add(ctx, r.change)
}

func (r *sortRecorder) end(ctx context.Context, next *manifest) error {
	if err := r.sorter.flush(ctx); err != nil {
		return err
	}
	r.sorter.free()
	s := next.Streams[r.stream]
	s.Changes = slices.Concat(s.Changes, r.sorter.parts)
	next.Streams[r.stream] = s
	return nil
}

func (r *sortRecorder) drop() error {
	var err error
	for _, p := range r.sorter.parts {
		err = errors.Join(err, r.sorter.store.Remove(context.Background(), p.Name))
	}
	return err
}
