package postgres

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/relation"
)

// openSource returns what reads a schema. Its tables are its streams.
func openSource(ctx context.Context, s connect.Settings) (connect.Source, error) {
	return openSourceWith(ctx, s, usual())
}

func openSourceWith(ctx context.Context, s connect.Settings, p patience) (connect.Source, error) {
	at, err := newSession(s, p, true)
	if err != nil {
		return nil, err
	}
	system := relation.System{
		Dialect: newDialect(at.schema, at.place),
		Open:    func(ctx context.Context) (relation.Session, error) { return openReader(ctx, s, p) },
		Literal: func(c relation.Column) string {
			return fmt.Sprintf(`quote_literal("%s"::text) || '::%s'`, strings.ReplaceAll(c.Name, `"`, `""`), strings.ReplaceAll(c.Native, "'", "''"))
		},
	}
	return relation.Open(ctx, system, s)
}

// reader is a session that only reads.
type reader struct {
	*session

	types map[string]columnType // those that were asked for
}

var _ relation.Session = (*reader)(nil)

func openReader(ctx context.Context, s connect.Settings, p patience) (*reader, error) {
	opened, err := openSession(ctx, s, p, true)
	if err != nil {
		return nil, err
	}
	return &reader{session: opened, types: map[string]columnType{}}, nil
}

// onlyRead has nothing written, values written as text in one way whatever the
// server's settings are, and tables found by a query in the schema first.
func (s *session) onlyRead(ctx context.Context) error {
	err := s.run(ctx, `SET default_transaction_read_only = on; SET idle_in_transaction_session_timeout = 0; SET timezone = 'UTC';
		SET datestyle = 'ISO, YMD'; SET intervalstyle = 'iso_8601'; SET extra_float_digits = 1; SET standard_conforming_strings = on`)
	if err != nil {
		return err
	}
	_, err = s.row(ctx, `SELECT set_config('search_path', concat_ws(', ', quote_ident($1), nullif(current_setting('search_path'), '')), false)`, s.schema)
	return err
}

// Tables implements relation.Session. What is a part of a table is read with
// it.
func (r *reader) Tables(ctx context.Context) ([]string, error) {
	rows, err := r.query(ctx, `SELECT coalesce(relname, '') FROM pg_namespace n
		LEFT JOIN pg_class c ON n.oid = relnamespace AND relkind IN ('r', 'p', 'f') AND NOT relispartition
		WHERE nspname = $1 ORDER BY relname`, r.schema)
	switch {
	case err != nil:
		return nil, r.fault(ctx, "asking", err)
	case len(rows) == 0:
		return nil, r.noSchema(ctx)
	case rows[0][0] == "":
		return nil, nil
	}
	names := make([]string, 0, len(rows))
	for _, row := range rows {
		names = append(names, row[0])
	}
	return names, nil
}

// noSchema is the fault of a schema that is not there.
func (r *reader) noSchema(ctx context.Context) error {
	rows, err := r.query(ctx, `SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY 1 LIMIT 20`)
	if err != nil {
		return r.fault(ctx, "asking", err)
	}
	var names []string
	for _, row := range rows {
		names = append(names, row[0])
	}
	return fault.New(fault.NotFound, "there is no %s", r.place).WithField("from").
		WithHint("name one of its schemas (?schema=… in an address): %s", strings.Join(names, ", "))
}

// Table implements relation.Session.
func (r *reader) Table(ctx context.Context, name string) (columns []relation.Column, key []string, err error) {
	rows, err := r.query(ctx, `SELECT attname, atttypid, atttypmod, attnotnull,
			coalesce(array_position(string_to_array(indkey::text, ' ')::int2[], attnum), 0)
		FROM pg_attribute LEFT JOIN pg_index ON indrelid = attrelid AND indisprimary
		WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, newDialect(r.schema, r.place).Qualified(name))
	if err != nil {
		return nil, nil, r.fault(ctx, "asking about "+name+" in", err)
	}
	keyed := map[string]string{}
	for _, row := range rows {
		c, err := r.column(ctx, row[0], row[1], row[2])
		if err != nil {
			return nil, nil, r.fault(ctx, "asking about "+name+" in", err)
		}
		c.NotNull = row[3] == "t"
		columns = append(columns, c)
		keyed[row[4]] = c.Name
	}
	for i := 1; keyed[strconv.Itoa(i)] != ""; i++ {
		key = append(key, keyed[strconv.Itoa(i)])
	}
	return columns, key, nil
}

// Query implements relation.Session.
func (r *reader) Query(ctx context.Context, query string) ([]relation.Column, error) {
	asking, cancel := context.WithTimeout(ctx, r.patience.answer+r.patience.connect)
	defer cancel()
	result, err := r.conn.Prepare(asking, "", "SELECT * FROM ("+query+"\n) AS q", nil)
	var e *pgconn.PgError
	const wrong, forbidden = "42", "42501" // what it says is of the query alone
	if errors.As(err, &e) && strings.HasPrefix(e.Code, wrong) && e.Code != forbidden {
		return nil, fault.New(fault.Invalid, "the query cannot be understood: %s (SQLSTATE %s)", e.Message, e.Code).WithField("query").
			WithHint("try it with psql; tables that it does not qualify are those of the schema %s", r.schema)
	}
	if err != nil {
		return nil, r.fault(ctx, "asking", err)
	}
	columns := make([]relation.Column, 0, len(result.Fields))
	for _, f := range result.Fields {
		c, err := r.column(ctx, f.Name, strconv.FormatUint(uint64(f.DataTypeOID), 10), strconv.Itoa(int(f.TypeModifier)))
		if err != nil {
			return nil, r.fault(ctx, "asking", err)
		}
		columns = append(columns, c)
	}
	return columns, nil
}

// Rows implements relation.Session. It reads by a cursor, as everything was when
// it began.
func (r *reader) Rows(ctx context.Context, statement string) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		if err := r.rows(ctx, statement, func(row []any) bool { return yield(row, nil) }); err != nil {
			yield(nil, r.fault(ctx, "reading", err))
		}
	}
}

func (r *reader) rows(ctx context.Context, statement string, see func([]any) bool) (err error) {
	if err := r.begin(ctx, "ISOLATION LEVEL REPEATABLE READ READ ONLY"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.rollback()) }()
	// Not by run: of a query that holds several statements nothing is executed.
	if _, err := r.query(ctx, "DECLARE read NO SCROLL CURSOR FOR "+statement); err != nil {
		return err
	}
	for {
		more, err := r.next(ctx, see)
		if err != nil || !more {
			return err
		}
	}
}

// next shows the next rows of the cursor to see as they arrive, and reports
// whether there are more and more are wanted.
func (r *reader) next(ctx context.Context, see func([]any) bool) (more bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, r.patience.answer+r.patience.connect)
	defer cancel()
	const binaryFormat = 1
	rows := r.conn.ExecParams(ctx, fmt.Sprintf("FETCH %d FROM read", fetch), nil, nil, nil, []int16{binaryFormat})
	n, wanted := 0, true
	var row []any
	for wanted && rows.NextRow() {
		row = row[:0]
		for _, v := range rows.Values() {
			if v == nil {
				row = append(row, nil)
			} else {
				row = append(row, v)
			}
		}
		n++
		wanted = see(row)
	}
	_, err = rows.Close()
	return n == fetch && wanted, err
}
