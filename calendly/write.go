package calendly

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/url"
)

// send sends a write once: a second attempt could do it twice. input becomes
// the body; nil is none. decode, if not nil, is given the body of the answer.
func (c *Client) send(ctx context.Context, method, path string, query url.Values, input any, decode func(body []byte) error) error {
	u, err := c.resolve(path, query)
	if err != nil {
		return err
	}
	body, err := c.bodyOf(input)
	if err != nil {
		return err
	}
	if decode == nil {
		decode = func([]byte) error { return nil }
	}
	_, err = c.try(ctx, &call{method: method, url: u, body: body, contentType: "application/json"}, decode)
	return err
}

// outcomeOf marks the error of a write of which it is not known whether it
// took effect.
func outcomeOf(err error) error {
	var (
		answered *Error
		dial     *net.OpError
		refused  *tls.CertificateVerificationError
	)
	switch {
	case err == nil:
	case errors.As(err, &answered):
		if answered.Status >= http.StatusInternalServerError {
			return &outcomeError{err}
		}
	case errors.As(err, &dial) && dial.Op == "dial", errors.As(err, &refused): // nothing was sent
	default:
		return &outcomeError{err}
	}
	return err
}

// outcomeError is the error of a write that may have taken effect.
type outcomeError struct{ err error }

func (e *outcomeError) Error() string { return e.err.Error() + "; " + ErrUnknownOutcome.Error() }

// Unwrap returns the mark and what happened.
func (e *outcomeError) Unwrap() []error { return []error{ErrUnknownOutcome, e.err} }

// write is a write whose path is a template, whose variables stand for ids.
type write struct {
	method   string
	template string
	ids      []URI
	query    any // options, or nil
	input    any // what the body says, or nil
}

// prepare checks ids and options.
func (w write) prepare(c *Client) (path string, query url.Values, err error) {
	if path, err = c.fill(w.template, w.ids); err == nil && w.query != nil {
		query, _, err = c.encode(w.query)
	}
	return path, query, err
}

// do sends a write whose answer says nothing.
func (c *Client) do(ctx context.Context, w write) error {
	path, query, err := w.prepare(c)
	if err != nil {
		return err
	}
	return c.send(ctx, w.method, path, query, w.input, nil)
}

// sendRecord sends a write whose answer is a record.
func sendRecord[T any](ctx context.Context, c *Client, w write) (*T, error) {
	path, query, err := w.prepare(c)
	if err != nil {
		return nil, err
	}
	record := new(T)
	err = c.send(ctx, w.method, path, query, w.input, func(body []byte) error {
		raw, err := recordIn(body)
		if err != nil {
			return err
		}
		return decode(raw, record)
	})
	if err != nil {
		return nil, err
	}
	return record, nil
}
