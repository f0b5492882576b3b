package bucket

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"

	"gocloud.dev/gcerrors"

	"github.com/kalends/kalends/internal/fault"
)

// Meaning is the kind of an error, why there was one and what to do about it.
type Meaning struct {
	Kind      fault.Kind
	Why, Hint string
}

const again = "check the network and run it again: nothing is lost"

// Fault makes a fault of an error, by its meaning; one that is a fault already
// stays as it is. doing says what was tried: "opening".
func Fault(ctx context.Context, doing, place string, err error, means func(error) Meaning) error {
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
	m := means(err)
	return fault.New(m.Kind, "%s %s: %s: %w", doing, place, m.Why, err).WithHint("%s", m.Hint)
}

// Means returns the meaning of an error of a store; fault.Internal if it is none.
// rights are what a key must be allowed: "list and read objects".
func Means(err error, rights string) Meaning {
	var coded interface{ ErrorCode() string } // what the SDKs of AWS give
	var status interface{ HTTPStatusCode() int }
	var network net.Error
	switch {
	case errors.As(err, &coded) && slices.Contains([]string{"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}, coded.ErrorCode()):
		return Meaning{fault.Unauthorized, "the access key is refused", "check the key, or make a new one"}
	case errors.As(err, &coded) && coded.ErrorCode() == "AccessDenied", gcerrors.Code(err) == gcerrors.PermissionDenied:
		return Meaning{fault.Forbidden, "access is denied", "let the key " + rights + " in the bucket"}
	case gcerrors.Code(err) == gcerrors.NotFound:
		return Meaning{fault.NotFound, "there is no such bucket", "make the bucket, or correct its name and region"}
	case errors.Is(err, errCut) && !errors.Is(err, errStalled):
		return Meaning{fault.Unavailable, "the answer was cut", again}
	case errors.As(err, &status) && status.HTTPStatusCode() >= http.StatusInternalServerError, errors.As(err, &network),
		gcerrors.Code(err) == gcerrors.DeadlineExceeded, errors.Is(err, errStalled):
		return Meaning{fault.Unavailable, "the store does not answer", again}
	}
	return Meaning{Kind: fault.Internal, Why: "the files"}
}
