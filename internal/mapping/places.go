package mapping

import (
	"maps"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
)

// personal finds out what is done with the columns of the source, and with what
// is inside of them.
func (c *compiler) personal() error {
	named, err := c.explicit()
	if err != nil {
		return err
	}
	raw := map[string]*place{}
	for _, column := range c.source.Columns {
		s := slot{column: column, key: slices.Contains(c.source.Key, column.Name), inside: map[string]*place{}}
		for path, kinds := range column.Personal {
			if p := c.placeOf(kinds, s.key); p != nil {
				s.inside[joined(path)] = p
			}
		}
		if action, ok := named[column.Name]; ok {
			s.inside = map[string]*place{"": {action: action, exact: s.key}}
		}
		c.slots = append(c.slots, s)
		for path, p := range s.inside {
			switch {
			case column.Name == connect.ColumnRaw:
				raw[path] = p
			case path == "":
				raw[column.Name] = p
			default:
				raw[column.Name+"_"+path] = p
			}
		}
	}
	holds := false
	for i := range c.slots {
		s := &c.slots[i]
		if s.column.Name == connect.ColumnRaw {
			s.inside = raw
		}
		for _, p := range s.inside {
			holds = holds || p.action != keep
		}
		if s.column.Type != connect.JSON {
			s.do = s.inside[""]
		}
		if err := c.possible(s); err != nil {
			return err
		}
	}
	if holds {
		c.out.cleaner = newCleaner(c.source, c.slots, c.secret)
	}
	return nil
}

// joined returns a path inside of JSON as it is looked for.
func joined(path string) string { return strings.ReplaceAll(path, ".", "_") }

// explicit returns what the rules of the stream say of its columns.
func (c *compiler) explicit() (map[string]Action, error) {
	all := map[string]Action{}
	for _, list := range []struct {
		field  string
		action Action
		names  []string
	}{{"hash", Hash, c.rules.Hash}, {"redact", Redact, c.rules.Redact}} {
		if err := c.exist(list.field, list.names); err != nil {
			return nil, err
		}
		for _, name := range list.names {
			if own(name) {
				return nil, wrong(c.path(list.field), "column %q is Kalends' own", name).WithHint("what is hashed or redacted elsewhere is so in _raw; omit leaves _raw out")
			}
			if _, ok := all[name]; ok {
				return nil, wrong(c.path(list.field), "column %q is hashed and redacted", name)
			}
			all[name] = list.action
		}
	}
	return all, nil
}

// placeOf returns what the file says of kinds of personal data; of two actions
// the one that keeps less.
func (c *compiler) placeOf(kinds []connect.Personal, key bool) *place {
	var p *place
	for _, kind := range kinds {
		action := c.file.Personal[kind]
		if kind == connect.Public {
			action = keep
		}
		if action != "" && (p == nil || action == Redact) {
			p = &place{action: action, exact: key}
		}
	}
	return p
}

// possible refuses what cannot be done with a column.
func (c *compiler) possible(s *slot) error {
	for _, path := range slices.Sorted(maps.Keys(s.inside)) {
		p := s.inside[path]
		field := "personal"
		if slices.Contains(c.rules.Hash, s.column.Name) || slices.Contains(c.rules.Redact, s.column.Name) {
			field = c.path(string(p.action))
		}
		switch {
		case p.action == Hash:
			c.hashes = true
			if n := len(c.secret.Reveal()); n < minSecret {
				return wrong(field, "hashing needs a secret key of %d bytes, not %d: without one, addresses could be guessed", minSecret, n)
			}
		case p.action == keep:
		case s.key:
			return wrong(field, "the key %q cannot be redacted: all rows would be one", s.column.Name).WithHint("hash it")
		case s.do != nil && s.column.Required && s.column.Type != connect.Text:
			return wrong(field, "column %q is never null and no text: it cannot be redacted", s.column.Name).WithHint("omit or hash it")
		}
	}
	return nil
}
