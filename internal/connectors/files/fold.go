package files

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"

	"github.com/kalends/kalends/internal/connect"
)

// rows fold the changes of one key into its rows.
type rows struct {
	deleted int // where _deleted_at stands, -1 if nowhere
	history *versions
	all     []packed // at most one unless it is a history
	spare   packed
}

// versions is where the columns of a history stand.
type versions struct{ version, from, to int }

// newRows returns what folds the changes of a stream.
func newRows(s shape) *rows {
	r := &rows{deleted: s.at(connect.ColumnDeleted)}
	if s.History {
		r.history = &versions{s.at(connect.ColumnVersion), s.at(connect.ColumnValidFrom), s.at(connect.ColumnValidTo)}
	}
	return r
}

// add applies the next change of the key.
func (r *rows) add(c change) {
	switch {
	case c.op == row:
		r.push(c.values)
	case r.history != nil:
		r.version(c)
	case c.op == remove:
		r.all = r.all[:0]
	case len(r.all) == 0 && c.op == put:
		r.push(c.values)
	case len(r.all) == 0: // nothing to mark
	case c.op == mark:
		r.set(0, r.deleted, c.values.from(r.deleted))
	default:
		r.spare = c.values.over(r.all[0], r.spare[:0])
		r.all[0], r.spare = r.spare, r.all[0]
	}
}

// push adds a row, in memory that was used before.
func (r *rows) push(values packed) {
	n := len(r.all)
	if n == cap(r.all) {
		r.all = append(r.all, nil)
	}
	r.all = r.all[:n+1]
	r.all[n] = append(r.all[n][:0], values...)
}

// set gives a column of the n-th row the first value of v.
func (r *rows) set(n, column int, v packed) {
	r.spare = r.all[n].with(column, v, r.spare[:0])
	r.all[n], r.spare = r.spare, r.all[n]
}

// version closes the open version unless it is the one that is told, and then
// adds that if none is open. A version that was noticed at the same moment is
// replaced: it was valid for no time.
func (r *rows) version(c change) {
	h := r.history
	same := func(column int) func(packed) bool {
		told := c.values.from(column).first()
		return func(v packed) bool { return bytes.Equal(v.from(column).first(), told) }
	}
	open := slices.IndexFunc(r.all, func(v packed) bool { return v.at(h.to).null() })
	if open >= 0 && c.op != remove && same(h.version)(r.all[open]) {
		return
	}
	if open >= 0 {
		r.set(open, h.to, c.values.from(h.from))
	}
	if c.op == remove {
		return
	}
	if at := slices.IndexFunc(r.all, same(h.from)); at >= 0 {
		r.all[at] = append(r.all[at][:0], c.values...)
		return
	}
	r.push(c.values)
}

// fold shows the rows that changes come to, by key, until see returns an
// error.
func fold(ctx context.Context, s shape, from changes, see func(row change) error) error {
	r := newRows(s)
	var key []byte
	show := func() error {
		for _, row := range r.all {
			if err := see(change{key: key, values: row}); err != nil {
				return err
			}
		}
		r.all = r.all[:0]
		return nil
	}
	for first := true; ; first = false {
		c, err := from.next()
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return err
		}
		if !first && (last || !bytes.Equal(key, c.key)) {
			if err := errors.Join(show(), ctx.Err()); err != nil {
				return err
			}
		}
		if last {
			return nil
		}
		key = append(key[:0], c.key...)
		r.add(c)
	}
}
