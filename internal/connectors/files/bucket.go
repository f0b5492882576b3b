package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

const (
	// stallAfter is how long a store may take for the next step of a transfer.
	stallAfter = time.Minute
	// copyWithin is how long a store may take to copy an object within itself.
	copyWithin = 10 * time.Minute
	// uploadPart is how much is sent at once, and held in memory, twice.
	uploadPart = 8 << 20
)

var errStalled = errors.New("nothing came for a minute")

// bucket is a store in an object store. What is put there appears at once.
type bucket struct {
	*blob.Bucket
	spool string // a folder where what is read is kept meanwhile
}

var _ store = bucket{}

func (b bucket) Create(ctx context.Context, name string) (upload, error) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	w, err := b.NewWriter(ctx, name, &blob.WriterOptions{
		BufferSize: uploadPart, MaxConcurrency: 2, ContentType: "application/octet-stream",
	})
	if err != nil {
		cancel(nil)
		return nil, err
	}
	return &bucketUpload{w: w, cancel: cancel}, nil
}

type bucketUpload struct {
	w      *blob.Writer
	cancel context.CancelCauseFunc
	ended  bool
}

func (u *bucketUpload) Write(b []byte) (n int, err error) {
	timer := time.AfterFunc(stallAfter, func() { u.cancel(errStalled) })
	defer timer.Stop()
	return u.w.Write(b)
}

func (u *bucketUpload) Commit() error {
	u.ended = true
	timer := time.AfterFunc(stallAfter, func() { u.cancel(errStalled) })
	defer timer.Stop()
	err := u.w.Close()
	u.cancel(nil)
	return err
}

// Abort ends the upload: one that is canceled leaves no object.
func (u *bucketUpload) Abort() error {
	if u.ended {
		return nil
	}
	u.ended = true
	u.cancel(nil)
	if err := u.w.Close(); err != nil && gcerrors.Code(err) != gcerrors.Canceled && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Open copies the object to this machine: it may be read slowly, and at any
// place, while a connection would not wait.
func (b bucket) Open(ctx context.Context, name string) (_ file, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(stallAfter, func() { cancel(errStalled) })
	defer timer.Stop()
	from, err := b.NewReader(ctx, name, nil)
	if err != nil {
		return nil, gone(err)
	}
	to, err := os.CreateTemp(b.spool, "read-")
	if err != nil {
		return nil, errors.Join(err, from.Close())
	}
	size, err := io.Copy(to, progress{from, timer})
	if err == nil {
		_, err = to.Seek(0, io.SeekStart)
	}
	read := spooled{to, size}
	if err := errors.Join(err, from.Close()); err != nil {
		return nil, errors.Join(err, read.Close())
	}
	return read, nil
}

// progress gives the store more time with everything that comes.
type progress struct {
	io.Reader
	timer *time.Timer
}

func (p progress) Read(b []byte) (int, error) {
	p.timer.Reset(stallAfter)
	return p.Reader.Read(b)
}

// spooled is a file that is removed when it is closed.
type spooled struct {
	*os.File
	size int64
}

func (s spooled) Size() int64  { return s.size }
func (s spooled) Close() error { return errors.Join(s.File.Close(), os.Remove(s.Name())) }

func (b bucket) List(ctx context.Context, prefix string) ([]string, error) {
	var names []string
	objects := b.Bucket.List(&blob.ListOptions{Prefix: prefix})
	for {
		o, err := within(ctx, stallAfter, objects.Next)
		if errors.Is(err, io.EOF) {
			slices.Sort(names)
			return names, nil
		}
		if err != nil {
			return nil, err
		}
		names = append(names, o.Key)
	}
}

func (b bucket) Move(ctx context.Context, from, to string) error {
	_, err := within(ctx, copyWithin, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, b.Copy(ctx, to, from, nil)
	})
	if err != nil {
		return gone(err)
	}
	return b.Remove(ctx, from)
}

func (b bucket) Remove(ctx context.Context, name string) error {
	_, err := within(ctx, stallAfter, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, b.Delete(ctx, name)
	})
	if missing(gone(err)) {
		return nil
	}
	return err
}

// within calls do with a time limit.
func within[T any](ctx context.Context, limit time.Duration, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return do(ctx)
}

// gone marks the error of an object that is not there.
func gone(err error) error {
	if gcerrors.Code(err) == gcerrors.NotFound {
		return fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return err
}
