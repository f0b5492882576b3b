package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// sqlite writes meetings and their invitees into a file of SQLite, once as new
// and once over themselves, and then does the same with the driver and an upsert
// alone: the same batches, as the driver takes them, into the same tables, as
// safe from a power cut.
func sqlite(ctx context.Context, b *bench) (result, error) {
	l, err := meetings(ctx, b)
	if err != nil {
		return result{}, err
	}
	i := &inserted{load: l, path: filepath.Join(b.dir, "bench.db")}
	i.encode()
	return against(l, "database/sql and an upsert",
		func() (time.Duration, error) { return i.throughDestination(ctx) },
		func() (time.Duration, error) { return i.throughDriver(ctx) })
}

// inserted is a load that is written into a file.
type inserted struct {
	load    load
	path    string
	encoded []map[string][][]any // by batch and stream, as the driver takes the rows
}

func (i *inserted) encode() {
	for _, b := range i.load.batches {
		rows := map[string][][]any{}
		for _, of := range b.Rows {
			for _, r := range of.Records {
				values := make([]any, len(r.Values))
				for n, v := range r.Values {
					switch v := v.(type) {
					case time.Time:
						values[n] = connect.FormatTime(v)
					case connect.Document:
						values[n] = string(v)
					default:
						values[n] = v
					}
				}
				rows[of.Stream] = append(rows[of.Stream], values)
			}
		}
		i.encoded = append(i.encoded, rows)
	}
}

// open opens a file that is new, with the tables of the load.
func (i *inserted) open(ctx context.Context) (connect.Destination, error) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.RemoveAll(i.path + suffix); err != nil {
			return nil, err
		}
	}
	d, err := connector("sqlite").OpenDestination(ctx, connect.Settings{Values: map[string]string{"path": i.path}})
	if err != nil {
		return nil, err
	}
	if err := i.load.prepare(ctx, d); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (i *inserted) throughDestination(ctx context.Context) (took time.Duration, err error) {
	d, err := i.open(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return timed(func() error { return i.load.write(ctx, d) })
}

func (i *inserted) throughDriver(ctx context.Context) (took time.Duration, err error) {
	d, err := i.open(ctx)
	if err != nil {
		return 0, err
	}
	if err := d.Close(); err != nil {
		return 0, err
	}
	db, err := sql.Open("sqlite", i.path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=cache_size(-16000)&_pragma=wal_autocheckpoint(8000)")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	upserts := map[string]string{}
	for _, s := range i.load.streams {
		var names, set []string
		for _, c := range s.Columns {
			names = append(names, c.Name)
			set = append(set, fmt.Sprintf("%s = excluded.%[1]s", c.Name))
		}
		upserts[s.Name] = fmt.Sprintf("INSERT INTO %s (%s) VALUES (?%s) ON CONFLICT (%s) DO UPDATE SET %s",
			s.Name, strings.Join(names, ", "), strings.Repeat(", ?", len(names)-1), s.Key[0], strings.Join(set[1:], ", "))
	}
	return timed(func() error {
		for _, rows := range i.encoded {
			if err := insert(ctx, db, upserts, rows); err != nil {
				return err
			}
		}
		return nil
	})
}

// insert upserts the rows of a batch, by stream, in a transaction.
func insert(ctx context.Context, db *sql.DB, upserts map[string]string, rows map[string][][]any) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	for stream, of := range rows {
		stmt, err := tx.PrepareContext(ctx, upserts[stream]) //nolint:sqlclosecheck // it ends with tx
		if err != nil {
			return errors.Join(err, tx.Rollback())
		}
		for _, values := range of {
			if _, err := stmt.ExecContext(ctx, values...); err != nil {
				return errors.Join(err, tx.Rollback())
			}
		}
	}
	return tx.Commit()
}
