package files

import (
	"context"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Prepare notes the stream in the manifest, or the columns that are new. A
// stream whose files were removed since counts as made now.
func (d *destination) Prepare(ctx context.Context, s connect.Stream) (created bool, err error) {
	created, err = d.prepare(ctx, s)
	return created, d.fault(ctx, "preparing "+s.Name+" in", err)
}

func (d *destination) prepare(ctx context.Context, s connect.Stream) (created bool, err error) {
	if err := d.ready(ctx); err != nil {
		return false, err
	}
	if _, err := s.KeyColumns(); err != nil {
		return false, err
	}
	kept, there := d.manifest.Streams[s.Name]
	if there {
		if err := d.fits(s, kept); err != nil {
			return false, err
		}
		created, err = d.lost(ctx, &kept)
		if err != nil {
			return false, err
		}
	} else {
		created = true
		if kept, err = d.newShape(s); err != nil {
			return false, err
		}
	}
	changed := created
	for _, c := range s.Columns {
		if kept.at(c.Name) < 0 {
			kept.Columns = append(slices.Clip(kept.Columns), column{c.Name, c.Type.String()})
			kept.Stale, changed = true, true
		}
	}
	if _, _, err := d.options.partitionOf(kept.all()); err != nil {
		return false, err
	}
	t, err := newTable(s, kept, d.options)
	if err != nil {
		return false, err
	}
	if changed {
		next := d.manifest.next(d.begin())
		next.Streams[s.Name] = kept
		if err := d.commit(ctx, next); err != nil {
			return false, err
		}
	}
	d.tables[s.Name] = t
	return created, nil
}

// newShape returns the shape of a stream that is not known, without columns.
func (d *destination) newShape(s connect.Stream) (shape, error) {
	kept := shape{Folder: safe(s.Name), Key: s.Key, History: s.History}
	for name, other := range d.manifest.Streams {
		if strings.EqualFold(other.Folder, kept.Folder) { // one folder, on some systems
			return shape{}, d.misfit("%s would have the folder of %s", s.Name, name)
		}
	}
	return kept, nil
}

// fits says why what is kept cannot take the stream.
func (d *destination) fits(s connect.Stream, kept shape) error {
	same := func(a, b []string) bool {
		return len(a) == len(b) && !slices.ContainsFunc(a, func(name string) bool { return !slices.Contains(b, name) })
	}
	if !same(kept.Key, s.Key) {
		return d.misfit("the key of %s is (%s) there, but must be (%s)", s.Name, strings.Join(kept.Key, ", "), strings.Join(s.Key, ", "))
	}
	if kept.History != s.History {
		return d.misfit("%s is kept there with another idea of its history", s.Name)
	}
	for _, c := range s.Columns {
		i := kept.at(c.Name)
		if i >= 0 && kept.Columns[i].Type != c.Type.String() {
			return d.misfit("column %s of %s holds %s values there, but must hold %s", c.Name, s.Name, kept.Columns[i].Type, c.Type)
		}
		if d.options.Layout == logs && (c.Name == columnOp || c.Name == columnSeq) {
			return d.misfit("column %s of %s has the name of a column that every log has", c.Name, s.Name)
		}
	}
	return nil
}

// misfit is the fault of what is there and cannot be used.
func (d *destination) misfit(format string, args ...any) error {
	return fault.New(fault.Schema, format+" (in %s)", append(args, d.place)...).
		WithHint("choose another folder or prefix, or remove this one and copy anew")
}

// lost reports whether files of a stream are gone that the manifest knows, and
// takes them out of its shape. Where all are gone, so are the changes.
func (d *destination) lost(ctx context.Context, s *shape) (bool, error) {
	names, err := d.store.List(ctx, s.Folder+"/")
	if err != nil {
		return false, err
	}
	if d.options.Layout == logs {
		n := len(d.logFiles(names, *s))
		if n >= s.Log.Files {
			return false, nil
		}
		s.Log.Files = n
		return true, nil
	}
	left := slices.DeleteFunc(slices.Clone(s.Files), func(p part) bool {
		_, there := slices.BinarySearch(names, p.Name)
		return !there
	})
	if len(left) == len(s.Files) {
		return false, nil
	}
	s.Files, s.Stale = left, true
	if len(left) == 0 {
		s.Changes = nil
	}
	return true, nil
}
