package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kalends/kalends/internal/connect"
)

// postgres writes meetings and their invitees into a PostgreSQL server, once as
// new and once over themselves, and then does the same with COPY and an upsert
// alone: the same batches, encoded beforehand, into the same tables.
func postgres(ctx context.Context, b *bench) (r result, err error) {
	address := os.Getenv("KALENDS_TEST_POSTGRES")
	if address == "" {
		return result{ratio: "not measured: there is no server; run it with scripts/services", kept: true}, nil
	}
	l, err := meetings(ctx, b)
	if err != nil {
		return result{}, err
	}
	conn, err := pgconn.Connect(ctx, address)
	if err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	c := &copier{conn: conn, load: l}
	return against(l, "COPY and an upsert",
		func() (time.Duration, error) { return c.throughDestination(ctx, address) },
		func() (time.Duration, error) { return c.throughCopy(ctx, address) })
}

// copier copies a load with the driver alone.
type copier struct {
	conn    *pgconn.PgConn
	load    load
	encoded map[string][][]byte // by stream, what is copied in each batch
}

const (
	oursSchema = "kalends_bench_ours"
	bareSchema = "kalends_bench_bare"
)

// open opens a schema that is new, with the tables of the load.
func (c *copier) open(ctx context.Context, address, schema string) (connect.Destination, error) {
	if err := c.run(ctx, "DROP SCHEMA IF EXISTS "+schema+" CASCADE"); err != nil {
		return nil, err
	}
	_, rest, _ := strings.Cut(address, ":")
	pg := connector("postgres")
	values, err := pg.Address(rest)
	if err != nil {
		return nil, err
	}
	d, err := pg.OpenDestination(ctx, connect.Settings{Values: values}.With(map[string]string{"schema": schema}))
	if err != nil {
		return nil, err
	}
	if err := c.load.prepare(ctx, d); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (c *copier) run(ctx context.Context, statements string) error {
	return c.conn.Exec(ctx, statements).Close()
}

func (c *copier) throughDestination(ctx context.Context, address string) (took time.Duration, err error) {
	d, err := c.open(ctx, address, oursSchema)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.Close(), c.run(ctx, "DROP SCHEMA "+oursSchema+" CASCADE")) }()
	began := time.Now()
	if err := c.load.write(ctx, d); err != nil {
		return 0, err
	}
	took = time.Since(began)
	if err := c.encode(ctx); err != nil { // while the rows lie as they were written
		return 0, err
	}
	began = time.Now()
	err = c.load.write(ctx, d)
	return took + time.Since(began), err
}

// encode lets the server write each batch as COPY wants it.
func (c *copier) encode(ctx context.Context) error {
	if c.encoded != nil {
		return nil
	}
	c.encoded = map[string][][]byte{}
	offset := map[string]int{}
	for _, b := range c.load.batches {
		for _, rows := range b.Rows {
			var out bytes.Buffer
			_, err := c.conn.CopyTo(ctx, &out, fmt.Sprintf("COPY (SELECT * FROM %s.%s OFFSET %d LIMIT %d) TO STDOUT (FORMAT binary)",
				oursSchema, rows.Stream, offset[rows.Stream], len(rows.Records)))
			if err != nil {
				return err
			}
			offset[rows.Stream] += len(rows.Records)
			c.encoded[rows.Stream] = append(c.encoded[rows.Stream], out.Bytes())
		}
	}
	return nil
}

func (c *copier) throughCopy(ctx context.Context, address string) (took time.Duration, err error) {
	d, err := c.open(ctx, address, bareSchema)
	if err != nil {
		return 0, err
	}
	if err := d.Close(); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.run(ctx, "DROP SCHEMA "+bareSchema+" CASCADE; DISCARD TEMP")) }()
	upserts := map[string]string{}
	for _, s := range c.load.streams {
		var set []string
		for _, column := range s.Columns {
			if column.Name != s.Key[0] {
				set = append(set, fmt.Sprintf("%s = excluded.%[1]s", column.Name))
			}
		}
		upserts[s.Name] = fmt.Sprintf("INSERT INTO %s.%s SELECT * FROM stage_%[2]s ON CONFLICT (%s) DO UPDATE SET %s", bareSchema, s.Name, s.Key[0], strings.Join(set, ", "))
		if err := c.run(ctx, fmt.Sprintf("CREATE TEMPORARY TABLE stage_%s (LIKE %s.%[1]s)", s.Name, bareSchema)); err != nil {
			return 0, err
		}
	}
	return timed(func() error { return c.copies(ctx, upserts) })
}

// copies copies and upserts each batch in a transaction.
func (c *copier) copies(ctx context.Context, upserts map[string]string) error {
	next := map[string]int{}
	for _, b := range c.load.batches {
		if err := c.run(ctx, "BEGIN"); err != nil {
			return err
		}
		for _, rows := range b.Rows {
			if err := c.run(ctx, "TRUNCATE stage_"+rows.Stream); err != nil {
				return err
			}
			encoded := c.encoded[rows.Stream][next[rows.Stream]]
			next[rows.Stream]++
			if _, err := c.conn.CopyFrom(ctx, bytes.NewReader(encoded), "COPY stage_"+rows.Stream+" FROM STDIN (FORMAT binary)"); err != nil {
				return err
			}
			if err := c.run(ctx, upserts[rows.Stream]); err != nil {
				return err
			}
		}
		if err := c.run(ctx, "COMMIT"); err != nil {
			return err
		}
	}
	return nil
}
