package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"github.com/kalends/kalends/internal/bucket"
	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// opened is an open place.
type opened struct {
	name    string // for people
	store   store
	scratch store
	release func() error
}

// openPlace opens the place in the settings for this process alone, where that
// can be told: a folder is locked, the prefix of a bucket cannot be.
func openPlace(ctx context.Context, s connect.Settings) (opened, error) {
	where, err := place(s.Values["url"])
	if err != nil {
		return opened{}, err
	}
	if bucket.Addresses(where) {
		return openBucket(ctx, where, s)
	}
	if err := makeFolder(where); err != nil {
		return opened{}, refused(faultOf(ctx, "opening", where, err))
	}
	release, err := lockFolder(where)
	if err != nil {
		return opened{}, refused(faultOf(ctx, "opening", where, err))
	}
	return opened{name: where, store: folder{path: where}, scratch: folder{path: where, fleeting: true}, release: release}, nil
}

// openBucket opens the prefix of a bucket. Nothing is asked of the store yet.
func openBucket(ctx context.Context, where string, s connect.Settings) (opened, error) {
	b, err := bucket.Open(ctx, where, s)
	if err != nil {
		return opened{}, refused(err)
	}
	spool, err := os.MkdirTemp("", "kalends-files-")
	if err != nil {
		return opened{}, errors.Join(faultOf(ctx, "opening", where, err), b.Close())
	}
	return opened{
		name: where, store: objects{Bucket: b, spool: spool}, scratch: folder{path: spool, fleeting: true},
		release: func() error { return errors.Join(b.Close(), os.RemoveAll(spool)) },
	}, nil
}

// makeFolder makes the folder unless it is there. The one above is not made: its
// name may be misspelled.
func makeFolder(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.IsDir():
		return invalid("%s is not a folder", path).WithHint("choose another name")
	case err == nil:
		return os.MkdirAll(filepath.Join(path, own), 0o755)
	case !errors.Is(err, fs.ErrNotExist):
		return invalid("%s cannot be reached: %w", path, err).WithHint("choose a folder that you may write to")
	}
	above := filepath.Dir(path)
	if _, err := os.Stat(above); err != nil {
		return invalid("the folder %s does not exist", above).WithHint("make it, or choose a folder in another one")
	}
	return os.MkdirAll(filepath.Join(path, own), 0o755)
}

// lockFolder keeps other processes from writing to a folder. A process that is
// killed leaves no lock.
func lockFolder(path string) (release func() error, err error) {
	lock := flock.New(filepath.Join(path, filepath.FromSlash(lockName)))
	ok, err := lock.TryLock()
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fault.New(fault.Conflict, "another run writes to %s", path).WithField("to").
			WithHint("wait for it to end, or choose another folder")
	}
	return lock.Unlock, nil
}
