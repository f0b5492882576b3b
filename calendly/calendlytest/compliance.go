package calendlytest

const noDataRequests = "You must be an admin/owner with the data requests permission enabled to use this resource. Contact Calendly support and ask them to grant you data requests permission."

// Assumption: a deletion takes an hour; the reference says up to seven days.
const deletionTakes = hour * micros

// maxEmails is how many addresses one deletion may name.
const maxEmails = 1000

func deleteInviteeData(c *call) (change, error) {
	in := c.input()
	in.require("emails")
	emails := in.texts("emails", maxEmails, isEmail, saysEmail)
	if in.has("emails") && len(emails) == 0 {
		in.refuse("emails", saysEmpty)
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	if !c.admin() {
		return nil, forbidden(noDataRequests)
	}
	return func() any {
		w := c.world
		return c.delete(map[string]any{"requested_emails": len(emails)}, func(at int64) {
			for _, email := range emails {
				w.redact(email, at)
			}
		})
	}, nil
}

func deleteEventData(c *call) (change, error) {
	in := c.input()
	in.require("start_time")
	in.require("end_time")
	from, to := in.time("start_time"), in.time("end_time")
	switch {
	case in.err() != nil:
	case to <= from:
		in.refuse("end_time", saysAfter)
	case to > c.now:
		in.refuse("end_time", saysPast)
	case to-from > 731*day*micros:
		in.refuse("end_time", saysTwoYears)
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	if !c.admin() {
		return nil, forbidden(noDataRequests)
	}
	return func() any {
		w := c.world
		details := map[string]any{"start_time": stamp(from), "end_time": stamp(to)}
		return c.delete(details, func(int64) { w.erased = append(w.erased, span{from: from, to: to}) })
	}, nil
}

// delete lets a deletion happen later, and logs that it was asked for and done.
func (c *call) delete(details map[string]any, erase func(at int64)) any {
	w := c.world
	w.log(c.now, c.user, "Compliance", "Data_Deletion_Requested", details)
	w.later(c.now+deletionTakes, func(at int64) {
		erase(at)
		w.log(at, -1, "Compliance", "Data_Deletion_Completed", details)
	})
	return struct{}{}
}

// redact removes what is known of an invitee from all events, which stay.
func (w *world) redact(email string, at int64) {
	for _, v := range w.visitsOf(email) {
		b := w.booking(v.event)
		i := &b.invitees[v.seat]
		i.Email, i.Name = "deleted@"+w.id(kindInvitee, v.event, v.seat)+".invalid", "Deleted"
		i.FirstName, i.LastName, i.TextReminderNumber, i.Timezone, i.Payment = nil, nil, nil, nil, nil
		i.QuestionsAndAnswers, i.Tracking, i.UpdatedAt = []answerBody{}, trackingBody{}, stamp(at)
		if i.Cancellation != nil && i.Cancellation.CancelerType == "invitee" {
			why := *i.Cancellation
			why.CanceledBy, why.Reason = i.Name, nil
			i.Cancellation = &why
			if b.body.Cancellation != nil && b.body.Cancellation.CancelerType == "invitee" {
				b.body.Cancellation = &why
			}
		}
		b.touch(at)
	}
}
