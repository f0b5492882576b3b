package dialect

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Table is a stream as a system keeps it. Its columns are named by where they
// stand in those of the stream.
type Table struct {
	Stream   connect.Stream
	Name     string   // as the system has it
	Key, All []int    // columns
	Deleted  int      // _deleted_at, or -1
	History  *History // nil unless it keeps every version

	dialect  *Dialect
	names    []string // of the columns, as the system has them
	required []bool
}

// Is reports whether t was made for a stream with the columns of s.
func (t *Table) Is(s connect.Stream) bool {
	same := func(a, b connect.Column) bool { return a.Name == b.Name && a.Type == b.Type }
	return slices.EqualFunc(t.Stream.Columns, s.Columns, same)
}

// Required reports whether a column is never null.
func (t *Table) Required(column int) bool { return t.required[column] }

// Column returns the column that has a name in the system, or -1.
func (t *Table) Column(name string) int {
	return slices.IndexFunc(t.names, func(have string) bool { return t.dialect.Same(have, name) })
}

// Quoted is the table's name in a statement.
func (t *Table) Quoted() string { return t.dialect.Qualified(t.Stream.Name) }

// List writes something for each of some columns, with a separator. In it %s is
// the name of the column.
func (t *Table) List(columns []int, something, separator string) string {
	parts := make([]string, 0, len(columns))
	for _, i := range columns {
		parts = append(parts, strings.ReplaceAll(something, "%s", t.dialect.Quoted(t.names[i])))
	}
	return strings.Join(parts, separator)
}

// Names lists columns by comma.
func (t *Table) Names(columns ...int) string { return t.List(columns, "%s", ", ") }

// References are the columns that are to be indexed: those that refer to
// another record, unless one leads the key, which is an index.
func (t *Table) References() []int {
	return slices.DeleteFunc(slices.Clone(t.All), func(i int) bool { return t.Stream.Columns[i].Ref == "" || t.Key[0] == i })
}

// Index is the name, in a statement, of the index of a column.
func (t *Table) Index(column int) string {
	return t.dialect.Quoted(t.dialect.Name(t.Stream.Name + "_" + t.Stream.Columns[column].Name + "_idx"))
}

// CreateSQL makes the table.
func (t *Table) CreateSQL() string {
	var columns []string
	for i := range t.names {
		columns = append(columns, t.declared(i, t.required[i]))
	}
	return fmt.Sprintf("CREATE TABLE %s (%s, PRIMARY KEY (%s))", t.Quoted(), strings.Join(columns, ", "), t.Names(t.Key...))
}

// AddSQL adds a column to the table that is there. It cannot be NOT NULL, since
// the rows that are there have no value for it.
func (t *Table) AddSQL(column int) string {
	return fmt.Sprintf("ALTER TABLE %s ADD COLUMN %s", t.Quoted(), t.declared(column, false))
}

func (t *Table) declared(column int, notNull bool) string {
	text := t.dialect.Quoted(t.names[column]) + " " + t.dialect.Declare(t, column)
	if notNull {
		text += " NOT NULL"
	}
	return text
}

// OnConflict ends an INSERT so that it replaces what has the key: the words of
// SQLite, PostgreSQL and DuckDB.
func (t *Table) OnConflict() string {
	do := "NOTHING"
	if rest := t.Rest(); len(rest) > 0 {
		do = "UPDATE SET " + t.List(rest, "%s = excluded.%s", ", ")
	}
	return fmt.Sprintf("ON CONFLICT (%s) DO %s", t.Names(t.Key...), do)
}

// Rest are the columns that are not of the key.
func (t *Table) Rest() []int {
	return slices.DeleteFunc(slices.Clone(t.All), func(i int) bool { return slices.Contains(t.Key, i) })
}

// Check says why a value cannot be one of a column, as a fault.Schema that does
// not tell the value.
func (t *Table) Check(column int, v any) error {
	c := &t.Stream.Columns[column]
	if err := c.Fit(t.Stream.Name, v, t.required[column]); err != nil {
		return err
	}
	if f, is := v.(float64); is && t.dialect.InfinityRefused && math.IsInf(f, 0) {
		return fault.New(fault.Schema, "column %s of %s keeps finite numbers; this one does not fit", c.Name, t.Stream.Name)
	}
	return t.checkLength(column, v)
}

// checkLength says whether a text is too long for its column.
func (t *Table) checkLength(column int, v any) error {
	text, is := v.(string)
	if !is || t.dialect.Longest == nil {
		return nil
	}
	most := t.dialect.Longest(t, column)
	if most == 0 || len(text) <= most || utf8.RuneCountInString(text) <= most {
		return nil
	}
	return fault.New(fault.Schema, "column %s of %s keeps texts of up to %d characters; one of %d does not fit",
		t.Stream.Columns[column].Name, t.Stream.Name, most, utf8.RuneCountInString(text))
}

// CheckWidth says whether a record has a value for each column.
func (t *Table) CheckWidth(r connect.Record) error {
	if len(r.Values) == len(t.names) {
		return nil
	}
	return fault.New(fault.Schema, "a record of %s has %d values for %d columns", t.Stream.Name, len(r.Values), len(t.names))
}
