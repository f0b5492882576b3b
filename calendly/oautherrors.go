package calendly

import (
	"errors"
	"strings"
	"unicode"
)

// OAuthError is what OAuth refuses. By RFC 6749 its codes are invalid_request,
// invalid_client (a wrong id or secret), invalid_grant (a GrantError),
// unauthorized_client, unsupported_grant_type and invalid_scope, and of those
// who come back access_denied, unsupported_response_type, server_error and
// temporarily_unavailable.
type OAuthError struct {
	Code        string // "error" of the answer
	Description string // "error_description"; often empty
	Err         error  // an Error, with the status; nil for those who come back
}

func newOAuthError(code, description string, err error) *OAuthError {
	visible := func(r rune) rune { // others forge lines of a log
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}
	return &OAuthError{Code: strings.Map(visible, code), Description: strings.Map(visible, description), Err: err}
}

// Error says what was refused, and why if that was said.
func (e *OAuthError) Error() string {
	text := "not authorized: " + e.Code
	if e.Err != nil {
		text = e.Err.Error() + ": " + e.Code
	}
	if e.Description != "" {
		text += ": " + e.Description
	}
	return text
}

// Unwrap returns the answer.
func (e *OAuthError) Unwrap() error { return e.Err }

// GrantError is a code or a refresh token that is good for nothing any more: it
// was used before, is out of date, was revoked, or is another application's. A
// code is also refused with the wrong verifier. There is no way but to let the
// person authorize again.
type GrantError struct {
	Err error // an OAuthError
}

// Error says what to do.
func (e *GrantError) Error() string {
	return e.Err.Error() + " (the application has to be authorized again, by the person whose account it is)"
}

// Unwrap returns what was refused.
func (e *GrantError) Unwrap() error { return e.Err }

// TokenError is a request that was not sent, as a TokenSource had no token for
// it.
type TokenError struct {
	Err error
}

// Error says why there is none.
func (e *TokenError) Error() string { return "no token: " + e.Err.Error() }

// Unwrap returns why there is none. It does not wrap ErrUnknownOutcome, even if
// the answer to a refresh was lost: the request itself had no effect.
func (e *TokenError) Unwrap() error {
	var lost *outcomeError
	if errors.As(e.Err, &lost) {
		return lost.err
	}
	return e.Err
}

// refusal is the error of a request of OAuth, with what the answer says.
func refusal(err error, scrub func(string) string) error {
	var answered *Error
	if !errors.As(err, &answered) {
		return err
	}
	var body struct {
		Code        string  `json:"error"`
		Description *string `json:"error_description"`
	}
	if decode(answered.Body, &body) != nil || body.Code == "" {
		return err // nothing that OAuth says
	}
	refused := newOAuthError(scrub(body.Code), scrub(deref(body.Description)), err)
	if refused.Code == "invalid_grant" {
		return &GrantError{Err: refused}
	}
	return refused
}

func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
