package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	driver "github.com/go-sql-driver/mysql"

	"github.com/kalends/kalends/internal/connect"
)

// mysql writes meetings and their invitees into a MariaDB or MySQL server, once
// as new and once over themselves, and then does the same with LOAD DATA and an
// upsert alone: the same batches, encoded beforehand, into the same tables.
func mysql(ctx context.Context, b *bench) (r result, err error) {
	address := os.Getenv("KALENDS_TEST_MYSQL")
	if address == "" {
		return result{ratio: "not measured: there is no server; run it with scripts/services", kept: true}, nil
	}
	l, err := meetings(ctx, b)
	if err != nil {
		return result{}, err
	}
	_, rest, _ := strings.Cut(address, ":")
	values, err := connector("mysql").Address(rest)
	if err != nil {
		return result{}, err
	}
	c := &loader{load: l, values: values, encoded: map[string][][]byte{}}
	c.encode()
	if err := c.connect(ctx); err != nil {
		return result{}, err
	}
	defer func() { err = errors.Join(err, c.conn.Close(), c.db.Close()) }()
	return against(l, "LOAD DATA and an upsert",
		func() (time.Duration, error) { return c.throughDestination(ctx) },
		func() (time.Duration, error) { return c.throughLoad(ctx) })
}

// loader loads a load with the driver alone.
type loader struct {
	load    load
	values  map[string]string // the server
	encoded map[string][][]byte
	db      *sql.DB
	conn    *sql.Conn
}

const benchDatabase = "kalends_bench"

func (c *loader) connect(ctx context.Context) error {
	config := driver.NewConfig()
	config.Net, config.Addr, config.User, config.MaxAllowedPacket = "tcp", c.values["host"]+":"+c.values["port"], c.values["user"], 0
	connector, err := driver.NewConnector(config)
	if err != nil {
		return err
	}
	c.db = sql.OpenDB(connector)
	if c.conn, err = c.db.Conn(ctx); err != nil {
		return errors.Join(err, c.db.Close())
	}
	return c.run(ctx, "SET NAMES utf8mb4", "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
}

func (c *loader) run(ctx context.Context, statements ...string) error {
	for _, s := range statements {
		if _, err := c.conn.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%.60s: %w", s, err)
		}
	}
	return nil
}

// encode writes each batch as LOAD DATA wants it.
func (c *loader) encode() {
	escape := strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`)
	for _, b := range c.load.batches {
		for _, rows := range b.Rows {
			var out bytes.Buffer
			for _, r := range rows.Records {
				fields := make([]string, 0, len(r.Values))
				for _, v := range r.Values {
					switch v := v.(type) {
					case nil:
						fields = append(fields, `\N`)
					case bool:
						fields = append(fields, map[bool]string{true: "1", false: "0"}[v])
					case time.Time:
						fields = append(fields, v.Format("2006-01-02 15:04:05.000000"))
					default:
						fields = append(fields, escape.Replace(fmt.Sprint(v)))
					}
				}
				out.WriteString(strings.Join(fields, "\t") + "\n")
			}
			c.encoded[rows.Stream] = append(c.encoded[rows.Stream], out.Bytes())
		}
	}
}

// open makes the tables of the load anew.
func (c *loader) open(ctx context.Context) (connect.Destination, error) {
	if err := c.run(ctx, "DROP DATABASE IF EXISTS "+benchDatabase, "CREATE DATABASE "+benchDatabase, "USE "+benchDatabase); err != nil {
		return nil, err
	}
	d, err := connector("mysql").OpenDestination(ctx, connect.Settings{Values: c.values}.With(map[string]string{"database": benchDatabase}))
	if err != nil {
		return nil, err
	}
	if err := c.load.prepare(ctx, d); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (c *loader) throughDestination(ctx context.Context) (took time.Duration, err error) {
	d, err := c.open(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	return timed(func() error { return c.load.write(ctx, d) })
}

func (c *loader) throughLoad(ctx context.Context) (took time.Duration, err error) {
	d, err := c.open(ctx)
	if err != nil {
		return 0, err
	}
	if err := d.Close(); err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, c.run(ctx, "DROP DATABASE "+benchDatabase)) }()
	upserts := map[string]string{}
	for _, s := range c.load.streams {
		var set []string
		for _, column := range s.Columns {
			if column.Name != s.Key[0] {
				set = append(set, fmt.Sprintf("`%s` = VALUES(`%[1]s`)", column.Name))
			}
		}
		upserts[s.Name] = fmt.Sprintf("INSERT INTO %s SELECT * FROM stage_%[1]s ON DUPLICATE KEY UPDATE %s", s.Name, strings.Join(set, ", "))
		if err := c.run(ctx, "DROP TEMPORARY TABLE IF EXISTS stage_"+s.Name, fmt.Sprintf("CREATE TEMPORARY TABLE stage_%s SELECT * FROM %[1]s LIMIT 0", s.Name)); err != nil {
			return 0, err
		}
	}
	return timed(func() error { return c.loads(ctx, upserts) })
}

// loads loads and upserts each batch in a transaction.
func (c *loader) loads(ctx context.Context, upserts map[string]string) error {
	const name = "batch"
	defer driver.DeregisterReaderHandler(name)
	next := map[string]int{}
	for _, b := range c.load.batches {
		for _, rows := range b.Rows { // it commits, and so comes before the transaction
			if err := c.run(ctx, "TRUNCATE stage_"+rows.Stream); err != nil {
				return err
			}
		}
		if err := c.run(ctx, "START TRANSACTION"); err != nil {
			return err
		}
		for _, rows := range b.Rows {
			encoded := c.encoded[rows.Stream][next[rows.Stream]]
			next[rows.Stream]++
			driver.RegisterReaderHandler(name, func() io.Reader { return bytes.NewReader(encoded) })
			if err := c.run(ctx, "LOAD DATA LOCAL INFILE 'Reader::"+name+"' INTO TABLE stage_"+rows.Stream+" CHARACTER SET utf8mb4", upserts[rows.Stream]); err != nil {
				return err
			}
		}
		if err := c.run(ctx, "COMMIT"); err != nil {
			return err
		}
	}
	return nil
}
