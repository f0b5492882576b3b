package calendlytest

// make books a new event with those hosts, and returns its only seat.
func (w *world) make(hosts []int, v *wish, now int64) visit {
	b := &booking{hosts: hosts, place: v.place}
	b.event = event{
		kind: v.kind, typeIndex: v.kind.index, start: v.start, end: v.start + v.length,
		created: now, updated: now, chain: chain{length: 1},
	}
	i := w.insert(b)
	b.event.chain.events[0] = i
	b.body = eventBody{
		URI: w.uri(kindEvent, i), Name: &v.kind.name, Status: statusActive, StartTime: stampSeconds(v.start), EndTime: stampSeconds(b.event.end),
		EventType: w.uri(kindEventType, v.kind.index), InviteesCounter: counterBody{Limit: v.kind.capacity},
		CreatedAt: stamp(now), UpdatedAt: stamp(now), EventGuests: []eventGuestBody{},
	}
	for _, m := range hosts {
		b.body.EventMemberships = append(b.body.EventMemberships, w.eventHost(&b.event, m))
	}
	return w.join(i, v, now)
}

// join takes another seat of event i.
func (w *world) join(i int, v *wish, now int64) visit {
	b := w.booking(i)
	at := visit{i, len(b.seats)}
	id := w.id(kindInvitee, i, at.seat)
	b.seats = append(b.seats, seat{created: now})
	b.invitees = append(b.invitees, inviteeBody{
		URI: w.inviteeURI(i, at.seat), Email: v.person.email, FirstName: v.person.first, LastName: v.person.last, Name: v.person.name,
		Status: statusActive, QuestionsAndAnswers: v.answers, Timezone: &v.person.zone, Event: b.body.URI, CreatedAt: stamp(now), UpdatedAt: stamp(now),
		Tracking: v.tracking, TextReminderNumber: v.person.phone, SchedulingMethod: v.method,
		CancelURL: "https://calendly.com/cancellations/" + id, RescheduleURL: "https://calendly.com/reschedulings/" + id,
	})
	if v.form != nil {
		i := &b.invitees[at.seat]
		i.RoutingFormSubmission = new(w.uri(kindSubmission, *v.form))
		put(&w.went, *v.form, wentOn{i.URI, now})
	}
	for _, email := range v.guests {
		b.body.EventGuests = append(b.body.EventGuests, eventGuestBody{email, stamp(now), stamp(now)})
	}
	w.seatedAs(v.person.email, at)
	b.count()
	b.touch(now)
	w.confirm(at, now)
	return at
}
