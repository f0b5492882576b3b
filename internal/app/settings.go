package app

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/store"
	"github.com/kalends/kalends/internal/vault"
)

// complete returns s with the defaults filled in, and refuses what is missing
// or unknown.
func complete(spec connect.Spec, s connect.Settings) (connect.Settings, error) {
	given := slices.Concat(slices.Sorted(maps.Keys(s.Values)), slices.Sorted(maps.Keys(s.Secrets)))
	for _, name := range given {
		if _, ok := spec.Field(name); !ok {
			return s, fault.New(fault.Invalid, "a credential of %s has no such field", spec.Title).WithField(name)
		}
	}
	values := map[string]string{}
	for _, f := range spec.Fields {
		missing := s.Secrets[f.Name].Empty()
		if !f.Secret {
			values[f.Name] = cmp.Or(strings.TrimSpace(s.Values[f.Name]), f.Default)
			missing = values[f.Name] == ""
		}
		if f.Required && missing {
			return s, fault.New(fault.Invalid, "%s is missing", f.Title).WithField(f.Name)
		}
	}
	return connect.Settings{Values: values, Secrets: s.Secrets}, nil
}

// verify asks the connector about the settings and puts what it learned into
// saved.
func (a *App) verify(ctx context.Context, c connect.Connector, saved *store.Credential, s connect.Settings) ([]connect.Availability, error) {
	v, err := c.Verify(ctx, s)
	if err != nil {
		return nil, err
	}
	saved.Values, saved.Facts, saved.VerifiedAt = v.Values, v.Facts, a.now()
	return v.Streams, nil
}

// saved returns a saved credential and its connector.
func (a *App) saved(ctx context.Context, name string) (store.Credential, connect.Connector, error) {
	saved, err := a.store.Credential(ctx, name)
	if err != nil {
		return store.Credential{}, connect.Connector{}, err
	}
	c, err := a.credentialConnector(saved.Connector)
	return saved, c, err
}

// secrets opens the secrets of a saved credential.
func (a *App) secrets(ctx context.Context, saved store.Credential) (map[string]vault.Secret, error) {
	key, err := a.openKey()
	if err != nil {
		return nil, err
	}
	return vault.New(key).Open(ctx, saved.ID, saved.Sealed)
}

// seal puts secrets, sealed, into saved.
func (a *App) seal(ctx context.Context, saved *store.Credential, secrets map[string]vault.Secret) error {
	key, err := a.sealingKey(ctx, saved.ID)
	if err != nil {
		return err
	}
	saved.Sealed, err = vault.New(key).Seal(ctx, saved.ID, saved.Sealed.Version+1, secrets)
	return err
}

// sealingKey opens the key to seal the secrets of the credential with that id.
// It is made only while no credential is saved: a key that got lost is an
// error, never replaced. Nor is it used if it is not the one that the other
// credentials were sealed with, so that one key always opens all.
func (a *App) sealingKey(ctx context.Context, id string) (vault.KeyWrapper, error) {
	saved, err := a.store.Credentials(ctx)
	if err != nil {
		return nil, err
	}
	if len(saved) == 0 {
		return vault.CreateKeyFile(a.config.KeyFile)
	}
	key, err := a.openKey()
	if err != nil {
		return nil, err
	}
	for _, s := range saved {
		if s.ID != id && s.Sealed.KeyID != key.ID() {
			return nil, fault.New(fault.Invalid, "the vault key %s does not match: it is %q, and the credential %q was sealed with %q",
				a.config.KeyFile, key.ID(), s.Name, s.Sealed.KeyID).WithHint("%s", keyHint)
		}
	}
	return key, nil
}

const keyHint = "name the place of the right key with --key-file or KALENDS_KEY_FILE, or restore it from a backup"

func (a *App) openKey() (vault.KeyWrapper, error) {
	key, err := vault.OpenKeyFile(a.config.KeyFile)
	if fault.KindOf(err) == fault.NotFound {
		return nil, fault.New(fault.NotFound, "%w", err).WithHint("%s", keyHint)
	}
	return key, err
}

// hasAll reports whether secrets has every secret field.
func hasAll(spec connect.Spec, secrets map[string]vault.Secret) bool {
	return !slices.ContainsFunc(spec.Fields, func(f connect.Field) bool {
		_, ok := secrets[f.Name]
		return f.Secret && !ok
	})
}

func merged(old, changed map[string]vault.Secret) map[string]vault.Secret {
	both := maps.Clone(old)
	maps.Copy(both, changed)
	return both
}
