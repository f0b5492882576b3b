package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"

	"github.com/kalends/kalends/internal/connect"
)

// version closes the open version unless it is that of r, and then adds r if
// none is open.
func (t *table) version(ctx context.Context, conn driver.Conn, r connect.Record) error {
	h := t.History
	end := append([]int{h.From}, h.Record...)
	if r.Deleted {
		r.Values = slices.Clone(r.Values)
		r.Values[h.Version] = "" // that of no record
	}
	if err := t.run(ctx, conn, &t.end, t.endSQL, r, append(end, h.Version)); err != nil || r.Deleted {
		return err
	}
	return t.run(ctx, conn, &t.add, t.addSQL, r, append(slices.Clone(t.All), h.Record...))
}

// isRecord is the condition that a row is of a record and open.
func (t *table) isRecord() string {
	return t.List(t.History.Record, "%s = ?", " AND ") + " AND " + t.Names(t.History.To) + " IS NULL"
}

func (t *table) endSQL() string {
	return fmt.Sprintf("UPDATE %s SET %s = ? WHERE %s AND %s <> ?", t.Quoted(), t.Names(t.History.To), t.isRecord(), t.Names(t.History.Version))
}

// addSQL replaces a version that was noticed at the same moment: it was valid
// for no time.
func (t *table) addSQL() string {
	return fmt.Sprintf("INSERT OR REPLACE INTO %s (%s) SELECT %s WHERE NOT EXISTS (SELECT 1 FROM %s WHERE %s)",
		t.Quoted(), t.Names(t.All...), t.List(t.All, "?", ", "), t.Quoted(), t.isRecord())
}
