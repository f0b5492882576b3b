//go:build duckdb

package duckdb

import (
	"fmt"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
)

// table is a prepared stream and how it is written: by a stage.
type table struct {
	*dialect.Table
	moves []dialect.Move
}

// newDialect returns what DuckDB wants of statements about the file.
func newDialect(path string) *dialect.Dialect {
	return &dialect.Dialect{
		Place: path, Otherwise: "choose another file", Quote: `"`, FoldsCase: true,
		Declare: func(t *dialect.Table, column int) string { return declared(t.Stream.Columns[column].Type) },
		Keeps: func(t *dialect.Table, column int, declared string) bool {
			return declared == catalogued(t.Stream.Columns[column].Type)
		},
	}
}

// declared returns the type a column is declared with. JSON is a text with a
// check, and so is _raw as it was sent.
func declared(t connect.Type) string {
	switch t {
	case connect.Integer:
		return "BIGINT"
	case connect.Number:
		return "DOUBLE"
	case connect.Boolean:
		return "BOOLEAN"
	case connect.Timestamp:
		return "TIMESTAMPTZ"
	case connect.JSON:
		return "JSON"
	case connect.Text:
	}
	return "VARCHAR"
}

// catalogued returns the name that the catalog has for the type so declared.
func catalogued(t connect.Type) string {
	if t == connect.Timestamp {
		return "TIMESTAMP WITH TIME ZONE"
	}
	return declared(t)
}

func newTable(t *dialect.Table) *table {
	w := &table{Table: t}
	stage := dialect.Stage{Table: t, Put: w.putSQL, Update: w.updateSQL, Delete: w.deleteSQL}
	w.moves = stage.Moves()
	return w
}

// table returns what Prepare made for s.
func (d *destination) table(s connect.Stream) (*table, error) {
	t, ok := d.tables[s.Name]
	if !ok || !t.Is(s) {
		return nil, fault.New(fault.Internal, "%s was not prepared with these columns", s.Name)
	}
	return t, nil
}

// stage is the table that batches are staged in. There is one at a time.
const (
	stageName = "kalends_stage"
	stage     = "temp.main." + stageName
)

// stageSQL makes the stage, empty. JSON is text in it: the driver would write it
// in its own way.
func (t *table) stageSQL() string {
	columns := []string{"step SMALLINT"}
	for i, c := range t.Stream.Columns {
		kind := c.Type
		if kind == connect.JSON {
			kind = connect.Text
		}
		columns = append(columns, fmt.Sprintf("c%d %s", i, declared(kind)))
	}
	return fmt.Sprintf("CREATE OR REPLACE TEMPORARY TABLE %s (%s)", stage, strings.Join(columns, ", "))
}

func (t *table) putSQL(where string) string {
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s AS s WHERE %s %s",
		t.Quoted(), t.Names(t.All...), dialect.Staged(t.All, "s.c%d"), stage, where, t.OnConflict())
}

func (t *table) updateSQL(alias, column, value, on, where string) string {
	set, other := t.Quoted()+" AS t", stage+" AS s"
	if alias == "s" {
		set, other = other, set
	}
	return fmt.Sprintf("UPDATE %s SET %s = %s FROM %s WHERE %s AND %s", set, column, value, other, where, on)
}

func (t *table) deleteSQL(on, where string) string {
	return fmt.Sprintf("DELETE FROM %s AS t USING %s AS s WHERE %s AND %s", t.Quoted(), stage, where, on)
}
