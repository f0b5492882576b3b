package bucket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"
)

// State tells one content of an object from another: a store that gives no tag
// with what it sends tells them by size and, to the second, time.
type State struct {
	Size    int64
	Version string
}

// Read shows use what is in an object from offset on, length bytes or, if that is
// negative, all. It returns which state of the object that is; the zero one if
// the store did not answer. Without the object the error is fs.ErrNotExist.
func (b Bucket) Read(ctx context.Context, name string, offset, length int64, use func(io.Reader) error) (State, error) {
	ctx, watch := b.Watch(ctx)
	defer watch.End()
	from, err := b.NewRangeReader(ctx, name, offset, length, nil)
	if err != nil {
		return State{}, Gone(watch.Why(err))
	}
	return stateOf(from), errors.Join(use(progress{from, watch}), from.Close())
}

func stateOf(r *blob.Reader) State {
	s := State{Size: r.Size(), Version: fmt.Sprint(r.Size(), " ", r.ModTime().Unix())}
	var answer s3.GetObjectOutput
	if r.As(&answer) && answer.ETag != nil {
		s.Version = *answer.ETag
	}
	return s
}

// Stat tells about an object. Without one the error is fs.ErrNotExist.
func (b Bucket) Stat(ctx context.Context, name string) (*blob.Attributes, error) {
	a, err := Within(ctx, b.patience, func(ctx context.Context) (*blob.Attributes, error) { return b.Attributes(ctx, name) })
	return a, Gone(err)
}

// Objects yields the objects whose names begin with prefix, in the order of
// their names. Those of which the rest of the name has a delimiter, unless it is
// empty, are one entry, which ends there. An error is last.
func (b Bucket) Objects(ctx context.Context, prefix, delimiter string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		objects := b.List(&blob.ListOptions{Prefix: prefix, Delimiter: delimiter})
		for {
			o, err := Within(ctx, b.patience, objects.Next)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				yield("", err)
				return
			}
			if !yield(o.Key, nil) {
				return
			}
		}
	}
}

// Within calls do with a time limit.
func Within[T any](ctx context.Context, limit time.Duration, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return do(ctx)
}

// Gone marks the error of an object that is not there: fs.ErrNotExist.
func Gone(err error) error {
	if gcerrors.Code(err) == gcerrors.NotFound {
		return fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return err
}
