package mysql

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"

	driver "github.com/go-sql-driver/mysql"

	"github.com/kalends/kalends/internal/fault"
)

const (
	readOnlyHint = "choose the primary server, and look at read_only"
	againHint    = "run it again: nothing is lost"
	grantHint    = "GRANT ALL ON the database's tables TO the user"
)

// fault sorts an error of the server or of the connection. doing says what was
// tried: "writing to". The words of the server are not repeated: they may hold
// values.
func (d *destination) fault(ctx context.Context, doing string, err error) error {
	return fault.Sorted(ctx, doing+" "+d.place, err, func(err error) (fault.Kind, string, string) {
		m := d.ofConnection(err)
		if e, ok := errors.AsType[*driver.MySQLError](err); ok {
			m = d.ofServer(e)
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
func (d *destination) ofConnection(err error) meaning {
	var certificate *tls.CertificateVerificationError
	var connecting *connectError
	switch {
	case errors.As(err, &certificate):
		return meaning{fault.Invalid, "its certificate is not one that is trusted", "name the file of its authority as ca_file, or choose a weaker tls mode if you know the network"}
	case errors.Is(err, driver.ErrNoTLS):
		return meaning{fault.Invalid, "the server does not speak TLS", "set it up for TLS, or choose tls=prefer or disable if you know the network"}
	case errors.Is(err, driver.ErrPktTooLarge):
		return tooLarge()
	case errors.Is(err, driver.ErrCleartextPassword), errors.Is(err, driver.ErrOldPassword), errors.Is(err, driver.ErrUnknownPlugin):
		return meaning{fault.Invalid, "the server wants a way of identifying the user that is not supported", "let the user identify by a password, with caching_sha2_password or mysql_native_password"}
	case errors.As(err, &connecting):
		return meaning{fault.Unavailable, "the server cannot be reached" + because(err), "check host and port, and that it is running"}
	case errors.Is(err, context.DeadlineExceeded):
		return meaning{fault.Unavailable, "the server took too long to answer", "see what keeps it busy (SHOW PROCESSLIST), and run it again"}
	}
	return meaning{fault.Unavailable, "the connection is lost", againHint}
}

// because tells the innermost of a network's errors.
func because(err error) string {
	var op *net.OpError
	switch {
	case errors.As(err, &op) && op.Err != nil:
		return ": " + op.Err.Error()
	case errors.Is(err, io.EOF), errors.Is(err, driver.ErrInvalidConn):
		return ": it ended the connection"
	}
	return ""
}

func tooLarge() meaning {
	return meaning{fault.Schema, "a record is longer than the server takes at once", "raise max_allowed_packet of the server"}
}

// Numbers of errors that are asked for
// (https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html,
// https://mariadb.com/docs/server/reference/error-codes).
const (
	erAccessDenied      = 1045
	erNoSuchTable       = 1146
	erNotAllowedCommand = 1148 // LOAD DATA LOCAL is off, at MariaDB
	erLocalFilesOff     = 3948 // likewise, at MySQL
	erCapabilityOff     = 4166 // likewise, at MariaDB
)

// ends reports whether a server ends the connection with this error.
func ends(number uint16) bool {
	switch number {
	case 1053, 1080, 1152, 1184, 1927, 4031:
		return true
	}
	return false
}

// ofServer is the meaning of an error by its number.
func (d *destination) ofServer(e *driver.MySQLError) meaning {
	m, known := meanings()[e.Number]
	switch {
	case !known:
		return meaning{fault.Internal, fmt.Sprintf("the server refuses (error %d)", e.Number), "look the number up in the server's manual"}
	case e.Number == erAccessDenied && d.config.TLS == nil:
		m.hint += "; if the server lets the user in by TLS only choose tls=require"
	}
	m.why += fmt.Sprintf(" (error %d)", e.Number)
	return m
}

// meanings are those of the errors that were foreseen.
func meanings() map[uint16]meaning {
	all := map[uint16]meaning{}
	for _, of := range []struct {
		meaning
		numbers []uint16
	}{
		{meaning{fault.Unauthorized, "the password is wrong or missing", "change it with `kalends credential edit`, or look at MYSQL_PWD"}, []uint16{erAccessDenied, 1698}},
		{meaning{fault.Unauthorized, "the server does not let the user in", "look at the user's account: from where it may connect, whether it is locked or its password has expired"}, []uint16{1129, 1130, 1820, 1862, 3118, 4151}},
		{meaning{fault.Unauthorized, "the server lets the user in by TLS only", "choose tls=require"}, []uint16{3159}},
		{meaning{fault.Forbidden, "the user may not do that", grantHint}, []uint16{1044, 1142, 1143, 1227, 1370, 1410}},
		{meaning{fault.NotFound, "there is no such database", "create it, or name another one"}, []uint16{1049}},
		{meaning{fault.Invalid, "it may only be read", readOnlyHint}, []uint16{1290, 1792, 1836, 1874, 3100}},
		{meaning{fault.Invalid, "the server logs statements, which does not go with what others may change meanwhile", "set binlog_format of the server to ROW or MIXED"}, []uint16{1665}},
		{meaning{fault.Unavailable, "the disk of the server is full, or the table has reached its limit", "make room and run it again: nothing is lost"}, []uint16{1021, 1114}},
		{meaning{fault.Unavailable, "the disk of the server does not answer as it should, or is full", "check the server and run it again: nothing is lost"}, []uint16{1, 2, 3, 20, 1015, 1024, 1026, 1030, 1034, 1878}},
		{meaning{fault.Unavailable, "another session keeps it locked", "wait for that session or end it (see SHOW PROCESSLIST), and run it again"}, []uint16{1205, 3572}},
		{meaning{fault.Unavailable, "another session was in the way", againHint}, []uint16{1020, 1050, 1213, 1412, 3058}},
		{meaning{fault.Unavailable, "the server took too long to answer, or was told to stop", "see what keeps it busy (SHOW PROCESSLIST), and run it again"}, []uint16{1317, 1969, 3024}},
		{meaning{fault.Unavailable, "the server has no room or connections left", "run it again later: nothing is lost"}, []uint16{1037, 1038, 1040, 1041, 1135, 1203, 1226}},
		{meaning{fault.Unavailable, "the connection is lost", againHint}, []uint16{1053, 1080, 1152, 1156, 1157, 1158, 1159, 1160, 1161, 1184, 1927, 4031}},
		{meaning{fault.Conflict, "a table was dropped or renamed meanwhile", "run it again: it is made anew"}, []uint16{1051, erNoSuchTable, 1932}},
		{meaning{fault.Conflict, "a column was changed, dropped or renamed meanwhile", "run it again: it is made anew"}, []uint16{1054, 1267}},
		{meaning{fault.Schema, "a value is not one that its column can hold", "leave the stream out"}, []uint16{1048, 1062, 1264, 1265, 1292, 1364, 1366, 1406, 3140, 3141, 3157, 3158}},
		{meaning{fault.Schema, "the table refuses a row", "remove the constraint, or choose another database or prefix"}, []uint16{1216, 1217, 1451, 1452, 3819, 4025}},
		{meaning{fault.Schema, "a trigger refuses a row", "remove the trigger, or choose another database or prefix"}, []uint16{1442, 1644}},
		{meaning{fault.Schema, "the table is not one that it can keep", "leave the stream out"}, []uint16{1059, 1060, 1061, 1071, 1103, 1117, 1118, 1166, 1170, 3152}},
		{tooLarge(), []uint16{1105, 1153, 1162, 1301}},
	} {
		for _, n := range of.numbers {
			all[n] = of.meaning
		}
	}
	return all
}
