package intake

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/kalends/kalends/internal/bucket"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// objects is the shelf of a bucket. Names are whole addresses.
type objects struct {
	bucket.Bucket

	root string // "s3://bucket/"
	seen *states
}

// states remembers in which state objects were, by their names: what is read of
// one, now and by the next reading, has to be of one.
type states struct{ known sync.Map }

// same reports whether an object is in the state in which it was.
func (s *states) same(name, state string) bool {
	was, _ := s.known.LoadOrStore(name, state)
	return was == state
}

func openObjects(ctx context.Context, path string, s connect.Settings, seen *states) (shelf, error) {
	scheme, rest, _ := strings.Cut(path, "://")
	name, _, _ := strings.Cut(rest, "/")
	b, err := bucket.Open(ctx, scheme+"://"+name, s)
	if err != nil {
		return nil, fromOf(err)
	}
	return objects{Bucket: b, root: scheme + "://" + name + "/", seen: seen}, nil
}

// fault sorts an error of the store.
func (b objects) fault(ctx context.Context, doing, name string, err error) error {
	return fromOf(fault.Sorted(ctx, doing+" "+name, err, func(err error) (kind fault.Kind, why, hint string) {
		if errors.Is(err, fs.ErrNotExist) {
			return fault.NotFound, "it is gone", "run it again when nothing is removed meanwhile"
		}
		return bucket.Means(err, "list and read objects")
	}))
}

// fromOf makes a fault one of what is read.
func fromOf(err error) error {
	var made *fault.Error
	if errors.As(err, &made) && made.Kind != fault.Canceled && made.Field == "" {
		made.Field = "from"
	}
	return err
}

// find looks for one object first, so that a key may list nothing. If there is
// none, the list tells better what is wrong: to the first question stores answer
// with a number alone.
func (b objects) find(ctx context.Context, address string) (names []string, folder bool, err error) {
	key := strings.TrimPrefix(address+"/", b.root)
	key = strings.TrimSuffix(key, "/")
	var alone error
	if key != "" {
		if _, alone = b.Stat(ctx, key); alone == nil {
			return []string{address}, false, nil
		}
	}
	if strings.ContainsAny(key, meta) {
		names, err = b.match(ctx, "", strings.Split(key, "/"))
	}
	if err == nil && len(names) == 0 {
		folder, err = b.begins(ctx, strings.TrimPrefix(key+"/", "/"))
	}
	switch {
	case err != nil:
		return nil, false, b.fault(ctx, "listing", address, err)
	case alone != nil && !errors.Is(alone, fs.ErrNotExist) && len(names) == 0 && !folder:
		return nil, false, b.fault(ctx, "reading", address, alone)
	}
	slices.Sort(names)
	return slices.Compact(names), folder, nil // some stores list an empty object that stands for a folder beside it
}

// begins reports whether there is an object whose name begins so.
func (b objects) begins(ctx context.Context, prefix string) (bool, error) {
	for _, err := range b.Objects(ctx, prefix, "/") {
		return err == nil, err
	}
	return false, nil
}

// meta are the characters of a pattern that stand for others.
const meta = `*?[\`

// match returns the objects in a folder that match a pattern, by its segments.
// Only what can match is listed.
func (b objects) match(ctx context.Context, folder string, segments []string) (names []string, err error) {
	segment, below := segments[0], segments[1:]
	if len(below) > 0 && !strings.ContainsAny(segment, meta) {
		return b.match(ctx, folder+segment+"/", below)
	}
	begins := segment
	if i := strings.IndexAny(segment, meta); i >= 0 {
		begins = segment[:i]
	}
	for name, err := range b.Objects(ctx, folder+begins, "/") {
		if err != nil {
			return nil, err
		}
		base, isFolder := strings.CutSuffix(strings.TrimPrefix(name, folder), "/")
		matches, _ := path.Match(segment, base) // a wrong pattern is of no file
		switch {
		case !matches || base == "" || isFolder != (len(below) > 0):
		case isFolder:
			more, err := b.match(ctx, name, below)
			if err != nil {
				return nil, err
			}
			names = append(names, more...)
		default:
			names = append(names, b.root+name)
		}
	}
	return names, nil
}

func (b objects) open(ctx context.Context, name string) (file, error) {
	key := strings.TrimPrefix(name, b.root)
	a, err := b.Stat(ctx, key)
	if err != nil {
		return nil, b.fault(ctx, "reading", name, err)
	}
	switch {
	case !b.seen.same("tag of "+name, a.ETag):
		return nil, changed(name)
	case a.ContentEncoding != "" && !strings.HasPrefix(b.root, "s3:"):
		return nil, fault.New(fault.Invalid, "%s has the content encoding %s, so the store may unpack it on its way", name, a.ContentEncoding).
			WithField("from").WithHint("clear the content encoding in its metadata: what is packed is unpacked here")
	}
	return &object{size: a.Size, fill: func(p []byte, from int64) error { return b.fill(ctx, name, p, from, a.Size) }}, nil
}

// fill fills p with what an object of a size has from a place on.
func (b objects) fill(ctx context.Context, name string, p []byte, from, size int64) error {
	state, err := b.Read(ctx, strings.TrimPrefix(name, b.root), from, int64(len(p)), func(r io.Reader) error {
		_, err := io.ReadFull(r, p)
		return err
	})
	if state != (bucket.State{}) && (state.Size != size || !b.seen.same(name, state.Version)) {
		return changed(name)
	}
	return b.fault(ctx, "reading", name, err)
}

// changed is the fault of files that do not stay as they are.
func changed(name string) error {
	return fault.New(fault.Conflict, "%s was changed while it was read", name).WithField("from").
		WithHint("run it again when nothing is written there")
}
