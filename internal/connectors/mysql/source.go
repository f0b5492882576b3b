package mysql

import (
	"context"
	"database/sql"
	"errors"
	"iter"

	driver "github.com/go-sql-driver/mysql"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/relation"
)

// openSource returns what reads a database. Its tables are its streams, or with
// a prefix those that begin with it.
func openSource(ctx context.Context, s connect.Settings) (connect.Source, error) {
	return openSourceWith(ctx, s, usual())
}

func openSourceWith(ctx context.Context, s connect.Settings, p patience) (connect.Source, error) {
	c, err := configure(s, "")
	if err != nil {
		return nil, err
	}
	system := relation.System{
		Dialect: newDialect(server{}, "", placeOf(c)),
		Open:    func(ctx context.Context) (relation.Session, error) { return openReader(ctx, s, p) },
		Literal: literal,
	}
	return relation.Open(ctx, system, s)
}

// literal writes a value as it stands in a statement. Numbers are not quoted: a
// text would be compared with them as a double.
func literal(c relation.Column) string {
	name := newDialect(server{}, "", "").Quoted(c.Name)
	if c.Type == connect.Integer || c.Native == decimal {
		return "CAST(" + name + " AS CHAR)"
	}
	return "QUOTE(" + name + ")"
}

// reader is a connection that only reads.
type reader struct {
	*destination

	prefix string
}

var _ relation.Session = (*reader)(nil)

func openReader(ctx context.Context, s connect.Settings, p patience) (*reader, error) {
	d, err := unconnected(s, p)
	if err != nil {
		return nil, err
	}
	d.session, err = d.dial(ctx)
	if err == nil {
		err = d.session.run(ctx, "SET SESSION TRANSACTION READ ONLY, ISOLATION LEVEL REPEATABLE READ")
	}
	if err != nil {
		return nil, errors.Join(d.fault(ctx, "connecting to", err), d.Close())
	}
	return &reader{d, s.Values[fieldPrefix]}, nil
}

// Tables implements relation.Session.
func (r *reader) Tables(ctx context.Context) (names []string, err error) {
	err = r.session.query(ctx, `SELECT table_name FROM information_schema.tables
		WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND left(table_name, char_length(?)) = ? ORDER BY table_name`,
		[]any{r.prefix, r.prefix}, func(scan func(...any) error) error {
			var name string
			err := scan(&name)
			names = append(names, name)
			return err
		})
	return names, r.fault(ctx, "asking", err)
}

// Table implements relation.Session.
func (r *reader) Table(ctx context.Context, name string) (columns []relation.Column, key []string, err error) {
	err = r.session.query(ctx, `SELECT column_name, data_type, column_type, coalesce(numeric_precision, 0), coalesce(numeric_scale, 0), is_nullable = 'NO'
		FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position`, []any{name},
		func(scan func(...any) error) error {
			var t columnType
			var name string
			var notNull bool
			err := scan(&name, &t.name, &t.declared, &t.precision, &t.scale, &notNull)
			c := t.column(name)
			c.NotNull = notNull && !c.mayBeUnfit
			columns = append(columns, c.Column)
			return err
		})
	if err == nil {
		err = r.session.query(ctx, `SELECT column_name FROM information_schema.key_column_usage
			WHERE table_schema = DATABASE() AND table_name = ? AND constraint_name = 'PRIMARY' ORDER BY ordinal_position`, []any{name},
			func(scan func(...any) error) error {
				var column string
				err := scan(&column)
				key = append(key, column)
				return err
			})
	}
	return columns, key, r.fault(ctx, "asking about "+name+" in", err)
}

// Query implements relation.Session.
func (r *reader) Query(ctx context.Context, query string) (columns []relation.Column, err error) {
	asking, cancel := r.session.within(ctx)
	defer cancel()
	rows, err := r.session.conn.QueryContext(asking, "SELECT * FROM ("+query+"\n) AS q LIMIT 0")
	var e *driver.MySQLError
	if errors.As(err, &e) && ofQuery(e.Number) {
		return nil, fault.New(fault.Invalid, "the query cannot be understood: %s (error %d)", e.Message, e.Number).WithField("query").
			WithHint("try it with the server's own client")
	}
	if err != nil {
		return nil, r.fault(ctx, "asking", r.session.noted(err))
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, r.fault(ctx, "asking", err)
	}
	for _, t := range types {
		columns = append(columns, ofResult(t).column(t.Name()).Column)
	}
	return columns, r.fault(ctx, "asking", rows.Err())
}

// ofQuery reports whether an error is of the query alone: what it says is of its
// words, tables and columns.
func ofQuery(number uint16) bool {
	switch number {
	case 1052, 1054, 1055, 1056, 1060, 1064, 1111, 1140, erNoSuchTable, 1222, 1241, 1248, 1305, 1582, 1630:
		return true
	}
	return false
}

// Rows implements relation.Session. A value is as the server writes it.
func (r *reader) Rows(ctx context.Context, statement string) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		err := r.rowsOf(ctx, statement, func(row []any) bool { return yield(row, nil) })
		if err != nil && !errors.Is(err, errEnough) {
			yield(nil, r.fault(ctx, "reading", err))
		}
	}
}

// rowsOf shows each row to see. When that wants no more the connection is cut,
// as the rows that are left would have to be read.
func (r *reader) rowsOf(ctx context.Context, statement string, see func([]any) bool) (err error) {
	ctx, cut := context.WithCancel(ctx)
	defer cut()
	rows, err := r.session.conn.QueryContext(ctx, statement)
	if err != nil {
		return r.session.noted(err)
	}
	defer func() {
		if err != nil {
			cut()
			r.session.lost = true
		}
		err = errors.Join(err, rows.Close())
	}()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	raw, row, into := make([]sql.RawBytes, len(names)), make([]any, len(names)), make([]any, len(names))
	for i := range raw {
		into[i] = &raw[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		for i, v := range raw {
			row[i] = nil
			if v != nil {
				row[i] = string(v)
			}
		}
		if !see(row) {
			return errEnough
		}
	}
	return r.session.noted(rows.Err())
}
