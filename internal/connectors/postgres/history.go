package postgres

import (
	"fmt"

	"github.com/kalends/kalends/internal/dialect"
)

// known is the step of a First whose version is that of the open row.
const known dialect.Step = 99

// historyMoves are the statements that move staged versions. The first finds
// those that are known, so that what is left as First is new. An open row that
// was noticed at the same moment as a new one is not closed: it is replaced.
func (t *table) historyMoves() []move {
	h := t.History
	open := fmt.Sprintf("%s AND t.%s IS NULL", t.match(h.Record), t.Names(h.To))
	end := func(step dialect.Step, at int, condition string) string {
		return fmt.Sprintf("UPDATE %s AS t SET %s = s.c%d FROM %s AS s WHERE s.step = %d AND %s AND %s",
			t.Quoted(), t.Names(h.To), at, t.stage, step, open, condition)
	}
	return []move{
		{dialect.First, fmt.Sprintf("UPDATE %s AS s SET step = %d FROM %s AS t WHERE s.step = %d AND %s AND t.%s = s.c%d",
			t.stage, known, t.Quoted(), dialect.First, open, t.Names(h.Version), h.Version)},
		{dialect.First, end(known, h.To, fmt.Sprintf("s.c%d IS NOT NULL", h.To))},
		{dialect.First, end(dialect.First, h.From, fmt.Sprintf("t.%s <> s.c%d", t.Names(h.From), h.From))},
		{dialect.End, end(dialect.End, h.From, "true")},
		{dialect.First, t.putSQL("s.step = %d", dialect.First)},
		{dialect.Next, t.putSQL("s.step = %d", dialect.Next)},
	}
}
