// Package vault keeps secrets: it seals them for the disk, opens them for the
// one who may, and gives the rest of the program a type that cannot print
// itself.
package vault

import "log/slog"

// Secret is text that nothing prints by accident: fmt, slog, encoding/json and
// every other encoder see only a mask. The zero Secret is empty.
//
// The bytes live in a closure: fmt prints the fields of a struct in a foreign
// struct's unexported field without asking its methods, but it cannot look
// into a function.
type Secret struct{ reveal func() string }

// Mask is what stands where a secret is: it tells neither text nor length.
const Mask = "••••••••"

// NewSecret returns a Secret that holds text.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{reveal: func() string { return text }}
}

// Reveal returns the text. Only a connector calls it, at the last moment, and
// the vault when it seals.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// Empty reports whether there is no text.
func (s Secret) Empty() bool { return s.reveal == nil }

// String returns the mask, or nothing if s is empty.
func (s Secret) String() string {
	if s.Empty() {
		return ""
	}
	return Mask
}

// GoString returns the mask.
func (s Secret) GoString() string { return s.String() }

// MarshalText returns the mask.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue returns the mask.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
