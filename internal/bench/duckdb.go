//go:build duckdb

package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	duck "github.com/duckdb/duckdb-go/v2"

	"github.com/kalends/kalends/internal/connect"
)

// duckdb writes meetings and their invitees into a file of DuckDB, once as new
// and once over themselves, and then does the same with the driver's Appender and
// an upsert alone: the same batches, as the driver takes them, into the same
// tables.
func duckdb(ctx context.Context, b *bench) (result, error) {
	l, err := meetings(ctx, b)
	if err != nil {
		return result{}, err
	}
	a := &appended{load: l, path: filepath.Join(b.dir, "bench.duckdb")}
	return against(l, "the Appender and an upsert",
		func() (time.Duration, error) { return a.throughDestination(ctx) },
		func() (time.Duration, error) { return a.throughAppender(ctx) })
}

// appended is a load that is written into a file.
type appended struct {
	load load
	path string
}

// open opens a file that is new, with the tables of the load.
func (a *appended) open(ctx context.Context) (connect.Destination, error) {
	for _, suffix := range []string{"", ".wal"} {
		if err := os.RemoveAll(a.path + suffix); err != nil {
			return nil, err
		}
	}
	d, err := connector("duckdb").OpenDestination(ctx, connect.Settings{Values: map[string]string{"path": a.path}})
	if err != nil {
		return nil, err
	}
	if err := a.load.prepare(ctx, d); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (a *appended) throughDestination(ctx context.Context) (took time.Duration, err error) {
	d, err := a.open(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return timed(func() error { return a.load.write(ctx, d) })
}

func (a *appended) throughAppender(ctx context.Context) (took time.Duration, err error) {
	d, err := a.open(ctx)
	if err != nil {
		return 0, err
	}
	if err := d.Close(); err != nil {
		return 0, err
	}
	connector, err := duck.NewConnector(a.path, nil)
	if err != nil {
		return 0, err
	}
	db := sql.OpenDB(connector)
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	statements := map[string][2]string{}
	for _, s := range a.load.streams {
		var stage, set []string
		for _, c := range s.Columns {
			set = append(set, fmt.Sprintf("%s = excluded.%[1]s", c.Name))
			if c.Type == connect.JSON { // the driver writes JSON from Go's values
				stage = append(stage, c.Name+"::VARCHAR AS "+c.Name)
			} else {
				stage = append(stage, c.Name)
			}
		}
		statements[s.Name] = [2]string{
			fmt.Sprintf("CREATE OR REPLACE TEMPORARY TABLE stage AS SELECT %s FROM %s LIMIT 0", strings.Join(stage, ", "), s.Name), // faster than TRUNCATE
			fmt.Sprintf("INSERT INTO %s SELECT * FROM stage ON CONFLICT (%s) DO UPDATE SET %s", s.Name, s.Key[0], strings.Join(set[1:], ", ")),
		}
	}
	batches := a.values()
	return timed(func() error {
		for _, b := range batches {
			if err := b.write(ctx, conn, statements); err != nil {
				return err
			}
		}
		return nil
	})
}

// valued is a batch as the driver takes it, by stream.
type valued map[string][][]driver.Value

func (a *appended) values() (all []valued) {
	for _, b := range a.load.batches {
		v := valued{}
		for _, rows := range b.Rows {
			for _, r := range rows.Records {
				row := make([]driver.Value, len(r.Values))
				for i, value := range r.Values {
					if row[i] = value; value == nil {
						continue
					}
					if text, ok := value.(connect.Document); ok {
						row[i] = string(text)
					}
				}
				v[rows.Stream] = append(v[rows.Stream], row)
			}
		}
		all = append(all, v)
	}
	return all
}

// write appends and upserts the batch in a transaction.
func (v valued) write(ctx context.Context, conn *sql.Conn, statements map[string][2]string) error {
	run := func(statement string) error {
		_, err := conn.ExecContext(ctx, statement)
		return err
	}
	if err := run("BEGIN"); err != nil {
		return err
	}
	for stream, rows := range v {
		if err := run(statements[stream][0]); err != nil {
			return err
		}
		err := conn.Raw(func(raw any) error {
			appender, err := duck.NewAppender(raw.(driver.Conn), "temp", "main", "stage")
			if err != nil {
				return err
			}
			for _, row := range rows {
				if err := appender.AppendRow(row...); err != nil {
					return errors.Join(err, appender.Close())
				}
			}
			return appender.Close()
		})
		if err != nil {
			return err
		}
		if err := run(statements[stream][1]); err != nil {
			return err
		}
	}
	return run("COMMIT")
}
