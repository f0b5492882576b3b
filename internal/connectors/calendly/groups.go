package calendly

import (
	"context"
	"slices"

	"github.com/kalends/kalends/internal/connect"
)

// perChunk is how many units of parents are committed together.
const perChunk = 5

// reader returns how a group is read.
func (r *reading) reader(group string) reader {
	switch group {
	case "users":
		return r.users
	case "event_types":
		return r.eventTypes
	case "routing_forms":
		return r.routingForms
	case "webhook_subscriptions":
		return r.webhooks
	case "contacts":
		return r.contacts
	case "meeting_recaps":
		return r.recaps
	case "scheduled_events":
		return r.events
	case "activity_log_entries":
		return r.activity
	case "outgoing_communications":
		return r.communications
	default:
		return r.lists
	}
}

// lists reads streams that stand alone, one after the other.
func (r *reading) lists(ctx context.Context, push func(chunk) error) error {
	for _, name := range r.want {
		s := r.stream(name)
		if err := r.complete(ctx, s, s.request(r.caller, ""), "", push, nil); err != nil {
			return err
		}
	}
	return nil
}

// complete is list for a request that has all records of s, or all that belong to
// parent: those that are missing from it have vanished.
func (r *reading) complete(ctx context.Context, s *stream, q request, parent string, push func(chunk) error, see func(connect.Record)) error {
	seen := newKeySet()
	err := r.list(ctx, s, q, push, func(record connect.Record) {
		seen.add(s.keyOf(record))
		if see != nil {
			see(record)
		}
	})
	if err != nil {
		return err
	}
	return r.sweep(ctx, s, parent, seen, push)
}

// sweep pushes what has become of the records of s, or of those that belong to
// parent, that were not seen.
func (r *reading) sweep(ctx context.Context, s *stream, parent string, seen keySet, push func(chunk) error) error {
	missing, err := r.vanished(ctx, s, parent, connect.Span{}, seen)
	if err != nil {
		return err
	}
	return r.bury(ctx, s, missing, push)
}

// bury pushes records that have vanished, with the rows that belonged to those
// that are gone.
func (r *reading) bury(ctx context.Context, s *stream, gone connect.Rows, push func(chunk) error) error {
	if len(gone.Records) == 0 {
		return nil
	}
	orphans, err := r.orphaned(ctx, s, gone.Records)
	if err != nil {
		return err
	}
	return push(chunk{rows: append(orphans, gone)})
}

// list pushes the pages of a request as chunks, if s is wanted, and shows each
// of its records to see. Either may be nil.
func (r *reading) list(ctx context.Context, s *stream, q request, push func(chunk) error, see func(connect.Record)) error {
	for p, err := range r.pages(ctx, s, q) {
		if err != nil {
			return err
		}
		rows, err := r.rows(s, "", p.records)
		if err != nil {
			return err
		}
		for _, record := range rows.Records {
			if see != nil {
				see(record)
			}
		}
		if push == nil || !r.wants(s.Name) {
			continue
		}
		if err := push(chunk{rows: []connect.Rows{rows}}); err != nil {
			return err
		}
	}
	return nil
}

// family reads what belongs to parents, size of them to a unit, a few units to
// a chunk. Parents come in the order of their URIs, so that the last of a
// chunk says where to go on.
func (r *reading) family(parents []string, size int, push func(chunk) error, tasks func(unit []string) []task) error {
	parents = r.sampled(parents)
	slices.Sort(parents)
	parents = slices.Compact(parents)
	done, found := slices.BinarySearch(parents, r.from.Last)
	if found {
		done++
	}
	for some := range slices.Chunk(parents[done:], size*perChunk) {
		var c chunk
		for unit := range slices.Chunk(some, size) {
			c.tasks = append(c.tasks, tasks(unit)...)
		}
		done += len(some)
		c.next = r.at(place{Last: some[len(some)-1]})
		c.share = float64(done) / float64(len(parents))
		if err := push(c); err != nil {
			return err
		}
	}
	return nil
}

// sampled returns those of parents of which what belongs to them is to be read.
func (r *reading) sampled(parents []string) []string {
	if r.sample == nil {
		return parents
	}
	return slices.DeleteFunc(parents, func(key string) bool { return !r.sample(key) })
}

// child reads the rows of s that belong to one parent. A parent that is gone
// by now has none.
func (r *reading) child(s *stream, parent string, q request) task {
	return func(ctx context.Context) (connect.Rows, error) {
		all := connect.Rows{Stream: s.Name}
		for p, err := range r.pages(ctx, s, q) {
			if notFound(err) {
				return connect.Rows{}, nil
			}
			if err != nil {
				return connect.Rows{}, err
			}
			rows, err := r.rows(s, parent, p.records)
			if err != nil {
				return connect.Rows{}, err
			}
			all.Records = append(all.Records, rows.Records...)
		}
		return all, nil
	}
}

// swept is child, and what has become of the rows that belonged to the parent
// before.
func (r *reading) swept(s *stream, parent string, q request) task {
	read := r.child(s, parent, q)
	return func(ctx context.Context) (connect.Rows, error) {
		all, err := read(ctx)
		if err != nil {
			return all, err
		}
		seen := newKeySet()
		seen.add(s.keysOf(all.Records)...)
		var in connect.Span
		if s.Rolling {
			in.From = r.now() // what is over is not told any more
		}
		gone, err := r.vanished(ctx, s, parent, in, seen)
		all.Stream, all.Records = s.Name, append(all.Records, gone.Records...)
		return all, err
	}
}

// wanted returns the streams of these names that are wanted.
func (r *reading) wanted(names ...string) []*stream {
	var all []*stream
	for _, name := range names {
		if r.wants(name) {
			all = append(all, r.stream(name))
		}
	}
	return all
}

// orphans skips the children of a stream that may not be read, for the same
// reason. It reports whether there is nothing left to do.
func (r *reading) orphans(parent string, children ...string) bool {
	reason, closed := r.closed(parent)
	if !closed {
		return !r.wants(children...)
	}
	for _, name := range children {
		r.skip(name, reason)
	}
	return true
}
