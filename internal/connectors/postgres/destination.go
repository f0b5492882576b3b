package postgres

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
)

// patience is how long things are waited for.
type patience struct {
	connect time.Duration
	lock    time.Duration // of somebody else, on a table
	answer  time.Duration // to one statement
}

func usual() patience {
	return patience{connect: 15 * time.Second, lock: 10 * time.Second, answer: 10 * time.Minute}
}

// destination is a schema of a database. It is for one goroutine at a time.
type destination struct {
	config   *pgconn.Config
	patience patience
	place    string // for messages
	dialect  *dialect.Dialect
	conn     *pgconn.PgConn // may be closed: by the server, or with a canceled statement
	closed   bool
	tables   map[string]*table // the prepared ones, by stream
}

var _ connect.Destination = (*destination)(nil)

// open connects. A server or database that cannot be used is refused here,
// before any row is read.
func open(ctx context.Context, s connect.Settings) (connect.Destination, error) {
	d, err := openWith(ctx, s, usual())
	if err != nil {
		return nil, err
	}
	return d, nil
}

func openWith(ctx context.Context, s connect.Settings, p patience) (*destination, error) {
	c, err := configure(s, "")
	if err != nil {
		return nil, err
	}
	schema := cmp.Or(s.Values[fieldSchema], defaultSchema)
	place := fmt.Sprintf("schema %s of database %s at %s", schema, c.Database, net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))))
	d := &destination{config: c, patience: p, place: place, dialect: newDialect(schema, place), tables: map[string]*table{}}
	if err := d.connect(ctx); err != nil {
		return nil, err
	}
	return d, nil
}

// connect makes the connection, and refuses one that is of no use.
func (d *destination) connect(ctx context.Context) error {
	dialing, cancel := context.WithTimeout(ctx, d.patience.connect)
	defer cancel()
	conn, err := pgconn.ConnectConfig(dialing, d.config)
	if err != nil {
		return d.fault(ctx, "connecting to", err)
	}
	d.conn = conn
	err = d.run(ctx, fmt.Sprintf("SET lock_timeout = %d; SET statement_timeout = %d; SET client_min_messages = warning; SET client_encoding = 'UTF8'",
		d.patience.lock.Milliseconds(), d.patience.answer.Milliseconds()))
	if err == nil {
		err = d.suits(ctx)
	}
	if err != nil {
		d.disconnect()
		return d.fault(ctx, "connecting to", err)
	}
	return nil
}

// suits refuses a server that is too old, a database that is not in Unicode,
// and one that may only be read.
func (d *destination) suits(ctx context.Context) error {
	row, err := d.row(ctx, "SELECT current_setting('server_version_num'), current_setting('server_encoding'), current_setting('transaction_read_only')")
	if err != nil {
		return err
	}
	const oldest = 120000
	version, err := strconv.Atoi(row[0])
	switch {
	case err != nil || version < oldest:
		return fault.New(fault.Invalid, "the server has version %s, but 12 or later is needed", d.conn.ParameterStatus("server_version")).WithHint("upgrade it, or choose another server")
	case row[1] != "UTF8":
		return fault.New(fault.Invalid, "%s has the encoding %s, which cannot hold every text", d.place, row[1]).WithHint("choose a database with the encoding UTF8")
	case row[2] == "on":
		return fault.New(fault.Invalid, "%s may only be read", d.place).WithHint("%s", readOnlyHint)
	}
	return nil
}

// disconnect ends the connection and waits for all of it to end.
func (d *destination) disconnect() {
	ctx, cancel := context.WithTimeout(context.Background(), d.patience.connect)
	defer cancel()
	_ = d.conn.Close(ctx) // what is lost with it was not committed
	select {
	case <-d.conn.CleanupDone():
	case <-ctx.Done():
	}
}

// Close ends the connection.
func (d *destination) Close() error {
	d.closed = true
	d.disconnect()
	return nil
}

// begin starts a transaction, on a new connection if the old one has ended.
func (d *destination) begin(ctx context.Context, how string) error {
	if d.closed {
		return fault.New(fault.Internal, "the destination is closed")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if !d.conn.IsClosed() {
		err := d.run(ctx, "BEGIN "+how)
		if err == nil || !d.conn.IsClosed() || ctx.Err() != nil {
			return err
		}
	}
	d.disconnect()
	if err := d.connect(ctx); err != nil {
		return err
	}
	return d.run(ctx, "BEGIN "+how)
}

// commit ends the transaction. A cancellation does not reach it, so that it is
// known what came of it.
func (d *destination) commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.patience.answer)
	defer cancel()
	results, err := d.conn.Exec(ctx, "COMMIT").ReadAll()
	if err == nil && (len(results) != 1 || results[0].CommandTag.String() != "COMMIT") {
		return fault.New(fault.Internal, "the server did not commit")
	}
	return err
}

// rollback ends the transaction if there is one: it ends with its connection.
func (d *destination) rollback() error {
	if d.conn.IsClosed() {
		return nil
	}
	err := d.run(context.Background(), "ROLLBACK")
	if d.conn.IsClosed() {
		return nil
	}
	return err
}

// run runs statements.
func (d *destination) run(ctx context.Context, statements string) error {
	ctx, cancel := context.WithTimeout(ctx, d.patience.answer+d.patience.connect)
	defer cancel()
	return d.conn.Exec(ctx, statements).Close()
}

// query returns the rows of a query, as text; null is empty.
func (d *destination) query(ctx context.Context, query string, args ...string) ([][]string, error) {
	ctx, cancel := context.WithTimeout(ctx, d.patience.answer+d.patience.connect)
	defer cancel()
	var params [][]byte
	for _, a := range args {
		params = append(params, []byte(a))
	}
	result := d.conn.ExecParams(ctx, query, params, nil, nil, nil).Read()
	var rows [][]string
	for _, values := range result.Rows {
		row := make([]string, len(values))
		for i, v := range values {
			row[i] = string(v)
		}
		rows = append(rows, row)
	}
	return rows, result.Err
}

// row returns the one row of a query.
func (d *destination) row(ctx context.Context, query string, args ...string) ([]string, error) {
	rows, err := d.query(ctx, query, args...)
	if err == nil && len(rows) != 1 {
		return nil, fault.New(fault.Internal, "the server sent %d rows instead of one", len(rows))
	}
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}
