package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/kalends/kalends/internal/connect"
)

// compact makes a new snapshot of a stream of the old one and the changes. The
// new files have got other names until they are committed; then each takes the
// name of the one it replaces.
func (d *destination) compact(ctx context.Context, stream string) (err error) {
	s := d.manifest.Streams[stream]
	if d.options.Layout == logs || len(s.Changes) == 0 && !s.Stale {
		return nil
	}
	from, err := d.pending(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	out := &snapshotWriter{d: d, shape: s, number: d.begin()}
	if err := out.writeAll(ctx, from); err != nil {
		return errors.Join(err, out.abort())
	}
	next := d.manifest.next(out.number)
	next.Publish = out.publish
	for _, p := range s.Files {
		if !slices.ContainsFunc(out.files, func(is part) bool { return is.Name == p.Name }) {
			next.Remove = append(next.Remove, p.Name)
		}
	}
	for _, p := range s.Changes {
		next.Remove = append(next.Remove, p.Name)
	}
	s.Files, s.Changes, s.Stale = out.files, nil, false
	next.Streams[stream] = s
	return d.commit(ctx, next)
}

// pending returns the rows of the snapshot of s and the changes since, sorted.
func (d *destination) pending(ctx context.Context, s shape) (changes, error) {
	base, err := d.base(ctx, s)
	if err != nil {
		return nil, err
	}
	since, err := mergeRuns(ctx, d.store, s.Changes, d.scratch, fmt.Sprintf("%smerge.%d", scratchName, d.begin()))
	if err != nil {
		return nil, errors.Join(err, base.Close())
	}
	return merge(base, since)
}

// base returns the rows of the snapshot, sorted. Each file is; several, by
// partition, are sorted anew rather than all opened at once.
func (d *destination) base(ctx context.Context, s shape) (changes, error) {
	switch len(s.Files) {
	case 0:
		return none{}, nil
	case 1:
		return d.openSnapshot(ctx, s, s.Files[0].Name)
	}
	sorted, by := d.scratchSorter("base."+s.Folder), s.sortBy()
	var c change
	for _, p := range s.Files {
		err := d.options.readRows(ctx, d.store, p.Name, s.all(), func(row packed) error {
			c.key, c.values = appendKeys(c.key[:0], row, by), row
			return sorted.add(ctx, c)
		})
		if err != nil {
			return nil, err
		}
	}
	return sorted.merged(ctx)
}

// snapshotFile yields the rows of a file.
type snapshotFile struct {
	name   string
	sortBy []int
	file   file
	in     decoder
	row    change
	before []byte // the key of the row before
}

func (d *destination) openSnapshot(ctx context.Context, s shape, name string) (changes, error) {
	f, err := d.store.Open(ctx, name)
	if err != nil {
		return nil, err
	}
	in, err := d.options.newDecoder(f, s.all())
	if err != nil {
		return nil, errors.Join(unreadable(name, err), f.Close())
	}
	return &snapshotFile{name: name, sortBy: s.sortBy(), file: f, in: in}, nil
}

func (f *snapshotFile) next() (change, error) {
	var err error
	if f.row.values, err = f.in.decode(f.row.values[:0]); err != nil {
		return change{}, unreadable(f.name, err)
	}
	f.before, f.row.key = f.row.key, appendKeys(f.before[:0], f.row.values, f.sortBy)
	if bytes.Compare(f.before, f.row.key) > 0 { // not as it was written
		return change{}, damaged(f.name)
	}
	return f.row, nil
}

func (f *snapshotFile) Close() error { return errors.Join(f.in.Close(), f.file.Close()) }

// snapshotWriter writes the files of a new snapshot, one after the other.
type snapshotWriter struct {
	d       *destination
	shape   shape
	number  int64
	writing *writing
	folder  string // of the file that is being written
	files   []part
	publish []move
}

// writeAll writes the rows that changes come to.
func (w *snapshotWriter) writeAll(ctx context.Context, from changes) error {
	column, period, err := w.d.options.partitionOf(w.shape.all())
	if err != nil {
		return err
	}
	if column < 0 {
		if err := w.begin(ctx, ""); err != nil {
			return err
		}
		err := rowsAhead(func(add func(change) error) error { return fold(ctx, w.shape, from, add) }, w.writing.encode)
		return errors.Join(err, w.end(err))
	}
	before := safe(w.shape.Columns[column].Name) + "_" + period + "="
	return w.writeParts(ctx, from, func(to []byte, row packed) []byte {
		to = append(to, before...)
		if at := row.at(column); !at.null() {
			return at.time().AppendFormat(to, periodFormat(period))
		}
		return append(to, "__HIVE_DEFAULT_PARTITION__"...)
	})
}

// writeParts sorts the rows by partition, so that one file is open at a time.
func (w *snapshotWriter) writeParts(ctx context.Context, from changes, appendFolder func([]byte, packed) []byte) error {
	sorted := w.d.scratchSorter("parts." + w.shape.Folder)
	var key []byte
	err := fold(ctx, w.shape, from, func(c change) error {
		key = append(append(appendFolder(key[:0], c.values), 0), c.key...)
		return sorted.add(ctx, change{key: key, values: c.values})
	})
	if err != nil {
		return err
	}
	parts, err := sorted.merged(ctx)
	if err != nil {
		return err
	}
	err = rowsAhead(func(add func(change) error) error { return each(parts, add) }, func(rows *held) error { return w.encode(ctx, rows) })
	return errors.Join(err, w.end(err), parts.Close())
}

// encode writes rows to the files of their partitions.
func (w *snapshotWriter) encode(ctx context.Context, rows *held) error {
	for n := 0; n < len(rows.index); {
		folder := folderOf(rows.at(n))
		if w.writing == nil || string(folder) != w.folder {
			if err := errors.Join(w.end(nil), ctx.Err()); err != nil {
				return err
			}
			if err := w.begin(ctx, string(folder)); err != nil {
				return err
			}
		}
		same := n + 1
		for same < len(rows.index) && bytes.Equal(folderOf(rows.at(same)), folder) {
			same++
		}
		if err := w.writing.encode(rows.part(n, same)); err != nil {
			return err
		}
		n = same
	}
	return nil
}

// folderOf returns the folder with which the key of a row begins.
func folderOf(row change) []byte {
	folder, _, _ := bytes.Cut(row.key, []byte{0})
	return folder
}

func (w *snapshotWriter) begin(ctx context.Context, folder string) (err error) {
	columns := w.shape.all()
	for i, c := range columns {
		columns[i].Required = slices.Contains(w.shape.Key, c.Name)
	}
	w.folder = folder
	name := fmt.Sprintf("%s%s.%012d-%d", stagingName, w.shape.Folder, w.number, len(w.files))
	w.writing, err = w.d.options.create(ctx, w.d.store, name, columns)
	return err
}

// end ends the file that is being written, if there is one: drops it after an
// error.
func (w *snapshotWriter) end(failed error) error {
	if w.writing == nil {
		return nil
	}
	writing := w.writing
	w.writing = nil
	if failed != nil {
		return writing.abort()
	}
	p, err := writing.commit()
	if err != nil {
		return err
	}
	staged := p.Name
	p.Name = w.shape.Folder + "/"
	if w.folder != "" {
		p.Name += w.folder + "/"
	}
	p.Name += "data" + w.d.options.extension()
	w.files = append(w.files, p)
	w.publish = append(w.publish, move{From: staged, To: p.Name})
	return nil
}

// abort removes the files that were written.
func (w *snapshotWriter) abort() error {
	var err error
	for _, m := range w.publish {
		err = errors.Join(err, w.d.store.Remove(context.Background(), m.From))
	}
	return err
}

// gather merges the small files of changes of a stream that has many, so that
// neither the manifest nor what is open when a run ends grows without end.
func (d *destination) gather(ctx context.Context) error {
	for name, s := range d.manifest.Streams {
		small := len(s.Changes)
		for small > 0 && s.Changes[small-1].Bytes < largeRun {
			small--
		}
		few := s.Changes[small:]
		if len(few) < mostOpen {
			continue
		}
		from, err := mergeRuns(ctx, d.store, few, d.scratch, scratchName+"gather")
		if err != nil {
			return err
		}
		number := d.begin()
		p, err := writeRun(ctx, d.store, fmt.Sprintf("%s%s.%012d-0", changesName, s.Folder, number), from)
		if err := errors.Join(err, from.Close()); err != nil {
			return err
		}
		next := d.manifest.next(number)
		s.Changes = append(slices.Clone(s.Changes[:small]), p)
		next.Streams[name] = s
		for _, merged := range few {
			next.Remove = append(next.Remove, merged.Name)
		}
		if err := d.commit(ctx, next); err != nil {
			return err
		}
	}
	return nil
}

// largeRun is how large a file of changes is that is not merged any more.
const largeRun = 64 << 20

var _ connect.Tx = (*tx)(nil)
