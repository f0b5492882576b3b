package mysql

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/dialect"
	"github.com/kalends/kalends/internal/fault"
)

const (
	longestName  = 64   // the server refuses what is longer
	longestIndex = 3072 // bytes, of a key or an index
	indexed      = 255  // characters of a reference that its index has
	engine       = "ENGINE=InnoDB ROW_FORMAT=DYNAMIC"
)

// newDialect returns what the server wants of statements.
func newDialect(s server, prefix, place string) *dialect.Dialect {
	return &dialect.Dialect{
		Place: place, Otherwise: "choose another database or prefix", Prefix: prefix, Quote: "`", LongestName: longestName,
		FoldsCase: true, InfinityRefused: true,
		Declare: s.declared, Keeps: s.keeps, Longest: longest,
	}
}

// longest returns how many characters a text of a key may have: so many that
// those of the key fit into an index.
func longest(t *dialect.Table, column int) int {
	if !slices.Contains(t.Key, column) {
		return 0
	}
	texts, room := 0, longestIndex
	for _, i := range t.Key {
		if t.Stream.Columns[i].Type == connect.Text {
			texts++
		} else {
			room -= 8
		}
	}
	const bytesOfOne = 4
	return room / bytesOfOne / max(1, texts)
}

// collation tells texts apart to the byte, and spaces at their end too: so each
// system calls it.
func (s server) collation() string {
	if s.maria {
		return "utf8mb4_nopad_bin"
	}
	return "utf8mb4_0900_bin"
}

// declared returns the type that a column is declared with. The record as it was
// sent is a text: JSON would put it into another order at MySQL.
func (s server) declared(t *dialect.Table, column int) string {
	c := t.Stream.Columns[column]
	if c.Type == connect.JSON && c.Name != connect.ColumnRaw {
		return "json"
	}
	return s.staged(t, column)
}

// staged returns the type of a column in the stage, where JSON is not looked at.
func (s server) staged(t *dialect.Table, column int) string {
	switch t.Stream.Columns[column].Type {
	case connect.Integer:
		return "bigint"
	case connect.Number:
		return "double"
	case connect.Boolean:
		return "tinyint(1)"
	case connect.Timestamp:
		return "datetime(6)"
	case connect.Text, connect.JSON:
	}
	if most := longest(t, column); most > 0 {
		return fmt.Sprintf("varchar(%d) collate %s", most, s.collation())
	}
	return "longtext collate " + s.collation()
}

// keeps reports whether a column that is declared so keeps every value of one.
// What rows are found by is compared to the byte; other texts need only be in
// Unicode.
func (s server) keeps(t *dialect.Table, column int, declared string) bool {
	wanted := s.declared(t, column)
	kind, collation, _ := strings.Cut(declared, " collate ")
	var most int
	switch {
	case declared == wanted:
		return true
	case wanted == "bigint":
		return strings.HasPrefix(declared, "bigint(") && strings.HasSuffix(declared, ")") // MariaDB tells a width
	case longest(t, column) > 0:
		_, err := fmt.Sscanf(kind, "varchar(%d)", &most)
		return err == nil && most >= longest(t, column) && collation == s.collation()
	case t.History != nil && t.History.Version == column:
		return false
	}
	return strings.HasPrefix(wanted, "longtext") && kind == "longtext" && strings.HasPrefix(collation, "utf8mb4_")
}

// Prepare makes the table of s with its indexes, or adds the columns that are
// missing from it. Columns that are not the stream's are left alone. Processes
// that prepare at once take turns.
//
// A table that cannot keep the stream as it is meant is fault.Schema.
func (d *destination) Prepare(ctx context.Context, s connect.Stream) (created bool, err error) {
	wanted, err := d.dialect.Table(s)
	if err != nil {
		return false, err
	}
	t := newTable(wanted, d.server)
	err = d.alone(ctx, func() error {
		created, err = d.shape(ctx, t)
		return err
	})
	if err != nil {
		return false, d.fault(ctx, "preparing "+s.Name+" in", err)
	}
	d.tables[s.Name] = t
	return created, nil
}

// alone runs do while no other process of ours changes tables of the database.
// (Each statement that changes one is a transaction of its own.)
func (d *destination) alone(ctx context.Context, do func() error) error {
	name := d.dialect.Name("kalends prepares " + d.config.DBName)
	var got *int
	err := d.first(ctx, func() error {
		return d.session.row(ctx, "SELECT GET_LOCK(?, ?)", []any{name, d.patience.lock.Seconds()}, &got)
	})
	switch {
	case err != nil:
		return err
	case got == nil || *got != 1:
		return fault.New(fault.Unavailable, "another session prepares tables in %s", d.place).WithHint("wait for it or end it (see SHOW PROCESSLIST), and run it again")
	}
	err = do()
	if d.session.lost {
		return errors.Join(err, d.rollback())
	}
	return errors.Join(err, d.session.row(context.WithoutCancel(ctx), "SELECT RELEASE_LOCK(?)", []any{name}, &got))
}

// shape makes or widens the table and its indexes.
func (d *destination) shape(ctx context.Context, t *table) (created bool, err error) {
	there, err := d.columns(ctx, t.Table)
	if err != nil {
		return false, err
	}
	var statements []string
	if there == nil {
		statements = append(statements, fmt.Sprintf("%s %s DEFAULT CHARSET=utf8mb4 COLLATE=%s", t.CreateSQL(), engine, t.server.collation()))
	} else {
		if err := t.Fits(there); err != nil {
			return false, err
		}
		for _, i := range t.Missing(there) {
			statements = append(statements, t.AddSQL(i))
		}
	}
	indexes, err := d.indexSQL(ctx, t.Table)
	if err != nil {
		return false, err
	}
	for _, statement := range append(statements, indexes...) {
		if err := d.session.run(ctx, statement); err != nil {
			return false, err
		}
	}
	return there == nil, nil
}
