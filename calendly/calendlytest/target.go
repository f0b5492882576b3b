package calendlytest

import "strings"

// target is the object that a URI names: in which organization, and which.
// world is nil when no such object was ever minted.
type target struct {
	world *world
	ref   ref
}

// target resolves a URI; nil when it is not one of an object of kinds.
func (s *Server) target(uri string, kinds []kind) *target {
	rest, ok := strings.CutPrefix(uri, s.URL)
	if !ok {
		return nil
	}
	for _, k := range kinds {
		id, ok := k.cutPath(rest)
		if !ok {
			continue
		}
		t := s.lookup(id, k)
		if t.world != nil && k == kindInvitee && uri != t.world.inviteeURI(t.ref.index, t.ref.sub) {
			return &target{} // an invitee of another event
		}
		return t
	}
	return nil
}

// lookup finds the object of that kind and id in either organization.
func (s *Server) lookup(id string, k kind) *target {
	for _, w := range []*world{s.home, s.away} {
		if r, ok := w.codec.ref(id); ok && r.kind == k && w.exists(r) {
			return &target{world: w, ref: r}
		}
	}
	return &target{}
}

// mine returns the object with an id from the path, 404 when there is none and
// 403 with those words when it belongs to another organization.
func (c *call) mine(id string, k kind, says string) (ref, error) {
	return c.owned(c.server.lookup(id, k), says)
}

// owned is mine for an object named by a parameter, which must not be nil.
func (c *call) owned(t *target, says string) (ref, error) {
	switch t.world {
	case nil:
		return ref{}, unknownObject()
	case c.world:
		if t.ref.kind == kindUser && c.world.members[t.ref.index].left > 0 {
			return ref{}, forbidden(says)
		}
		return t.ref, nil
	}
	return ref{}, forbidden(says)
}

// adminOf checks that a call is made by an admin of the organization it names.
func (c *call) adminOf(org *target) error {
	if _, err := c.owned(org, noAccess); err != nil {
		return err
	}
	if !c.admin() {
		return forbidden(noPermission)
	}
	return nil
}
