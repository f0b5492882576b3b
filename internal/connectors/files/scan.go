package files

import (
	"context"
	"errors"
	"iter"

	"github.com/kalends/kalends/internal/connect"
)

// errEnough ends a Scan that is not wanted any more.
var errEnough = errors.New("enough")

// Scan implements connect.Destination.
func (d *destination) Scan(ctx context.Context, s connect.Stream) iter.Seq2[connect.Record, error] {
	return func(yield func(connect.Record, error) bool) {
		err := d.scan(ctx, s, func(r connect.Record) error {
			if !yield(r, nil) {
				return errEnough
			}
			return nil
		})
		if err != nil && !errors.Is(err, errEnough) {
			yield(connect.Record{}, d.fault(ctx, "reading "+s.Name+" in", err))
		}
	}
}

func (d *destination) scan(ctx context.Context, s connect.Stream, see func(connect.Record) error) (err error) {
	if err := d.ready(ctx); err != nil {
		return err
	}
	kept, ok := d.manifest.Streams[s.Name]
	if !ok {
		return nil
	}
	all := d.pending
	if d.options.Layout == logs {
		all = d.logged
	}
	from, err := all(ctx, kept)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	return fold(ctx, kept, from, func(row change) error {
		r, values := connect.Record{Values: make([]any, len(s.Columns))}, row.values.values(len(kept.Columns))
		for i, c := range s.Columns {
			if at := kept.at(c.Name); at >= 0 {
				r.Values[i] = values[at]
			}
		}
		return see(r)
	})
}
