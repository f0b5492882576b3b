package intake

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// mostColumns is how many columns rows may have: more come of names that are
// values.
const mostColumns = 2000

// columns are those of all rows, in the order in which they were found.
type columns struct {
	names   []string
	types   []types
	at      map[string]int
	settled bool // no more may be found
	// declared are the types of columns that need not be found out; nil: they do.
	declared []connect.Type
}

func newColumns() *columns { return &columns{at: map[string]int{}} }

// declare adds a column whose type is known.
func (c *columns) declare(name string, t connect.Type) {
	c.at[name] = len(c.names)
	c.names, c.types, c.declared = append(c.names, name), append(c.types, anyType), append(c.declared, t)
}

// typeOf returns the type of a column.
func (c *columns) typeOf(i int) connect.Type {
	if c.declared != nil {
		return c.declared[i]
	}
	return c.types[i].narrowest()
}

// find returns where a column stands, and adds it unless they are settled.
func (c *columns) find(name string) (int, error) {
	i, known := c.at[name]
	switch {
	case known:
		return i, nil
	case c.settled:
		return 0, fmt.Errorf("there is a column that the rows before have not")
	case len(c.names) == mostColumns:
		return 0, fmt.Errorf("there are more than %d columns", mostColumns)
	}
	c.at[name] = len(c.names)
	c.names, c.types = append(c.names, name), append(c.types, anyType)
	return len(c.names) - 1, nil
}

// header finds the columns of a file that names them first.
func (c *columns) header(names []string) (places []int, err error) {
	for i, name := range names {
		switch {
		case name == "":
			return nil, fmt.Errorf("column %d has no name", i+1)
		case slices.Contains(names[:i], name):
			return nil, fmt.Errorf("two columns are named %q", name)
		}
		at, err := c.find(name)
		if err != nil {
			return nil, err
		}
		places = append(places, at)
	}
	return places, nil
}

// see narrows the types of the columns to those that a row can have.
func (c *columns) see(row []any) {
	for i, cell := range row {
		if cell != nil && c.types[i] != set(connect.Text) { // it cannot become narrower
			c.types[i] &= typesOf(cell)
		}
	}
}

// values makes the cells of a row values.
func (c *columns) values(row []any) ([]any, error) {
	for i, cell := range row {
		t, of := c.typeOf(i), valueOf
		if c.declared != nil {
			of = declaredOf
		}
		v, ok := of(cell, t)
		if !ok {
			return nil, fmt.Errorf("column %s holds %s values, and this one is none", c.names[i], t)
		}
		row[i] = v
	}
	return row, nil
}

// place is a line of a file.
type place struct {
	file string
	line int
}

// wrong is the fault of a file whose content is not as it has to be. That of a
// store that does not give it stays what it is.
func (p place) wrong(err error) error {
	var made *fault.Error
	if errors.As(err, &made) {
		return made
	}
	f := fault.New(fault.Invalid, "%s, line %d: %w", p.file, p.line, err).WithField("from")
	return f.WithHint("correct the file, or tell how it is written: --format, or ?delimiter=…&header=false behind its name")
}
