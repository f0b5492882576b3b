package files

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// destination is an open folder or prefix of a bucket. It is for one goroutine
// at a time.
type destination struct {
	place    string // for people
	store    store
	scratch  store // for what is sorted
	options  options
	manifest *manifest         // what is committed
	tables   map[string]*table // the prepared ones, by stream
	number   int64             // of the last transaction that was begun
	left     []held            // memory for sorters
	// interrupted is closed when the run is: what remains to be done is then
	// left to the next.
	interrupted <-chan struct{}
	release     func() error
	closed      bool
}

var _ connect.Destination = (*destination)(nil)

// open opens the place in the settings and makes it what it was committed to
// be: it finishes what an interrupted run had begun to publish and removes what
// it had not committed. A ctx that is canceled later makes Close leave the
// snapshots as they are.
func open(ctx context.Context, s connect.Settings) (connect.Destination, error) {
	o, err := newOptions(s.Values)
	if err != nil {
		return nil, err
	}
	at, err := openPlace(ctx, s)
	if err != nil {
		return nil, err
	}
	d := &destination{
		place: at.name, store: at.store, scratch: at.scratch, options: o, tables: map[string]*table{},
		interrupted: ctx.Done(), release: at.release,
	}
	if err := d.recover(ctx); err != nil {
		return nil, errors.Join(d.refused(ctx, err), at.release())
	}
	return d, nil
}

// recover reads the manifest and leaves what it says.
func (d *destination) recover(ctx context.Context) error {
	m, err := loadManifest(ctx, d.store)
	if err != nil {
		return err
	}
	if m == nil {
		m = &manifest{Version: manifestVersion, Options: d.options, Streams: map[string]shape{}}
	}
	if m.Options != d.options {
		return invalid("%s was made with %s", d.place, m.Options).WithHint("use the same options, or another folder or prefix")
	}
	d.manifest, d.number = m, m.Transaction
	if err := d.settle(ctx); err != nil {
		return err
	}
	names, err := d.store.List(ctx, own)
	if err != nil {
		return err
	}
	needed := m.named()
	for _, name := range names {
		if !needed[name] {
			if err := d.store.Remove(ctx, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// settle gives files that are committed the names under which readers find
// them, and removes those that they replace. What was done before a crash is
// not there to be done again.
func (d *destination) settle(ctx context.Context) error {
	for _, m := range d.manifest.Publish {
		if err := d.store.Move(ctx, m.From, m.To); err != nil && !missing(err) {
			return err
		}
	}
	for _, name := range d.manifest.Remove {
		if err := d.store.Remove(ctx, name); err != nil {
			return err
		}
	}
	d.manifest.Publish, d.manifest.Remove = nil, nil
	return nil
}

// commit makes next what is committed, and publishes it.
func (d *destination) commit(ctx context.Context, next *manifest) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := next.save(ctx, d.store); err != nil {
		return err
	}
	d.manifest = next
	return d.settle(context.WithoutCancel(ctx))
}

// ready says why nothing can be written, and finishes what is not published.
func (d *destination) ready(ctx context.Context) error {
	if d.closed {
		return fault.New(fault.Internal, "%s was closed", d.place)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return d.settle(ctx)
}

// begin returns the number of a new transaction. It is never used again, so
// that no file is mistaken for one of an attempt that failed.
func (d *destination) begin() int64 {
	d.number++
	return d.number
}

// Close brings the snapshots up to date, unless the run was interrupted: then
// the next does. It releases everything.
func (d *destination) Close() error {
	if d.closed {
		return nil
	}
	err := d.unlessInterrupted(func(ctx context.Context) error {
		if err := d.ready(ctx); err != nil {
			return err
		}
		for _, name := range slices.Sorted(maps.Keys(d.manifest.Streams)) {
			if err := d.compact(ctx, name); err != nil {
				return d.fault(ctx, "making the snapshot of "+name+" in", err)
			}
		}
		return nil
	})
	d.closed = true
	return errors.Join(d.fault(context.Background(), "closing", err), d.release())
}

// unlessInterrupted calls do, with a context that ends when the run is
// interrupted; that is no error.
func (d *destination) unlessInterrupted(do func(context.Context) error) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var watching sync.WaitGroup
	watching.Go(func() {
		select {
		case <-d.interrupted:
			cancel()
		case <-ctx.Done():
		}
	})
	err := do(ctx)
	interrupted := ctx.Err() != nil
	cancel()
	watching.Wait()
	if interrupted && fault.KindOf(err) == fault.Canceled {
		return nil
	}
	return err
}

// String lists the options as they stand in an address.
func (o options) String() string {
	text := fmt.Sprintf("format=%s, layout=%s, compress=%s", o.Format, o.Layout, o.Compress)
	if o.Partition != "" {
		text += ", partition=" + o.Partition
	}
	return text
}
