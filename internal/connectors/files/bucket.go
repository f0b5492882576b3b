package files

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/kalends/kalends/internal/bucket"
)

const (
	// copyWithin is how long a store may take to copy an object within itself.
	copyWithin = 10 * time.Minute
	// uploadPart is how much is sent at once, and held in memory, twice.
	uploadPart = 8 << 20
)

// objects is a store in an object store. What is put there appears at once.
type objects struct {
	bucket.Bucket

	spool string // a folder where what is read is kept meanwhile
}

var _ store = objects{}

func (b objects) Create(ctx context.Context, name string) (upload, error) {
	ctx, watch := b.Watch(context.WithoutCancel(ctx))
	w, err := b.NewWriter(ctx, name, &blob.WriterOptions{
		BufferSize: uploadPart, MaxConcurrency: 2, ContentType: "application/octet-stream",
	})
	watch.Pause()
	if err != nil {
		watch.End()
		return nil, err
	}
	return &objectUpload{w: w, watch: watch}, nil
}

type objectUpload struct {
	w     *blob.Writer
	watch *bucket.Watch
	ended bool
}

func (u *objectUpload) Write(b []byte) (n int, err error) {
	u.watch.Step()
	defer u.watch.Pause()
	n, err = u.w.Write(b)
	return n, u.watch.Why(err)
}

func (u *objectUpload) Commit() error {
	u.ended = true
	defer u.watch.End()
	u.watch.Step()
	return u.watch.Why(u.w.Close())
}

// Abort ends the upload: one that is canceled leaves no object.
func (u *objectUpload) Abort() error {
	if u.ended {
		return nil
	}
	u.ended = true
	u.watch.End()
	if err := u.w.Close(); err != nil && gcerrors.Code(err) != gcerrors.Canceled && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Open copies the object to this machine: it may be read slowly, and at any
// place, while a connection would not wait.
func (b objects) Open(ctx context.Context, name string) (file, error) {
	to, err := os.CreateTemp(b.spool, "read-")
	if err != nil {
		return nil, err
	}
	read := spooled{File: to}
	_, err = b.Read(ctx, name, 0, -1, func(from io.Reader) (err error) {
		read.size, err = io.Copy(to, from)
		return err
	})
	if err == nil {
		_, err = to.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, read.Close())
	}
	return read, nil
}

// spooled is a file that is removed when it is closed.
type spooled struct {
	*os.File
	size int64
}

func (s spooled) Size() int64  { return s.size }
func (s spooled) Close() error { return errors.Join(s.File.Close(), os.Remove(s.Name())) }

func (b objects) List(ctx context.Context, prefix string) ([]string, error) {
	var names []string
	for name, err := range b.Objects(ctx, prefix, "") {
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

func (b objects) Move(ctx context.Context, from, to string) error {
	_, err := bucket.Within(ctx, copyWithin, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, b.Copy(ctx, to, from, nil)
	})
	if err != nil {
		return bucket.Gone(err)
	}
	return b.Remove(ctx, from)
}

func (b objects) Remove(ctx context.Context, name string) error {
	_, err := bucket.Within(ctx, bucket.Patience, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, b.Delete(ctx, name)
	})
	if missing(bucket.Gone(err)) {
		return nil
	}
	return err
}
