package postgres

import (
	"fmt"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
)

// table is a prepared stream and how it is written. Its changes are staged in a
// temporary table of the same name, whose column step says what each is for and
// whose columns c0, c1, … are those of the stream.
type table struct {
	*dialect.Table
	stage string // its name in statements
	moves []move
}

// move is the statement that moves the staged changes of a step into the table.
type move struct {
	step dialect.Step
	sql  string
}

func newTable(t *dialect.Table) *table {
	w := &table{Table: t, stage: `pg_temp."` + strings.ReplaceAll(t.Name, `"`, `""`) + `"`}
	if t.History != nil {
		w.moves = w.historyMoves()
		return w
	}
	w.moves = []move{
		{dialect.Put, w.putSQL("s.step = %d", dialect.Put)},
		{dialect.Remove, fmt.Sprintf("DELETE FROM %s AS t USING %s AS s WHERE s.step = %d AND %s", t.Quoted(), w.stage, dialect.Remove, w.match(t.Key))},
	}
	if t.Deleted >= 0 {
		w.moves = append(w.moves, move{dialect.Mark, fmt.Sprintf("UPDATE %s AS t SET %s = s.c%d FROM %s AS s WHERE s.step = %d AND %s",
			t.Quoted(), t.Names(t.Deleted), t.Deleted, w.stage, dialect.Mark, w.match(t.Key))})
	}
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

// staged lists the names of columns in the stage.
func staged(columns []int, format, separator string) string {
	parts := make([]string, 0, len(columns))
	for _, i := range columns {
		parts = append(parts, fmt.Sprintf(format, i))
	}
	return strings.Join(parts, separator)
}

// match is the condition that columns of the table t and the stage s are equal.
func (t *table) match(columns []int) string {
	parts := make([]string, 0, len(columns))
	for _, i := range columns {
		parts = append(parts, fmt.Sprintf("t.%s = s.c%d", t.Names(i), i))
	}
	return strings.Join(parts, " AND ")
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
	return fmt.Sprintf("COPY %s (step, %s) FROM STDIN (FORMAT binary)", t.stage, staged(t.All, "c%d", ", "))
}

// putSQL inserts what is staged and meets a condition, or replaces what has its
// key.
func (t *table) putSQL(condition string, args ...any) string {
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s AS s WHERE %s %s",
		t.Quoted(), t.Names(t.All...), staged(t.All, "s.c%d", ", "), t.stage, fmt.Sprintf(condition, args...), t.OnConflict())
}
