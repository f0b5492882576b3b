package vault

import (
	"context"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/kalends/kalends/internal/fault"
)

const (
	keyFileHeader  = "kalends vault key 1" // the number is the format's
	keyFileMaxSize = 1 << 10
)

// fileKey wraps with a key that was read from a file.
type fileKey struct {
	id   string
	aead cipher.AEAD
}

// CreateKeyFile makes a new key, writes it to path and opens it. The file is
// for its owner only (mode 0600), as is its folder if that has to be made. It
// appears whole or not at all; if there is one already, made by another process
// just now or long ago, that one is opened as by OpenKeyFile.
//
// A new key opens nothing that was sealed before: call it only when nothing is
// sealed yet, or to move what is sealed to a new key.
func CreateKeyFile(path string) (KeyWrapper, error) {
	w, err := OpenKeyFile(path)
	if fault.KindOf(err) != fault.NotFound {
		return w, err
	}
	if err := writeKeyFile(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fault.New(fault.Invalid, "creating the vault key %s: %w", path, err).
			WithHint("choose a place for the key that has room and that you may write to")
	}
	return OpenKeyFile(path)
}

// writeKeyFile writes the key under a passing name and then links it to path,
// which is refused if path exists. A reader never sees a part of it.
func writeKeyFile(path string) (err error) {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("making its folder: %w", err)
	}
	f, err := os.CreateTemp(folder, ".vault-key-*") // mode 0600, O_EXCL
	if err != nil {
		return fmt.Errorf("making a file: %w", err)
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()

	key := make([]byte, keySize)
	defer clear(key)
	rand.Read(key) // never fails: crypto/rand ends the program instead
	_, err = fmt.Fprintf(f, "%s\n%s\n", keyFileHeader, base64.StdEncoding.EncodeToString(key))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing the file: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil {
		return fmt.Errorf("naming the file: %w", err)
	}
	return syncFolder(folder)
}

// syncFolder makes a new name in the folder survive a power cut.
func syncFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil // a folder cannot be synced there, nor needs to be
	}
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("opening its folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("syncing its folder: %w", err)
	}
	return nil
}

// OpenKeyFile reads the key at path. Without a file it returns
// fault.NotFound; for one that others may read (not checked on Windows) or
// that holds no key, fault.Invalid.
func OpenKeyFile(path string) (KeyWrapper, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(fault.NotFound, "there is no vault key at %s", path).
			WithHint("name the place of the key that sealed your credentials, or restore it from a backup")
	case err != nil:
		return nil, unreadable(path, err)
	case !info.Mode().IsRegular() || info.Size() > keyFileMaxSize:
		return nil, malformed(path)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		return nil, fault.New(fault.Invalid, "the vault key %s is open to other users (mode %04o)", path, info.Mode().Perm()).
			WithHint("run: chmod 600 %s", shellQuote(path))
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer clear(text)
	return parseKey(path, text)
}

func parseKey(path string, text []byte) (KeyWrapper, error) {
	header, encoded, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	if strings.TrimSpace(header) != keyFileHeader {
		return nil, malformed(path)
	}
	key, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(encoded))
	defer clear(key)
	if err != nil || len(key) != keySize {
		return nil, malformed(path) // the cause would quote the key
	}
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	return &fileKey{id: fingerprint(key), aead: aead}, nil
}

func unreadable(path string, cause error) error {
	return fault.New(fault.Invalid, "reading the vault key %s: %w", path, cause).
		WithHint("choose a place for the key that you may read")
}

func malformed(path string) error {
	return fault.New(fault.Invalid, "%s is not a Kalends vault key", path).
		WithHint("restore the key from a backup, or name its right place")
}

// fingerprint is a hash: from 32 random bytes it cannot be turned back.
func fingerprint(key []byte) string {
	sum := sha256.Sum256(append([]byte("kalends vault key id\x00"), key...))
	return hex.EncodeToString(sum[:8])
}

func shellQuote(s string) string {
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func (k *fileKey) ID() string { return k.id }

func (k *fileKey) Wrap(ctx context.Context, dataKey, aad []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return k.aead.Seal(nil, nil, dataKey, aad), nil
}

func (k *fileKey) Unwrap(ctx context.Context, wrapped, aad []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return k.aead.Open(nil, nil, wrapped, aad)
}
