package calendly

import (
	"context"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

const (
	// fewPages of a list, and fewCalls about what belongs to its records, are no
	// reason to read less than all of them in every run.
	fewPages = 5
	fewCalls = 50
)

// listing is how the list that leads a group is read: whole, or in near passes,
// where it is long, what has changed since the pass before.
type listing struct {
	request
	whole   bool
	since   time.Time // of what changed
	changed int       // the column that says when
}

// listing returns how the list of s is read in this pass. The API sorts it by
// updated_at.
func (r *reading) listing(s *stream) listing {
	l := listing{request: s.request(r.caller, ""), changed: s.Column("updated_at")}
	if l.whole = r.whole(); !l.whole {
		l.query.Set("sort", "updated_at:desc")
		l.since = r.from.Passes.news(r.source.fresh)
	}
	return l
}

// whole reports whether the list that leads the group is read whole.
func (r *reading) whole() bool { return !r.near() || r.from.Size <= fewPages*maxCount }

// ends reports whether what follows records has not changed.
func (l listing) ends(records []connect.Record) bool {
	if l.whole || len(records) == 0 {
		return false
	}
	at, ok := records[len(records)-1].Values[l.changed].(time.Time)
	return ok && at.Before(l.since)
}

// lead reads the list that leads a group. Each page is a chunk, to which each
// may add what belongs to its records. Those that are missing from a list that
// is whole have vanished; what is still there all the same is like a page.
func (r *reading) lead(ctx context.Context, s *stream, push func(chunk) error, each func(c *chunk, records []connect.Record) error) error {
	l, seen, size := r.listing(s), newKeySet(), 0
	for p, err := range r.pages(ctx, s, l.request) {
		if err != nil {
			return err
		}
		rows, err := r.rows(s, "", p.records)
		if err != nil {
			return err
		}
		seen.add(s.keysOf(rows.Records)...)
		size += len(rows.Records)
		if err := r.leading(s, rows, push, each); err != nil {
			return err
		}
		if l.ends(rows.Records) {
			break
		}
	}
	if !l.whole {
		return nil
	}
	r.from.Size = size
	missing, err := r.vanished(ctx, s, "", connect.Span{}, seen)
	if err != nil {
		return err
	}
	gone, there := missing, missing
	gone.Records, there.Records = s.partition(missing.Records)
	if err := r.bury(ctx, s, gone, push); err != nil || len(there.Records) == 0 {
		return err
	}
	return r.leading(s, there, push, each)
}

// leading pushes records of a list that leads a group.
func (r *reading) leading(s *stream, rows connect.Rows, push func(chunk) error, each func(c *chunk, records []connect.Record) error) error {
	var c chunk
	if r.wants(s.Name) {
		c.rows = []connect.Rows{rows}
	}
	if err := each(&c, rows.Records); err != nil {
		return err
	}
	return push(c)
}

// near reports whether this is a pass that leaves out what takes many calls and
// seldom changes. After one that was interrupted nobody knows any more what that
// had found to be new.
func (r *reading) near() bool {
	return r.memory != nil && !r.broken && r.from.Passes.Current == passNear
}

// parents are those of whose belongings we may read all or those of the new.
type parents struct {
	all, changed []string
}

// see adds records of s, of which it remembers whether they are new or changed.
func (r *reading) see(ctx context.Context, s *stream, p *parents, records []connect.Record) error {
	known, err := r.remembered(ctx, s, records)
	if err != nil {
		return err
	}
	for _, record := range records {
		t := s.trace(record)
		p.all = append(p.all, t.Key)
		if before := known[t.Key]; before.Gone || before.Version != t.Version {
			p.changed = append(p.changed, t.Key)
		}
	}
	return nil
}

// due returns the parents of which what belongs to them is read, which takes
// some calls for each: all, or in near passes, where those would be many, the new
// and changed.
func (r *reading) due(p parents, calls int) []string {
	if r.near() && len(p.all)*calls > fewCalls {
		return p.changed
	}
	return p.all
}
