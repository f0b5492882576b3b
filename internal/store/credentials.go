package store

import (
	"context"
	"database/sql"
	"regexp"
	"strings"
	"time"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/vault"
)

// Credential is a connector's settings under a name.
type Credential struct {
	ID          string // never changes; what Sealed is sealed for
	Name        string // unique whatever the case
	Description string
	Connector   string
	Values      map[string]string // the fields that are not secret
	Sealed      vault.Sealed      // the secret ones
	Facts       []connect.Fact    // as the last verification found them
	CreatedAt   time.Time
	UpdatedAt   time.Time
	VerifiedAt  time.Time // zero if never
	// Revision counts the changes. It is set by the store.
	Revision int
}

// ValidName checks the name of a credential: 1 to 64 of a–z, 0–9, "_" and "-",
// the first a letter or digit. The error is fault.Invalid of the field "name".
func ValidName(name string) error {
	if regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`).MatchString(name) {
		return nil
	}
	return fault.New(fault.Invalid, "%q is not a name", name).WithField("name").
		WithHint("use 1 to 64 of a-z, 0-9, _ and -, beginning with a letter or digit")
}

const credentialColumns = `id, name, description, connector, settings, sealed, facts, created_at, updated_at, verified_at, revision`

func scanCredential(scan func(...any) error) (c Credential, err error) {
	err = scan(&c.ID, &c.Name, &c.Description, &c.Connector, object(&c.Values), object(&c.Sealed), object(&c.Facts),
		moment(&c.CreatedAt), moment(&c.UpdatedAt), moment(&c.VerifiedAt), &c.Revision)
	return c, err
}

// CreateCredential saves a new credential as revision 1. If its name is taken
// the error is fault.Conflict of the field "name".
func (s *Store) CreateCredential(ctx context.Context, c Credential) error {
	err := s.within(ctx, func(tx *sql.Tx) error {
		if err := nameIsFree(ctx, tx, c); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO credentials (`+credentialColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
			c.ID, c.Name, c.Description, c.Connector, object(&c.Values), object(&c.Sealed), object(&c.Facts),
			moment(&c.CreatedAt), moment(&c.UpdatedAt), moment(&c.VerifiedAt))
		return err
	})
	return s.fault(ctx, "saving the credential", err)
}

// Credential returns the credential of that name, or fault.NotFound with a
// hint that lists the names there are.
func (s *Store) Credential(ctx context.Context, name string) (Credential, error) {
	list, err := all(ctx, s.db, scanCredential, `SELECT `+credentialColumns+` FROM credentials WHERE lower(name) = lower(?)`, name)
	if err != nil {
		return Credential{}, s.fault(ctx, "reading the credential", err)
	}
	if len(list) == 0 {
		return Credential{}, s.noCredential(ctx, name)
	}
	return list[0], nil
}

// Credentials returns all credentials, by name.
func (s *Store) Credentials(ctx context.Context) ([]Credential, error) {
	list, err := all(ctx, s.db, scanCredential, `SELECT `+credentialColumns+` FROM credentials ORDER BY lower(name)`)
	return list, s.fault(ctx, "reading the credentials", err)
}

// UpdateCredential replaces the credential of c's ID, its name included, and
// counts its Revision up. If the saved Revision is not c's, somebody else was
// faster: fault.Conflict. So is a name that is taken, with the field "name".
// CreatedAt and Connector stay as they are.
func (s *Store) UpdateCredential(ctx context.Context, c Credential) error {
	err := s.within(ctx, func(tx *sql.Tx) error {
		if err := nameIsFree(ctx, tx, c); err != nil {
			return err
		}
		n, err := changed(ctx, tx, `UPDATE credentials SET name = ?, description = ?, settings = ?, sealed = ?, facts = ?,
			updated_at = ?, verified_at = ?, revision = revision + 1 WHERE id = ? AND revision = ?`,
			c.Name, c.Description, object(&c.Values), object(&c.Sealed), object(&c.Facts),
			moment(&c.UpdatedAt), moment(&c.VerifiedAt), c.ID, c.Revision)
		if err != nil || n == 1 {
			return err
		}
		return fault.New(fault.Conflict, "the credential %q was changed or removed meanwhile", c.Name).
			WithHint("look at it as it is now and make your change again")
	})
	return s.fault(ctx, "saving the credential", err)
}

// DeleteCredential removes the credential of that name, or returns
// fault.NotFound.
func (s *Store) DeleteCredential(ctx context.Context, name string) error {
	n, err := changed(ctx, s.db, `DELETE FROM credentials WHERE lower(name) = lower(?)`, name)
	switch {
	case err != nil:
		return s.fault(ctx, "removing the credential", err)
	case n == 0:
		return s.noCredential(ctx, name)
	}
	return nil
}

// nameIsFree returns fault.Conflict if another credential has c's name.
func nameIsFree(ctx context.Context, q querier, c Credential) error {
	taken, err := all(ctx, q, text, `SELECT name FROM credentials WHERE lower(name) = lower(?) AND id <> ?`, c.Name, c.ID)
	if err != nil || len(taken) == 0 {
		return err
	}
	return fault.New(fault.Conflict, "there is a credential %q already", taken[0]).WithField("name").
		WithHint("choose another name, or change that one with: kalends credential edit %s", taken[0])
}

// noCredential says that there is no credential of that name, and which there
// are.
func (s *Store) noCredential(ctx context.Context, name string) error {
	const shown = 10
	names, err := all(ctx, s.db, text, `SELECT name FROM credentials ORDER BY lower(name) LIMIT ?`, shown+1)
	if err != nil {
		return s.fault(ctx, "reading the credentials", err)
	}
	none := fault.New(fault.NotFound, "there is no credential %q", name)
	switch {
	case len(names) == 0:
		return none.WithHint("add one with: kalends credential add calendly --name %s", name)
	case len(names) > shown:
		return none.WithHint("see the names with: kalends credential list")
	}
	return none.WithHint("use one of: %s", strings.Join(names, ", "))
}
