package dialect

import (
	"fmt"
	"slices"
	"strings"
)

// Stage is a temporary table of the changes of a batch. Its column step says
// what each is for, and its columns c0, c1, … are those of the stream. In
// statements it is called s, and the table of the stream t.
type Stage struct {
	Table *Table
	// The statements of the system. on is the condition that a row of s is of
	// the row of t.
	Update func(alias, column, value, on, where string) string // sets a column of s or t
	Delete func(on, where string) string                       // of t
	Put    func(where string) string                           // inserts into t or replaces what has the key
}

// Move is the statement that moves the staged changes of a step into the table.
type Move struct {
	Step Step
	SQL  string
}

// Moves returns the statements for what Settle makes of a batch, in their order.
func (s *Stage) Moves() []Move {
	t := s.Table
	if t.History != nil {
		return s.historyMoves()
	}
	moves := []Move{{Put, s.Put(of(Put))}, {Remove, s.Delete(s.match(t.Key), of(Remove))}}
	if t.Deleted >= 0 {
		moves = append(moves, Move{Mark, s.Update("t", t.Names(t.Deleted), staged(t.Deleted), s.match(t.Key), of(Mark))})
	}
	return moves
}

// Needed are the statements, of all moves, that changes need.
func Needed(moves []Move, changes []Change) (statements []string) {
	steps := map[Step]bool{}
	for _, c := range changes {
		steps[c.Step] = true
	}
	for _, m := range moves {
		if steps[m.Step] {
			statements = append(statements, m.SQL)
		}
	}
	return statements
}

// known is the step of a First whose version is that of the open row.
const known Step = 99

// historyMoves are the statements that move staged versions. The first finds
// those that are known, so that what is left as First is new. An open row that
// was noticed at the same moment as a new one is not closed: it is replaced.
func (s *Stage) historyMoves() []Move {
	t, h := s.Table, s.Table.History
	open := s.match(h.Record) + " AND t." + t.Names(h.To) + " IS NULL"
	end := func(step Step, at int, and string) string {
		return s.Update("t", t.Names(h.To), staged(at), open, of(step)+and)
	}
	return []Move{
		{First, s.Update("s", "step", fmt.Sprint(known), open, fmt.Sprintf("%s AND t.%s = %s", of(First), t.Names(h.Version), staged(h.Version)))},
		{First, end(known, h.To, " AND "+staged(h.To)+" IS NOT NULL")},
		{First, end(First, h.From, fmt.Sprintf(" AND t.%s <> %s", t.Names(h.From), staged(h.From)))},
		{End, end(End, h.From, "")},
		{First, s.Put(of(First))},
		{Next, s.Put(of(Next))},
	}
}

// match is the condition that columns of t and s are equal.
func (s *Stage) match(columns []int) string {
	parts := make([]string, 0, len(columns))
	for _, i := range columns {
		parts = append(parts, fmt.Sprintf("t.%s = %s", s.Table.Names(i), staged(i)))
	}
	return strings.Join(parts, " AND ")
}

func of(step Step) string { return fmt.Sprintf("s.step = %d", step) }

func staged(column int) string { return fmt.Sprintf("s.c%d", column) }

// Staged writes something for each of some columns, by comma. In it %d is the
// number of the column.
func Staged(columns []int, something string) string {
	parts := make([]string, 0, len(columns))
	for _, i := range columns {
		parts = append(parts, fmt.Sprintf(something, i))
	}
	return strings.Join(parts, ", ")
}

// Looked reports whether the value of a column is looked at in a change: of one
// that takes away most are not, and were not checked.
func (t *Table) Looked(c Change, column int) bool {
	return !c.Record.Deleted || column == t.Deleted || slices.Contains(t.Key, column)
}
