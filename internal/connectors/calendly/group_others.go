package calendly

import (
	"context"
	"slices"
	"time"

	"github.com/kalends/kalends/internal/connect"
)

func (r *reading) eventTypes(ctx context.Context, push func(chunk) error) error {
	s := r.stream("event_types")
	var types parents
	inactive := map[string]bool{}
	active := s.Column("active")
	err := r.lead(ctx, s, push, func(_ *chunk, records []connect.Record) error {
		for _, record := range records {
			inactive[s.keyOf(record)] = record.Values[active] == false
		}
		return r.see(ctx, s, &types, records)
	})
	children := []string{"event_type_hosts", "event_type_availability_schedules", "event_type_available_times"}
	if err != nil || r.orphans(s.Name, children...) {
		return err
	}
	wanted := r.wanted(children...)
	return r.family(r.due(types, len(wanted)), 1, push, func(unit []string) []task {
		var tasks []task
		for _, child := range wanted {
			if child.Name == "event_type_available_times" && inactive[unit[0]] {
				continue // cannot be booked
			}
			tasks = append(tasks, r.swept(child, unit[0], child.request(r.caller, unit[0])))
		}
		return tasks
	})
}

// routingForms reads each form's submissions page by page, as there may be any
// number of them; but in the deep pass those as recent as the meetings that are
// read.
func (r *reading) routingForms(ctx context.Context, push func(chunk) error) error {
	s, submissions := r.stream("routing_forms"), r.stream("routing_form_submissions")
	var forms []string
	err := r.complete(ctx, s, s.request(r.caller, ""), "", push, func(record connect.Record) {
		forms = append(forms, s.keyOf(record))
	})
	if err != nil || r.orphans(s.Name, submissions.Name) {
		return err
	}
	forms = r.sampled(forms)
	slices.Sort(forms)
	for i, form := range forms {
		if form <= r.from.Last {
			continue
		}
		if err := r.submissions(ctx, submissions, form, push); err != nil && !notFound(err) {
			return err
		}
		err = push(chunk{next: r.at(place{Last: form}), share: float64(i+1) / float64(len(forms))})
		if err != nil {
			return err
		}
	}
	return nil
}

// submissions reads those of a form.
func (r *reading) submissions(ctx context.Context, s *stream, form string, push func(chunk) error) error {
	q := s.request(r.caller, form)
	since := r.from.Passes.since(r.source.fresh)
	if since.IsZero() || r.memory == nil {
		return r.complete(ctx, s, q, form, push, nil)
	}
	q.query.Set("sort", "created_at:desc")
	l := listing{request: q, since: since, changed: s.Column("created_at")}
	for p, err := range r.pages(ctx, s, l.request) {
		if err != nil {
			return err
		}
		rows, err := r.rows(s, form, p.records)
		if err != nil {
			return err
		}
		if err := push(chunk{rows: []connect.Rows{rows}}); err != nil {
			return err
		}
		if l.ends(rows.Records) {
			break
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

// contacts reads contacts, a page at a time with the notes about them; where all
// are read, in the order in which they were made.
func (r *reading) contacts(ctx context.Context, push func(chunk) error) error {
	s, notes := r.stream("contacts"), r.stream("notes")
	made, whole := s.Column("created_at"), r.whole()
	err := r.lead(ctx, s, push, func(c *chunk, records []connect.Record) error {
		if whole {
			records = slices.DeleteFunc(records, func(record connect.Record) bool {
				at, ok := record.Values[made].(time.Time)
				if ok {
					c.next = r.at(place{Until: at})
				}
				return ok && at.Before(r.from.Until) // done before the interruption
			})
			if len(c.rows) > 0 {
				c.rows[0].Records = records
			}
		}
		if !r.wants(notes.Name) {
			return nil
		}
		var about parents
		if err := r.see(ctx, s, &about, records); err != nil {
			return err
		}
		if r.near() && r.from.Size > noteContacts*fewCalls {
			about.all = about.changed
		}
		for unit := range slices.Chunk(r.sampled(about.all), noteContacts) {
			c.tasks = append(c.tasks, r.notesOf(notes, unit))
		}
		return nil
	})
	r.orphans(s.Name, notes.Name)
	return err
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
// the list lacks the texts. Where there are many, near passes list those of the
// meetings that they read.
func (r *reading) recaps(ctx context.Context, push func(chunk) error) error {
	s, transcripts := r.stream("meeting_recaps"), r.stream("meeting_recap_transcripts")
	var all []string
	seen, size := newKeySet(), 0
	for _, status := range []string{"available", "processing", "unavailable"} {
		q := s.request(r.caller, "")
		q.query.Set("status", status)
		if !r.whole() {
			q.query.Set("start_time", connect.FormatTime(r.from.Passes.since(r.source.fresh)))
		}
		for p, err := range r.pages(ctx, s, q) {
			if err != nil {
				return err
			}
			changed, err := r.changedRecaps(ctx, s, p, seen)
			if err != nil {
				return err
			}
			all, size = append(all, changed...), size+len(p.records)
		}
	}
	if _, closed := r.closed(s.Name); closed {
		r.orphans(s.Name, transcripts.Name)
		return nil
	}
	if r.whole() {
		r.from.Size = size
		if err := r.sweep(ctx, s, "", seen, push); err != nil {
			return err
		}
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
