package audit

import (
	"context"
	"slices"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// batch is how many extra rows are looked up at once.
const batch = 200

// leftOver decides about the rows of s that the source did not tell of. Pages
// may shift while they are read: only what the source says of each of them
// counts.
func (c *comparer) leftOver(ctx context.Context, s connect.Stream, t *table) error {
	if !t.hasUnseen() {
		return nil
	}
	target := c.job.Run.Target(s)
	finder, ok := c.job.Run.Source.(connect.Finder)
	if !ok {
		return c.allExtra(ctx, target, t)
	}
	var unseen []connect.Trace
	for row, err := range c.job.Run.Destination.Scan(ctx, target) {
		if err != nil {
			return err
		}
		key := target.KeyOf(row)
		switch {
		case !t.unseen(key):
		case !c.tellsKey(s, key) || s.Parent != "" && target.Parent == "":
			t.uncheck(1, "rows that the source did not tell of cannot be looked up there: their keys, or those of what they belong to, are hashed or left out")
		default:
			unseen = append(unseen, connect.Trace{Stream: s.Name, Key: key, Parent: parentOf(target, row)})
		}
	}
	for len(unseen) > 0 {
		n := min(batch, len(unseen))
		if err := c.decide(ctx, finder, s, t, unseen[:n]); err != nil {
			return err
		}
		unseen = unseen[n:]
	}
	return nil
}

// allExtra says of the rows of s that the source did not tell of that it does not
// have them: the lists of one that looks up no single records are complete.
func (c *comparer) allExtra(ctx context.Context, s connect.Stream, t *table) error {
	var extra []connect.Record
	for row, err := range c.job.Run.Destination.Scan(ctx, s) {
		if err != nil {
			return err
		}
		key := s.KeyOf(row)
		if !t.unseen(key) {
			continue
		}
		t.note(&t.Extra, "extra", key)
		if c.job.Repair {
			extra = append(extra, gone(s, row))
		}
	}
	for part := range slices.Chunk(extra, batch) {
		if err := c.repair(ctx, s, part); err != nil {
			return err
		}
	}
	return nil
}

// gone is the record of a row that is to be removed.
func gone(s connect.Stream, row connect.Record) connect.Record {
	r := connect.Record{Deleted: true, Values: make([]any, len(s.Columns))}
	for _, name := range s.Key {
		i := s.Column(name)
		r.Values[i] = row.Values[i]
	}
	return r
}

// tellsKey reports whether the key of a row is that of the source's record: a
// hashed one is not, as its own hash is another.
func (c *comparer) tellsKey(s connect.Stream, key string) bool {
	record := connect.Record{Deleted: true, Values: make([]any, len(s.Columns))}
	record.Values[s.Column(s.Key[0])] = key
	mapped, err := c.mapped(s, record)
	return err == nil && c.job.Run.Target(s).KeyOf(mapped) == key
}

// mapped returns a record of s as it is written.
func (c *comparer) mapped(s connect.Stream, r connect.Record) (connect.Record, error) {
	if m := c.job.Run.Mapping[s.Name]; m != nil {
		return m.Map(r)
	}
	return r, nil
}

// decide looks up some rows that the source did not tell of.
func (c *comparer) decide(ctx context.Context, finder connect.Finder, s connect.Stream, t *table, rows []connect.Trace) error {
	found, err := finder.Find(ctx, connect.Reading{Streams: []connect.Stream{s}, Observe: c.job.Run.Tracker.Observe}, rows)
	if err != nil {
		return err
	}
	target := c.job.Run.Target(s)
	var wrong []connect.Record
	for _, record := range found {
		r, err := c.mapped(s, record)
		switch {
		case fault.KindOf(err) == fault.Schema && err != nil:
			t.uncheck(1, unmappable)
			continue
		case err != nil:
			return err
		case !r.Deleted && t.compare(target.KeyOf(r), connect.VersionOf(target, r)):
			continue
		case r.Deleted:
			t.note(&t.Extra, "extra", target.KeyOf(r))
		}
		wrong = append(wrong, r)
	}
	if n := len(rows) - len(found); n > 0 {
		t.uncheck(n, "rows that the source does not list any more, and that cannot be looked up, are not checked")
	}
	return c.repair(ctx, target, wrong)
}
