package calendly

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// ErrEndless is wrapped by the error of a list whose next page is one that was
// read already.
var ErrEndless = errors.New("the list does not end: its next page was read already")

// ErrUnknownOutcome is wrapped by the error of a write that may have taken
// effect although its answer is not known: the connection broke or took too
// long, the server failed (5xx), the context ended while it was under way, or
// what came was no answer. Read back before writing again.
var ErrUnknownOutcome = errors.New("it is not known whether it took effect")

// InputError is input that cannot be right. Nothing was sent.
type InputError struct {
	Field   string // the API's name of the parameter, or what the client calls it
	Problem string
}

// Error names the field.
func (e *InputError) Error() string { return e.Field + ": " + e.Problem }

// Error is an answer other than success. Calendly's API reference lists these:
// 400 for bad parameters (Details says which), 401 for a bad token, 403 where
// scope (RequiredScopes), role or plan do not allow it, 404 for what does not
// exist, 409 for what exists already, 424 where an external calendar does not
// answer, 429 for too many calls (RetryAfter), and 5xx. Redirects (3xx) are
// errors too.
type Error struct {
	Method         string
	Path           string // without the query
	Status         int
	Title          string // empty where the body is not one of the API's errors
	Message        string // likewise
	Details        []ErrorDetail
	RequiredScopes []string      // of a 403 for want of scopes
	RetryAfter     time.Duration // at most 2 minutes; 0 where the answer does not ask to wait
	Body           []byte        // as it was sent, the first 64 KiB; not in the text of the error
}

// ErrorDetail is what is wrong with one parameter. Code is seldom set.
type ErrorDetail struct {
	Parameter string `json:"parameter"`
	Message   string `json:"message"`
	Code      string `json:"code"`
}

// Error says what was asked and what the answer was.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: %d", e.Method, e.Path, e.Status)
	switch {
	case e.Title != "" || e.Message != "":
	case e.Status/100 == 3:
		text += " redirects are not followed"
	default:
		text = strings.TrimSpace(text + " " + http.StatusText(e.Status))
	}
	for _, part := range []string{e.Title, e.Message} {
		if part != "" {
			text += " " + strings.TrimSuffix(part, ".") + "."
		}
	}
	for _, d := range e.Details {
		text += " (" + strings.TrimSpace(d.Parameter+" "+d.Message) + ")"
	}
	if len(e.RequiredScopes) > 0 {
		text += " (" + strings.Join(e.RequiredScopes, ", ") + ")"
	}
	return text
}

// newError reads the body of an error, which need not be JSON. A server that
// sends the token back does not get it into the error.
func newError(r call, got answer) *Error {
	e := &Error{
		Method: r.method, Path: r.url.Path, Status: got.status,
		RetryAfter: retryAfter(got.status, got.header, time.Now()), Body: []byte(r.by.scrub(string(got.body))),
	}
	// Each by itself, so that one of another type does not hide the others.
	var fields map[string]json.RawMessage
	if json.Unmarshal(got.body, &fields) != nil {
		return e
	}
	for name, into := range map[string]any{
		"title": &e.Title, "message": &e.Message, "details": &e.Details, "required_scopes": &e.RequiredScopes,
	} {
		_ = json.Unmarshal(fields[name], into) // Body has it
	}
	e.Title, e.Message = r.by.scrub(e.Title), r.by.scrub(e.Message)
	for i, d := range e.Details {
		e.Details[i] = ErrorDetail{r.by.scrub(d.Parameter), r.by.scrub(d.Message), r.by.scrub(d.Code)}
	}
	for i, s := range e.RequiredScopes {
		e.RequiredScopes[i] = r.by.scrub(s)
	}
	return e
}

// ForeignHostError is a URI or a link that leads away from the API. The token
// is not sent there.
type ForeignHostError struct{ Host, Want string }

// Error names both hosts.
func (e *ForeignHostError) Error() string {
	return fmt.Sprintf("a link leads to %q, not to the API at %q", e.Host, e.Want)
}

// SizeError is an answer that is longer than is read.
type SizeError struct {
	Method string
	Path   string
	Limit  int64 // bytes
}

// Error names the limit.
func (e *SizeError) Error() string {
	return fmt.Sprintf("%s %s: the answer is longer than %d bytes", e.Method, e.Path, e.Limit)
}

// DecodeError is an answer of success that is not what the API promises.
type DecodeError struct {
	Method string
	Path   string // without the query
	Err    error

	malformed bool // no JSON: cut short, or not the API's at all
}

// Error says what does not fit.
func (e *DecodeError) Error() string {
	return fmt.Sprintf("%s %s: reading the answer: %v", e.Method, e.Path, e.Err)
}

// Unwrap returns what does not fit.
func (e *DecodeError) Unwrap() error { return e.Err }

// ConnectionError is a request that was not answered in full: no connection, a
// cut one, or an attempt's deadline.
type ConnectionError struct {
	Method string
	Path   string // without the query
	Err    error
}

// Error says why.
func (e *ConnectionError) Error() string {
	return fmt.Sprintf("%s %s: no answer: %v", e.Method, e.Path, e.Err)
}

// Unwrap returns why.
func (e *ConnectionError) Unwrap() error { return e.Err }

// noAnswer is the error of a request without an answer: the context's own if
// it has ended.
func noAnswer(ctx context.Context, r call, err error) error {
	var size *SizeError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &size):
		return err
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err // the URL holds the query
	}
	if text := r.by.scrub(err.Error()); text != err.Error() {
		err = errors.New(text) // a server sent it back in what is no HTTP
	}
	return &ConnectionError{Method: r.method, Path: r.url.Path, Err: err}
}
