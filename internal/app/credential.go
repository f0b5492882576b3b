package app

import (
	"cmp"
	"context"
	"maps"
	"strings"
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
	Values      map[string]string
	Secrets     map[string]vault.Secret
}

// CredentialChange is what to change of a credential; nil and missing parts
// stay as they are.
type CredentialChange struct {
	Name        *string
	Description *string
	Values      map[string]string
	Secrets     map[string]vault.Secret
}

// Credential is a saved credential, without its secrets.
type Credential struct {
	Name        string
	Description string
	Spec        connect.Spec
	Values      map[string]string
	Facts       []connect.Fact
	CreatedAt   time.Time
	UpdatedAt   time.Time
	VerifiedAt  time.Time
	// Streams say what it may read; nil unless it was verified just now.
	Streams []connect.Availability
}

// AddCredential verifies a credential and saves it. Nothing is saved if it is
// refused.
func (a *App) AddCredential(ctx context.Context, n NewCredential) (Credential, error) {
	if err := store.ValidName(n.Name); err != nil {
		return Credential{}, err
	}
	c, err := a.credentialConnector(n.Connector)
	if err != nil {
		return Credential{}, err
	}
	if err := a.nameIsFree(ctx, n.Name); err != nil {
		return Credential{}, err
	}
	saved := store.Credential{
		ID: a.newID(), Name: n.Name, Description: n.Description, Connector: n.Connector, CreatedAt: a.now(),
	}
	streams, err := a.verify(ctx, c, &saved, connect.Settings{Values: n.Values, Secrets: n.Secrets})
	if err != nil {
		return Credential{}, err
	}
	if err := a.store.CreateCredential(ctx, saved); err != nil {
		return Credential{}, err
	}
	return a.shown(saved, streams)
}

// EditCredential changes a credential, verifies it as it is then and saves it.
// Everything that uses it goes on with it.
func (a *App) EditCredential(ctx context.Context, name string, change CredentialChange) (Credential, error) {
	saved, c, settings, err := a.open(ctx, name)
	if err != nil {
		return Credential{}, err
	}
	if change.Name != nil {
		if err := store.ValidName(*change.Name); err != nil {
			return Credential{}, err
		}
		saved.Name = *change.Name
	}
	saved.Description = *cmp.Or(change.Description, &saved.Description)
	settings = settings.With(change.Values)
	secrets := maps.Clone(settings.Secrets)
	maps.Copy(secrets, change.Secrets)
	settings.Secrets = secrets
	streams, err := a.verify(ctx, c, &saved, settings)
	if err != nil {
		return Credential{}, err
	}
	if err := a.store.UpdateCredential(ctx, saved); err != nil {
		return Credential{}, err
	}
	return a.shown(saved, streams)
}

// CheckCredential verifies a saved credential anew and remembers what it
// learned.
func (a *App) CheckCredential(ctx context.Context, name string) (Credential, error) {
	return a.EditCredential(ctx, name, CredentialChange{})
}

// Credential returns a saved credential.
func (a *App) Credential(ctx context.Context, name string) (Credential, error) {
	saved, err := a.store.Credential(ctx, name)
	if err != nil {
		return Credential{}, err
	}
	return a.shown(saved, nil)
}

// Credentials lists the saved credentials by name.
func (a *App) Credentials(ctx context.Context) ([]Credential, error) {
	saved, err := a.store.Credentials(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Credential, 0, len(saved))
	for _, s := range saved {
		one, err := a.shown(s, nil)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}

// RemoveCredential removes a credential and its secrets.
func (a *App) RemoveCredential(ctx context.Context, name string) error {
	return a.store.DeleteCredential(ctx, name)
}

// credentialConnector returns the connector of a name if it takes credentials.
func (a *App) credentialConnector(name string) (connect.Connector, error) {
	var names []string
	for _, c := range a.connectors {
		if c.Verify == nil {
			continue
		}
		if c.Spec.Name == name {
			return c, nil
		}
		names = append(names, c.Spec.Name)
	}
	return connect.Connector{}, fault.New(fault.Invalid, "no connector of that name takes a credential").
		WithField("connector").WithHint("choose from %s", strings.Join(names, ", "))
}

func (a *App) nameIsFree(ctx context.Context, name string) error {
	_, err := a.store.Credential(ctx, name)
	switch {
	case err == nil:
		return fault.New(fault.Conflict, "there is a credential %q already", name).WithField("name").
			WithHint("choose another name, or change it with kalends credential edit %s", name)
	case fault.KindOf(err) == fault.NotFound:
		return nil
	}
	return err
}

// verify asks the connector about the settings and, if they are good, puts
// them into the credential with their secrets sealed.
func (a *App) verify(ctx context.Context, c connect.Connector, into *store.Credential, s connect.Settings) ([]connect.Availability, error) {
	if err := complete(c.Spec, &s); err != nil {
		return nil, err
	}
	v, err := a.vault(ctx)
	if err != nil {
		return nil, err
	}
	verified, err := c.Verify(ctx, s)
	if err != nil {
		return nil, err
	}
	into.Sealed, err = v.Seal(ctx, into.ID, into.Sealed.Version+1, s.Secrets)
	if err != nil {
		return nil, err
	}
	into.Values, into.Facts = verified.Values, verified.Facts
	into.UpdatedAt, into.VerifiedAt = a.now(), a.now()
	return verified.Streams, nil
}

// complete fills in defaults and refuses what is missing or unknown.
func complete(spec connect.Spec, s *connect.Settings) error {
	values := maps.Clone(s.Values)
	if values == nil {
		values = map[string]string{}
	}
	for _, f := range spec.Fields {
		missing := s.Secrets[f.Name].Empty()
		if !f.Secret {
			values[f.Name] = cmp.Or(strings.TrimSpace(values[f.Name]), f.Default)
			missing = values[f.Name] == ""
		}
		if f.Required && missing {
			return fault.New(fault.Invalid, "%s is missing", f.Title).WithField(f.Name)
		}
	}
	s.Values = values
	return nil
}

// open returns a saved credential with its secrets.
func (a *App) open(ctx context.Context, name string) (store.Credential, connect.Connector, connect.Settings, error) {
	none := func(err error) (store.Credential, connect.Connector, connect.Settings, error) {
		return store.Credential{}, connect.Connector{}, connect.Settings{}, err
	}
	saved, err := a.store.Credential(ctx, name)
	if err != nil {
		return none(err)
	}
	c, err := a.connector(saved.Connector)
	if err != nil {
		return none(err)
	}
	v, err := a.vault(ctx)
	if err != nil {
		return none(err)
	}
	secrets, err := v.Open(ctx, saved.ID, saved.Sealed)
	if err != nil {
		return none(err)
	}
	return saved, c, connect.Settings{Values: saved.Values, Secrets: secrets}, nil
}

func (a *App) shown(s store.Credential, streams []connect.Availability) (Credential, error) {
	c, err := a.connector(s.Connector)
	if err != nil {
		return Credential{}, err
	}
	return Credential{
		Name: s.Name, Description: s.Description, Spec: c.Spec, Values: s.Values, Facts: s.Facts,
		CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt, VerifiedAt: s.VerifiedAt, Streams: streams,
	}, nil
}

// vault opens the vault's key. It is made only while nothing is sealed with
// another: a key that got lost is an error, never replaced.
func (a *App) vault(ctx context.Context) (*vault.Vault, error) {
	key, err := vault.OpenKeyFile(a.config.KeyFile)
	if fault.KindOf(err) == fault.NotFound {
		saved, listErr := a.store.Credentials(ctx)
		if listErr != nil {
			return nil, listErr
		}
		if len(saved) == 0 {
			key, err = vault.CreateKeyFile(a.config.KeyFile)
		}
	}
	if err != nil {
		return nil, err
	}
	return vault.New(key), nil
}
