// Package fault sorts errors into a few kinds, so that every part of Kalends
// reacts to a failure by what it is and never by its text.
package fault

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Kind says what sort of failure an error is. The zero Kind is Internal:
// an error nobody classified is our own.
type Kind uint8

// The kinds, in the order of docs/errors.md.
const (
	Internal     Kind = iota // everything unknown
	Invalid                  // a bad setting or request
	Unauthorized             // a token that is wrong, revoked or expired
	Forbidden                // the plan, the scope or the role does not allow it
	NotFound                 // nothing of that name
	Conflict                 // a lost race, or it exists already
	Schema                   // source and target do not fit together
	RateLimited              // the other side asks to wait
	Unavailable              // network, 5xx, a deadline, a full disk
	Canceled                 // a person or a shutdown stopped it
)

// Kinds lists every kind once, for tests that require each to be handled.
func Kinds() []Kind {
	return []Kind{Internal, Invalid, Unauthorized, Forbidden, NotFound, Conflict, Schema, RateLimited, Unavailable, Canceled}
}

// String returns the kind's name as it stands in JSON.
func (k Kind) String() string {
	switch k {
	case Invalid:
		return "invalid"
	case Unauthorized:
		return "unauthorized"
	case Forbidden:
		return "forbidden"
	case NotFound:
		return "not_found"
	case Conflict:
		return "conflict"
	case Schema:
		return "schema"
	case RateLimited:
		return "rate_limited"
	case Unavailable:
		return "unavailable"
	case Canceled:
		return "canceled"
	case Internal:
	}
	return "internal"
}

// ExitCode returns the exit code of a command that ended with this kind.
func (k Kind) ExitCode() int {
	switch k {
	case Invalid:
		return 2
	case Unauthorized, Forbidden:
		return 3
	case NotFound:
		return 4
	case Conflict:
		return 5
	case Schema:
		return 6
	case RateLimited, Unavailable:
		return 7
	case Canceled:
		return 130
	case Internal:
	}
	return 1
}

// Error is a failure that a person can act on. Message says what happened and
// to what, Hint what to do next. Neither may hold a secret or row data.
type Error struct {
	Kind    Kind
	Message string
	// Hint is one imperative sentence, or empty.
	Hint string
	// Field names the setting that is wrong, or is empty.
	Field string
	// RetryAfter is how long the other side asks to wait; 0 if it does not say.
	RetryAfter time.Duration
	// Err is the cause, or nil.
	Err error
}

// New returns an Error of kind with a formatted message. A %w verb in format
// makes its operand the cause.
func New(kind Kind, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Kind: kind, Message: err.Error(), Err: errors.Unwrap(err)}
}

// WithHint sets the hint and returns e.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = fmt.Sprintf(format, args...)
	return e
}

// WithField sets the field and returns e.
func (e *Error) WithField(name string) *Error {
	e.Field = name
	return e
}

// Error returns the message, led by the field if there is one.
func (e *Error) Error() string {
	if e.Field != "" {
		return e.Field + ": " + e.Message
	}
	return e.Message
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first Error in err's chain. Without one,
// context.Canceled is Canceled, context.DeadlineExceeded is Unavailable and
// everything else Internal.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.Canceled):
		return Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return Unavailable
	}
	return Internal
}

// HintOf returns the hint of the first Error in err's chain that has one.
func HintOf(err error) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Hint != "" {
			return e.Hint
		}
		err = e.Err
	}
	return ""
}

// FieldOf returns the field of the first Error in err's chain that has one.
func FieldOf(err error) string {
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			return ""
		}
		if e.Field != "" {
			return e.Field
		}
		err = e.Err
	}
	return ""
}
