package calendlytest

import (
	"slices"
	"strings"
)

// contactOverlay is what was written about contacts.
type contactOverlay struct {
	held         map[int]*heldContact // contacts made or changed
	madeContacts int
	touched      []int          // contacts in held, by their last change
	addresses    map[string]int // of contacts in held, in lower case
	fieldsMade   []fieldBody
	lists        map[int]*heldList
	madeLists    int
	onList       map[listing]bool // where that differs from what was drawn
	listGrew     map[int]int      // by how many contacts
	notesMade    map[int][]heldNote
}

// heldContact is a contact that was written; its times of meetings are not
// held but looked up.
type heldContact struct {
	body             contactBody
	created, updated int64
	gone             bool
}

type heldList struct {
	name             string
	created, updated int64
}

type listing struct{ list, contact int }

type heldNote struct {
	note

	body noteBody
}

// allContacts returns how many contacts were ever there, drawn and made.
func (w *world) allContacts() int { return w.contacts() + w.madeContacts }

func (w *world) hasContact(j int) bool {
	if h := w.held[j]; h != nil {
		return !h.gone
	}
	return j < w.contacts()
}

// writeContact lays h over contact j.
func (w *world) writeContact(j int, h *heldContact, now int64) {
	h.updated = now
	h.body.CreatedAt, h.body.UpdatedAt = stamp(h.created), stamp(now)
	if h.created == 0 {
		h.created = now
		h.body.CreatedAt = stamp(now)
	}
	if w.held[j] != nil {
		w.touched = slices.DeleteFunc(w.touched, func(o int) bool { return o == j })
	}
	w.touched = append(w.touched, j)
	put(&w.held, j, h)
	for _, e := range h.body.Emails {
		put(&w.addresses, strings.ToLower(e.Email), j)
	}
}

// byUpdateNow returns the contact at a place in the order of last changes, -1
// for one that has since moved to a later place. There are len(touched) more
// places than drawn contacts.
func (w *world) byUpdateNow(place int) int {
	if n := place - w.contacts(); n >= 0 {
		return w.touched[n]
	}
	j := int(w.byUpdate()[place])
	if w.held[j] != nil {
		return -1
	}
	return j
}

// allLists returns how many contact lists and views there are.
func (w *world) allLists() int { return contactLists + w.madeLists }

// isView reports whether a list is a view, whose contacts nobody chooses.
func isView(list int) bool { return staticLists <= list && list < contactLists }

// list puts a contact on a list, or takes it off; it reports whether that
// changed anything. Views stay as they are.
func (w *world) list(list, contact int, on bool) bool {
	if isView(list) || w.listed(list, contact) == on {
		return false
	}
	put(&w.onList, listing{list, contact}, on)
	grew := w.listGrew[list] - 1
	if on {
		grew += 2
	}
	put(&w.listGrew, list, grew)
	return true
}

// allNotes returns how many notes there are about a contact.
func (w *world) allNotes(contact int) int { return w.notes(contact) + len(w.notesMade[contact]) }
