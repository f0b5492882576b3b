package dialect

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/fault"
)

// Column is a column that is there.
type Column struct {
	Name, Declared string
	NotNull        bool
	Filled         bool // has a default or is computed
	Computed       bool
	Key            bool
}

// Fits says why a table that is there cannot keep the stream, as a fault.Schema
// that names the column and both types. Columns that are not the stream's are
// left alone.
func (t *Table) Fits(there []Column) error {
	var key []string
	same := true
	for _, is := range there {
		if is.Key {
			key = append(key, t.dialect.Quoted(is.Name))
			same = same && slices.Contains(t.Key, t.Column(is.Name))
		}
	}
	if !same || len(key) != len(t.Key) {
		return t.Misfit("the primary key of table %s is (%s) there, but must be (%s)", t.Name, strings.Join(key, ", "), t.Names(t.Key...))
	}
	for _, is := range there {
		if err := t.keeps(t.Column(is.Name), is); err != nil {
			return err
		}
	}
	return nil
}

// keeps says why a column that is there cannot keep column i, which is -1 if
// the stream has no such column.
func (t *Table) keeps(i int, is Column) error {
	where := fmt.Sprintf("column %s of table %s", is.Name, t.Name)
	switch {
	case i < 0 && is.NotNull && !is.Filled:
		return t.Misfit("%s is not the stream's, but must not be null", where)
	case i < 0:
		return nil
	case is.Computed:
		return t.Misfit("%s is computed there, but is to be written", where)
	case is.NotNull && !t.required[i]:
		return t.Misfit("%s is NOT NULL there, but may be null", where)
	case !t.dialect.Keeps(t, i, is.Declared):
		return t.Misfit("%s is declared %s there, but must be %s to hold %s values",
			where, cmp.Or(is.Declared, "without a type"), t.dialect.Declare(t, i), t.Stream.Columns[i].Type)
	}
	return nil
}

// Missing returns the columns that are not there.
func (t *Table) Missing(there []Column) []int {
	return slices.DeleteFunc(slices.Clone(t.All), func(i int) bool { return t.In(there, i) != nil })
}

// In returns the one of the columns that are there that is column i, or nil.
func (t *Table) In(there []Column, i int) *Column {
	at := slices.IndexFunc(there, func(is Column) bool { return t.dialect.Same(is.Name, t.names[i]) })
	if at < 0 {
		return nil
	}
	return &there[at]
}

// Misfit is the fault of a table that is there and cannot be used.
func (t *Table) Misfit(format string, args ...any) error {
	return fault.New(fault.Schema, format+" (in %s)", append(args, t.dialect.Place)...).
		WithHint("rename or drop it, or %s", t.dialect.Otherwise)
}
