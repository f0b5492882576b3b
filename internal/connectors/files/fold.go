package files

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// rows fold the changes of one key into its rows.
type rows struct {
	width   int // columns
	deleted int // where _deleted_at stands, -1 if nowhere
	history *versions
	all     [][]any // at most one unless it is a history
}

// versions is where the columns of a history stand.
type versions struct{ version, from, to int }

// newRows returns what folds the changes of a stream.
func newRows(s shape) *rows {
	r := &rows{width: len(s.Columns), deleted: s.at(connect.ColumnDeleted)}
	if s.History {
		r.history = &versions{s.at(connect.ColumnVersion), s.at(connect.ColumnValidFrom), s.at(connect.ColumnValidTo)}
	}
	return r
}

// add applies the next change of the key.
func (r *rows) add(c change) error {
	switch {
	case c.op == remove && r.history == nil:
		r.all = nil
		return nil
	case c.op == mark && len(r.all) == 0:
		return nil
	}
	values, err := c.values(r.width)
	switch {
	case err != nil:
		return err
	case c.op == row:
		r.all = append(r.all, settled(values, nil))
	case r.history != nil:
		r.version(c.op, values)
	case c.op == mark:
		r.all[0][r.deleted] = values[r.deleted]
	case len(r.all) == 0:
		r.all = [][]any{settled(values, nil)}
	default:
		r.all[0] = settled(values, r.all[0])
	}
	return nil
}

// settled fills in what values do not speak of from the row that is there.
func settled(values, there []any) []any {
	for i, v := range values {
		if v != (absent{}) {
			continue
		}
		values[i] = nil
		if there != nil {
			values[i] = there[i]
		}
	}
	return values
}

// version closes the open version unless it is the one that is told, and then
// adds that if none is open. A version that was noticed at the same moment is
// replaced: it was valid for no time.
func (r *rows) version(o op, values []any) {
	h := r.history
	open := slices.IndexFunc(r.all, func(v []any) bool { return v[h.to] == nil })
	if open >= 0 && o != remove && r.all[open][h.version] == values[h.version] {
		return
	}
	if open >= 0 {
		r.all[open][h.to] = values[h.from]
	}
	if o == remove {
		return
	}
	values = settled(values, nil)
	same := slices.IndexFunc(r.all, func(v []any) bool { return equalTime(v[h.from], values[h.from]) })
	if same >= 0 {
		r.all[same] = values
		return
	}
	r.all = append(r.all, values)
}

func equalTime(a, b any) bool {
	x, ok := a.(time.Time)
	y, also := b.(time.Time)
	return ok && also && x.Equal(y)
}

// fold shows the rows that changes come to, by key, until see returns an
// error.
func fold(ctx context.Context, s shape, from changes, see func(key []byte, values []any) error) error {
	r := newRows(s)
	var key []byte
	show := func() error {
		for _, values := range r.all {
			if err := see(key, values); err != nil {
				return err
			}
		}
		r.all = nil
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
		if err := r.add(c); err != nil {
			return err
		}
	}
}
