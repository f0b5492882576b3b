package calendly

import (
	"context"
	"math"
	"slices"

	"github.com/kalends/kalends/internal/connect"
)

// pagesOf returns how many pages a list of n records has.
func pagesOf(n float64) float64 { return max(1, math.Ceil(n/maxCount)) }

// ofUsers lists the members, and asks for what belongs to a few of them.
func (f *forecast) ofUsers(ctx context.Context) error {
	members := parents{all: []string{f.user}}
	if len(f.want) > 1 || !f.wants("user_meeting_limits") {
		if err := f.asRead(ctx, func(ctx context.Context, push func(chunk) error) error { return f.members(ctx, &members, push) }); err != nil {
			return err
		}
	}
	ofEach := f.wanted("user_availability_schedules", "locations", "user_busy_times")
	first, next := f.dueBoth(members, len(ofEach))
	ofOne := f.wanted("user_meeting_limits")
	if len(ofOne) > 0 { // then all that belongs to the own user is read
		first, next = distinct(append(first, f.user)), distinct(append(next, f.user))
	}
	for _, s := range ofEach {
		err := f.nested(ctx, s, len(first), len(next), func(i int) request { return s.request(f.caller, first[i]) })
		if err != nil {
			return err
		}
	}
	for _, s := range ofOne {
		if err := f.nested(ctx, s, 1, 1, func(int) request { return s.request(f.caller, f.user) }); err != nil {
			return err
		}
	}
	return nil
}

// dueBoth returns the parents of which what belongs to them is read in this
// reading, and in the next.
func (f *forecast) dueBoth(p parents, calls int) (first, next []string) {
	return distinct(f.due(p, calls)), distinct(f.after.due(parents{all: p.all}, calls))
}

func distinct(keys []string) []string { return slices.Compact(slices.Sorted(slices.Values(keys))) }

func (f *forecast) ofEventTypes(ctx context.Context) error {
	s := f.stream("event_types")
	var types parents
	inactive := map[string]bool{}
	active := s.Column("active")
	err := f.led(ctx, s, func(records []connect.Record) error {
		for _, record := range records {
			inactive[s.keyOf(record)] = record.Values[active] == false
		}
		return f.see(ctx, s, &types, records)
	})
	children := []string{"event_type_hosts", "event_type_availability_schedules", "event_type_available_times"}
	if err != nil || f.orphans(s.Name, children...) {
		return err
	}
	wanted := f.wanted(children...)
	first, next := f.dueBoth(types, len(wanted))
	for _, child := range wanted {
		first, next := first, next
		if child.Name == "event_type_available_times" {
			gone := func(eventType string) bool { return inactive[eventType] }
			first, next = slices.DeleteFunc(slices.Clone(first), gone), slices.DeleteFunc(slices.Clone(next), gone)
		}
		err := f.nested(ctx, child, len(first), len(next), func(i int) request { return child.request(f.caller, first[i]) })
		if err != nil {
			return err
		}
	}
	return nil
}

// led reads the list that leads a group as the reading does. The next one reads
// it whole, too, or one page of it, where it has nothing that has changed.
func (f *forecast) led(ctx context.Context, s *stream, each func([]connect.Record) error) error {
	err := f.lead(ctx, s, f.tally, func(_ *chunk, records []connect.Record) error { return each(records) })
	first := float64(f.bill()[s.Name])
	f.after.from.Size = f.from.Size
	f.add(s.Name, 0, first, f.listed(first))
	return err
}

// listed returns the calls of the next reading for the list that leads a group
// and has so many pages.
func (f *forecast) listed(pages float64) float64 {
	if f.after.whole() {
		return pages
	}
	return 1
}

const (
	// contactEnds and submissionEnds are how many pages are read from either
	// end of a list.
	contactEnds    = 20
	submissionEnds = 3
	// asForms is how many forms are looked at.
	asForms = 25
)

// ofContacts counts a long list of contacts by its ends.
func (f *forecast) ofContacts(ctx context.Context) error {
	s, notes := f.stream("contacts"), f.stream("notes")
	var about []string // some contacts
	var first, next float64
	if f.whole() {
		e, err := f.endsOf(ctx, s, s.request(f.caller, ""), contactEnds)
		if err != nil || f.refused(s, notes.Name) {
			return err
		}
		f.after.from.Size = rounded(e.rows)
		f.add(s.Name, e.rows, pagesOf(e.rows), f.listed(pagesOf(e.rows))).sampled = e.sampled
		about, first, next = e.keys, e.rows, e.rows
	} else {
		var seen parents
		err := f.led(ctx, s, func(records []connect.Record) error { return f.see(ctx, s, &seen, records) })
		if err != nil || f.refused(s, notes.Name) {
			return err
		}
		about, first, next = seen.changed, float64(len(seen.changed)), float64(f.from.Size)
	}
	if f.after.near() && f.after.from.Size > noteContacts*fewCalls {
		next = 0
	}
	if !f.wants(notes.Name) {
		return nil
	}
	units := func(n float64) int { return int(math.Ceil(n / noteContacts)) }
	known := slices.Collect(slices.Chunk(about, noteContacts))
	return f.nested(ctx, notes, units(first), units(next), func(i int) request {
		return notesAbout(known[i*len(known)/units(first)]...)
	})
}

// ofForms counts the submissions of each form by the ends of their list.
func (f *forecast) ofForms(ctx context.Context) error {
	s, submissions := f.stream("routing_forms"), f.stream("routing_form_submissions")
	var forms []string
	err := f.asRead(ctx, func(ctx context.Context, push func(chunk) error) error {
		return f.complete(ctx, s, s.request(f.caller, ""), "", push, func(record connect.Record) { forms = append(forms, s.keyOf(record)) })
	})
	if err != nil || f.orphans(s.Name, submissions.Name) || len(forms) == 0 {
		return err
	}
	some := min(len(forms), asForms)
	weight := float64(len(forms)) / float64(some)
	for i := range some {
		e, err := f.endsOf(ctx, submissions, submissions.request(f.caller, forms[i*len(forms)/some]), submissionEnds)
		if notFound(err) {
			continue
		}
		if err != nil || f.refused(submissions) {
			return err
		}
		first, next := f.submissionPages(f.reading, e), f.submissionPages(f.after, e)
		c := f.add(submissions.Name, weight*e.rows, weight*first, weight*next)
		c.sampled = c.sampled || e.sampled || some < len(forms)
	}
	return nil
}

// submissionPages returns how many pages of a form's submissions r reads.
func (f *forecast) submissionPages(r *reading, e ends) float64 {
	since := r.from.Passes.since(r.source.fresh)
	if since.IsZero() || r.memory == nil {
		return pagesOf(e.rows)
	}
	return min(math.Floor(e.since(since, f.now())/maxCount)+1, pagesOf(e.rows))
}
