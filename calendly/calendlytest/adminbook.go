package calendlytest

import "strings"

// bookAsInvitee books as somebody would on the booking page: without the
// limits of POST /invitees, and maybe sent there by a routing form.
func bookAsInvitee(c *call) (change, error) {
	in := c.input()
	form, err := in.submissionFor()
	if err != nil {
		return nil, err
	}
	return c.book(in, wish{method: new("instant_book"), form: form}, func() {})
}

// inviteeIn reads the field invitee, who must be active.
func (c *call) inviteeIn(in *input) (visit, error) {
	of := in.required("invitee", kindInvitee)
	if err := in.err(); err != nil {
		return visit{}, err
	}
	r, err := c.owned(of, noAccess)
	if err != nil {
		return visit{}, err
	}
	e := c.world.event(r.index)
	if c.world.seat(&e, r.sub).canceled > 0 {
		return visit{}, invalid(detail{Parameter: "invitee", Message: saysCanceled})
	}
	return visit{r.index, r.sub}, nil
}

// invitee returns the wire form of who has a seat.
func (c *call) invitee(v visit) any {
	e := c.world.event(v.event)
	return resource[inviteeBody]{c.world.inviteeBody(&e, v.seat)}
}

func cancelAsInvitee(c *call) (change, error) {
	in := c.input()
	in.only("invitee", "reason")
	reason := in.text("reason", maxReasonText)
	v, err := c.inviteeIn(in)
	if err != nil {
		return nil, err
	}
	return func() any {
		b := c.world.booking(v.event)
		why := cancellationBody{CanceledBy: b.invitees[v.seat].Name, CancelerType: "invitee", CreatedAt: stamp(c.now)}
		if in.has("reason") {
			why.Reason = &reason
		}
		b.leave(v.seat, c.now, why)
		c.announceInvitee("invitee.canceled", v)
		return c.invitee(v)
	}, nil
}

// rescheduleAsInvitee takes a seat at another time and gives up the old one.
func rescheduleAsInvitee(c *call) (change, error) {
	in := c.input()
	in.only("invitee", "start_time")
	in.require("start_time")
	start := in.time("start_time")
	old, err := c.inviteeIn(in)
	if err != nil {
		return nil, err
	}
	w := c.world
	e := w.event(old.event)
	i := w.inviteeBody(&e, old.seat)
	v := wish{kind: w.typeNow(e.typeIndex), start: start, length: e.end - e.start, place: w.placeKind(&e), answers: i.QuestionsAndAnswers, tracking: i.Tracking}
	v.person = personWish{email: i.Email, zone: "UTC", name: i.Name, first: i.FirstName, last: i.LastName, phone: i.TextReminderNumber}
	if i.Timezone != nil {
		v.person.zone = *i.Timezone
	}
	take, err := c.seatFor(&v)
	if err != nil {
		return nil, err
	}
	return func() any {
		now := take()
		left, made := w.booking(old.event), w.booking(now.event)
		gone, came := &left.invitees[old.seat], &made.invitees[now.seat]
		gone.Rescheduled, gone.NewInvitee, came.OldInvitee = true, new(came.URI), new(gone.URI)
		came.SchedulingMethod = gone.SchedulingMethod
		left.leave(old.seat, c.now, cancellationBody{CanceledBy: gone.Name, CancelerType: "invitee", CreatedAt: stamp(c.now)})
		c.announceInvitee("invitee.canceled", old)
		c.announceInvitee("invitee.created", now)
		return c.invitee(now)
	}, nil
}

// placeKind returns what the location of an event was chosen from.
func (w *world) placeKind(e *event) locationConfiguration {
	if e.live != nil && e.live.place.Kind != "" {
		return e.live.place
	}
	at, _ := w.locationKind(e)
	return at
}

func answerAsInvitee(c *call) (change, error) {
	in := c.input()
	in.only("invitee", "questions_and_answers")
	in.require("questions_and_answers")
	v, err := c.inviteeIn(in)
	if err != nil {
		return nil, err
	}
	answers := in.answersFor(c.world.typeNow(c.world.typeOf(v.event)))
	if err := in.err(); err != nil {
		return nil, err
	}
	return func() any {
		i := &c.world.booking(v.event).invitees[v.seat]
		i.QuestionsAndAnswers, i.UpdatedAt = answers, stamp(c.now)
		return c.invitee(v)
	}, nil
}

// touchEvent gives an event a new updated_at, and new meeting notes if wanted.
func touchEvent(c *call) (change, error) {
	in := c.input()
	in.only("event", "meeting_notes_plain")
	of, notes := in.required("event", kindEvent), in.text("meeting_notes_plain", maxReasonText)
	if err := in.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(of, noAccess)
	if err != nil {
		return nil, err
	}
	return func() any {
		b := c.world.booking(r.index)
		if in.has("meeting_notes_plain") {
			b.body.MeetingNotesPlain = &notes
		}
		b.touch(c.now)
		return resource[eventBody]{b.current(c.world)}
	}, nil
}

// pendingInvitation reads the field invitation, which must be pending.
func (c *call) pendingInvitation(in *input) (int, error) {
	of := in.required("invitation", kindInvitation)
	if err := in.err(); err != nil {
		return 0, err
	}
	r, err := c.owned(of, noAccess)
	if err == nil && c.world.invitations[r.index].status != "pending" {
		err = invalid(detail{Parameter: "invitation", Message: "is not pending"})
	}
	return r.index, err
}

func declineInvitation(c *call) (change, error) {
	in := c.input()
	in.only("invitation")
	j, err := c.pendingInvitation(in)
	if err != nil {
		return nil, err
	}
	return func() any {
		v := &c.world.invitations[j]
		v.status, v.updated = "declined", c.now
		return resource[invitationBody]{c.world.invitationBody(j)}
	}, nil
}

// acceptInvitation makes a member of who was invited.
func acceptInvitation(c *call) (change, error) {
	in := c.input()
	in.only("invitation", "name")
	name := strings.TrimSpace(in.text("name", 255))
	j, err := c.pendingInvitation(in)
	if err != nil {
		return nil, err
	}
	return func() any {
		w := c.world
		v := &w.invitations[j]
		i := w.addMember(v.email, name, c.now)
		for _, r := range w.relationships {
			if r.owner == (ref{kind: kindInvitation, index: j}) {
				w.enter(i, r.group, c.now)
			}
		}
		v.status, v.updated, v.user = "accepted", c.now, i
		w.log(c.now, i, "User", "Add", map[string]any{"user": w.uri(kindUser, i), "email": v.email})
		return resource[invitationBody]{w.invitationBody(j)}
	}, nil
}

// addMember adds a member and returns the index.
func (w *world) addMember(email, name string, now int64) int {
	i := len(w.members)
	m := w.makeMember(i)
	local, _, _ := strings.Cut(email, "@")
	if name != "" {
		m.fullName = fullName{first: name, written: name}
	}
	m.role, m.email, m.created, m.updated = roleUser, email, now, now
	m.slug = slugOf(strings.ReplaceAll(local, ".", "-")) + "-" + w.id(kindUser, i, 0)[:4]
	w.members = append(w.members, m)
	return i
}

// enter puts a member into a group, whose admin stays who it is.
func (w *world) enter(member, group int, now int64) {
	w.members[member].group = group
	w.groups[group].members = append([]int{member}, w.groups[group].members...)
	w.addRelationship(group, ref{kind: kindMembership, index: member}, now)
}
