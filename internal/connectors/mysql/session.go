package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"

	driver "github.com/go-sql-driver/mysql"

	"github.com/kalends/kalends/internal/fault"
)

// session is a connection with the settings that we rely on, whatever those of
// the server are.
type session struct {
	conn     *sql.Conn
	patience patience
	server   server
	id       int64
	packet   int  // how many bytes a statement may have
	secure   bool // encrypted
	lost     bool
	cut      bool // lost by a context: the server may not know yet
}

// server is what a server says it is.
type server struct {
	version string
	maria   bool
}

// dial makes a connection. What it returns is to be closed even after an error.
func (d *destination) dial(ctx context.Context) (*session, error) {
	s := &session{patience: d.patience}
	dialing, cancel := context.WithTimeout(ctx, d.patience.connect)
	defer cancel()
	conn, err := d.db.Conn(dialing)
	if err != nil {
		return s, &connectError{err}
	}
	s.conn = conn
	if err := s.settle(dialing); err != nil {
		return s, err
	}
	return s, s.ask(dialing)
}

// connectError is of a connection that could not be made.
type connectError struct{ error }

func (e *connectError) Unwrap() error { return e.error }

// settle makes the session ours: errors instead of values that were cut, times
// in UTC, one meaning of quotes and backslashes, and each statement by itself
// unless it is in a transaction. A transaction sees what others commit between
// its statements, and locks only what it changes.
func (s *session) settle(ctx context.Context) error {
	wait := max(1, int(math.Ceil(s.patience.lock.Seconds())))
	patient := int(s.patience.answer.Seconds())
	for _, statement := range []string{
		"SET NAMES utf8mb4",
		fmt.Sprintf(`SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', SESSION time_zone = '+00:00',
			SESSION autocommit = 1, SESSION sql_safe_updates = 0, SESSION innodb_lock_wait_timeout = %d, SESSION lock_wait_timeout = %[1]d,
			SESSION net_read_timeout = %d, SESSION net_write_timeout = %[2]d`, wait, max(60, patient)),
		"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
	} {
		if err := s.run(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// ask learns what the server is, and refuses one that is too old.
func (s *session) ask(ctx context.Context) error {
	err := s.row(ctx, "SELECT connection_id(), version(), @@max_allowed_packet", nil, &s.id, &s.server.version, &s.packet)
	if err != nil {
		return err
	}
	s.server.maria = strings.Contains(s.server.version, "MariaDB")
	oldest, name := [3]int{8, 0, 17}, "MySQL" // since when it has texts whose trailing spaces count
	if s.server.maria {
		oldest, name = [3]int{10, 6, 0}, "MariaDB"
	}
	if s.server.before(oldest) {
		return fault.New(fault.Invalid, "the server is %s %s, but %d.%d.%d or later is needed", name, s.server.version, oldest[0], oldest[1], oldest[2]).
			WithHint("upgrade it, or choose another server")
	}
	var cipher string
	if err := s.row(ctx, "SHOW SESSION STATUS LIKE 'Ssl_cipher'", nil, new(string), &cipher); err != nil {
		return err
	}
	s.secure = cipher != ""
	return nil
}

// before reports whether the server's version is before another.
func (s server) before(oldest [3]int) bool {
	var is [3]int
	_, _ = fmt.Sscanf(strings.TrimPrefix(s.version, "5.5.5-"), "%d.%d.%d", &is[0], &is[1], &is[2]) // what is no number is old
	for i := range is {
		if is[i] != oldest[i] {
			return is[i] < oldest[i]
		}
	}
	return false
}

func (s *session) begin(ctx context.Context, how string) error {
	return s.run(ctx, "START TRANSACTION "+how)
}

// close ends the connection; what is lost with it was not committed.
func (s *session) close() {
	if s != nil && s.conn != nil {
		_ = s.conn.Close()
		s.lost = true
	}
}

// within gives a statement its time.
func (s *session) within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, s.patience.answer)
}

// run runs a statement.
func (s *session) run(ctx context.Context, statement string) error {
	ctx, cancel := s.within(ctx)
	defer cancel()
	_, err := s.conn.ExecContext(ctx, statement)
	return s.noted(err)
}

// row reads the one row of a query.
func (s *session) row(ctx context.Context, query string, args []any, into ...any) error {
	ctx, cancel := s.within(ctx)
	defer cancel()
	return s.noted(s.conn.QueryRowContext(ctx, query, args...).Scan(into...))
}

// query shows each row of a query that is soon read. see scans it.
func (s *session) query(ctx context.Context, query string, args []any, see func(scan func(into ...any) error) error) error {
	ctx, cancel := s.within(ctx)
	defer cancel()
	return s.stream(ctx, query, args, see)
}

// stream shows each row of a query, until an error. Those that are left are not
// read: the connection is cut instead.
func (s *session) stream(ctx context.Context, query string, args []any, see func(scan func(into ...any) error) error) (err error) {
	ctx, cut := context.WithCancel(ctx)
	defer cut()
	rows, err := s.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return s.noted(err)
	}
	defer func() {
		if err != nil {
			cut()
			s.lost = true
		}
		err = errors.Join(err, rows.Close())
	}()
	for rows.Next() {
		if err := see(rows.Scan); err != nil {
			return err
		}
	}
	return s.noted(rows.Err())
}

// noted notes whether an error ended the connection: one that no server sent
// has, unless nothing was sent to it either.
func (s *session) noted(err error) error {
	var e *driver.MySQLError
	switch {
	case err == nil, errors.Is(err, sql.ErrNoRows), errors.Is(err, driver.ErrPktTooLarge):
	case !errors.As(err, &e), ends(e.Number):
		s.lost, s.cut = true, errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
	}
	return err
}
