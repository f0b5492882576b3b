package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/pressly/goose/v3"

	"github.com/kalends/kalends/internal/fault"
)

//go:embed migrations/*.sql
var migrations embed.FS

// applicationID marks a database file as ours ("KLND" in its header), so that
// no other program's file gets our tables.
const applicationID = 0x4b4c4e44

// migrate brings the tables to this binary's version. One process at a time
// does so; the others wait.
func (s *Store) migrate(ctx context.Context) (err error) {
	lock := flock.New(filepath.Join(s.locks, "migrate.lock"), flock.SetPermissions(lockMode))
	switch _, err := lock.TryLockContext(ctx, 20*time.Millisecond); {
	case ctx.Err() != nil:
		return s.fault(ctx, "waiting for another process to prepare the tables", ctx.Err())
	case err != nil:
		return s.place(err)
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()

	if err := s.claim(ctx); err != nil {
		return s.fault(ctx, "opening the control database", err)
	}
	return s.upgrade(ctx)
}

// upgrade applies the migrations that are missing.
func (s *Store) upgrade(ctx context.Context) error {
	have, err := s.version(ctx)
	if err != nil {
		return s.fault(ctx, "reading the version of the tables", err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.db, files, goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	sources := provider.ListSources()
	if know := sources[len(sources)-1].Version; have > know {
		return fault.New(fault.Invalid, "the control database %s was made by a newer Kalends (tables of version %d, this one knows %d)", s.path, have, know).
			WithHint("use that newer Kalends, or restore a backup from before it")
	} else if have == know {
		return nil
	}
	if _, err := provider.Up(ctx); err != nil {
		return s.fault(ctx, "preparing the tables", err)
	}
	return nil
}

// version returns the number of the last migration that was applied. goose can
// tell too, but takes a damaged file for an empty one and tries for seconds.
func (s *Store) version(ctx context.Context) (int64, error) {
	tables, err := s.number(ctx, "SELECT count(*) FROM sqlite_master WHERE name = '"+goose.DefaultTablename+"'")
	if err != nil || tables == 0 {
		return 0, err
	}
	return s.number(ctx, "SELECT coalesce(max(version_id), 0) FROM "+goose.DefaultTablename)
}

// claim marks an empty database as ours and gives it a write-ahead log. Another
// program's is refused before anything of it is changed.
func (s *Store) claim(ctx context.Context) error {
	id, err := s.number(ctx, "PRAGMA application_id")
	if err != nil || id == applicationID {
		return err
	}
	tables, err := s.number(ctx, "SELECT count(*) FROM sqlite_master")
	if err != nil {
		return err
	}
	if id != 0 || tables > 0 {
		return fault.New(fault.Invalid, "%s is a database of another program", s.path).
			WithHint("choose another home folder, or move that file away")
	}
	_, err = s.db.ExecContext(ctx, fmt.Sprintf("PRAGMA journal_mode = WAL; PRAGMA application_id = %d", applicationID)) // the mode is kept in the file
	return err
}

func (s *Store) number(ctx context.Context, query string) (n int64, err error) {
	err = s.db.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}
