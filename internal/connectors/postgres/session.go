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

// session is a connection to a database, for one of its schemas. It is for one
// goroutine at a time.
type session struct {
	config   *pgconn.Config
	patience patience
	schema   string
	place    string         // for messages
	reading  bool           // nothing may be written
	conn     *pgconn.PgConn // may be closed: by the server, or with a canceled statement
	closed   bool
}

// newSession returns a session that is not connected yet.
func newSession(s connect.Settings, p patience, reading bool) (*session, error) {
	c, err := configure(s, "")
	if err != nil {
		return nil, err
	}
	schema := cmp.Or(s.Values[fieldSchema], defaultSchema)
	place := fmt.Sprintf("schema %s of database %s at %s", schema, c.Database, net.JoinHostPort(c.Host, strconv.Itoa(int(c.Port))))
	return &session{config: c, patience: p, schema: schema, place: place, reading: reading}, nil
}

// openSession connects as settings say.
func openSession(ctx context.Context, s connect.Settings, p patience, reading bool) (*session, error) {
	made, err := newSession(s, p, reading)
	if err != nil {
		return nil, err
	}
	if err := made.connect(ctx); err != nil {
		return nil, err
	}
	return made, nil
}

// connect makes the connection, and refuses one that is of no use.
func (s *session) connect(ctx context.Context) error {
	dialing, cancel := context.WithTimeout(ctx, s.patience.connect)
	defer cancel()
	conn, err := pgconn.ConnectConfig(dialing, s.config)
	if err != nil {
		return s.fault(ctx, "connecting to", err)
	}
	s.conn = conn
	err = s.run(ctx, fmt.Sprintf("SET lock_timeout = %d; SET statement_timeout = %d; SET client_min_messages = warning; SET client_encoding = 'UTF8'",
		s.patience.lock.Milliseconds(), s.patience.answer.Milliseconds()))
	if err == nil && s.reading {
		err = s.onlyRead(ctx)
	}
	if err == nil {
		err = s.suits(ctx)
	}
	if err != nil {
		s.disconnect()
		return s.fault(ctx, "connecting to", err)
	}
	return nil
}

// suits refuses a server that is too old, a database that is not in Unicode,
// and one that may only be read.
func (s *session) suits(ctx context.Context) error {
	row, err := s.row(ctx, "SELECT current_setting('server_version_num'), current_setting('server_encoding'), current_setting('transaction_read_only')")
	if err != nil {
		return err
	}
	const oldest = 120000
	version, err := strconv.Atoi(row[0])
	switch {
	case err != nil || version < oldest:
		return fault.New(fault.Invalid, "the server has version %s, but 12 or later is needed", s.conn.ParameterStatus("server_version")).WithHint("upgrade it, or choose another server")
	case row[1] != "UTF8":
		return fault.New(fault.Invalid, "%s has the encoding %s, which cannot hold every text", s.place, row[1]).WithHint("choose a database with the encoding UTF8")
	case row[2] == "on" && !s.reading:
		return fault.New(fault.Invalid, "%s may only be read", s.place).WithHint("%s", readOnlyHint)
	}
	return nil
}

// disconnect ends the connection and waits for all of it to end.
func (s *session) disconnect() {
	ctx, cancel := context.WithTimeout(context.Background(), s.patience.connect)
	defer cancel()
	_ = s.conn.Close(ctx) // what is lost with it was not committed
	select {
	case <-s.conn.CleanupDone():
	case <-ctx.Done():
	}
}

// Close ends the connection.
func (s *session) Close() error {
	s.closed = true
	s.disconnect()
	return nil
}

// begin starts a transaction, on a new connection if the old one has ended.
func (s *session) begin(ctx context.Context, how string) error {
	if s.closed {
		return fault.New(fault.Internal, "it is closed")
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if !s.conn.IsClosed() {
		err := s.run(ctx, "BEGIN "+how)
		if err == nil || !s.conn.IsClosed() || ctx.Err() != nil {
			return err
		}
	}
	s.disconnect()
	if err := s.connect(ctx); err != nil {
		return err
	}
	return s.run(ctx, "BEGIN "+how)
}

// commit ends the transaction. A cancellation does not reach it, so that it is
// known what came of it.
func (s *session) commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.patience.answer)
	defer cancel()
	results, err := s.conn.Exec(ctx, "COMMIT").ReadAll()
	if err == nil && (len(results) != 1 || results[0].CommandTag.String() != "COMMIT") {
		return fault.New(fault.Internal, "the server did not commit")
	}
	return err
}

// rollback ends the transaction if there is one: it ends with its connection.
func (s *session) rollback() error {
	if s.conn.IsClosed() {
		return nil
	}
	err := s.run(context.Background(), "ROLLBACK")
	if s.conn.IsClosed() {
		return nil
	}
	return err
}

// run runs statements.
func (s *session) run(ctx context.Context, statements string) error {
	ctx, cancel := context.WithTimeout(ctx, s.patience.answer+s.patience.connect)
	defer cancel()
	return s.conn.Exec(ctx, statements).Close()
}

// query returns the rows of a query, as text; null is empty.
func (s *session) query(ctx context.Context, query string, args ...string) ([][]string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.patience.answer+s.patience.connect)
	defer cancel()
	var params [][]byte
	for _, a := range args {
		params = append(params, []byte(a))
	}
	result := s.conn.ExecParams(ctx, query, params, nil, nil, nil).Read()
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
func (s *session) row(ctx context.Context, query string, args ...string) ([]string, error) {
	rows, err := s.query(ctx, query, args...)
	if err == nil && len(rows) != 1 {
		return nil, fault.New(fault.Internal, "the server sent %d rows instead of one", len(rows))
	}
	if err != nil {
		return nil, err
	}
	return rows[0], nil
}
