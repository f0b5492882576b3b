package calendlytest

import (
	"cmp"
	"slices"
)

// maxNotes is how many notes there are at most about one contact.
const maxNotes = 3

// note is what is true of a note, which only its author sees.
type note struct {
	author           int
	created, updated int64
}

// notes returns how many notes were drawn about a contact.
func (w *world) notes(contact int) int {
	if contact >= w.contacts() {
		return 0
	}
	d := w.draw(kindNote, contact, 0)
	return d.n(maxNotes + 1)
}

func (w *world) note(contact, n int) note {
	if made := n - w.notes(contact); made >= 0 {
		return w.notesMade[contact][made].note
	}
	d := w.draw(kindNote, contact, 1+n)
	v := note{author: d.n(w.drawnMembers)}
	if d.chance(700) { // those who write the most are those a test has tokens of
		v.author = pick(&d, []int{ownerIndex, w.admin(), w.member()})
	}
	from, _ := w.contactTimes(contact)
	v.created = from + d.n64(w.now*micros-from)
	v.updated = v.created + d.n64(w.now*micros-v.created)
	return v
}

func (w *world) noteBody(contact, n int) noteBody {
	if made := n - w.notes(contact); made >= 0 {
		return w.notesMade[contact][made].body
	}
	v := w.note(contact, n)
	d := w.draw(kindNote, contact, 1+maxNotes+n)
	b := noteBody{
		URI: w.uriSub(kindNote, contact, n), Contact: w.uri(kindContact, contact), CreatedAt: stamp(v.created), UpdatedAt: stamp(v.updated),
		Title: new(pick(&d, []string{"Call back", "Préparer l’offre", "Birthday 🎂"})), Body: new("Talked about the renewal.\nWants two more seats."),
	}
	switch d.n(4) {
	case 0:
		b.Title = nil
	case 1:
		b.Body = nil
	case 2:
		b.RemindAt = new(stampSeconds(w.now + d.n64(30*day)))
	}
	return b
}

func getNote(c *call) (any, error) {
	r, err := c.mine(c.path[0], kindNote, noAccess)
	if err != nil {
		return nil, err
	}
	if c.world.note(r.index, r.sub).author != c.user {
		return nil, notFound()
	}
	return resource[noteBody]{c.world.noteBody(r.index, r.sub)}, nil
}

// maxNoteContacts is how many contacts one list of notes may be about.
const maxNoteContacts = 10

func listNotes(c *call) (any, error) {
	p := c.params()
	p.onlyKnown()
	p.require("contact")
	about := p.objects("contact", kindContact)
	if len(about) > maxNoteContacts {
		p.refuse("contact", saysTooManyContacts)
	}
	pages := p.page(maxCount)
	if err := p.err(); err != nil {
		return nil, err
	}
	w := c.world
	type found struct {
		contact, n int
		updated    int64
	}
	var notes []found
	seen := map[int]bool{}
	for _, t := range about {
		r, err := c.owned(&t, noAccess)
		if err != nil {
			return nil, err
		}
		for n := range w.allNotes(r.index) {
			if v := w.note(r.index, n); v.author == c.user && !seen[r.index] {
				notes = append(notes, found{r.index, n, v.updated})
			}
		}
		seen[r.index] = true
	}
	slices.SortStableFunc(notes, func(a, b found) int { return cmp.Compare(b.updated, a.updated) })
	return page(pages, len(notes), nil, func(n int) noteBody { return w.noteBody(notes[n].contact, notes[n].n) }), nil
}
