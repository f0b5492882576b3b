package mapping

import (
	"maps"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
)

// own reports whether Kalends itself fills a column, whose name others rely on.
func own(name string) bool {
	return name == connect.ColumnRaw || name == connect.ColumnSynced || name == connect.ColumnDeleted
}

// columns lays out the columns of the table: those kept, then what is set and
// computed, then Kalends' own.
func (c *compiler) columns() error {
	kept, err := c.kept()
	if err != nil {
		return err
	}
	if err := c.renames(kept); err != nil {
		return err
	}
	listed := slices.Contains(c.rules.Select, connect.ColumnRaw)
	last := len(kept)
	for last > 0 && own(kept[last-1]) && !listed {
		last--
	}
	for _, name := range kept[:last] {
		c.keep(name)
	}
	if err := c.set(); err != nil {
		return err
	}
	if err := c.compute(); err != nil {
		return err
	}
	for _, name := range kept[last:] {
		c.keep(name)
	}
	return c.distinct()
}

// kept returns the source's columns that are kept, in their order.
func (c *compiler) kept() ([]string, error) {
	all := c.names()
	for _, list := range []struct {
		field string
		names []string
	}{{"select", c.rules.Select}, {"omit", c.rules.Omit}} {
		if err := c.exist(list.field, list.names); err != nil {
			return nil, err
		}
	}
	kept := all
	if len(c.rules.Select) > 0 {
		kept = slices.Clone(c.rules.Select)
		for _, name := range all {
			if own(name) && !slices.Contains(kept, name) {
				kept = append(kept, name)
			}
		}
	}
	for _, name := range c.rules.Omit {
		switch {
		case slices.Contains(c.rules.Select, name):
			return nil, wrong(c.path("omit"), "column %q is selected and omitted", name)
		case own(name) && name != connect.ColumnRaw:
			return nil, wrong(c.path("omit"), "column %q is needed to keep the copy fresh", name)
		}
	}
	kept = slices.DeleteFunc(slices.Clone(kept), func(name string) bool { return slices.Contains(c.rules.Omit, name) })
	for _, key := range c.source.Key {
		if !slices.Contains(kept, key) {
			field := "select"
			if slices.Contains(c.rules.Omit, key) {
				field = "omit"
			}
			return nil, wrong(c.path(field), "the key %q cannot be left out: rows are told apart by it", key).WithHint("keep it; rename can give it another name")
		}
	}
	return kept, nil
}

// exist refuses names that are no columns of the source, or stand there twice.
func (c *compiler) exist(field string, names []string) error {
	for i, name := range names {
		if c.source.Column(name) < 0 {
			return wrong(c.path(field), "stream %s has no column %q", c.source.Name, name).WithHint("%s", choose(name, c.names()))
		}
		if slices.Contains(names[:i], name) {
			return wrong(c.path(field), "column %q is named twice", name)
		}
	}
	return nil
}

// renames checks the new names.
func (c *compiler) renames(kept []string) error {
	for _, name := range slices.Sorted(maps.Keys(c.rules.Rename)) {
		if err := c.exist("rename", []string{name}); err != nil {
			return err
		}
		switch {
		case own(name):
			return wrong(c.path("rename", name), "column %q cannot be renamed: Kalends looks for it by that name", name)
		case !slices.Contains(kept, name):
			return wrong(c.path("rename", name), "column %q is renamed and left out", name)
		case !isName(c.rules.Rename[name]):
			return wrong(c.path("rename", name), "%q cannot be the name of a column", c.rules.Rename[name]).WithHint(nameHint)
		}
	}
	return nil
}

// keep adds a column of the source.
func (c *compiler) keep(name string) {
	i := c.source.Column(name)
	s := c.slots[i]
	s.column.Name = c.named(name)
	if other, ok := c.tables[s.column.Ref]; ok {
		s.column.Ref = other
	}
	if s.do != nil && s.do.action == Hash {
		s.column.Type = connect.Text
	}
	c.add(s, i, nil)
}

// named returns the name of a column of the source in the table.
func (c *compiler) named(name string) string {
	if renamed, ok := c.rules.Rename[name]; ok {
		return renamed
	}
	return name
}

func (c *compiler) add(s slot, from int, fixed any) {
	c.out.slots = append(c.out.slots, s)
	c.out.from = append(c.out.from, from)
	c.out.fixed = append(c.out.fixed, fixed)
	c.out.target.Columns = append(c.out.target.Columns, s.column)
}

// set adds the columns that hold the same in every row.
func (c *compiler) set() error {
	for _, name := range slices.Sorted(maps.Keys(c.rules.Set)) {
		field := c.path("set", name)
		if !isName(name) {
			return wrong(field, "%q cannot be the name of a column", name).WithHint(nameHint)
		}
		column := connect.Column{Name: name, Required: true, Doc: "The same in every row."}
		v := plain(c.rules.Set[name])
		switch v.(type) {
		case string:
			column.Type = connect.Text
		case int64:
			column.Type = connect.Integer
		case float64:
			column.Type = connect.Number
		case bool:
			column.Type = connect.Boolean
		default:
			return wrong(field, "it is neither a text nor a number, true or false").WithHint("quote a time; a list can be computed")
		}
		v, err := convert(v, column.Type)
		if err != nil {
			return wrong(field, "%w", err)
		}
		c.add(slot{column: column}, -1, v)
	}
	return nil
}

// compute adds the columns that are made of others.
func (c *compiler) compute() error {
	types := typeNames()
	for _, name := range slices.Sorted(maps.Keys(c.rules.Compute)) {
		rule, field := c.rules.Compute[name], c.path("compute", name)
		kind, ok := types[rule.Type]
		switch {
		case !isName(name):
			return wrong(field, "%q cannot be the name of a column", name).WithHint(nameHint)
		case !ok:
			return wrong(field, "there is no type %q", rule.Type).WithHint("choose from text, integer, number, boolean, timestamp, json")
		case (rule.Expr == "") == (rule.JQ == ""):
			return wrong(field, "give one of expr and jq")
		}
		made := computed{at: len(c.out.slots), field: field}
		var err error
		if rule.Expr != "" {
			made.expression, err = newExpression(field, rule.Expr, c.source, c.zones)
		} else {
			made.query, err = newQuery(field, rule.JQ)
		}
		if err != nil {
			return err
		}
		if e := made.expression; e != nil && !canHold(e.gives, kind) {
			return wrong(field, "the expression gives %s, which a column of type %s cannot hold", nameOf(e.gives), kind)
		}
		c.out.computed = append(c.out.computed, made)
		c.add(slot{column: connect.Column{Name: name, Type: kind, Doc: "Computed."}}, -1, nil)
	}
	return nil
}

// distinct refuses two columns of one name. Case does not tell them apart, as
// it does not in every system.
func (c *compiler) distinct() error {
	seen := map[string]bool{}
	for _, column := range c.out.target.Columns {
		name := strings.ToLower(column.Name)
		if !seen[name] {
			seen[name] = true
			continue
		}
		field := c.path()
		for old, renamed := range c.rules.Rename {
			if renamed == column.Name {
				field = c.path("rename", old)
			}
		}
		if _, ok := c.rules.Set[column.Name]; ok {
			field = c.path("set", column.Name)
		}
		if _, ok := c.rules.Compute[column.Name]; ok {
			field = c.path("compute", column.Name)
		}
		return wrong(field, "two columns would be named %q", column.Name).WithHint("rename or omit one of them")
	}
	return nil
}
