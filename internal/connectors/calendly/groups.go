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
		if err := r.list(ctx, s, s.request(r.caller, ""), push, nil); err != nil {
			return err
		}
	}
	return nil
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
