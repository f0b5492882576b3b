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
		Declare: func(t *dialect.Table, column int) string { return declared(t.Stream.Columns[column]) },
		Keeps: func(t *dialect.Table, column int, declared string) bool {
			return declared == inCatalog(t.Stream.Columns[column])
		},
	}
}

// declared returns the type a column is declared with. JSON is kept to the byte,
// but after a check that not all that is sent passes: _raw is text.
func declared(c connect.Column) string {
	switch c.Type {
	case connect.Integer:
		return "BIGINT"
	case connect.Number:
		return "DOUBLE"
	case connect.Boolean:
		return "BOOLEAN"
	case connect.Timestamp:
		return "TIMESTAMPTZ"
	case connect.JSON:
		if c.Name != connect.ColumnRaw {
			return "JSON"
		}
	case connect.Text:
	}
	return "VARCHAR"
}

// inCatalog returns the name that the catalog has for the type so declared.
func inCatalog(c connect.Column) string {
	if c.Type == connect.Timestamp {
		return "TIMESTAMP WITH TIME ZONE"
	}
	return declared(c)
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
		if c.Type == connect.JSON {
			c.Type = connect.Text
		}
		columns = append(columns, fmt.Sprintf("c%d %s", i, declared(c)))
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
