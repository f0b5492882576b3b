package app

import (
	"context"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/store"
	"github.com/kalends/kalends/internal/vault"
)

// NewCredential is what a person gives to save a credential.
type NewCredential struct {
	Name        string
	Description string
	Connector   string
	Values      map[string]string       // by the names of the connector's fields
	Secrets     map[string]vault.Secret // those of its secret fields
}

// CredentialChange is what to change of a credential; nil and missing parts
// stay as they are. An empty value goes back to the field's default.
type CredentialChange struct {
	Name        *string
	Description *string
	Values      map[string]string
	Secrets     map[string]vault.Secret
}

// Empty reports whether c changes nothing.
func (c CredentialChange) Empty() bool {
	return c.Name == nil && c.Description == nil && !c.settings()
}

// settings reports whether c changes what a connector looks at.
func (c CredentialChange) settings() bool { return len(c.Values)+len(c.Secrets) > 0 }

// Credential is a saved credential, without its secrets.
type Credential struct {
	Name        string
	Description string
	Spec        connect.Spec      // of its connector
	Values      map[string]string // the fields that are not secret
	Facts       []connect.Fact    // as the last verification found them
	CreatedAt   time.Time
	UpdatedAt   time.Time
	VerifiedAt  time.Time
	// Streams say what it may read; nil unless it was verified just now.
	Streams []connect.Availability
}

// AddCredential verifies a credential and saves it; if it is refused nothing
// is saved. Errors are fault.Invalid with the field that is wrong,
// fault.Conflict if the name is taken, and those of the connector's Verify.
func (a *App) AddCredential(ctx context.Context, n NewCredential) (Credential, error) {
	c, err := a.credentialConnector(n.Connector)
	if err != nil {
		return Credential{}, err
	}
	if err := a.CheckName(ctx, n.Name); err != nil {
		return Credential{}, err
	}
	settings, err := complete(c.Spec, connect.Settings{Values: n.Values, Secrets: n.Secrets})
	if err != nil {
		return Credential{}, err
	}
	now := a.now()
	saved := store.Credential{
		ID: a.newID(), Name: n.Name, Description: n.Description, Connector: n.Connector, CreatedAt: now, UpdatedAt: now,
	}
	if err := a.seal(ctx, &saved, settings.Secrets); err != nil {
		return Credential{}, err
	}
	streams, err := a.verify(ctx, c, &saved, settings)
	if err != nil {
		return Credential{}, err
	}
	if err := a.store.CreateCredential(ctx, saved); err != nil {
		return Credential{}, err
	}
	return a.shown(saved, streams), nil
}

// EditCredential changes a credential. New values and secrets are verified
// together with the old ones before anything is saved; a new name or
// description alone asks nobody. What uses the credential goes on with it.
//
// Errors are those of AddCredential, and fault.Conflict if the credential was
// changed by somebody else meanwhile.
func (a *App) EditCredential(ctx context.Context, name string, change CredentialChange) (Credential, error) {
	saved, c, err := a.saved(ctx, name)
	if err != nil {
		return Credential{}, err
	}
	if change.Name != nil && *change.Name != saved.Name {
		if err := a.CheckName(ctx, *change.Name); err != nil {
			return Credential{}, err
		}
		saved.Name = *change.Name
	}
	if change.Description != nil {
		saved.Description = *change.Description
	}
	saved.UpdatedAt = a.now()
	var streams []connect.Availability
	if change.settings() {
		if streams, err = a.resettle(ctx, c, &saved, change); err != nil {
			return Credential{}, err
		}
	}
	if err := a.store.UpdateCredential(ctx, saved); err != nil {
		return Credential{}, err
	}
	return a.shown(saved, streams), nil
}

// resettle puts new settings into saved, sealed and verified. The old secrets
// are opened only if one of them stays: entering all of them anew is the way
// out when the key they were sealed with is lost.
func (a *App) resettle(ctx context.Context, c connect.Connector, saved *store.Credential, change CredentialChange) ([]connect.Availability, error) {
	settings := connect.Settings{Values: saved.Values}.With(change.Values)
	settings.Secrets = change.Secrets
	if !hasAll(c.Spec, change.Secrets) {
		old, err := a.secrets(ctx, *saved)
		if err != nil {
			return nil, err
		}
		settings.Secrets = merged(old, change.Secrets)
	}
	settings, err := complete(c.Spec, settings)
	if err != nil {
		return nil, err
	}
	if len(change.Secrets) > 0 {
		if err := a.seal(ctx, saved, settings.Secrets); err != nil {
			return nil, err
		}
	}
	return a.verify(ctx, c, saved, settings)
}

// CheckCredential verifies a saved credential anew and saves what it learned.
func (a *App) CheckCredential(ctx context.Context, name string) (Credential, error) {
	saved, c, err := a.saved(ctx, name)
	if err != nil {
		return Credential{}, err
	}
	secrets, err := a.secrets(ctx, saved)
	if err != nil {
		return Credential{}, err
	}
	streams, err := a.verify(ctx, c, &saved, connect.Settings{Values: saved.Values, Secrets: secrets})
	if err != nil {
		return Credential{}, err
	}
	if err := a.store.UpdateCredential(ctx, saved); err != nil {
		return Credential{}, err
	}
	return a.shown(saved, streams), nil
}

// Credential returns a saved credential, or fault.NotFound.
func (a *App) Credential(ctx context.Context, name string) (Credential, error) {
	saved, err := a.store.Credential(ctx, name)
	if err != nil {
		return Credential{}, err
	}
	return a.shown(saved, nil), nil
}

// Credentials lists the saved credentials by name.
func (a *App) Credentials(ctx context.Context) ([]Credential, error) {
	saved, err := a.store.Credentials(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Credential, 0, len(saved))
	for _, s := range saved {
		list = append(list, a.shown(s, nil))
	}
	return list, nil
}

// RemoveCredential removes a credential and its secrets, or returns
// fault.NotFound. It needs no key.
func (a *App) RemoveCredential(ctx context.Context, name string) error {
	return a.store.DeleteCredential(ctx, name)
}

// CheckName returns nil if a new credential can have that name; otherwise
// fault.Invalid or fault.Conflict, of the field "name".
func (a *App) CheckName(ctx context.Context, name string) error {
	if err := store.ValidName(name); err != nil {
		return err
	}
	_, err := a.store.Credential(ctx, name)
	switch {
	case err == nil:
		return fault.New(fault.Conflict, "there is a credential %q already", name).WithField("name").
			WithHint("choose another name, or change that one with: kalends credential edit %s", name)
	case fault.KindOf(err) == fault.NotFound:
		return nil
	}
	return err
}

// shown keeps a credential presentable whose connector this Kalends does not
// know: it can still be listed and removed.
func (a *App) shown(s store.Credential, streams []connect.Availability) Credential {
	spec := connect.Spec{Name: s.Connector, Title: s.Connector}
	if c, err := a.connector(s.Connector); err == nil {
		spec = c.Spec
	}
	return Credential{
		Name: s.Name, Description: s.Description, Spec: spec, Values: s.Values, Facts: s.Facts,
		CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, VerifiedAt: s.VerifiedAt, Streams: streams,
	}
}
