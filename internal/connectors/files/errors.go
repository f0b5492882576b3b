package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"runtime"
	"syscall"

	"github.com/kalends/kalends/internal/bucket"
	"github.com/kalends/kalends/internal/fault"
)

func (d *destination) fault(ctx context.Context, doing string, err error) error {
	return faultOf(ctx, doing, d.place, err)
}

// refused is the fault of a place that could not be opened.
func (d *destination) refused(ctx context.Context, err error) error {
	return refused(d.fault(ctx, "opening", err))
}

func refused(err error) error {
	var made *fault.Error
	if errors.As(err, &made) && made.Kind != fault.Canceled && made.Field == "" {
		made.Field = "to"
	}
	return err
}

// faultOf sorts an error of a file system or an object store; a fault already
// made stays the kind it is. doing says what was tried: "opening".
func faultOf(ctx context.Context, doing, place string, err error) error {
	return fault.Sorted(ctx, doing+" "+place, err, meaningOf)
}

// meaningOf looks for the code of the system before that of an object store:
// there, all codes of the system are of the network.
func meaningOf(err error) (kind fault.Kind, why, hint string) {
	if kind, why, hint = ofSystem(err); why == "" {
		return bucket.Means(err, "list, read, write and delete objects")
	}
	return kind, why + ": " + err.Error(), hint
}

func ofSystem(err error) (kind fault.Kind, why, hint string) {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), runtime.GOOS == "windows" && errors.Is(err, syscall.Errno(windowsDiskFull)):
		return fault.Unavailable, "the disk is full", "make room and run it again: nothing is lost"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fault.Invalid, "it cannot be written", "choose a folder that you may write to"
	case errors.Is(err, fs.ErrNotExist):
		return fault.Invalid, "a file that the manifest names is gone", "restore it from a backup, or remove the whole folder or prefix and copy anew"
	case errors.Is(err, syscall.EIO):
		return fault.Unavailable, "the disk does not answer as it should", "check the disk and run it again: nothing is lost"
	}
	return fault.Internal, "", ""
}

// windowsDiskFull is ERROR_DISK_FULL.
const windowsDiskFull = 112

// missing reports whether a file is not there.
func missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// unreadable is the fault of a file whose content is not as it was written.
// What the decoder says of it may repeat a value and is left out.
func unreadable(name string, err error) error {
	var made *fault.Error
	var system *fs.PathError
	switch {
	case errors.Is(err, io.EOF), errors.As(err, &made), errors.As(err, &system),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return damaged(name)
}
