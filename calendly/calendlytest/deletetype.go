package calendlytest

// deleteEventType is what a host does on Calendly's pages; the API cannot.
func deleteEventType(c *call) (change, error) {
	in := c.input()
	in.only("event_type")
	of := in.required("event_type", kindEventType)
	if err := in.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(of, noAccess)
	if err != nil {
		return nil, err
	}
	t := *c.world.typeNow(r.index)
	if t.deleted > 0 {
		return nil, invalid(detail{Parameter: "event_type", Message: saysDeleted})
	}
	return func() any {
		t.active, t.deleted, t.updated = false, c.now, c.now
		put(&c.world.edited, r.index, &t)
		c.world.logType(c, "Delete", r.index)
		c.announceType("event_type.deleted", r.index)
		return resource[eventTypeBody]{c.world.eventTypeBody(r.index)}
	}, nil
}
