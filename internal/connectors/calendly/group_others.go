package calendly

import (
	"context"
	"slices"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

func (r *reading) eventTypes(ctx context.Context, push func(chunk) error) error {
	s := r.stream("event_types")
	var all []string
	inactive := map[string]bool{}
	active := s.Column("active")
	err := r.whole(ctx, s, s.request(r.caller, ""), "", push, func(record connect.Record) {
		key := s.keyOf(record)
		all = append(all, key)
		inactive[key] = record.Values[active] == false
	})
	children := []string{"event_type_hosts", "event_type_availability_schedules", "event_type_available_times"}
	if err != nil || r.orphans(s.Name, children...) {
		return err
	}
	return r.family(all, 1, push, func(unit []string) []task {
		var tasks []task
		for _, child := range r.wanted(children...) {
			if child.Name == "event_type_available_times" && inactive[unit[0]] {
				continue // cannot be booked
			}
			tasks = append(tasks, r.swept(child, unit[0], child.request(r.caller, unit[0])))
		}
		return tasks
	})
}

// routingForms reads each form's submissions page by page, as there may be any
// number of them.
func (r *reading) routingForms(ctx context.Context, push func(chunk) error) error {
	s, submissions := r.stream("routing_forms"), r.stream("routing_form_submissions")
	var forms []string
	err := r.whole(ctx, s, s.request(r.caller, ""), "", push, func(record connect.Record) {
		forms = append(forms, s.keyOf(record))
	})
	if err != nil || r.orphans(s.Name, submissions.Name) {
		return err
	}
	slices.Sort(forms)
	for i, form := range forms {
		if form <= r.from.Last {
			continue
		}
		err := r.whole(ctx, submissions, submissions.request(r.caller, form), form, push, nil)
		if err != nil && !notFound(err) {
			return err
		}
		err = push(chunk{next: r.at(place{Last: form}), share: float64(i+1) / float64(len(forms))})
		if err != nil {
			return err
		}
	}
	return nil
}

// webhooks reads the subscriptions of the organization, if the token may, of
// its own user and of every group it may ask about.
func (r *reading) webhooks(ctx context.Context, push func(chunk) error) error {
	s, groups := r.stream("webhook_subscriptions"), r.stream("groups")
	queries := []request{s.request(r.caller, "")}
	if r.wide() {
		queries = append(queries, ownWebhooks(r.caller))
	}
	seen := newKeySet()
	see := func(record connect.Record) { seen.add(s.keyOf(record)) }
	for _, q := range queries {
		if err := r.list(ctx, s, q, push, see); err != nil {
			return err
		}
	}
	if _, closed := r.closed(s.Name); closed {
		return nil
	}
	var uris []string
	err := r.list(ctx, groups, groups.request(r.caller, ""), nil, func(record connect.Record) {
		uris = append(uris, groups.keyOf(record))
	})
	if err != nil {
		return err
	}
	if reason, closed := r.closed(groups.Name); closed && r.gate(groups.Name).scopes != nil {
		r.note(s.Name, "those of groups are not read: "+reason)
	}
	for _, uri := range uris {
		err := r.list(ctx, s, s.request(r.caller, uri), push, see)
		if err != nil && !forbidden(err) && !notFound(err) {
			return err
		}
	}
	return r.sweep(ctx, s, "", seen, push)
}

// noteContacts is how many contacts Calendly lets one ask about at once.
const noteContacts = 10

// contacts reads contacts in the order in which they were made, a page at a
// time with the notes about them.
func (r *reading) contacts(ctx context.Context, push func(chunk) error) error {
	s, notes := r.stream("contacts"), r.stream("notes")
	made := s.Column("created_at")
	seen := newKeySet()
	for p, err := range r.pages(ctx, s, s.request(r.caller, "")) {
		if err != nil {
			return err
		}
		rows, err := r.rows(s, "", p.records)
		if err != nil {
			return err
		}
		var c chunk
		rows.Records = slices.DeleteFunc(rows.Records, func(record connect.Record) bool {
			seen.add(s.keyOf(record))
			at, ok := record.Values[made].(time.Time)
			if ok {
				c.next = r.at(place{Until: at})
			}
			return ok && at.Before(r.from.Until) // done before the interruption
		})
		if r.wants(notes.Name) {
			for unit := range slices.Chunk(s.keysOf(rows.Records), noteContacts) {
				c.tasks = append(c.tasks, r.notesOf(notes, unit))
			}
		}
		if r.wants(s.Name) {
			c.rows = []connect.Rows{rows}
		}
		if err := push(c); err != nil {
			return err
		}
	}
	r.orphans(s.Name, notes.Name)
	return r.sweep(ctx, s, "", seen, push)
}

// notesOf reads the notes of several contacts. If one of them is gone, they
// are asked about one by one.
func (r *reading) notesOf(s *stream, contacts []string) task {
	return func(ctx context.Context) (connect.Rows, error) {
		all := connect.Rows{Stream: s.Name}
		for p, err := range r.pages(ctx, s, notesAbout(contacts...)) {
			switch {
			case notFound(err) && len(contacts) == 1:
				return connect.Rows{}, nil
			case notFound(err):
				return r.notesOfEach(ctx, s, contacts)
			case err != nil:
				return connect.Rows{}, err
			}
			rows, err := r.rows(s, "", p.records)
			if err != nil {
				return connect.Rows{}, err
			}
			all.Records = append(all.Records, rows.Records...)
		}
		seen := newKeySet()
		seen.add(s.keysOf(all.Records)...)
		for _, contact := range contacts {
			gone, err := r.vanished(ctx, s, contact, connect.Span{}, seen)
			if err != nil {
				return connect.Rows{}, err
			}
			all.Records = append(all.Records, gone.Records...)
		}
		return all, nil
	}
}

func (r *reading) notesOfEach(ctx context.Context, s *stream, contacts []string) (connect.Rows, error) {
	all := connect.Rows{Stream: s.Name}
	for _, contact := range contacts {
		rows, err := r.notesOf(s, []string{contact})(ctx)
		if err != nil {
			return connect.Rows{}, err
		}
		all.Records = append(all.Records, rows.Records...)
	}
	return all, nil
}

// recaps lists the recaps of every status and then reads each singly, since
// the list lacks the texts.
func (r *reading) recaps(ctx context.Context, push func(chunk) error) error {
	s, transcripts := r.stream("meeting_recaps"), r.stream("meeting_recap_transcripts")
	var all []string
	seen := newKeySet()
	for _, status := range []string{"available", "processing", "unavailable"} {
		q := s.request(r.caller, "")
		q.query.Set("status", status)
		for p, err := range r.pages(ctx, s, q) {
			if err != nil {
				return err
			}
			changed, err := r.changedRecaps(ctx, s, p, seen)
			if err != nil {
				return err
			}
			all = append(all, changed...)
		}
	}
	if _, closed := r.closed(s.Name); closed {
		r.orphans(s.Name, transcripts.Name)
		return nil
	}
	if err := r.sweep(ctx, s, "", seen, push); err != nil {
		return err
	}
	return r.family(all, 1, push, func(unit []string) []task {
		var tasks []task
		for _, child := range r.wanted(s.Name, transcripts.Name) {
			q := resource("/meeting_recaps/" + lastSegment(unit[0]))
			if child == transcripts {
				q = transcripts.request(r.caller, unit[0])
			}
			tasks = append(tasks, r.swept(child, unit[0], q))
		}
		return tasks
	})
}

// changedRecaps returns the recaps of a page that are new or have another
// updated_at than is remembered; transcripts are not remembered so.
func (r *reading) changedRecaps(ctx context.Context, s *stream, p page, seen keySet) ([]string, error) {
	rows, err := r.rows(s, "", p.records)
	if err != nil {
		return nil, err
	}
	known := map[string]connect.Trace{}
	if !r.wants("meeting_recap_transcripts") {
		if known, err = r.remembered(ctx, s, rows.Records); err != nil {
			return nil, err
		}
	}
	var changed []string
	for _, record := range rows.Records {
		t := s.trace(record)
		seen.add(t.Key)
		if before, ok := known[t.Key]; !ok || before.Gone || !before.At.Equal(t.At) || t.At.IsZero() {
			changed = append(changed, t.Key)
		}
	}
	return changed, nil
}
