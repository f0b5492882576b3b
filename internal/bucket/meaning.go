package bucket

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"

	"gocloud.dev/gcerrors"

	"github.com/kalends/kalends/internal/fault"
)

const again = "check the network and run it again: nothing is lost"

// Means tells what an error of a store means, as fault.Sorted asks for it, with
// the store's own words; fault.Internal if it is none. rights are what a key must
// be allowed: "list and read objects".
func Means(err error, rights string) (kind fault.Kind, why, hint string) {
	kind, why, hint = means(err, rights)
	return kind, why + ": " + words(err), hint
}

// words are those of err in one line: some SDKs write a page.
func words(err error) string {
	const most = 300
	rule := func(word string) bool { return strings.Trim(word, "-") == "" }
	text := strings.Join(slices.DeleteFunc(strings.Fields(err.Error()), rule), " ")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

func means(err error, rights string) (kind fault.Kind, why, hint string) {
	var coded interface{ ErrorCode() string } // what the SDKs of AWS give
	var status interface{ HTTPStatusCode() int }
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.KindOf(err), "interrupted", again
	case errors.As(err, &coded) && slices.Contains([]string{"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}, coded.ErrorCode()):
		return fault.Unauthorized, "the access key is refused", "check the key, or make a new one"
	case errors.As(err, &coded) && coded.ErrorCode() == "AccessDenied", gcerrors.Code(err) == gcerrors.PermissionDenied:
		return fault.Forbidden, "access is denied", "let the key " + rights + " in the bucket"
	case gcerrors.Code(err) == gcerrors.NotFound:
		return fault.NotFound, "there is no such bucket", "make the bucket, or correct its name and region"
	case errors.Is(err, errCut) && !errors.Is(err, errStalled):
		return fault.Unavailable, "the answer was cut", again
	case errors.As(err, &status) && status.HTTPStatusCode() >= http.StatusInternalServerError, errors.As(err, &network),
		gcerrors.Code(err) == gcerrors.DeadlineExceeded, errors.Is(err, errStalled):
		return fault.Unavailable, "the store does not answer", again
	}
	return fault.Internal, "the files", ""
}
