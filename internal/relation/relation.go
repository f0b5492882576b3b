// Package relation is what the SQL sources have in common: tables and the
// results of queries understood as streams, read as a whole or from the last
// value of a cursor on.
package relation

import (
	"context"
	"iter"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
)

// System is a place of tables that is read.
type System struct {
	Dialect *dialect.Dialect
	// Open connects. What it returns cannot write.
	Open func(ctx context.Context) (Session, error)
	// Literal returns an expression that is the value of a column, which is not
	// null, as it stands in a statement: a text.
	Literal func(c Column) string
}

// Session is a connection. It is for one goroutine, and its errors are faults.
type Session interface {
	// Tables returns the names of the tables, without those that are the
	// system's own.
	Tables(ctx context.Context) ([]string, error)
	// Table describes a table: its columns, and the names of those that are its
	// primary key.
	Table(ctx context.Context, name string) (columns []Column, key []string, err error)
	// Query describes the result of a query. One that is wrong is a
	// fault.Invalid of the field "query".
	Query(ctx context.Context, query string) ([]Column, error)
	// Rows yields what a statement selects, a value for each expression; nil is
	// null. A row holds until the next one. An error is last.
	Rows(ctx context.Context, statement string) iter.Seq2[[]any, error]
	// Close ends the connection.
	Close() error
}

// Scanner is a Session that reads a whole table in a way of its own.
type Scanner interface {
	// Scan yields what expressions are in each row of a table, as Rows does; the
	// table is as it stands in a statement.
	Scan(ctx context.Context, table string, expressions []string) iter.Seq2[[]any, error]
}

// Column is a column of a table or of a query's result.
type Column struct {
	Name    string
	Type    connect.Type
	NotNull bool
	// Native is the system's own type, for Literal.
	Native string
	// Select is the expression that reads it, with %s for its name; empty: the
	// name itself.
	Select string
	// Read returns what Rows yields for it, which is not null, as a value of
	// Type that does not depend on the row, or false if it cannot be one.
	Read func(raw any) (value any, ok bool)
}

// The options of a flow that reads a system.
const (
	optionQuery  = "query"
	optionName   = "name"
	optionKey    = "key"
	optionCursor = "cursor"
)

const defaultName = "query"

// Options lists the options that Open reads.
func Options() []connect.Field {
	return []connect.Field{
		{Name: optionQuery, Title: "Query", Help: "Read the result of this SELECT instead of tables.", Example: "SELECT id, name FROM people WHERE active"},
		{Name: optionName, Title: "Name", Help: "What the result of the query is called.", Default: defaultName},
		{Name: optionKey, Title: "Key", Help: "The columns, by comma, that tell rows apart, instead of the primary key.", Example: "country,number"},
		{Name: optionCursor, Title: "Cursor", Help: "Read only rows in which this column is not less than the last one read.", Example: "updated_at"},
	}
}
