package calendly

import (
	"crypto/subtle"
	"errors"
)

// Secret is a text that must not be shown: a token, a code, a client's secret.
// Nothing prints it: fmt and log/slog show "[secret]", and it is no JSON. Only
// Reveal tells it.
type Secret struct {
	// A closure, as fmt shows strings in unexported fields, however deep they
	// lie, and never asks a type in an unexported field to write itself.
	reveal func() string
}

// NewSecret returns a Secret of a text.
func NewSecret(text string) Secret { return Secret{reveal: func() string { return text }} }

// Reveal returns the text; that of the zero Secret is empty.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsZero reports whether there is no text.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

// Equal reports whether both have the same text, in a time that does not depend
// on where they differ.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// String does not tell the text.
func (s Secret) String() string {
	if s.IsZero() {
		return ""
	}
	return "[secret]"
}

// MarshalText always fails, and so does all JSON that would have s in it. If it
// left the text out instead, a pair of tokens could be stored without being kept,
// and its refresh token is the only one there is.
func (s Secret) MarshalText() ([]byte, error) {
	return nil, errors.New("a secret does not write itself: use Reveal")
}
