package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
)

// history is how the table of a history stream is written.
type history struct {
	table             *table
	record            []int // where the key of the record stands: that of the table less _valid_from
	version, from, to int
	end, add          statement
}

func newHistory(t *table, s connect.Stream) *history {
	h := &history{
		table: t, version: s.Column(connect.ColumnVersion), from: s.Column(connect.ColumnValidFrom), to: s.Column(connect.ColumnValidTo),
	}
	h.record = slices.DeleteFunc(slices.Clone(t.key), func(i int) bool { return i == h.from })
	return h
}

// write closes the open version unless it is that of r, and then adds r if none
// is open.
func (h *history) write(ctx context.Context, conn driver.Conn, r connect.Record) error {
	end := append([]int{h.from}, h.record...)
	if r.Deleted {
		r.Values = slices.Clone(r.Values)
		r.Values[h.version] = "" // that of no record
	}
	if err := h.table.run(ctx, conn, &h.end, h.endSQL, r, append(end, h.version)); err != nil || r.Deleted {
		return err
	}
	return h.table.run(ctx, conn, &h.add, h.addSQL, r, append(slices.Clone(h.table.all), h.record...))
}

// isRecord is the condition that a row is of a record and open.
func (h *history) isRecord() string {
	var all []string
	for _, i := range h.record {
		all = append(all, quote(h.table.columns[i].Name)+" = ?")
	}
	return strings.Join(all, " AND ") + " AND " + quote(connect.ColumnValidTo) + " IS NULL"
}

func (h *history) endSQL() string {
	return fmt.Sprintf("UPDATE %s SET %s = ? WHERE %s AND %s <> ?",
		quote(h.table.name), quote(connect.ColumnValidTo), h.isRecord(), quote(connect.ColumnVersion))
}

// addSQL replaces a version that was noticed at the same moment: it was valid
// for no time.
func (h *history) addSQL() string {
	var names []string
	for _, c := range h.table.columns {
		names = append(names, quote(c.Name))
	}
	return fmt.Sprintf("INSERT OR REPLACE INTO %s (%s) SELECT %s WHERE NOT EXISTS (SELECT 1 FROM %s WHERE %s)",
		quote(h.table.name), strings.Join(names, ", "), strings.Repeat("?, ", len(names)-1)+"?", quote(h.table.name), h.isRecord())
}
