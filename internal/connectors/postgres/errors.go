package postgres

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kalends/kalends/internal/fault"
)

const (
	readOnlyHint = "choose the primary server, and look at default_transaction_read_only of the database and the user"
	againHint    = "run it again: nothing is lost"
)

// fault sorts an error of the server or of the connection. doing says what was
// tried: "writing to". The words of the server are not repeated: they may hold
// values.
func (s *session) fault(ctx context.Context, doing string, err error) error {
	return fault.Sorted(ctx, doing+" "+s.place, err, func(err error) (fault.Kind, string, string) {
		m := s.ofConnection(err)
		if e, ok := errors.AsType[*pgconn.PgError](err); ok {
			m = s.ofServer(e)
		}
		return m.kind, m.why, m.hint
	})
}

// meaning is what an error means to us.
type meaning struct {
	kind      fault.Kind
	why, hint string
}

// ofConnection is the meaning of an error that no server sent.
func (s *session) ofConnection(err error) meaning {
	var certificate *tls.CertificateVerificationError
	var network net.Error
	var connecting *pgconn.ConnectError
	reached := !errors.As(err, &network) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF)
	switch {
	case errors.As(err, &certificate):
		return meaning{fault.Invalid, "its certificate is not one that is trusted", "name the file of its authority as ca_file, or choose a weaker sslmode if you know the network"}
	case !errors.As(err, &connecting):
		return meaning{fault.Unavailable, "the connection is lost", againHint}
	case reached && s.config.TLSConfig != nil:
		return meaning{fault.Invalid, "the server does not speak TLS", "set it up for TLS, or choose sslmode=prefer or disable if you know the network"}
	}
	return meaning{fault.Unavailable, "the server cannot be reached" + because(err), "check host and port, and that it is running"}
}

// because tells the innermost of a network's errors.
func because(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return ": " + op.Err.Error()
	}
	return ""
}

// ofServer is the meaning of an error by its SQLSTATE
// (https://www.postgresql.org/docs/current/errcodes-appendix.html).
func (s *session) ofServer(e *pgconn.PgError) meaning {
	m, known := s.meaningOf(e.Code)
	switch {
	case !known:
		return meaning{fault.Internal, fmt.Sprintf("the server refuses (SQLSTATE %s)", e.Code), "look the code up in the server's manual, and its words in the server's log"}
	case e.Code == "28000" && s.config.TLSConfig == nil:
		m.hint = "if the server lets nobody in without TLS choose sslmode=require; else check the user and the server's pg_hba.conf"
	}
	m.why += about(e)
	return m
}

// meaningOf looks a code up, and then its class.
func (s *session) meaningOf(code string) (m meaning, known bool) {
	lists := []map[string]meaning{codes(), classes()}
	if s.reading {
		lists = append([]map[string]meaning{readingCodes()}, lists...)
	}
	for _, list := range lists {
		for _, key := range []string{code, code[:min(2, len(code))]} {
			if m, known = list[key]; known {
				return m, known
			}
		}
	}
	return meaning{}, false
}

// about names what an error is about, and its code.
func about(e *pgconn.PgError) string {
	var parts []string
	for _, part := range [][2]string{{"table", e.TableName}, {"column", e.ColumnName}, {"constraint", e.ConstraintName}} {
		if part[1] != "" {
			parts = append(parts, part[0]+" "+part[1])
		}
	}
	return " (" + strings.Join(append(parts, "SQLSTATE "+e.Code), ", ") + ")"
}

func codes() map[string]meaning {
	return map[string]meaning{
		"28P01": {fault.Unauthorized, "the password is wrong or missing", "change it with `kalends credential edit`, or look at PGPASSWORD and ~/.pgpass"},
		"3D000": {fault.NotFound, "there is no such database", "create it, or name another one"},
		"42501": {fault.Forbidden, "the user may not do that", "GRANT it CREATE on the database or the schema, or make it the owner of the tables"},
		"25006": {fault.Invalid, "it may only be read", readOnlyHint},
		"53100": {fault.Unavailable, "the disk of the server is full", "make room and run it again: nothing is lost"},
		"55P03": {fault.Unavailable, "another session keeps it locked", "wait for that session or end it (see pg_locks), and run it again"},
		"57014": {fault.Unavailable, "the server took too long to answer, or was told to stop", "see what keeps it busy (pg_stat_activity), and run it again"},
		"42P01": {fault.Conflict, "a table was dropped or renamed meanwhile", "run it again: it is made anew"},
		"42703": {fault.Conflict, "a column was dropped or renamed meanwhile", "run it again: it is made anew"},
		"P0001": {fault.Schema, "a trigger refuses a row", "remove the trigger, or choose another schema"},
		"22P05": {fault.Schema, "a value has a character that the database cannot hold", "leave the stream out, or choose a database with the encoding UTF8"},
	}
}

// readingCodes are those codes, and classes, that mean something else where nothing is written.
func readingCodes() map[string]meaning {
	return map[string]meaning{
		"42501": {fault.Forbidden, "the user may not read that", "GRANT it USAGE on the schema and SELECT on its tables"},
		"25006": {fault.Invalid, "only what reads is allowed", "give a SELECT"},
		"42P01": {fault.Conflict, "a table was dropped or renamed meanwhile", "look which there are: kalends streams --from"},
		"42703": {fault.Conflict, "a column was dropped or renamed meanwhile", "run it again"},
		"22":    {fault.Invalid, "the query fails on a row", "correct the query"},
	}
}

// classes are the meanings of codes by their first two characters.
func classes() map[string]meaning {
	return map[string]meaning{
		"08": {fault.Unavailable, "the connection is lost", againHint},
		"22": {fault.Schema, "a value is not one that its column can hold", "leave the stream out"},
		"23": {fault.Schema, "the table refuses a row", "remove the constraint, or choose another schema"},
		"28": {fault.Unauthorized, "the server does not let the user in", "check the user and the server's pg_hba.conf"},
		"40": {fault.Unavailable, "another session was in the way", againHint},
		"53": {fault.Unavailable, "the server has no room or connections left", "run it again later: nothing is lost"},
		"54": {fault.Schema, "a value is longer than PostgreSQL keeps or indexes", "leave the stream out"},
		"57": {fault.Unavailable, "the server ended the connection or is not ready", againHint},
		"58": {fault.Unavailable, "the disk of the server does not answer as it should", "check the server and run it again: nothing is lost"},
	}
}
