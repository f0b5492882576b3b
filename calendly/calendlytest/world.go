package calendlytest

import (
	"slices"
	"sync"
	"time"
)

// The purposes of draws that have no id of their own; they follow the kinds.
const (
	drawName = kindsWithID + iota
	drawGuest
	drawShuffle
	drawStart
	drawHost
	drawChain
	drawCancel
	drawSeat
	drawLocation
	drawAnswer
	drawBusy
	drawLimits
	drawReminder
	drawFault
	drawOAuth
)

// account is what an organization has bought.
type account struct {
	trial     bool
	seatsPaid int // 0 = any number of members
	scim      bool
}

// world is one organization. It holds only what is small: its people, their
// event types and a table of days. Everything else is a function of the key
// and an index, computed when asked for.
//
// All objects are reached through exists and one accessor for each kind
// (event, invitee, …); what was written lies over these as overlay.
type world struct {
	overlay

	agenda

	clock  *serverClock
	assume assumed
	key    uint64
	codec  codec
	base   string // what URIs begin with
	plan   plan
	account
	now   int64 // seconds since 1970, a whole minute
	start int64 // of the first day that has events

	name          string
	domain        string
	namer         namer
	members       []member
	drawnMembers  int // the first so many were there from the start
	types         []eventType
	drawnTypes    int   // the first so many were there from the start
	firstTypes    []int // of each member: live, solo, bookable
	invitations   []invitation
	groups        []group
	relationships []relationship
	zones         map[string]*time.Location
	joined        []int // members by creation
	webhooks      []webhook

	events   int
	timeline timeline
	strides  [2]int // between events that may be reschedules of each other
	guests   [maxSeats]shuffle
	people   int // how many people were ever invited

	// What has to be sorted or counted once, on first use.
	byForm     func() [][]int32        // submissions
	reminders  func() []int32          // events
	byUpdate   func() []int32          // contacts
	listCounts func() [staticLists]int // contacts
}

func newWorld(cfg Config, now time.Time) *world {
	w := &world{
		account: account{trial: cfg.Trial, seatsPaid: cfg.Seats, scim: cfg.SCIM},
		key:     mix(uint64(cfg.Seed)), base: cfg.PublicURL, plan: planOf(cfg.Plan),
		now: now.Unix(), namer: newNamer(), zones: zones(), events: cfg.Events, people: max(cfg.Events*2/5, 1),
	}
	w.codec = newCodec(w.key)
	first, last := now.Add(-cfg.History), now.Add(cfg.Future)
	w.timeline = newTimeline(max(w.events, 1), first.Unix(), w.now, last.Unix())
	w.start = w.timeline.first
	w.strides = strides(w.events)
	for k := range w.guests {
		w.guests[k] = newShuffle(max(w.events, 1), w.draw(drawShuffle, k, 0))
	}
	w.makePeople(cfg.Members)
	w.makeInvitations()
	w.makeGroups()
	w.makeEventTypes()
	w.makeWebhooks()
	w.byForm = sync.OnceValue(w.submissionsOfForms)
	w.reminders = sync.OnceValue(w.remindersSent)
	w.byUpdate = sync.OnceValue(w.contactsByUpdate)
	w.listCounts = sync.OnceValue(w.staticListCounts)
	return w
}

// draw returns the random numbers of one thing.
func (w *world) draw(purpose kind, index, sub int) draw {
	return draw{state: mix(w.key + uint64(purpose)<<56 + uint64(sub)<<40 + mix(uint64(index)))}
}

// id returns the id of an object of this organization.
func (w *world) id(k kind, index, sub int) string {
	return w.codec.id(ref{kind: k, index: index, sub: sub})
}

// exists reports whether r, once minted, names something now.
func (w *world) exists(r ref) bool {
	switch r.kind {
	case kindOrganization:
		return r == ref{kind: r.kind}
	case kindUser:
		return r.index < len(w.members)
	case kindMembership:
		return r.index < len(w.members) && w.members[r.index].left == 0
	case kindEventType:
		return r.index < len(w.types)
	case kindInvitation:
		return r.index < len(w.invitations) && !w.invitations[r.index].revoked
	case kindTeam:
		return r.index < w.teams()
	case kindGroup:
		return r.index < len(w.groups)
	case kindRelationship:
		return r.index < len(w.relationships) && w.stands(&w.relationships[r.index])
	case kindSchedule:
		return r.index < len(w.members) && r.sub < w.schedules(r.index)
	case kindEvent:
		return w.hasEvent(r.index)
	case kindRoutingForm:
		return r.index < w.forms()
	case kindSubmission:
		return r.index < w.allSubmissions()
	case kindWebhook:
		return r.index < len(w.webhooks) && !w.webhooks[r.index].gone
	case kindContact:
		return w.hasContact(r.index)
	case kindField:
		return r.index < len(w.fields())
	case kindContactList:
		return r.index < w.allLists()
	case kindNote:
		return w.hasContact(r.index) && r.sub < w.allNotes(r.index)
	case kindRecap:
		return r.sub == 0 && w.hasRecap(r.index)
	case kindNoShow:
		return w.hasNoShow(r)
	case kindInvitee:
		return w.hasEvent(r.index) && r.sub < w.seats(r.index)
	default:
		return false
	}
}

// hasEvent reports whether event i was drawn or made, and not deleted.
func (w *world) hasEvent(i int) bool {
	if i >= w.events && w.bookings[i] == nil {
		return false
	}
	if w.erased == nil {
		return true
	}
	start := w.startOf(i) * micros
	return !slices.ContainsFunc(w.erased, func(s span) bool { return s.from <= start && start < s.to })
}
