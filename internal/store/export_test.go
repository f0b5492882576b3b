package store

import (
	"context"
	"fmt"
)

// FillDisk makes the database behave as if the disk had no room for one more
// page, until room is made again.
func (s *Store) FillDisk(ctx context.Context) (makeRoom func() error, err error) {
	limit := func(pages int) error {
		_, err := s.db.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
		return err
	}
	return func() error { return limit(1 << 30) }, limit(1) // never below what it has
}

// Setting returns the value of a pragma.
func (s *Store) Setting(ctx context.Context, name string) (value string, err error) {
	err = s.db.QueryRowContext(ctx, "PRAGMA "+name).Scan(&value)
	return value, err
}
