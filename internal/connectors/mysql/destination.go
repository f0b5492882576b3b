package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	driver "github.com/go-sql-driver/mysql"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
)

// patience is how long things are waited for.
type patience struct {
	connect time.Duration
	lock    time.Duration // of somebody else, on a table; the server counts whole seconds
	answer  time.Duration // to one statement
}

func usual() patience {
	return patience{connect: 15 * time.Second, lock: 10 * time.Second, answer: 10 * time.Minute}
}

// destination is a database, or the tables of a prefix in it. It is for one
// goroutine at a time.
type destination struct {
	config   *driver.Config
	patience patience
	place    string // for messages
	dialect  *dialect.Dialect
	db       *sql.DB // makes connections
	session  *session
	server   server
	rows     bool // batches are written by INSERT: the server takes no LOAD DATA LOCAL
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
	d, err := unconnected(s, p)
	if err != nil {
		return nil, err
	}
	if err := d.connect(ctx); err != nil {
		return nil, errors.Join(err, d.db.Close())
	}
	d.dialect = newDialect(d.server, s.Values[fieldPrefix], d.place)
	return d, nil
}

// unconnected understands the settings; it does no I/O.
func unconnected(s connect.Settings, p patience) (*destination, error) {
	c, err := configure(s, "")
	if err != nil {
		return nil, err
	}
	c.ReadTimeout, c.WriteTimeout = p.answer+p.connect, p.answer+p.connect
	connector, err := driver.NewConnector(c)
	if err != nil { // it may hold the password
		return nil, invalid(fieldHost, "the settings do not fit together").WithHint("look at host and port")
	}
	d := &destination{config: c, patience: p, place: placeOf(c), db: sql.OpenDB(connector), tables: map[string]*table{}}
	d.db.SetMaxIdleConns(-1) // one that is given back is closed
	return d, nil
}

// placeOf names what the settings are of, for messages.
func placeOf(c *driver.Config) string { return fmt.Sprintf("database %s at %s", c.DBName, c.Addr) }

// connect makes the connection, and refuses one that is of no use.
func (d *destination) connect(ctx context.Context) error {
	s, err := d.dial(ctx)
	if err == nil {
		if err = s.begin(ctx, "READ WRITE"); err == nil { // refused where all may only be read
			err = s.run(ctx, "ROLLBACK")
		}
	}
	if err != nil {
		s.close()
		return d.fault(ctx, "connecting to", err)
	}
	d.session, d.server = s, s.server
	return nil
}

// disconnect ends the connection.
func (d *destination) disconnect() {
	d.session.close()
	d.session = nil
}

// Close ends the connection.
func (d *destination) Close() error {
	d.closed = true
	d.disconnect()
	return d.fault(context.Background(), "closing", d.db.Close())
}

// usable makes sure that there is a connection.
func (d *destination) usable(ctx context.Context) error {
	if d.closed {
		return fault.New(fault.Internal, "the destination is closed")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.session != nil && !d.session.lost {
		return nil
	}
	d.disconnect()
	return d.connect(ctx)
}

// begin starts a transaction.
func (d *destination) begin(ctx context.Context, how string) error {
	return d.first(ctx, func() error { return d.session.begin(ctx, how) })
}

// first runs do, the first of several statements: on a new connection if the
// old one has ended.
func (d *destination) first(ctx context.Context, do func() error) error {
	if err := d.usable(ctx); err != nil {
		return err
	}
	err := do()
	if err == nil || !d.session.lost || ctx.Err() != nil {
		return err
	}
	if err := d.usable(ctx); err != nil {
		return err
	}
	return do()
}

// commit ends the transaction. A cancellation does not reach it, so that it is
// known what came of it.
func (d *destination) commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return d.session.run(context.WithoutCancel(ctx), "COMMIT")
}

// rollback ends the transaction if there is one: it ends with its connection.
func (d *destination) rollback() error {
	if !d.session.lost {
		err := d.session.run(context.Background(), "ROLLBACK")
		if err == nil || !d.session.lost {
			return err
		}
	}
	if d.session.cut {
		d.stop()
	}
	return nil
}

// stop tells the server to end what a connection that was cut is still doing:
// by itself it would notice only once that is done, and keep its locks so long.
// Where it cannot be told, the locks are waited for.
func (d *destination) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), d.patience.connect)
	defer cancel()
	s, err := d.dial(ctx)
	if err == nil {
		_ = s.run(ctx, fmt.Sprintf("KILL %d", d.session.id)) // most often it has ended
	}
	s.close()
}
