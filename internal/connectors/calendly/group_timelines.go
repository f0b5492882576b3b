package calendly

import (
	"context"

	"github.com/kalends/kalends/internal/connect"
)

// events reads meetings in the order of their beginning, each together with
// its invitees.
func (r *reading) events(ctx context.Context, push func(chunk) error) error {
	s, invitees := r.stream("scheduled_events"), r.stream("invitees")
	total := s.column("invitees_counter_total")
	err := r.along(ctx, r.eventLine(), func(part stretch) error {
		c := r.chunkOf(s, part)
		if r.wants(invitees.Name) {
			for _, event := range part.records {
				if event.Values[total] != int64(0) {
					uri := event.Values[s.plan.key].(string)
					c.tasks = append(c.tasks, r.child(invitees, uri, invitees.request(r.caller, uri)))
				}
			}
		}
		return push(c)
	})
	r.orphans(s.Name, invitees.Name)
	return err
}

func (r *reading) eventLine() timeline {
	s := r.stream("scheduled_events")
	return timeline{
		stream: s, column: s.column("start_time"), min: "min_start_time", max: "max_start_time", sort: "start_time",
		count: maxCount, pages: 3, lanes: 8, piece: 50,
	}
}

// activity reads the activity log; it needs few windows, as its pages are long.
func (r *reading) activity(ctx context.Context, push func(chunk) error) error {
	s := r.stream("activity_log_entries")
	return r.moments(ctx, push, timeline{
		stream: s, column: s.column("occurred_at"), min: "min_occurred_at", max: "max_occurred_at", sort: "occurred_at",
		count: 1000, pages: 1, lanes: 3, piece: 100,
	})
}

func (r *reading) communications(ctx context.Context, push func(chunk) error) error {
	s := r.stream("outgoing_communications")
	return r.moments(ctx, push, timeline{
		stream: s, column: s.column("created_at"), min: "min_created_at", max: "max_created_at",
		count: maxCount, pages: 3, lanes: 4,
	})
}

// moments reads a timeline whose records have no children.
func (r *reading) moments(ctx context.Context, push func(chunk) error, t timeline) error {
	return r.along(ctx, t, func(part stretch) error { return push(r.chunkOf(t.stream, part)) })
}

// chunkOf turns a stretch into a chunk that says how far it reaches.
func (r *reading) chunkOf(s *stream, part stretch) chunk {
	c := chunk{share: part.share}
	if r.wants(s.Name) {
		c.rows = []connect.Rows{{Stream: s.Name, Records: part.records}}
	}
	if !part.until.IsZero() {
		c.next = r.at(place{Until: part.until})
	}
	return c
}
