//go:build duckdb

package duckdb

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
	"github.com/kalends/kalends/internal/relation"
)

func verifier() func(context.Context, connect.Settings) (connect.Verification, error) {
	return func(ctx context.Context, s connect.Settings) (connect.Verification, error) {
		return file().Verify(ctx, s, open, openSource)
	}
}

// openSource returns what reads the file named by the setting "path". Its tables
// are its streams, and it is never written.
func openSource(ctx context.Context, s connect.Settings) (connect.Source, error) {
	path, err := file().Path(s.Values[dialect.FieldPath])
	if err == nil {
		err = speakable(path)
	}
	if err != nil {
		return nil, fromOf(err)
	}
	spills := newSpills()
	return relation.Open(ctx, relation.System{
		Dialect: newDialect(path),
		Open:    func(ctx context.Context) (relation.Session, error) { return openReader(ctx, path, spills) },
		Literal: literal,
	}, s)
}

// literal writes a value by the bytes of its text, of which any can be in a
// statement.
func literal(c relation.Column) string {
	return fmt.Sprintf("'decode(unhex(''' || hex(encode(CAST(%s AS VARCHAR))) || '''))::' || %s", quoted(c.Name), text(c.Native))
}

func quoted(name string) string { return newDialect("").Quoted(name) }

// text writes a text as it stands in a statement.
func text(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

var (
	_ relation.Session = (*reader)(nil)
	_ relation.Scanner = (*reader)(nil)
)

// Tables implements relation.Session.
func (r *reader) Tables(ctx context.Context) (names []string, err error) {
	err = r.ask(ctx, `SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = current_schema()
		AND NOT internal AND NOT temporary ORDER BY table_name`, func(row []any) bool {
		names = append(names, row[0].(string))
		return true
	})
	return names, r.fault(ctx, "asking", err)
}

// Table implements relation.Session.
func (r *reader) Table(ctx context.Context, name string) (columns []relation.Column, key []string, err error) {
	columns, err = r.describe(ctx, quoted(name))
	if err == nil {
		err = r.ask(ctx, `SELECT unnest(constraint_column_names) FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'
			AND database_name = current_database() AND schema_name = current_schema() AND table_name = `+text(name), func(row []any) bool {
			key = append(key, row[0].(string))
			return true
		})
	}
	return columns, key, r.fault(ctx, "asking about "+name+" in", err)
}

// Query implements relation.Session. DuckDB's query() takes one SELECT only.
func (r *reader) Query(ctx context.Context, query string) ([]relation.Column, error) {
	columns, err := r.describe(ctx, "query("+text(query)+")")
	for _, t := range []duckdb.ErrorType{duckdb.ErrorTypeParser, duckdb.ErrorTypeSyntax, duckdb.ErrorTypeBinder, duckdb.ErrorTypeCatalog, duckdb.ErrorTypeInvalidInput, duckdb.ErrorTypeConversion, duckdb.ErrorTypeNotImplemented} {
		if is(err, t) { // it tells of the statement, not of rows
			return nil, fault.New(fault.Invalid, "the query cannot be understood: %s", firstLine(err.Error())).WithField("query").
				WithHint("give one SELECT, and try it with duckdb, the program")
		}
	}
	for i := range columns {
		columns[i].NotNull = false // DuckDB tells that of the tables that are asked
	}
	return columns, r.fault(ctx, "asking", err)
}

// describe returns the columns of what can be selected from.
func (r *reader) describe(ctx context.Context, from string) (columns []relation.Column, err error) {
	err = r.ask(ctx, "DESCRIBE SELECT * FROM "+from, func(row []any) bool {
		c := columnOf(row[0].(string), row[1].(string))
		c.NotNull = row[2] == "NO" && !mayBeUnfit(c.Type)
		columns = append(columns, c)
		return true
	})
	return columns, err
}

// Rows implements relation.Session. The driver would hold the answer whole, in
// memory, so it is put into a temporary table, of which DuckDB keeps on the disk
// what is too much.
func (r *reader) Rows(ctx context.Context, statement string) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		err := r.keep(ctx, statement)
		if err == nil {
			err = r.parts(ctx, answer, "*", func(row []any) bool { return yield(row, nil) })
		}
		if err != nil {
			yield(nil, r.fault(ctx, "reading", err))
		}
	}
}

const answer = "temp.main.kalends_answer"

// keep makes the table of an answer. Its columns have names of their own, so that
// none is that of the numbers of rows.
func (r *reader) keep(ctx context.Context, statement string) error {
	var names []string
	err := r.ask(ctx, "DESCRIBE "+statement, func([]any) bool {
		names = append(names, fmt.Sprintf("c%d", len(names)))
		return true
	})
	if err != nil {
		return err
	}
	return r.spills.alone(ctx, func() error {
		_, err := r.conn.ExecContext(ctx, fmt.Sprintf("CREATE OR REPLACE TEMPORARY TABLE %s (%s) AS %s", answer, strings.Join(names, ", "), statement))
		return err
	})
}

// Scan implements relation.Scanner: what is in a table is read from there, unless
// it has a column that is named as the numbers of rows are.
func (r *reader) Scan(ctx context.Context, table string, expressions []string) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		selected := strings.Join(expressions, ", ")
		columns, err := r.describe(ctx, table)
		if slices.ContainsFunc(columns, func(c relation.Column) bool { return strings.EqualFold(c.Name, "rowid") }) {
			r.Rows(ctx, "SELECT "+selected+" FROM "+table)(yield)
			return
		}
		if err == nil {
			err = r.parts(ctx, table, selected, func(row []any) bool { return yield(row, nil) })
		}
		if err != nil {
			yield(nil, r.fault(ctx, "reading", err))
		}
	}
}

// parts shows the rows of a table to see, some at once, until it wants no more.
func (r *reader) parts(ctx context.Context, table, expressions string, see func([]any) bool) error {
	var end int64
	if err := r.conn.QueryRowContext(ctx, "SELECT coalesce(max(rowid) + 1, 0) FROM "+table).Scan(&end); err != nil {
		return err
	}
	more := true
	for from := int64(0); from < end && more; from += some {
		query := fmt.Sprintf("SELECT %s FROM %s WHERE rowid >= %d AND rowid < %d", expressions, table, from, from+some)
		if err := r.ask(ctx, query, func(row []any) bool { more = see(row); return more }); err != nil {
			return err
		}
	}
	return nil
}
