package calendlytest

import "slices"

// eventFilter is what a list of scheduled events is narrowed to.
type eventFilter struct {
	user, organization, group *target
	email, status             string
}

const (
	specifyForUser  = "Please also specify organization when requesting events for a user within your organization."
	specifyForGroup = "Please also specify organization when requesting events for a group within your organization."
)

// mayList says whether the caller may list the events of f.
func (c *call) mayList(f eventFilter) error {
	if f.organization != nil {
		if _, err := c.owned(f.organization, noPermission); err != nil {
			return err
		}
	}
	if f.user != nil {
		if err := c.mayListUser(f); err != nil {
			return err
		}
	}
	if f.group != nil {
		return c.mayListGroup(f)
	}
	if f.user == nil && !c.admin() {
		return forbidden(noPermission)
	}
	return nil
}

func (c *call) mayListUser(f eventFilter) error {
	r, err := c.owned(f.user, notInOrg)
	switch {
	case err != nil, r.index == c.user:
		return err
	case f.organization == nil:
		return forbidden(specifyForUser)
	case !c.admin():
		return forbidden(noPermission)
	}
	return nil
}

func (c *call) mayListGroup(f eventFilter) error {
	r, err := c.owned(f.group, noAccess)
	switch {
	case err != nil:
		return err
	case f.organization == nil:
		return forbidden(specifyForGroup)
	case !c.admin() && !c.world.leads(c.user, r.index):
		return forbidden(noPermission)
	}
	return nil
}

// keeps reports whether event i is in the list, as far as hosts and status say;
// cheap tests first.
func (f *eventFilter) keeps(w *world, i int) bool {
	if !w.hasEvent(i) {
		return false
	}
	return (f.status == "" || w.isCanceled(i) == (f.status == statusCanceled)) &&
		(f.user == nil || slices.Contains(w.hosts(i), f.user.ref.index)) &&
		(f.group == nil || slices.ContainsFunc(w.hosts(i), func(m int) bool { return w.members[m].group == f.group.ref.index }))
}

// eventsWith returns the events that start between two instants and have an
// invitee of that address, in their order.
func (w *world) eventsWith(email string, from, to int64) []int {
	var found []int
	for _, v := range w.visitsOf(email) {
		if at := w.startOf(v.event); from <= at*micros && at*micros < to {
			found = append(found, v.event)
		}
	}
	return slices.Compact(found)
}
