package intake

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/kalends/kalends/internal/bucket"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// shelf is where files are: this machine or a bucket. Its errors are faults.
type shelf interface {
	// find returns the names of the files that a path or pattern names, sorted;
	// none if there are none, or if it is a folder.
	find(ctx context.Context, path string) (names []string, folder bool, err error)
	// open opens a file to be read; without one the error is fs.ErrNotExist, too.
	open(ctx context.Context, name string) (file, error)
	Close() error
}

// file is an open file.
type file interface {
	io.Reader
	io.ReaderAt
	io.Closer
	Size() int64
}

// shelfOf returns what opens the shelf of a path, again and again: a source is
// not closed.
func shelfOf(path string, s connect.Settings) func(context.Context) (shelf, error) {
	if !bucket.Addresses(path) {
		return func(context.Context) (shelf, error) { return machine{}, nil }
	}
	seen := &states{}
	return func(ctx context.Context) (shelf, error) { return openObjects(ctx, path, s, seen) }
}

// machine is the shelf of local files.
type machine struct{}

func (machine) find(_ context.Context, path string) (names []string, folder bool, err error) {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return nil, true, nil
	case err == nil:
		return []string{path}, false, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, false, unreadable(path, err)
	}
	names, err = filepath.Glob(path)
	if err != nil { // it is not written as a pattern either
		return nil, false, nil //nolint:nilerr // then no file is found
	}
	slices.Sort(names)
	return names, false, nil
}

func (machine) open(_ context.Context, name string) (file, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(unreadable(name, err), f.Close())
	}
	return localFile{f, info.Size()}, nil
}

func (machine) Close() error { return nil }

type localFile struct {
	*os.File
	size int64
}

func (f localFile) Size() int64 { return f.size }

func unreadable(name string, err error) error {
	return fault.New(fault.Invalid, "%s cannot be read: %w", name, err).WithField("from").WithHint("choose a file that you may read")
}
