package calendlytest

// schedules returns how many availability schedules a member has.
func (w *world) schedules(user int) int {
	d := w.draw(kindSchedule, user, 0)
	return 1 + d.n(3)
}

// offeredIn reports whether the type is offered in that schedule of a host.
func (w *world) offeredIn(t *eventType, schedule ref) bool {
	return t.hostedBy(schedule.index) && schedule.sub == t.position%w.schedules(schedule.index)
}
