package vault

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/kalends/kalends/internal/fault"
)

// keySize is the length in bytes of every key: AES-256.
const keySize = 32

// KeyWrapper encrypts data keys with a key of its own, which it never gives
// away. It may be used by several goroutines.
type KeyWrapper interface {
	// ID names the wrapper's key without revealing anything of it. Wrappers
	// of different keys have different IDs.
	ID() string
	// Wrap encrypts dataKey so that only Unwrap with the same aad returns it.
	Wrap(ctx context.Context, dataKey, aad []byte) ([]byte, error)
	// Unwrap returns what was wrapped; an error if wrapped or aad is not what
	// it was.
	Unwrap(ctx context.Context, wrapped, aad []byte) ([]byte, error)
}

// Sealed holds the secret fields of one credential as ciphertext. It is safe
// to store, as JSON or otherwise. Every part of it is authenticated: if
// anything is changed, added or taken away, Open returns an error.
type Sealed struct {
	KeyID      string            `json:"key_id"`      // ID of the KeyWrapper that wrapped WrappedKey
	Version    int               `json:"version"`     // as given to Seal
	WrappedKey []byte            `json:"wrapped_key"` // the data key
	Fields     map[string][]byte `json:"fields"`      // ciphertext by the field's name
}

// Vault seals and opens the secrets of credentials with one KeyWrapper.
type Vault struct{ wrapper KeyWrapper }

// New returns a Vault that uses w.
func New(w KeyWrapper) *Vault { return &Vault{wrapper: w} }

// Seal encrypts the fields of a credential with a new data key and wraps that
// key. What is sealed for one credential, version and field cannot be opened
// as another's.
func (v *Vault) Seal(ctx context.Context, credentialID string, version int, fields map[string]Secret) (Sealed, error) {
	dataKey := make([]byte, keySize)
	defer clear(dataKey)
	rand.Read(dataKey) // never fails: crypto/rand ends the program instead
	aead, err := newAEAD(dataKey)
	if err != nil {
		return Sealed{}, err
	}
	s := Sealed{KeyID: v.wrapper.ID(), Version: version, Fields: make(map[string][]byte, len(fields))}
	for name, secret := range fields {
		s.Fields[name] = aead.Seal(nil, nil, []byte(secret.Reveal()), fieldAAD(credentialID, version, name))
	}
	s.WrappedKey, err = v.wrapper.Wrap(ctx, dataKey, keyAAD(credentialID, s))
	if err != nil {
		return Sealed{}, fmt.Errorf("wrapping the data key: %w", err)
	}
	return s, nil
}

// Open returns the fields that were sealed for the credential. A key that is
// not the one it was sealed with is fault.Invalid; a value that was changed
// since is fault.Internal. Neither changes anything: with the right key, or the
// value restored, it opens again.
func (v *Vault) Open(ctx context.Context, credentialID string, s Sealed) (map[string]Secret, error) {
	dataKey, err := v.unwrap(ctx, credentialID, s)
	if err != nil {
		return nil, err
	}
	defer clear(dataKey)
	aead, err := newAEAD(dataKey)
	if err != nil {
		return nil, damaged(err)
	}
	fields := make(map[string]Secret, len(s.Fields))
	for name, ciphertext := range s.Fields {
		text, err := aead.Open(nil, nil, ciphertext, fieldAAD(credentialID, s.Version, name))
		if err != nil {
			return nil, damaged(err).WithField(name)
		}
		fields[name] = NewSecret(string(text))
		clear(text)
	}
	return fields, nil
}

// Rewrap returns s for another key: the data key is unwrapped with v's wrapper
// and wrapped with to. The secrets themselves stay sealed. A value that is
// to's already is returned as it is, so that moving many values can be
// interrupted and begun again. Errors are those of Open.
func (v *Vault) Rewrap(ctx context.Context, credentialID string, s Sealed, to KeyWrapper) (Sealed, error) {
	if s.KeyID == to.ID() {
		return s, nil
	}
	dataKey, err := v.unwrap(ctx, credentialID, s)
	if err != nil {
		return Sealed{}, err
	}
	defer clear(dataKey)
	moved := Sealed{KeyID: to.ID(), Version: s.Version, Fields: maps.Clone(s.Fields)}
	moved.WrappedKey, err = to.Wrap(ctx, dataKey, keyAAD(credentialID, moved))
	if err != nil {
		return Sealed{}, fmt.Errorf("wrapping the data key: %w", err)
	}
	return moved, nil
}

// unwrap returns the data key of s; the caller clears it.
func (v *Vault) unwrap(ctx context.Context, credentialID string, s Sealed) ([]byte, error) {
	if s.KeyID != v.wrapper.ID() {
		return nil, fault.New(fault.Invalid, "the vault key does not match: the secret was sealed with key %q, the key in use is %q", s.KeyID, v.wrapper.ID()).
			WithHint("use the vault key that was in use when the credential was saved, or enter the secret again to seal it with this key")
	}
	dataKey, err := v.wrapper.Unwrap(ctx, s.WrappedKey, keyAAD(credentialID, s))
	switch {
	case ctx.Err() != nil:
		return nil, fault.New(fault.KindOf(ctx.Err()), "unwrapping the data key: %w", ctx.Err())
	case err != nil:
		return nil, damaged(err)
	}
	return dataKey, nil
}

func damaged(cause error) *fault.Error {
	return fault.New(fault.Internal, "the sealed secret was changed or damaged: %w", cause).
		WithHint("enter the secret again, or restore the database from a backup")
}

func newAEAD(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("making the cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("making the cipher: %w", err)
	}
	return aead, nil
}

// fieldAAD ties a ciphertext to its place.
func fieldAAD(credentialID string, version int, field string) []byte {
	return aad("field", version, credentialID, field)
}

// keyAAD ties a wrapped key to its credential and to the names of the fields,
// so that a field cannot be taken away or put back unnoticed.
func keyAAD(credentialID string, s Sealed) []byte {
	names := slices.Sorted(maps.Keys(s.Fields))
	return aad("key", s.Version, append([]string{credentialID}, names...)...)
}

// aad joins its parts, each led by its length, so that different parts never
// make the same bytes.
func aad(purpose string, version int, parts ...string) []byte {
	b := binary.AppendVarint([]byte("kalends vault "+purpose+"\x00"), int64(version))
	for _, p := range parts {
		b = binary.AppendUvarint(b, uint64(len(p)))
		b = append(b, p...)
	}
	return b
}
