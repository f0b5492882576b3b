package calendlytest

import (
	"cmp"
	"slices"
	"strings"
)

// eventTypeBody is the wire form of an event type.
type eventTypeBody struct {
	URI                string                  `json:"uri"`
	Name               *string                 `json:"name"`
	Active             bool                    `json:"active"`
	Slug               *string                 `json:"slug"`
	SchedulingURL      string                  `json:"scheduling_url"`
	Duration           int                     `json:"duration"`
	DurationOptions    []int                   `json:"duration_options"`
	Kind               string                  `json:"kind"`
	PoolingType        *string                 `json:"pooling_type"`
	Type               string                  `json:"type"`
	Color              string                  `json:"color"`
	CreatedAt          string                  `json:"created_at"`
	UpdatedAt          string                  `json:"updated_at"`
	InternalNote       *string                 `json:"internal_note"`
	IsPaid             bool                    `json:"is_paid"`
	DescriptionPlain   *string                 `json:"description_plain"`
	DescriptionHTML    *string                 `json:"description_html"`
	Profile            *profileBody            `json:"profile"`
	Secret             bool                    `json:"secret"`
	BookingMethod      string                  `json:"booking_method"`
	CustomQuestions    []questionBody          `json:"custom_questions"`
	DeletedAt          *string                 `json:"deleted_at"`
	AdminManaged       bool                    `json:"admin_managed"`
	Locations          []locationConfiguration `json:"locations"`
	Position           int                     `json:"position"`
	Locale             string                  `json:"locale"`
	StartTimeIncrement *int                    `json:"start_time_increment"`
	BeforeBuffer       int                     `json:"before_buffer"`
	AfterBuffer        int                     `json:"after_buffer"`
}

type profileBody struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Owner string `json:"owner"`
}

type questionBody struct {
	Name          string   `json:"name"`
	Type          string   `json:"type"`
	Position      int      `json:"position"`
	Enabled       bool     `json:"enabled"`
	Required      bool     `json:"required"`
	AnswerChoices []string `json:"answer_choices"`
	IncludeOther  bool     `json:"include_other"`
}

// locationConfiguration is where the meetings of an event type may be held.
type locationConfiguration struct {
	Kind           string `json:"kind"`
	Location       string `json:"location,omitempty"`
	AdditionalInfo string `json:"additional_info,omitempty"`
	PhoneNumber    string `json:"phone_number,omitempty"`
}

// body returns the wire form of event type i.
func (w *world) eventTypeBody(i int) eventTypeBody {
	t := w.typeNow(i)
	b := eventTypeBody{
		URI: w.uri(kindEventType, i), Name: &t.name, Active: t.active, Slug: &t.slug, SchedulingURL: w.schedulingURL(t),
		Duration: t.duration, DurationOptions: t.durations, Kind: t.kind(), Type: "StandardEventType", Color: t.color,
		CreatedAt: stamp(t.created), UpdatedAt: stamp(t.updated), InternalNote: t.note, IsPaid: t.paid,
		DescriptionPlain: t.description, Secret: t.secret, BookingMethod: "instant", CustomQuestions: t.questions,
		DeletedAt: stampOrNull(t.deleted), AdminManaged: t.managed, Locations: t.locations, Position: t.position,
		Locale: cmp.Or(t.locale, w.members[t.owner].locale), StartTimeIncrement: new(cmp.Or(t.increment, defaultIncrement)), BeforeBuffer: t.before, AfterBuffer: t.after,
	}
	if t.pooling != "" {
		b.PoolingType = &t.pooling
	}
	if t.description != nil {
		b.DescriptionHTML = new("<p>" + *t.description + "</p>")
	}
	if t.adhoc {
		b.Type, b.DurationOptions, b.StartTimeIncrement = "AdhocEventType", nil, nil
	}
	switch {
	case t.noProfile:
	case t.team >= 0:
		b.Profile = &profileBody{Type: "Team", Name: w.teamName(t.team), Owner: w.uri(kindTeam, t.team)}
	default:
		b.Profile = &profileBody{Type: "User", Name: w.members[t.owner].written, Owner: w.uri(kindUser, t.owner)}
	}
	return b
}

// typeNow returns event type i as it was last written.
func (w *world) typeNow(i int) *eventType {
	if t := w.edited[i]; t != nil {
		return t
	}
	return &w.types[i]
}

// offers reports whether the type is still the organization's: those of a
// member who was removed went along.
func (w *world) offers(t *eventType) bool { return t.team >= 0 || w.members[t.owner].left == 0 }

// kind tells one invitee from several; how hosts share is pooling_type.
func (t *eventType) kind() string {
	if t.capacity > 1 {
		return "group"
	}
	return "solo"
}

func (w *world) schedulingURL(t *eventType) string {
	if t.secret || t.adhoc || t.team >= 0 {
		return "https://calendly.com/d/" + t.code + "/" + t.slug
	}
	return "https://calendly.com/" + w.members[t.owner].slug + "/" + t.slug
}

func getEventType(c *call) (any, error) {
	r, err := c.mine(c.path[0], kindEventType, noAccess)
	if err != nil {
		return nil, err
	}
	return resource[eventTypeBody]{c.world.eventTypeBody(r.index)}, nil
}

func listEventTypes(c *call) (any, error) {
	p := c.params()
	org, user := p.object("organization", kindOrganization), p.object("user", kindUser)
	active, managed := p.flag("active"), p.flag("admin_managed")
	schedule := p.object("user_availability_schedule", kindSchedule)
	orders := p.sort("name", "position", "created_at", "updated_at")
	pages := p.page(maxCount)
	p.requireOne("organization", "user")
	if err := p.err(); err != nil {
		return nil, err
	}
	host, err := c.eventTypeHost(org, user)
	if err != nil {
		return nil, err
	}
	if schedule != nil {
		if _, err := c.owned(schedule, noAccess); err != nil {
			return nil, err
		}
	}
	var found []int
	for i := range c.world.types {
		t := c.world.typeNow(i)
		if t.deleted == 0 && c.world.offers(t) && (host < 0 || t.hostedBy(host)) && (active == nil || t.active == *active) &&
			(managed == nil || t.managed == *managed) && (schedule == nil || c.world.offeredIn(t, schedule.ref)) {
			found = append(found, i)
		}
	}
	c.world.sortEventTypes(found, orders)
	return page(pages, len(found), nil, func(n int) eventTypeBody { return c.world.eventTypeBody(found[n]) }), nil
}

// eventTypeHost returns whose event types the call may list: those of one
// member, or -1 for everybody's.
func (c *call) eventTypeHost(org, user *target) (int, error) {
	if org != nil {
		if _, err := c.owned(org, noAccess); err != nil {
			return 0, err
		}
	}
	switch {
	case user != nil:
		r, err := c.owned(user, notInOrg)
		if err == nil && r.index != c.user && !c.admin() {
			err = forbidden(colleagueEventTypes)
		}
		return r.index, err
	case c.admin():
		return -1, nil
	}
	return c.user, nil
}

func (w *world) sortEventTypes(found []int, orders []order) {
	if orders == nil {
		orders = []order{{field: "name"}}
	}
	slices.SortStableFunc(found, func(i, j int) int {
		a, b := w.typeNow(i), w.typeNow(j)
		for _, o := range orders {
			if c := a.compare(b, o.field); c != 0 {
				if o.desc {
					return -c
				}
				return c
			}
		}
		return 0
	})
}

func (t *eventType) compare(o *eventType, field string) int {
	switch field {
	case "position":
		return t.position - o.position
	case "created_at":
		return int(t.created - o.created)
	case "updated_at":
		return int(t.updated - o.updated)
	}
	return strings.Compare(t.name, o.name)
}
