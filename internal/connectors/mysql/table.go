package mysql

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
	server server
	moves  []dialect.Move
}

// stage is the name of the stage of every table. It is made anew for each batch:
// to empty it would be to commit.
const stage = "_kalends_stage"

func newTable(t *dialect.Table, s server) *table {
	w := &table{Table: t, server: s}
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

// stageSQL makes the stage, empty. Some servers want a key of every table.
func (t *table) stageSQL() []string {
	var columns []string
	for i := range t.Stream.Columns {
		columns = append(columns, fmt.Sprintf("c%d %s", i, t.server.staged(t.Table, i)))
	}
	return []string{
		"DROP TEMPORARY TABLE IF EXISTS " + stage,
		fmt.Sprintf("CREATE TEMPORARY TABLE %s (n BIGINT AUTO_INCREMENT PRIMARY KEY, step SMALLINT, %s) %s", stage, strings.Join(columns, ", "), engine),
	}
}

// loadSQL fills the stage from the reader of a name.
func (t *table) loadSQL(reader string) string {
	return fmt.Sprintf(`LOAD DATA LOCAL INFILE 'Reader::%s' INTO TABLE %s CHARACTER SET utf8mb4 FIELDS TERMINATED BY '\t' ESCAPED BY '\\' LINES TERMINATED BY '\n' (step, %s)`,
		reader, stage, dialect.Staged(t.All, "c%d"))
}

// insertSQL begins a statement that fills the stage.
func (t *table) insertSQL() string {
	return fmt.Sprintf("INSERT INTO %s (step, %s) VALUES ", stage, dialect.Staged(t.All, "c%d"))
}

// putSQL relies on what Prepare makes sure of: that no other key of the table is
// unique. The server would take a row with the same one for the row that is
// meant.
func (t *table) putSQL(where string) string {
	var set []string
	for _, i := range t.Rest() {
		set = append(set, fmt.Sprintf("%s = s.c%d", t.Names(i), i))
	}
	if len(set) == 0 {
		set = append(set, fmt.Sprintf("%s = s.c%d", t.Names(t.Key[0]), t.Key[0]))
	}
	return fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %s AS s WHERE %s ON DUPLICATE KEY UPDATE %s",
		t.Quoted(), t.Names(t.All...), dialect.Staged(t.All, "s.c%d"), stage, where, strings.Join(set, ", "))
}

// The stage is read from its beginning to its end, and rows of the table are
// found by their key: there is nothing by which the server could know better.

func (t *table) updateSQL(alias, column, value, on, where string) string {
	return fmt.Sprintf("UPDATE %s AS s STRAIGHT_JOIN %s AS t ON %s SET %s.%s = %s WHERE %s", stage, t.Quoted(), on, alias, column, value, where)
}

func (t *table) deleteSQL(on, where string) string {
	return fmt.Sprintf("DELETE t FROM %s AS s STRAIGHT_JOIN %s AS t ON %s WHERE %s", stage, t.Quoted(), on, where)
}
