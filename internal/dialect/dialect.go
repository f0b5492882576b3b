// Package dialect is what the SQL destinations have in common: a stream
// understood as a table, the table that is there compared with the one that is
// wanted, values checked against their columns, and a batch brought into an
// order in which a few statements can write it.
package dialect

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode/utf8"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Dialect is how one system wants its SQL, and what it cannot keep. It does not
// change once tables are made of it.
type Dialect struct {
	// Place is where the tables are and Otherwise where they could be, for
	// messages: "/srv/copy.db", "choose another file".
	Place, Otherwise string
	// Schema is the name that qualifies those of tables; empty: none does.
	Schema string
	// Prefix begins the names of tables and views.
	Prefix string
	// Quote stands around names, and twice for itself in them.
	Quote string
	// LongestName is how many bytes a name may have; 0: any number.
	LongestName int
	// FoldsCase: names that differ only in case are the same.
	FoldsCase bool
	// NULReplaced: texts have no NUL; U+FFFD stands for it.
	NULReplaced bool
	// InfinityRefused: numbers are finite.
	InfinityRefused bool
	// Declare returns the type that a column is declared with.
	Declare func(t *Table, column int) string
	// Keeps reports whether a column that is declared so keeps every value of
	// one as it is.
	Keeps func(t *Table, column int, declared string) bool
	// Longest returns how many characters a text in a column may have, 0: any
	// number. Nil: any number everywhere.
	Longest func(t *Table, column int) int
}

// Name returns the name that the system can have for a thing so called. One
// that is too long is cut, and ends in a hash of the whole.
func (d *Dialect) Name(name string) string {
	if d.LongestName == 0 || len(name) <= d.LongestName {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	end := "_" + hex.EncodeToString(sum[:8])
	cut := d.LongestName - len(end)
	for !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut] + end
}

// table returns the name that a table or view so called has in the system.
func (d *Dialect) table(name string) string { return d.Name(d.Prefix + name) }

// Quoted writes a name so that the system takes it for nothing else.
func (d *Dialect) Quoted(name string) string {
	return d.Quote + strings.ReplaceAll(name, d.Quote, d.Quote+d.Quote) + d.Quote
}

// Same reports whether two names are one for the system.
func (d *Dialect) Same(a, b string) bool {
	return a == b || d.FoldsCase && strings.EqualFold(a, b)
}

// Text returns a text as a system keeps it that wants UTF-8.
func (d *Dialect) Text(text string) string {
	if d.NULReplaced && strings.IndexByte(text, 0) >= 0 {
		text = strings.ReplaceAll(text, "\x00", "\uFFFD")
	}
	if utf8.ValidString(text) { // far faster than to look for what is not
		return text
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// Table understands a stream. One without a key, and one whose columns the
// system could not tell apart, is a fault.Schema.
func (d *Dialect) Table(s connect.Stream) (*Table, error) {
	t := &Table{Stream: s, Name: d.table(s.Name), Deleted: s.Column(connect.ColumnDeleted), dialect: d, required: make([]bool, len(s.Columns))}
	var err error
	if t.Key, err = s.KeyColumns(); err != nil {
		return nil, err
	}
	for _, i := range t.Key {
		t.required[i] = true
	}
	for i, c := range s.Columns {
		if other := t.Column(d.Name(c.Name)); other >= 0 {
			return nil, fault.New(fault.Schema, "the columns %s and %s of %s have one name in %s", s.Columns[other].Name, c.Name, s.Name, d.Place)
		}
		t.names = append(t.names, d.Name(c.Name))
		t.All = append(t.All, i)
		t.required[i] = t.required[i] || c.Required
	}
	if s.History {
		t.History = newHistory(t)
	}
	return t, nil
}
