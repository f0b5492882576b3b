package postgres

import (
	"fmt"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
)

// table is a prepared stream and how it is written: by a stage of the same name.
type table struct {
	*dialect.Table
	stage string // its name in statements
	moves []dialect.Move
}

func newTable(t *dialect.Table) *table {
	w := &table{Table: t, stage: `pg_temp."` + strings.ReplaceAll(t.Name, `"`, `""`) + `"`}
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

// stageSQL makes the stage, empty.
func (t *table) stageSQL() string {
	var columns []string
	for i, c := range t.Stream.Columns {
		columns = append(columns, fmt.Sprintf("c%d %s", i, declared(c)))
	}
	return fmt.Sprintf("CREATE TEMPORARY TABLE IF NOT EXISTS %s (step smallint, %s); TRUNCATE %s", t.stage, strings.Join(columns, ", "), t.stage)
}

// unstageSQL drops a stage with the columns of an earlier Prepare.
func (t *table) unstageSQL() string { return "DROP TABLE IF EXISTS " + t.stage }

// copySQL fills the stage.
func (t *table) copySQL() string {
	return fmt.Sprintf("COPY %s (step, %s) FROM STDIN (FORMAT binary)", t.stage, dialect.Staged(t.All, "c%d"))
}

func (t *table) putSQL(where string) string {
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s AS s WHERE %s %s",
		t.Quoted(), t.Names(t.All...), dialect.Staged(t.All, "s.c%d"), t.stage, where, t.OnConflict())
}

func (t *table) updateSQL(alias, column, value, on, where string) string {
	set, other := t.Quoted()+" AS t", t.stage+" AS s"
	if alias == "s" {
		set, other = other, set
	}
	return fmt.Sprintf("UPDATE %s SET %s = %s FROM %s WHERE %s AND %s", set, column, value, other, where, on)
}

func (t *table) deleteSQL(on, where string) string {
	return fmt.Sprintf("DELETE FROM %s AS t USING %s AS s WHERE %s AND %s", t.Quoted(), t.stage, where, on)
}
