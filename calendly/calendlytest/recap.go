package calendlytest

import (
	"math"
	"slices"
	"strings"
)

// recapBody is the wire form of a meeting recap. The three texts and the link
// stand in the single read only.
type recapBody struct {
	*recapTexts

	URI        string         `json:"uri"`
	AppURL     string         `json:"app_url"`
	Event      *string        `json:"event"`
	Status     string         `json:"status"`
	Name       string         `json:"name"`
	Location   *string        `json:"location"`
	StartTime  string         `json:"start_time"`
	EndTime    string         `json:"end_time"`
	CreatedAt  string         `json:"created_at"`
	UpdatedAt  string         `json:"updated_at"`
	Attendees  []attendeeBody `json:"attendees"`
	Transcript string         `json:"transcript"`
}

type recapTexts struct {
	SummaryMD     *string `json:"summary_md"`
	ActionItemsMD *string `json:"action_items_md"`
	DiscussionMD  *string `json:"discussion_md"`
	ShareLink     *string `json:"share_link"`
}

type attendeeBody struct {
	Host      bool   `json:"host"`
	UserEmail string `json:"user_email"`
	UserName  string `json:"user_name"`
}

type transcriptBody struct {
	URI  string `json:"uri"`
	Text string `json:"text"`
}

// The states of a recap in the body; queries write them in lower case.
const (
	recapAvailable   = "Available"
	recapProcessing  = "Processing"
	recapUnavailable = "Unavailable"
)

// hasRecap reports whether event i was recorded: some of those that took place
// online. The recap has the index of its event.
func (w *world) hasRecap(i int) bool {
	if r := w.recaps[i]; r != nil {
		return !r.gone && w.hasEvent(i)
	}
	d := w.draw(kindRecap, i, 0)
	if i >= w.events || !w.hasEvent(i) || !d.chance(250) || w.isCanceled(i) {
		return false
	}
	e := w.event(i)
	at, _ := w.locationKind(&e)
	return e.end <= w.now && strings.HasSuffix(at.Kind, "_conference")
}

func (w *world) recapStatus(i int, end int64) string {
	d := w.draw(kindRecap, i, 1)
	switch r := w.recaps[i]; {
	case r != nil && r.made > 0:
		return recapAvailable
	case w.now-end < 2*hour:
		return recapProcessing
	case d.chance(60):
		return recapUnavailable
	}
	return recapAvailable
}

func (w *world) recapBody(i int) recapBody {
	e := w.event(i)
	d := w.draw(kindRecap, i, 2)
	id := w.id(kindRecap, i, 0)
	created := (e.end+5*minute)*micros + d.n64(10*minute*micros)
	created = min(created, w.now*micros)
	b := recapBody{
		URI: w.uri(kindRecap, i), AppURL: "https://calendly.com/app/meeting_recaps/" + id, Event: new(w.uri(kindEvent, i)),
		Status: w.recapStatus(i, e.end), Name: e.kind.name, StartTime: stampSeconds(e.start), EndTime: stampSeconds(e.end),
		CreatedAt: stamp(created), UpdatedAt: stamp(created), Attendees: w.attendees(&e), Transcript: w.uri(kindRecap, i) + "/transcript",
	}
	if at := w.placeKind(&e); at.Kind != "" {
		b.Location = &at.Kind
	}
	if edit := w.recaps[i]; edit != nil {
		b.UpdatedAt = stamp(edit.updated)
		if edit.made > 0 {
			b.CreatedAt = stamp(edit.made)
		}
	}
	return b
}

// attendees returns who was there; for some recaps that is not known.
func (w *world) attendees(e *event) []attendeeBody {
	r := w.recaps[e.index]
	if d := w.draw(kindRecap, e.index, 4); d.chance(30) && (r == nil || r.made == 0) {
		return nil
	}
	var present []attendeeBody
	for _, m := range w.hosts(e.index) {
		present = append(present, attendeeBody{true, w.members[m].email, w.members[m].written})
	}
	for k := range e.seats {
		if w.seat(e, k).canceled == 0 {
			i := w.inviteeBody(e, k)
			present = append(present, attendeeBody{false, i.Email, i.Name})
		}
	}
	return present
}

func (w *world) recapTexts(i int, status string) *recapTexts {
	if edit := w.recaps[i]; edit != nil {
		return &edit.texts
	}
	return w.drawnTexts(i, status)
}

func (w *world) drawnTexts(i int, status string) *recapTexts {
	t := &recapTexts{}
	if status != recapAvailable {
		return t
	}
	d := w.draw(kindRecap, i, 3)
	t.SummaryMD = new("## Summary\nThe team agreed on **" + pick(&d, []string{"the plan", "le budget", "次の手順"}) + "**.")
	t.DiscussionMD = new("- scope\n- dates")
	t.ShareLink = new("https://calendly.com/recaps/share/" + w.id(kindRecap, i, 1))
	if d.chance(700) {
		t.ActionItemsMD = new("- [ ] send the contract")
	}
	return t
}

// visibleRecap returns the event of the recap with an id from the path.
func (c *call) visibleRecap() (int, error) {
	r, err := c.mine(c.path[0], kindRecap, noAccess)
	if err == nil && !c.ownsRecap(r.index) {
		err = forbidden(noAccess)
	}
	return r.index, err
}

// ownsRecap reports whether the caller held the meeting or is an admin.
func (c *call) ownsRecap(i int) bool {
	return recapAdminSeesAll && c.admin() || slices.Contains(c.world.hosts(i), c.user)
}

func getRecap(c *call) (any, error) {
	i, err := c.visibleRecap()
	if err != nil {
		return nil, err
	}
	return c.world.wholeRecap(i), nil
}

func getTranscript(c *call) (any, error) {
	i, err := c.visibleRecap()
	if err != nil {
		return nil, err
	}
	w := c.world
	text := ""
	e := w.event(i)
	switch edit := w.recaps[i]; {
	case edit != nil && edit.transcript != nil:
		text = *edit.transcript
	case w.recapStatus(i, e.end) == recapAvailable:
		for _, who := range w.attendees(&e) {
			text += who.UserName + ": Hello, can you hear me?\n"
		}
	}
	return resource[transcriptBody]{transcriptBody{w.uri(kindRecap, i) + "/transcript", text}}, nil
}

func listRecaps(c *call) (any, error) {
	p := c.params()
	of, attendee := p.object("event", kindEvent), p.email("attendee")
	from, to := p.time("start_time", math.MinInt64), p.time("end_time", math.MaxInt64)
	status := p.enum("status", "available", "processing", "unavailable")
	pages := p.page(maxCount)
	if err := p.err(); err != nil {
		return nil, err
	}
	if of != nil {
		if _, err := c.owned(of, noAccess); err != nil {
			return nil, err
		}
	}
	if status == "" {
		status = "available"
	}
	w := c.world
	n, event := w.recapRange(of, from, min(to, c.now))
	at := func(p int) int { return event(turned(p, n, recapsNewestFirst)) }
	keep := func(p int) bool {
		i := at(p)
		if !c.ownsRecap(i) || !w.hasRecap(i) {
			return false
		}
		e := w.event(i)
		return e.end*micros >= from && strings.EqualFold(w.recapStatus(i, e.end), status) &&
			(attendee == "" || slices.ContainsFunc(w.attendees(&e), func(a attendeeBody) bool { return sameEmail(a.UserEmail, attendee) }))
	}
	return page(pages, n, keep, func(p int) recapBody { return w.recapBody(at(p)) }), nil
}

// recapRange returns how many meetings may end after from and have started by
// to, and the event of each.
func (w *world) recapRange(of *target, from, to int64) (n int, event func(int) int) {
	if of != nil {
		if w.startOf(of.ref.index)*micros > to {
			return 0, nil
		}
		return 1, func(int) int { return of.ref.index }
	}
	first := 0
	if from > math.MinInt64 {
		first = w.placeFrom(from - longest*micros)
	}
	return max(w.placeFrom(to+1)-first, 0), func(p int) int { return w.eventAt(first + p) }
}
