package calendlytest

import (
	"fmt"
	"slices"
	"strings"
)

// eventType is what the events of a type need to know of it.
type eventType struct {
	index            int
	name, slug, code string
	owner            int   // a member
	hosts            []int // members; the owner alone for most
	team             int   // the team page it is on, or -1
	position         int
	duration         int // minutes
	durations        []int
	capacity         int // invitees per meeting
	pooling          string
	color            string
	created, updated int64 // microseconds
	deleted          int64 // 0 when it is not
	until            int   // events of this index and above are of another type
	active, secret   bool
	paid, managed    bool
	adhoc, noProfile bool
	splitName        bool   // asks invitees for first and last name
	before, after    int    // buffers, minutes
	increment        int    // minutes between offered starts; 0 = the default
	locale           string // "" = the owner's
	only             *openDates
	note             *string
	description      *string
	questions        []questionBody
	locations        []locationConfiguration
}

// hostedBy reports whether the member owns or hosts the type.
func (t *eventType) hostedBy(user int) bool { return t.owner == user || slices.Contains(t.hosts, user) }

// solo reports whether a meeting of the type has one invitee and one host.
func (t *eventType) solo() bool { return t.capacity == 1 && t.pooling != "collective" }

// makeEventTypes gives every member a few types of his own, and every team
// shared ones. The first of a member is always plain, live and bookable; it
// takes over where another type has ended.
func (w *world) makeEventTypes() {
	for owner := range w.members {
		d := w.draw(kindEventType, owner, 0)
		w.firstTypes = append(w.firstTypes, len(w.types))
		for position := range 3 + d.n(3) {
			w.addEventType(w.ownType(&d, owner, position))
		}
	}
	for team := range w.teams() {
		d := w.draw(kindTeam, team, 0)
		hosts := w.teamHosts(team)
		for position, pooling := range []string{"round_robin", "collective", "round_robin", ""}[:2+d.n(3)] {
			t := w.plainType(&d, hosts[0], position)
			t.team, t.pooling, t.hosts = team, pooling, hosts
			t.name = w.teamName(team) + ": " + t.name
			if pooling == "" { // a class the team gives together
				t.capacity, t.hosts = 2+d.n(29), hosts[:1]
			}
			w.addEventType(t)
		}
	}
	w.drawnTypes = len(w.types)
}

func (w *world) addEventType(t eventType) {
	i := len(w.types)
	if t.until == 0 {
		t.until = w.events
	}
	t.index, t.slug = i, slugOf(t.name)
	d := w.draw(kindEventType, i, 1)
	code := func(n int) string { return fmt.Sprintf("%06s", fmt.Sprintf("%x", d.next()))[:n] }
	t.code = code(4) + "-" + code(3) + "-" + code(3)
	w.types = append(w.types, t)
}

// plainType returns a type without any oddity.
func (w *world) plainType(d *draw, owner, position int) eventType {
	t := eventType{
		owner: owner, hosts: []int{owner}, team: -1, position: position, active: true, capacity: 1,
		duration: pick(d, []int{15, 20, 30, 30, 45, 60, 90}), durations: []int{},
		color: fmt.Sprintf("#%06x", d.n(1<<24)),
	}
	t.name = pick(d, []string{
		"Intro call", "Product demo", "Beratung", "Check-in", "Entrevue", "Onboarding", "面談", "Coaching",
		"Office hours", "Réunion", "Consulta médica", "Strategy session", "Portfolio review", "Rozmowa", "שיחת היכרות", "Kick-off 🚀",
	}) + fmt.Sprintf(" (%d min)", t.duration)
	t.created = w.founded()*micros + 335*day*micros + d.n64(20*day*micros)
	t.updated = t.created + d.n64(w.now*micros-t.created)
	t.questions = w.questions(d)
	t.locations = w.locationConfigurations(d)
	if d.chance(600) {
		t.description = new("Please come prepared – we have " + fmt.Sprint(t.duration) + " minutes.")
	}
	if d.chance(150) {
		t.note = new("Ask finance before changing this one.")
	}
	if d.chance(300) {
		t.before, t.after = pick(d, []int{0, 5, 10, 15}), pick(d, []int{0, 5, 10, 15, 30})
	}
	t.splitName = d.chance(400)
	return t
}

// ownType returns a member's type; all but the first may be odd.
func (w *world) ownType(d *draw, owner, position int) eventType {
	t := w.plainType(d, owner, position)
	if position == 0 {
		return t
	}
	switch odd := len(w.types) - len(w.firstTypes); odd % 14 { // in turn, so that there is each of them
	case 0, 1:
		t.capacity = 2 + d.n(19)
	case 2:
		t.secret = true
	case 3, 4:
		t.paid = true
	case 5: // switched off: no future meetings
		t.active = false
		t.until = w.firstFrom(w.now * micros)
	case 6:
		t.active = false
		t.deleted = w.start*micros + d.n64((w.now-w.start)*micros)
		t.updated, t.until = t.deleted, w.firstFrom(t.deleted)
	case 7:
		t.managed = true
	case 8:
		t.adhoc, t.noProfile = true, d.chance(500)
	case 9:
		t.durations = []int{15, 30, 45, 60}[:2+d.n(3)]
		t.duration = pick(d, t.durations)
	case 10:
		t.locations = nil
	case 11:
		t.noProfile = true
	}
	return t
}

func slugOf(name string) string {
	slug := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		case strings.ContainsRune(" -:(", r):
			return '-'
		}
		return -1
	}, name)
	return strings.Trim(strings.ReplaceAll(slug, "--", "-"), "-")
}

// questions draws the questions of a type: often none, sometimes one of each
// type.
func (w *world) questions(d *draw) []questionBody {
	all := []questionBody{
		{Name: "Please share anything that will help prepare for our meeting.", Type: "text"},
		{Name: "Company", Type: "string", Required: true},
		{Name: "Téléphone", Type: "phone_number"},
		{Name: "How did you hear about us?", Type: "single_select", AnswerChoices: []string{"Search", "A friend", "Event", "Podcast"}, IncludeOther: true},
		{Name: "Which topics?", Type: "multi_select", Required: true, AnswerChoices: []string{"Pricing", "Security", "Onboarding", "Integrations"}},
	}
	questions := []questionBody{}
	for _, q := range all {
		if !d.chance(400) {
			continue
		}
		q.Position, q.Enabled = len(questions), !d.chance(50)
		if q.AnswerChoices == nil {
			q.AnswerChoices = []string{}
		}
		questions = append(questions, q)
	}
	return questions
}

// locationConfigurations draws one to three places; invitees choose.
func (w *world) locationConfigurations(d *draw) []locationConfiguration {
	all := []locationConfiguration{
		{Kind: "zoom_conference"}, {Kind: "google_conference"}, {Kind: "microsoft_teams_conference"},
		{Kind: "physical", Location: "Hauptstraße 5, Köln", AdditionalInfo: "Second floor, ring twice"},
		{Kind: "outbound_call"}, {Kind: "inbound_call", PhoneNumber: "+1 888-888-8888", AdditionalInfo: "Ask for the duty desk"},
		{Kind: "gotomeeting_conference"}, {Kind: "webex_conference"}, {Kind: "ask_invitee"}, {Kind: "custom", Location: "The café on the corner"},
	}
	first := d.n(len(all))
	some := []locationConfiguration{all[first]}
	for range d.n(3) {
		first = (first + 3) % len(all)
		some = append(some, all[first])
	}
	return some
}
