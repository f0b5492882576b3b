package calendlytest

import "strings"

// userLocationBody is the wire form of a kind of place a user can meet at.
type userLocationBody struct {
	Kind      string `json:"kind"`
	Connected *bool  `json:"connected,omitempty"` // for conferences only
}

// eventTypeMembershipBody is the wire form of one host of an event type.
type eventTypeMembershipBody struct {
	URI       string        `json:"uri"`
	EventType eventTypeBody `json:"event_type"`
	Member    userBody      `json:"member"`
	CreatedAt string        `json:"created_at"`
	UpdatedAt string        `json:"updated_at"`
}

func listEventTypeMemberships(c *call) (any, error) {
	p := c.params()
	of := p.required("event_type", kindEventType)
	pages := p.page(maxCount)
	if err := p.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(of, noAccess)
	if err != nil {
		return nil, err
	}
	w := c.world
	t := w.typeNow(r.index)
	return page(pages, len(t.hosts), nil, func(n int) eventTypeMembershipBody {
		return eventTypeMembershipBody{
			URI: w.uriSub(kindEventTypeMembership, r.index, n), EventType: w.eventTypeBody(r.index), Member: w.userBody(t.hosts[n]),
			CreatedAt: stamp(t.created), UpdatedAt: stamp(t.created),
		}
	}), nil
}

func listLocations(c *call) (any, error) {
	p := c.params()
	user := p.required("user", kindUser)
	if err := p.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(user, notInOrg)
	switch {
	case err != nil:
		return nil, err
	case r.index != c.user && !c.admin():
		return nil, forbidden(colleagueLocations)
	}
	d := c.world.draw(drawLocation, r.index, 1)
	rows := []userLocationBody{}
	for _, kind := range []string{
		"ask_invitee", "custom", "google_conference", "gotomeeting_conference", "inbound_call",
		"microsoft_teams_conference", "outbound_call", "physical", "webex_conference", "zoom_conference",
	} {
		b := userLocationBody{Kind: kind}
		if strings.HasSuffix(kind, "_conference") {
			b.Connected = new(d.chance(600))
		}
		rows = append(rows, b)
	}
	return plain[userLocationBody]{rows}, nil
}

func listMeetingLimits(c *call) (any, error) {
	p := c.params()
	user := p.required("user", kindUser)
	if err := p.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(user, notInOrg)
	switch {
	case err != nil:
		return nil, err
	case r.index != c.user: // even for admins
		return nil, forbidden(colleagueLimits)
	}
	return plain[meetingLimitBody]{[]meetingLimitBody{c.world.meetingLimits(r.index)}}, nil
}

// meetingLimits returns how many meetings a member holds at most: as drawn, or
// as was written.
func (w *world) meetingLimits(user int) meetingLimitBody {
	if b, ok := w.limits[user]; ok {
		return b
	}
	d := w.draw(drawLimits, user, 0)
	limit := func(chance, most int) *int {
		if !d.chance(chance) {
			return nil
		}
		return new(1 + d.n(most))
	}
	return meetingLimitBody{limit(500, 12), limit(300, 50), limit(100, 200)}
}
