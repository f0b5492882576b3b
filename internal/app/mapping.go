package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/engine"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/mapping"
	"github.com/kalends/kalends/internal/vault"
)

// maxMap is how much is read of a map file, in bytes; mapping.Parse refuses less.
const maxMap = 2 << 20

// mapping reads a map file and checks it against all streams of a source. With
// no path it returns nil.
func (a *App) mapping(ctx context.Context, path string, streams []connect.Stream) (*mapping.Mapping, error) {
	if path == "" {
		return nil, nil
	}
	text, err := readMap(path)
	if err != nil {
		return nil, err
	}
	file, err := mapping.Parse(text)
	if err != nil {
		return nil, err
	}
	var key vault.Secret
	if file.Hashes() {
		if key, err = a.hashKey(ctx); err != nil {
			return nil, err
		}
	}
	return file.Compile(streams, key)
}

func readMap(path string) (text []byte, err error) {
	defer func() {
		if cause, ok := errors.AsType[*fs.PathError](err); ok {
			err = fault.New(fault.Invalid, "the map file %s cannot be read: %w", path, cause.Err).WithField("map").
				WithHint("name a file with --map; docs/mapping.md says what stands in it")
		}
	}()
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return io.ReadAll(io.LimitReader(f, maxMap))
}

// mappers returns the mapping of each stream as the engine takes it.
func mappers(m *mapping.Mapping, streams []connect.Stream) map[string]engine.Mapper {
	all := map[string]engine.Mapper{}
	for _, s := range streams {
		if m != nil {
			all[s.Name] = m.Stream(s.Name)
		}
	}
	return all
}

// shapesOf tells for each stream how its rows are written: its columns, which a
// later version may add to, and how they are mapped. When that changes, the rows
// that are there are not what they would be now.
func shapesOf(m *mapping.Mapping, streams []connect.Stream) map[string]string {
	all := map[string]string{}
	for _, s := range streams {
		h := sha256.New()
		for _, c := range s.Columns {
			fmt.Fprintf(h, "%q %s ", c.Name, c.Type)
		}
		if m != nil {
			fmt.Fprint(h, m.Stream(s.Name).Fingerprint())
		}
		all[s.Name] = hex.EncodeToString(h.Sum(nil)[:8])
	}
	return all
}

// reshaped reports whether a stream is written under another name, or without
// some of its columns.
func reshaped(m *mapping.Mapping, stream string, streams []connect.Stream) bool {
	i := slices.IndexFunc(streams, func(s connect.Stream) bool { return s.Name == stream })
	if i < 0 || m == nil {
		return false
	}
	target := m.Stream(stream).Target()
	return target.Name != stream || slices.ContainsFunc(streams[i].Columns, func(c connect.Column) bool { return target.Column(c.Name) < 0 })
}

const (
	hashKeyName  = "hash key" // in the control database, and what it is sealed for
	hashKeyField = "key"
	hashKeySize  = 32 // bytes
	leastHashKey = 16 // characters of one that a person made
)

// hashKey returns the key of hashes: the config's or else one for the whole home,
// which is made on first use and kept as credentials are, so that hashes agree
// between flows.
func (a *App) hashKey(ctx context.Context) (vault.Secret, error) {
	if given := a.config.HashKey; !given.Empty() {
		if len(given.Reveal()) < leastHashKey {
			return vault.Secret{}, fault.New(fault.Invalid, "the key of hashes in KALENDS_HASH_KEY is shorter than %d characters", leastHashKey).
				WithField("hash_key").WithHint("make one with: openssl rand -base64 32")
		}
		return given, nil
	}
	sealed, ok, err := a.store.Secret(ctx, hashKeyName)
	if err == nil && !ok {
		if err = a.makeHashKey(ctx); err == nil {
			sealed, _, err = a.store.Secret(ctx, hashKeyName) // another process may have been first
		}
	}
	if err != nil {
		return vault.Secret{}, err
	}
	key, err := a.openKey()
	if err != nil {
		return vault.Secret{}, err
	}
	fields, err := vault.New(key).Open(ctx, hashKeyName, sealed)
	if err != nil {
		return vault.Secret{}, fault.New(fault.KindOf(err), "the key of hashes cannot be opened: %w", err).
			WithHint("restore the vault key that sealed it, or give another key in KALENDS_HASH_KEY: then what is hashed is written again")
	}
	return fields[hashKeyField], nil
}

func (a *App) makeHashKey(ctx context.Context) error {
	key, err := a.sealingKey(ctx, hashKeyName)
	if err != nil {
		return err
	}
	random := make([]byte, hashKeySize)
	defer clear(random)
	rand.Read(random) // never fails: crypto/rand ends the program instead
	sealed, err := vault.New(key).Seal(ctx, hashKeyName, 1, map[string]vault.Secret{
		hashKeyField: vault.NewSecret(base64.StdEncoding.EncodeToString(random)),
	})
	if err != nil {
		return err
	}
	return a.store.AddSecret(ctx, hashKeyName, sealed)
}
