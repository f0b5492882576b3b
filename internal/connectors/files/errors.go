package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"runtime"
	"slices"
	"syscall"

	"gocloud.dev/gcerrors"

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
	var made *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &made):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.New(fault.KindOf(err), "%s %s: %w", doing, place, err)
	case ctx.Err() != nil:
		return fault.New(fault.KindOf(ctx.Err()), "%s %s: %w", doing, place, context.Cause(ctx))
	}
	m := meaningOf(err)
	return fault.New(m.kind, "%s %s: %s: %w", doing, place, m.why, err).WithHint("%s", m.hint)
}

// meaning is the kind of an error, what it means and what to do.
type meaning struct {
	kind      fault.Kind
	why, hint string
}

// meaningOf looks for the code of an object store before that of the system:
// stores have more of them.
func meaningOf(err error) meaning {
	var coded interface{ ErrorCode() string } // what the SDKs of AWS give
	var status interface{ HTTPStatusCode() int }
	var network net.Error
	switch {
	case errors.As(err, &coded) && slices.Contains([]string{"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}, coded.ErrorCode()):
		return meaning{fault.Unauthorized, "the access key is refused", "check the key, or make a new one"}
	case errors.As(err, &coded) && coded.ErrorCode() == "AccessDenied", gcerrors.Code(err) == gcerrors.PermissionDenied:
		return meaning{fault.Forbidden, "access is denied", "let the key list, read, write and delete objects in the bucket"}
	case gcerrors.Code(err) == gcerrors.NotFound:
		return meaning{fault.NotFound, "there is no such bucket", "make the bucket, or correct its name and region"}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), runtime.GOOS == "windows" && errors.Is(err, syscall.Errno(windowsDiskFull)):
		return meaning{fault.Unavailable, "the disk is full", "make room and run it again: nothing is lost"}
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return meaning{fault.Invalid, "it cannot be written", "choose a folder that you may write to"}
	case errors.As(err, &status) && status.HTTPStatusCode() >= http.StatusInternalServerError,
		errors.As(err, &network), gcerrors.Code(err) == gcerrors.DeadlineExceeded, errors.Is(err, errStalled):
		return meaning{fault.Unavailable, "the store does not answer", "check the network and run it again: nothing is lost"}
	case errors.Is(err, fs.ErrNotExist):
		return meaning{fault.Invalid, "a file that the manifest names is gone", "restore it from a backup, or remove the whole folder or prefix and copy anew"}
	case errors.Is(err, syscall.EIO):
		return meaning{fault.Unavailable, "the disk does not answer as it should", "check the disk and run it again: nothing is lost"}
	}
	return meaning{kind: fault.Internal, why: "the files"}
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
