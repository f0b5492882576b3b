package relation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kalends/kalends/internal/connect"
	"github.com/kalends/kalends/internal/fault"
)

// source reads the relations of a system.
type source struct {
	system    System
	relations []*Relation
	turns     Turns
}

var _ connect.Source = (*source)(nil)

// Open asks the system which tables there are, or what its answer to a query is
// made of. Of the tables it looks only into those that s.Streams names. A
// table, key or cursor that is not there is a fault.Invalid.
func Open(ctx context.Context, system System, s connect.Settings) (_ connect.Source, err error) {
	session, err := system.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	src := &source{system: system, turns: NewTurns()}
	if query := trimmed(s.Values[optionQuery]); query != "" {
		err = src.ask(ctx, session, query, s)
	} else {
		err = src.list(ctx, session, s)
	}
	if err != nil {
		return nil, err
	}
	return src, nil
}

// trimmed is a query without what ends a statement.
func trimmed(query string) string { return strings.TrimRight(query, "; \t\r\n") }

// ask makes a query the only relation.
func (s *source) ask(ctx context.Context, session Session, query string, settings connect.Settings) error {
	if len(settings.Streams) > 0 {
		return invalid(optionQuery, "either tables are read or a query is").WithHint("leave out --streams or --query")
	}
	columns, err := session.Query(ctx, query)
	if err != nil {
		return err
	}
	name := cmp.Or(settings.Values[optionName], defaultName)
	r, err := New(name, columns, nil, settings.Values)
	if err != nil {
		return err
	}
	r.from = "(" + query + "\n)"
	s.relations = append(s.relations, r)
	return nil
}

// list makes each table a relation.
func (s *source) list(ctx context.Context, session Session, settings connect.Settings) error {
	if settings.Values[optionName] != "" {
		return invalid(optionName, "only a query is given a name: a table has one").WithHint("leave it out, or give a query")
	}
	names, err := session.Tables(ctx)
	if err != nil {
		return err
	}
	for _, wanted := range settings.Streams {
		if !slices.Contains(names, wanted) {
			return invalid("streams", "there is no table %q in %s", wanted, s.system.Dialect.Place).WithHint("%s", choose("choose from", names))
		}
	}
	for _, name := range names {
		if len(settings.Streams) > 0 && !slices.Contains(settings.Streams, name) {
			continue
		}
		columns, key, err := session.Table(ctx, name)
		if err != nil {
			return err
		}
		if len(columns) == 0 {
			continue
		}
		r, err := New(name, columns, key, settings.Values)
		if err != nil {
			return err
		}
		r.from, r.table = s.system.Dialect.Qualified(name), true
		s.relations = append(s.relations, r)
	}
	if len(s.relations) == 0 {
		return fault.New(fault.NotFound, "there are no tables in %s", s.system.Dialect.Place).WithField("from").
			WithHint("name another place, or what is to be read with --query")
	}
	return nil
}

// Streams implements connect.Source.
func (s *source) Streams() []connect.Stream {
	all := make([]connect.Stream, 0, len(s.relations))
	for _, r := range s.relations {
		all = append(all, r.stream)
	}
	return all
}

// Discover implements connect.Source: what Open found may be read.
func (s *source) Discover(context.Context) ([]connect.Availability, error) {
	all := make([]connect.Availability, 0, len(s.relations))
	for _, r := range s.relations {
		all = append(all, r.Available())
	}
	return all, nil
}

// choose lists some names for a hint.
func choose(words string, names []string) string {
	const most = 20
	if len(names) == 0 {
		return "there are none"
	}
	more := ""
	if len(names) > most {
		more = fmt.Sprintf(" and %d more", len(names)-most)
		names = names[:most]
	}
	return words + " " + strings.Join(names, ", ") + more
}

func invalid(field, format string, args ...any) *fault.Error {
	return fault.New(fault.Invalid, format, args...).WithField(field)
}
