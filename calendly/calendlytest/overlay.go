package calendlytest

import (
	"cmp"
	"slices"
	"sort"
	"strings"
)

// overlay is what was written to a world since it was drawn. It lies over the
// drawn objects: the accessors of world look here first. The zero overlay
// changes nothing and costs a lookup in a nil map. What is small and drawn
// whole (members, event types, invitations, …) is written in place instead.
//
// Server.mu guards it, for the whole time a request is answered and encoded.
type overlay struct {
	bookings map[int]*booking   // events made or changed, by index
	added    []addedEvent       // events made, by start
	seated   map[string][]visit // seats made, by e-mail address in lower case
	marks    []mark             // no-shows made
	logged   []logEntry         // entries of the activity log, by time
	limits   map[int]meetingLimitBody
	hours    map[hostOfType]ruleOfTypeBody
	edited   map[int]*eventType // event types that were patched
	booked   map[int][]int64    // when each user booked by API, in microseconds
	links    int                // single-use links made
	recaps   map[int]*recapEdit // by event
	filled   []heldSubmission   // routing forms filled in
	went     map[int]wentOn     // by submission
	sent     []heldMessage      // by time
	erased   []span             // events that started then are deleted; microseconds

	contactOverlay
}

// addedEvent is where an event that was made stands among those drawn.
type addedEvent struct {
	index  int
	start  int64 // seconds
	before int   // how many drawn events come first
}

// allEvents returns how many events there are, drawn and made.
func (w *world) allEvents() int { return w.events + len(w.added) }

// eventAt returns the index of the event at a place in the order of starts.
func (w *world) eventAt(place int) int {
	n := sort.Search(len(w.added), func(n int) bool { return w.added[n].before+n >= place })
	if n < len(w.added) && w.added[n].before+n == place {
		return w.added[n].index
	}
	return place - n
}

// placeFrom returns the place of the first event that starts at or after us
// microseconds.
func (w *world) placeFrom(us int64) int {
	return w.firstFrom(us) + sort.Search(len(w.added), func(n int) bool { return w.added[n].start*micros >= us })
}

// insert gives a new event its index and its place.
func (w *world) insert(b *booking) int {
	index := w.events + len(w.added)
	a := addedEvent{index: index, start: b.event.start, before: w.firstFrom(b.event.start*micros + 1)}
	at, _ := slices.BinarySearchFunc(w.added, a, func(x, y addedEvent) int {
		return cmp.Or(cmp.Compare(x.start, y.start), cmp.Compare(x.index, y.index))
	})
	w.added = slices.Insert(w.added, at, a)
	w.keep(index, b)
	return index
}

// keep lays b over event i.
func (w *world) keep(i int, b *booking) {
	if w.bookings == nil {
		w.bookings = map[int]*booking{}
	}
	b.event.index, b.event.live = i, b
	w.bookings[i] = b
}

// logEntry is an entry of the activity log that a write made.
type logEntry struct {
	activity

	details map[string]any
}

// log adds an entry about what a member did; -1 is the system.
func (w *world) log(at int64, actor int, namespace, action string, details map[string]any) {
	a := activity{index: w.activities(), occurred: at, actor: actor, namespace: namespace, action: action}
	w.logged = append(w.logged, logEntry{a, details})
}

// seatedAs adds a seat to those found by e-mail address.
func (w *world) seatedAs(email string, v visit) {
	if w.seated == nil {
		w.seated = map[string][]visit{}
	}
	key := strings.ToLower(email)
	w.seated[key] = append(w.seated[key], v)
}

// put is m[key] = value for a map that is nil until it is first needed.
func put[K comparable, V any](m *map[K]V, key K, value V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[key] = value
}
