package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"iter"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/relation"
)

// openSource returns what reads the file named by the setting "path". Its tables
// are its streams, and it is never written.
func openSource(ctx context.Context, s connect.Settings) (connect.Source, error) {
	path, err := file().Path(s.Values[dialect.FieldPath])
	if err != nil {
		return nil, err
	}
	return relation.Open(ctx, relation.System{
		Dialect: newDialect(path),
		Open:    func(ctx context.Context) (relation.Session, error) { return openReader(ctx, path, patience) },
		Literal: func(c relation.Column) string { return "quote(" + quoted(c.Name) + ")" },
	}, s)
}

func quoted(name string) string { return newDialect("").Quoted(name) }

// reader is an open file that is only read.
type reader struct {
	path string
	db   *sql.DB
}

var _ relation.Session = (*reader)(nil)

func openReader(ctx context.Context, path string, patience time.Duration) (*reader, error) {
	if err := file().Readable(path); err != nil { // in words what SQLite would call "unable to open database file"
		return nil, err
	}
	db, err := sql.Open("sqlite", readingDSN(path, patience))
	if err != nil {
		return nil, fault.New(fault.Internal, "opening %s: %w", path, err)
	}
	db.SetMaxOpenConns(1)
	r := &reader{path: path, db: db}
	if _, err := r.db.ExecContext(ctx, "SELECT count(*) FROM sqlite_master"); err != nil {
		return nil, errors.Join(r.fault(ctx, "opening", err), db.Close())
	}
	return r, nil
}

func readingDSN(path string, patience time.Duration) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/…
	}
	u := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{
		"mode":      {"ro"},
		"_dqs":      {"0"},
		"_error_rc": {"1"},
		"_pragma":   {"busy_timeout(" + strconv.FormatInt(patience.Milliseconds(), 10) + ")", "query_only(1)"},
	}.Encode()}
	return u.String()
}

// Tables implements relation.Session.
func (r *reader) Tables(ctx context.Context) (names []string, err error) {
	for row, err := range r.Rows(ctx, `SELECT name FROM pragma_table_list
		WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name`) {
		if err != nil {
			return nil, err
		}
		names = append(names, row[0].(string))
	}
	return names, nil
}

// Table implements relation.Session.
func (r *reader) Table(ctx context.Context, name string) (columns []relation.Column, key []string, err error) {
	table := "'" + strings.ReplaceAll(name, "'", "''") + "'"
	keyed := map[int64]string{}
	for row, err := range r.Rows(ctx, `SELECT name, type, "notnull", pk FROM pragma_table_xinfo(`+table+`) WHERE hidden <> 1`) {
		if err != nil {
			return nil, nil, err
		}
		c := relation.Column{Name: row[0].(string), Native: row[1].(string)}
		place := row[3].(int64)
		if place > 0 {
			keyed[place] = c.Name
		}
		c.NotNull = row[2].(int64) != 0
		columns = append(columns, c)
	}
	for i := int64(1); keyed[i] != ""; i++ {
		key = append(key, keyed[i])
	}
	return columns, key, r.survey(ctx, quoted(name), columns)
}

// Query implements relation.Session.
func (r *reader) Query(ctx context.Context, query string) (columns []relation.Column, err error) {
	from := "(" + query + "\n) AS q"
	rows, err := r.db.QueryContext(ctx, "SELECT * FROM "+from+" LIMIT 0")
	if err != nil {
		err = r.fault(ctx, "asking", err)
		if wrong := (*fault.Error)(nil); errors.As(err, &wrong) && wrong.Kind == fault.Invalid {
			wrong.Field = "query"
		}
		return nil, err
	}
	types, err := rows.ColumnTypes()
	if err = closed(rows, err); err != nil {
		return nil, r.fault(ctx, "asking", err)
	}
	for _, t := range types {
		columns = append(columns, relation.Column{Name: t.Name(), Native: t.DatabaseTypeName()})
	}
	return columns, r.survey(ctx, from, columns)
}

// Rows implements relation.Session.
func (r *reader) Rows(ctx context.Context, statement string) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		if err := r.rows(ctx, statement, func(row []any) bool { return yield(row, nil) }); err != nil {
			yield(nil, r.fault(ctx, "reading", err))
		}
	}
}

func (r *reader) rows(ctx context.Context, statement string, see func([]any) bool) (err error) {
	rows, err := r.db.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	defer func() { err = closed(rows, err) }()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	values, into := make([]any, len(names)), make([]any, len(names))
	for i := range into {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if !see(values) {
			return nil
		}
	}
	return rows.Err()
}

// Close implements relation.Session.
func (r *reader) Close() error { return r.fault(context.Background(), "closing", r.db.Close()) }

// fault sorts an error of the database; see destination.fault.
func (r *reader) fault(ctx context.Context, doing string, err error) error {
	var e *sqlite.Error
	if ctx.Err() == nil && errors.As(err, &e) {
		switch e.Code() & 0xff {
		case sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
			return fault.New(fault.Invalid, "%s %s: it cannot be opened: %w", doing, r.path, err).WithField("from").
				WithHint("check that you may read it; a file in write-ahead mode needs a folder that you may write to, too")
		case sqlite3.SQLITE_READONLY:
			return fault.New(fault.Invalid, "%s %s: only what reads is allowed: %w", doing, r.path, err).WithField("from").
				WithHint("give a SELECT; if another program was interrupted in writing the file, open it with that first")
		case sqlite3.SQLITE_ERROR: // it tells of the statement, not of rows
			return fault.New(fault.Invalid, "%s %s: %w", doing, r.path, err).WithField("query").WithHint("try the query with sqlite3, the program")
		}
	}
	return (&destination{path: r.path}).fault(ctx, doing, err)
}
