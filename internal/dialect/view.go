package dialect

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"text/template"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// Words are the parts of a view's query for which each system has its own. All
// take and return expressions. The elements of a list of JSON are joined under
// an alias.
type Words struct {
	// Each joins the elements of a list, which may be null or no list at all;
	// Place is the place of one in it, from 0.
	Each  func(list, alias string) string
	Place func(alias string) string
	// Text is a member of an element as text, Flag one that is true or false,
	// and List one that is a list.
	Text, Flag, List func(alias, member string) string
	// First is a member of the first element of a list as text, and Length how
	// many elements it has.
	First  func(list, member string) string
	Length func(list string) string
	// Minutes is the whole minutes from one time to another, Day the day of a
	// time in UTC as text, and Integer a number without fraction.
	Minutes func(from, to string) string
	Day     func(at string) string
	Integer func(number string) string
}

// View is a view as one system keeps it.
type View struct {
	Name  string // as the system has it
	Query string
	// Mark tells views of Kalends from others, and which one it is.
	Mark string
	of   connect.View
}

// MadeByKalends begins the mark of a view.
const MadeByKalends = "kalends view "

// Views writes views for a system whose tables and views are named there. Those
// of whose streams a table is missing are left out, and so are those that are
// made of one that is.
func (d *Dialect) Views(views []connect.View, w Words, has func(table string) bool) ([]View, error) {
	var made []View
	for _, v := range views {
		missing := func(stream string) bool { return !has(d.table(stream)) }
		unmade := func(view string) bool {
			return !slices.ContainsFunc(made, func(m View) bool { return m.of.Name == view })
		}
		if slices.ContainsFunc(v.Of, missing) || slices.ContainsFunc(v.Views, unmade) {
			continue
		}
		query, err := d.query(v, w)
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256([]byte(query))
		made = append(made, View{Name: d.table(v.Name), Query: query, Mark: MadeByKalends + hex.EncodeToString(sum[:8]), of: v})
	}
	return made, nil
}

// query writes the query of a view.
func (d *Dialect) query(v connect.View, w Words) (string, error) {
	functions := template.FuncMap{
		"table": d.Qualified, "each": w.Each, "place": w.Place, "text": w.Text, "flag": w.Flag, "list": w.List,
		"first": w.First, "length": w.Length, "minutes": w.Minutes, "day": w.Day, "integer": w.Integer,
	}
	t, err := template.New(v.Name).Funcs(functions).Parse(v.Query)
	if err != nil {
		return "", fault.New(fault.Internal, "the view %s: %w", v.Name, err)
	}
	var text strings.Builder
	if err := t.Execute(&text, nil); err != nil {
		return "", fault.New(fault.Internal, "the view %s: %w", v.Name, err)
	}
	return strings.TrimSpace(text.String()), nil
}

// Qualified is the name of a table or view in a statement.
func (d *Dialect) Qualified(name string) string {
	if d.Schema == "" {
		return d.Quoted(d.table(name))
	}
	return d.Quoted(d.Schema) + "." + d.Quoted(d.table(name))
}

// Quoted is the view's name in a statement of its dialect.
func (v View) Quoted(d *Dialect) string { return d.Qualified(v.of.Name) }
