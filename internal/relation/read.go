package relation

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/kalends/kalends/internal/connect"
)

// place is where a relation is: what its checkpoints hold.
type place struct {
	From   string `json:"from"`
	Cursor string `json:"cursor"`
	Last   string `json:"last"` // as a literal
}

// Read implements connect.Source.
func (s *source) Read(ctx context.Context, r connect.Reading) iter.Seq2[connect.Batch, error] {
	return func(yield func(connect.Batch, error) bool) {
		done, err := s.turns.Take(ctx, s.system.Dialect.Place)
		if err != nil {
			yield(connect.Batch{}, err)
			return
		}
		defer done()
		if err := s.read(ctx, r, func(b connect.Batch) bool { return yield(b, nil) }); err != nil {
			yield(connect.Batch{}, err)
		}
	}
}

func (s *source) read(ctx context.Context, reading connect.Reading, see func(connect.Batch) bool) (err error) {
	session, err := s.system.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, session.Close()) }()
	for _, wanted := range reading.Streams {
		for i := range s.relations {
			if s.relations[i].stream.Name != wanted.Name {
				continue
			}
			b := s.relations[i].batcher(see)
			if err := s.readOne(ctx, session, b, reading.From); err != nil || b.stopped {
				return err
			}
		}
	}
	return nil
}

// readOne reads a relation: as a whole or, by a cursor, first the rows that have
// none, and then the others in its order.
func (s *source) readOne(ctx context.Context, session Session, b *batcher, from connect.Checkpoint) error {
	r := b.relation
	if r.cursor < 0 {
		return b.finish(b.run(s.whole(ctx, session, r)))
	}
	// Not by its name alone, which ORDER BY would take for what is selected.
	cursor := "q." + s.system.Dialect.Quoted(r.columns[r.cursor].Name)
	last := r.last(from)
	isNull, order := "WHERE "+cursor+" IS NULL", " ORDER BY "+cursor
	if last == "" {
		if err := b.run(session.Rows(ctx, s.statement(r, isNull))); err != nil || b.stopped {
			return b.finish(err)
		}
		if n := b.rows; n > 0 {
			b.note("%d of the rows have no %s: they are read again only without --cursor", n, r.columns[r.cursor].Name)
		}
		b.placed = true
		return b.finish(b.run(session.Rows(ctx, s.statement(r, "WHERE "+cursor+" IS NOT NULL"+order))))
	}
	b.placed = true
	if err := b.run(session.Rows(ctx, s.statement(r, "WHERE "+cursor+" >= "+last+order))); err != nil || b.stopped {
		return b.finish(err)
	}
	for _, err := range session.Rows(ctx, "SELECT 1 FROM "+r.from+" AS q "+isNull+" LIMIT 1") {
		if err != nil {
			return b.finish(err)
		}
		b.note("rows that have no %s are not read: run it without --cursor to read all", r.columns[r.cursor].Name)
	}
	return b.finish(nil)
}

// whole yields all rows of a relation.
func (s *source) whole(ctx context.Context, session Session, r *Relation) iter.Seq2[[]any, error] {
	if own, ok := session.(Scanner); ok && r.table {
		return own.Scan(ctx, r.from, s.expressions(r))
	}
	return session.Rows(ctx, s.statement(r, ""))
}

// statement selects the rows of a relation.
func (s *source) statement(r *Relation, which string) string {
	all := s.expressions(r)
	if r.cursor >= 0 {
		all = append(all, s.system.Literal(r.columns[r.cursor]))
	}
	return strings.TrimSpace(fmt.Sprintf("SELECT %s FROM %s AS q %s", strings.Join(all, ", "), r.from, which))
}

// expressions read the columns of a relation.
func (s *source) expressions(r *Relation) (all []string) {
	for _, c := range r.columns {
		name := s.system.Dialect.Quoted(c.Name)
		if c.Select != "" {
			name = strings.ReplaceAll(c.Select, "%s", name)
		}
		all = append(all, name)
	}
	return all
}

// last returns from where on the relation is to be read, empty for the start: a
// checkpoint may be of another question.
func (r *Relation) last(from connect.Checkpoint) string {
	var p place
	if len(from) == 0 || json.Unmarshal(from, &p) != nil || p.From != r.from || p.Cursor != r.columns[r.cursor].Name {
		return ""
	}
	return p.Last
}
