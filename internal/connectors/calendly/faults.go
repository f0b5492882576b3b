package calendly

import (
	"context"
	"errors"
	"net/http"
	"slices"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/fault"
)

// faultOf sorts an error into its kind. It is the only place that knows what
// an answer of Calendly's means to the rest of Kalends.
func faultOf(err error) error {
	var known *fault.Error
	var said *api.Error
	switch {
	case err == nil || errors.As(err, &known):
		return err
	case errors.Is(err, context.Canceled):
		return fault.New(fault.Canceled, "interrupted: %w", err)
	case errors.As(err, &said):
		return faultOfAnswer(said, err)
	}
	// Everything else happened on the way: no connection, a deadline, an answer
	// that is cut off or not Calendly's.
	return fault.New(fault.Unavailable, "Calendly cannot be reached: %w", err).
		WithHint("check the network and the API URL, then run it again: it goes on where it was")
}

func faultOfAnswer(said *api.Error, err error) error {
	switch said.Status {
	case http.StatusBadRequest:
		if expired(err) {
			return fault.New(fault.Unavailable, "Calendly does not know a page any more that it named: %w", err).
				WithHint("run it again: it goes on where it was")
		}
		return fault.New(fault.Internal, "Calendly does not understand the request: %w", err).
			WithHint("this is a fault of Kalends or a change of Calendly's: please report it")
	case http.StatusUnauthorized:
		return fault.New(fault.Unauthorized, "Calendly does not accept the token any more: %w", err).
			WithHint("make a new token and edit the credential: kalends credential edit NAME")
	case http.StatusForbidden:
		return fault.New(fault.Forbidden, "Calendly does not allow it: %w", err).
			WithHint("see what the token may read with kalends credential check NAME")
	case http.StatusNotFound:
		return fault.New(fault.NotFound, "Calendly does not know it: %w", err)
	case http.StatusConflict:
		return fault.New(fault.Conflict, "%w", err)
	case http.StatusTooManyRequests:
		limited := fault.New(fault.RateLimited, "Calendly asks to wait: %w", err).
			WithHint("run it again later: it goes on where it was")
		limited.RetryAfter = said.RetryAfter
		return limited
	}
	return fault.New(fault.Unavailable, "Calendly cannot answer: %w", err).
		WithHint("run it again later: it goes on where it was")
}

// statusOf returns the status of an answer that is an error, 0 for others.
func statusOf(err error) int {
	var said *api.Error
	if errors.As(err, &said) {
		return said.Status
	}
	return 0
}

// expired reports whether a page token is refused. How long one lives is not
// documented.
func expired(err error) bool {
	var said *api.Error
	return errors.As(err, &said) && said.Status == http.StatusBadRequest &&
		slices.ContainsFunc(said.Details, func(d api.ErrorDetail) bool { return d.Parameter == "page_token" })
}

func forbidden(err error) bool { return statusOf(err) == http.StatusForbidden }

// notFound reports whether what was asked about is not there.
func notFound(err error) bool { return statusOf(err) == http.StatusNotFound || errors.Is(err, errGone) }

// missingScopes returns the scopes that a refusal names.
func missingScopes(err error) []string {
	var said *api.Error
	if !errors.As(err, &said) {
		return nil
	}
	return said.RequiredScopes
}
