package calendly

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
)

// SignatureHeader is the header that signs a webhook: "t=…,v1=…", where t is in
// seconds since 1970 and v1 the HMAC-SHA256, in hex, of t, a dot and the raw
// body. A subscription without a signing key sends none. See
// https://developer.calendly.com/api-docs/overview/webhooks/webhook-signatures.
const SignatureHeader = "Calendly-Webhook-Signature"

// DefaultTolerance is how far t may be from the time of receipt.
const DefaultTolerance = 3 * time.Minute

// What is wrong with a signature; each is wrapped by what VerifyWebhook returns.
var (
	ErrSignatureMissing   = errors.New("the webhook is not signed")
	ErrSignatureMalformed = errors.New("the webhook's signature cannot be read")
	ErrSignatureMismatch  = errors.New("the webhook was not signed with this key, or was changed on the way")
	ErrSignatureStale     = errors.New("the webhook was signed too long ago")
	ErrSignatureFuture    = errors.New("the webhook was signed in the future")
)

const maxSignature = 4 << 10 // bytes of the header

// VerifyWebhook checks that a webhook was signed with key, at most tolerance
// before or after now; 0 or less is DefaultTolerance. header is the value of
// SignatureHeader, body the raw body, before anything was parsed. Of several
// signatures one is enough. An error is, or wraps, one of those above; an
// InputError is a key that is empty.
func VerifyWebhook(header string, body []byte, key string, now time.Time, tolerance time.Duration) error {
	if key == "" {
		return &InputError{Field: "key", Problem: "is empty"}
	}
	if strings.TrimSpace(header) == "" {
		return ErrSignatureMissing
	}
	at, signatures, err := parseSignature(header)
	if err != nil {
		return err
	}
	want := hmacOf(key, strconv.FormatInt(at, 10), body)
	fits := false
	for _, s := range signatures { // all of them, so that the time taken tells nothing
		fits = hmac.Equal(s, want) || fits
	}
	if tolerance <= 0 {
		tolerance = DefaultTolerance
	}
	signed := time.Unix(at, 0)
	switch {
	case !fits:
		return ErrSignatureMismatch
	case now.Sub(signed) > tolerance:
		return ErrSignatureStale
	case signed.Sub(now) > tolerance:
		return ErrSignatureFuture
	}
	return nil
}

// SignWebhook returns the value of SignatureHeader for a body, as Calendly
// would send it: for tests.
func SignWebhook(key string, body []byte, at time.Time) string {
	t := strconv.FormatInt(at.Unix(), 10)
	return "t=" + t + ",v1=" + hex.EncodeToString(hmacOf(key, t, body))
}

func hmacOf(key, t string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(t))
	mac.Write([]byte("."))
	mac.Write(body)
	return mac.Sum(nil)
}

// parseSignature reads the header. Parts of other names are left for what
// Calendly may add.
func parseSignature(header string) (at int64, signatures [][]byte, err error) {
	if len(header) > maxSignature {
		return 0, nil, ErrSignatureMalformed
	}
	timed := false
	for part := range strings.SplitSeq(header, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return 0, nil, ErrSignatureMalformed
		}
		switch name {
		case "t":
			at, err = strconv.ParseInt(value, 10, 64)
			if timed || err != nil || at < 0 || strconv.FormatInt(at, 10) != value {
				return 0, nil, ErrSignatureMalformed
			}
			timed = true
		case "v1":
			s, err := hex.DecodeString(value)
			if err != nil || len(s) != sha256.Size {
				return 0, nil, ErrSignatureMalformed
			}
			signatures = append(signatures, s)
		}
	}
	if !timed || len(signatures) == 0 {
		return 0, nil, ErrSignatureMalformed
	}
	return at, signatures, nil
}
