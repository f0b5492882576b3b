package calendly

import (
	"context"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

// events reads meetings in the order of their beginning, each together with
// its invitees.
func (r *reading) events(ctx context.Context, push func(chunk) error) error {
	s, invitees := r.stream("scheduled_events"), r.stream("invitees")
	seen := newKeySet() // since from
	line := r.eventLine()
	from := r.start(line)
	err := r.along(ctx, line, func(part stretch) error {
		seen.add(s.keysOf(part.records)...)
		var orphans []connect.Rows
		if !part.mixed {
			gone, err := r.vanished(ctx, s, "", connect.Span{From: from, To: part.until}, seen)
			if err != nil {
				return err
			}
			if orphans, err = r.orphaned(ctx, s, gone.Records); err != nil {
				return err
			}
			part.records = append(part.records, gone.Records...)
			from = part.until
			seen = newKeySet()
		}
		c := r.chunkOf(s, part)
		c.rows = append(c.rows, orphans...)
		due, err := r.dueEvents(ctx, part.records)
		if err != nil {
			return err
		}
		for _, t := range due {
			read := r.child // nobody is remembered who could be missing
			if !t.Nested.IsZero() {
				read = r.swept
			}
			c.tasks = append(c.tasks, read(invitees, t.Key, invitees.request(r.caller, t.Key)))
			c.nested = append(c.nested, connect.Trace{Stream: s.Name, Key: t.Key, Nested: r.now()})
		}
		return push(c)
	})
	r.orphans(s.Name, invitees.Name)
	return err
}

// dueEvents returns the traces of the meetings whose invitees are to be read:
// of those that are new or changed, and of those for which it is time. Nested
// says when they were read before.
func (r *reading) dueEvents(ctx context.Context, events []connect.Record) ([]connect.Trace, error) {
	s := r.stream("scheduled_events")
	if !r.wants("invitees") {
		return nil, nil
	}
	known, err := r.remembered(ctx, s, events)
	if err != nil {
		return nil, err
	}
	total, end := s.Column("invitees_counter_total"), s.Column("end_time")
	var due []connect.Trace
	for _, event := range events {
		if event.Deleted || event.Values[total] == int64(0) {
			continue
		}
		t := s.trace(event)
		if r.sample != nil && !r.sample(t.Key) {
			continue
		}
		before := known[t.Key]
		ended, _ := event.Values[end].(time.Time)
		if before.Version != t.Version || r.from.Passes.due(r.source.fresh, ended, before.Nested, r.now()) {
			t.Nested = before.Nested
			due = append(due, t)
		}
	}
	return due, nil
}

func (r *reading) eventLine() timeline {
	s := r.stream("scheduled_events")
	return timeline{
		stream: s, column: s.Column("start_time"), min: "min_start_time", max: "max_start_time", sort: "start_time",
		count: maxCount, pages: 10, hold: 6, lanes: 8, piece: 50,
	}
}

func (r *reading) activity(ctx context.Context, push func(chunk) error) error {
	return r.moments(ctx, push, r.activityLine())
}

// activityLine needs few windows, as its pages are long.
func (r *reading) activityLine() timeline {
	s := r.stream("activity_log_entries")
	return timeline{
		stream: s, column: s.Column("occurred_at"), min: "min_occurred_at", max: "max_occurred_at", sort: "occurred_at",
		count: 1000, pages: 3, hold: 2, lanes: 3, piece: 100, once: true,
	}
}

func (r *reading) communications(ctx context.Context, push func(chunk) error) error {
	return r.moments(ctx, push, r.communicationLine())
}

func (r *reading) communicationLine() timeline {
	s := r.stream("outgoing_communications")
	return timeline{
		stream: s, column: s.Column("created_at"), min: "min_created_at", max: "max_created_at",
		count: maxCount, pages: 10, hold: 6, lanes: 4, once: true,
	}
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
