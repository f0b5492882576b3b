package store

import (
	"context"

	"github.com/kalends/kalends/internal/vault"
)

// Secret returns a secret of Kalends' own, and whether there is one of that name.
func (s *Store) Secret(ctx context.Context, name string) (sealed vault.Sealed, ok bool, err error) {
	scan := func(scan func(...any) error) (sealed vault.Sealed, err error) {
		err = scan(object(&sealed))
		return sealed, err
	}
	list, err := all(ctx, s.db, scan, `SELECT sealed FROM secrets WHERE name = ?`, name)
	if err != nil || len(list) == 0 {
		return vault.Sealed{}, false, s.fault(ctx, "reading a secret", err)
	}
	return list[0], true, nil
}

// AddSecret keeps a secret of Kalends' own unless there is one of that name
// already. It is never replaced.
func (s *Store) AddSecret(ctx context.Context, name string, sealed vault.Sealed) error {
	_, err := s.db.ExecContext(ctx, `INSERT INTO secrets (name, sealed) VALUES (?, ?) ON CONFLICT DO NOTHING`, name, object(&sealed))
	return s.fault(ctx, "saving a secret", err)
}
