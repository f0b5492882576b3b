package calendlytest

const (
	noCancel      = "You are not allowed to cancel this event"
	inThePast     = "Event in the past"
	alreadyOff    = "Event is already canceled"
	maxReasonText = 10_000
)

func cancelEvent(c *call) (change, error) {
	in := c.input()
	reason := in.text("reason", maxReasonText)
	if err := in.err(); err != nil {
		return nil, err
	}
	r, err := c.mine(c.path[0], kindEvent, noCancel)
	if err != nil {
		return nil, err
	}
	e := c.world.event(r.index)
	switch {
	case !c.seesEvent(r.index):
		return nil, forbidden(noCancel)
	case e.start*micros <= c.now:
		return nil, forbidden(inThePast)
	case e.canceled > 0:
		return nil, forbidden(alreadyOff)
	}
	return func() any {
		why := cancellationBody{CanceledBy: c.world.members[c.user].written, CancelerType: "host", CreatedAt: stamp(c.now)}
		if in.has("reason") {
			why.Reason = &reason
		}
		b := c.world.booking(r.index)
		for k := range b.seats {
			if b.seats[k].canceled == 0 {
				b.leave(k, c.now, why)
				c.announceInvitee("invitee.canceled", visit{r.index, k})
			}
		}
		return resource[cancellationBody]{why}
	}, nil
}

func createNoShow(c *call) (change, error) {
	in := c.input()
	of := in.required("invitee", kindInvitee)
	if err := in.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(of, noAccess)
	if err != nil {
		return nil, err
	}
	v := visit{r.index, r.sub}
	e := c.world.event(v.event)
	i := c.world.inviteeBody(&e, v.seat)
	says := ""
	switch {
	case !c.seesEvent(v.event):
		return nil, forbidden(noAccess)
	case i.Status == statusCanceled:
		says = saysCanceled
	case e.start*micros > c.now:
		says = saysNotStarted
	case i.NoShow != nil:
		says = saysMarked
	}
	if says != "" {
		return nil, invalid(detail{Parameter: "invitee", Message: says})
	}
	return func() any {
		w := c.world
		b := w.booking(v.event)
		marked := &b.invitees[v.seat]
		marked.NoShow = &noShowLink{w.uri(kindNoShow, madeFrom+len(w.marks)), stamp(c.now)}
		w.marks = append(w.marks, mark{of: v})
		c.marked(b, marked)
		c.announceInvitee("invitee_no_show.created", v)
		return resource[noShowBody]{noShowOf(*marked)}
	}, nil
}

// marked dates an invitee whose no-show was made or undone, and the event with
// it where that is assumed.
func (c *call) marked(b *booking, i *inviteeBody) {
	i.UpdatedAt = stamp(c.now)
	if c.server.assume.on("no_show_touches_event") {
		b.touch(c.now)
	}
}

func deleteNoShow(c *call) (change, error) {
	r, err := c.mine(c.path[0], kindNoShow, noAccess)
	if err != nil {
		return nil, err
	}
	v := c.world.marked(r)
	if !c.seesEvent(v.event) {
		return nil, forbidden(noAccess)
	}
	return func() any {
		w := c.world
		b := w.booking(v.event)
		if n := r.index - madeFrom; n >= 0 {
			w.marks[n].gone = true
		}
		b.invitees[v.seat].NoShow = nil
		c.marked(b, &b.invitees[v.seat])
		c.announceInvitee("invitee_no_show.deleted", v)
		return nil
	}, nil
}
