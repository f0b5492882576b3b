package calendlytest

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
)

const (
	maxDuration  = 720 // minutes
	maxDurations = 4
	maxName      = 55
)

// buffers lists how long the time before and after a meeting may be.
func buffers() []int { return []int{0, 5, 10, 15, 30, 45, 60, 90, 120, 150, 180} }

// locales lists the languages of booking pages.
func locales() []string { return []string{"de", "en", "es", "fr", "it", "nl", "pt", "uk"} }

// locationKinds lists where meetings of an event type may be held.
func locationKinds() []string {
	return []string{
		"ask_invitee", "custom", "google_conference", "gotomeeting_conference", "inbound_call",
		"microsoft_teams_conference", "outbound_call", "physical", "webex_conference", "zoom_conference",
	}
}

// editType lays the fields of in over t. Fields it does not know, and those
// that only Calendly sets, are ignored.
func (in *input) editType(t *eventType) {
	if in.has("name") {
		t.name = in.filled("name", 0)
	}
	if on := in.flag("active"); on != nil {
		t.active = *on
	}
	if in.given("description") {
		t.description = nil
		if text := in.text("description", 0); text != "" {
			t.description = &text
		}
	}
	if color := in.text("color", 0); in.has("color") {
		if !regexp.MustCompile(`^#[a-f\d]{6}$`).MatchString(color) {
			in.refuse("color", saysColor)
		}
		t.color = color
	}
	t.locale = cmp.Or(in.enum("locale", locales()...), t.locale)
	if step := in.integer("start_time_increment", 5, maxDuration); step != nil {
		t.increment = *step
	}
	t.before, t.after = in.buffer("before_buffer", t.before), in.buffer("after_buffer", t.after)
	if in.has("locations") {
		t.locations = in.locations("locations")
	}
	in.editDuration(t)
}

func (in *input) editDuration(t *eventType) {
	if in.given("duration_options") {
		t.durations = in.integers("duration_options", maxDurations, 1, maxDuration)
	}
	n := in.integer("duration", 1, maxDuration)
	switch {
	case n != nil:
		t.duration = *n
	case len(t.durations) > 0 && !slices.Contains(t.durations, t.duration) && !in.has("duration"):
		t.duration = t.durations[0]
	}
	if len(t.durations) > 0 && !slices.Contains(t.durations, t.duration) {
		in.refuse("duration", saysDuration)
	}
}

func (in *input) buffer(name string, now int) int {
	n := in.integer(name, 0, maxDuration)
	if n == nil {
		return now
	}
	if !slices.Contains(buffers(), *n) {
		in.refuse(name, saysChoice)
	}
	return *n
}

// locations reads location configurations.
func (in *input) locations(name string) []locationConfiguration {
	var all []locationConfiguration
	for _, at := range in.each(name, 20) {
		all = append(all, at.place())
	}
	return all
}

// place reads one location configuration.
func (in *input) place() locationConfiguration {
	in.require("kind")
	l := locationConfiguration{Kind: in.enum("kind", locationKinds()...)}
	switch l.Kind {
	case "physical":
		l.AdditionalInfo = in.text("additional_info", 255)
		l.Location = in.text("location", 255)
	case "custom", "ask_invitee":
		l.Location = in.text("location", 255)
	case "inbound_call":
		l.PhoneNumber, l.AdditionalInfo = in.filled("phone_number", 64), in.text("additional_info", 255)
	}
	return l
}

func createEventType(c *call) (change, error) {
	in := c.input()
	owner := in.required("owner", kindUser)
	in.require("name")
	t := eventType{team: -1, capacity: 1, duration: 30, durations: []int{}, color: "#8247f5", questions: []questionBody{}}
	in.editType(&t)
	if err := in.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(owner, notInOrg)
	if err != nil {
		return nil, err
	}
	if r.index != c.user && !c.admin() {
		return nil, forbidden(noPermission)
	}
	t.owner, t.hosts = r.index, []int{r.index}
	return func() any { return c.addType(t) }, nil
}

// addType adds a type that a write made.
func (c *call) addType(t eventType) any {
	w := c.world
	t.created, t.updated = c.now, c.now
	for i := range w.types {
		if w.types[i].owner == t.owner && w.types[i].team < 0 {
			t.position++
		}
	}
	w.addEventType(t)
	i := len(w.types) - 1
	w.types[i].slug = w.freeSlug(i)
	w.logType(c, "Create", i)
	c.announceType("event_type.created", i)
	return resource[eventTypeBody]{w.eventTypeBody(i)}
}

// freeSlug returns the slug of type i, with a number where its owner has it.
func (w *world) freeSlug(i int) string {
	t := &w.types[i]
	slug := cmp.Or(t.slug, "event")
	taken := func(slug string) bool {
		return slices.ContainsFunc(w.types[:i], func(o eventType) bool { return o.owner == t.owner && o.slug == slug })
	}
	for n, free := 1, slug; ; n++ {
		if !taken(free) {
			return free
		}
		free = slug + "-" + strconv.Itoa(n)
	}
}

func (w *world) logType(c *call, action string, i int) {
	w.log(c.now, c.user, "Event_Type", action, map[string]any{"name": w.typeNow(i).name, "event_type": w.uri(kindEventType, i)})
}

func updateEventType(c *call) (change, error) {
	in := c.input()
	r, lookup := c.mine(c.path[0], kindEventType, noAccess)
	w := c.world
	t := eventType{}
	if lookup == nil {
		t = *w.typeNow(r.index)
	}
	in.editType(&t)
	if lookup == nil && in.err() == nil && (t.kind() != "solo" || t.pooling != "" || t.adhoc) {
		return nil, invalid(detail{Parameter: "event_type", Message: saysSoloOnly})
	}
	switch {
	case in.err() != nil:
		return nil, in.err()
	case lookup != nil:
		return nil, lookup
	case t.deleted > 0:
		return nil, notFound()
	case !c.admin() && (t.managed || !t.hostedBy(c.user)):
		return nil, forbidden(noPermission)
	}
	return func() any {
		t.updated = c.now
		put(&w.edited, r.index, &t)
		w.logType(c, "Update", r.index)
		c.announceType("event_type.updated", r.index)
		return resource[eventTypeBody]{w.eventTypeBody(r.index)}
	}, nil
}
