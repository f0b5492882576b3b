package calendlytest

import (
	"cmp"
	"slices"
	"strconv"
)

// invitation asks somebody to join the organization.
type invitation struct {
	email            string
	status           string
	created, updated int64
	sent             int64 // when the e-mail went out, 0 when that is not known
	user             int   // the member that came of it, or -1
	revoked          bool
}

// invitationBody is the wire form of an organization invitation.
type invitationBody struct {
	URI          string  `json:"uri"`
	Organization string  `json:"organization"`
	Email        string  `json:"email"`
	Status       string  `json:"status"`
	CreatedAt    string  `json:"created_at"`
	UpdatedAt    string  `json:"updated_at"`
	LastSentAt   *string `json:"last_sent_at"`
	User         string  `json:"user,omitempty"`
}

// makeInvitations draws one for each member but the owner, and some that are
// open or were declined.
func (w *world) makeInvitations() {
	for j := range len(w.members) - 1 + max(5, len(w.members)/5) {
		v := w.drawInvitation(j)
		if j%7 > 0 {
			v.sent = v.created
		}
		w.invitations = append(w.invitations, v)
	}
}

func (w *world) drawInvitation(j int) invitation {
	d := w.draw(kindInvitation, j, 0)
	if j < len(w.members)-1 {
		m := &w.members[j+1]
		return invitation{email: m.email, status: "accepted", created: m.created - d.n64(6*day*micros) - 1, updated: m.created, user: j + 1}
	}
	name, _ := w.namer.draw(&d)
	v := invitation{email: name.address + strconv.Itoa(j) + "@" + w.domain, status: "pending", user: -1}
	v.created = (w.now - 90*day) * micros
	v.created += d.n64(80 * day * micros)
	v.updated = v.created
	if j%3 == 0 {
		v.status, v.updated = "declined", v.created+d.n64(9*day*micros)
	}
	return v
}

func (w *world) invitationURI(j int) string {
	return w.uri(kindOrganization, 0) + "/invitations/" + w.id(kindInvitation, j, 0)
}

func (w *world) invitationBody(j int) invitationBody {
	v := &w.invitations[j]
	b := invitationBody{
		URI: w.invitationURI(j), Organization: w.uri(kindOrganization, 0), Email: v.email, Status: v.status,
		CreatedAt: stamp(v.created), UpdatedAt: stamp(v.updated), LastSentAt: stampOrNull(v.sent),
	}
	if v.user >= 0 {
		b.User = w.uri(kindUser, v.user)
	}
	return b
}

// invitedTo checks the organization in the path and the caller's role.
func (c *call) invitedTo() error {
	if _, err := c.mine(c.path[0], kindOrganization, noAccess); err != nil {
		return err
	}
	if !c.admin() {
		return forbidden(noPermission)
	}
	return nil
}

func getInvitation(c *call) (any, error) {
	if err := c.invitedTo(); err != nil {
		return nil, err
	}
	r, err := c.mine(c.path[1], kindInvitation, noAccess)
	if err != nil {
		return nil, err
	}
	return resource[invitationBody]{c.world.invitationBody(r.index)}, nil
}

func listInvitations(c *call) (any, error) {
	p := c.params()
	email, status := p.email("email"), p.enum("status", "pending", "accepted", "declined")
	descending := p.descending("created_at")
	pages := p.page(maxCount)
	if err := p.err(); err != nil {
		return nil, err
	}
	if err := c.invitedTo(); err != nil {
		return nil, err
	}
	w := c.world
	var found []int
	for j := range w.invitations {
		if v := &w.invitations[j]; !v.revoked && (email == "" || sameEmail(v.email, email)) && (status == "" || v.status == status) {
			found = append(found, j)
		}
	}
	slices.SortStableFunc(found, func(a, b int) int {
		if descending {
			a, b = b, a
		}
		return cmp.Compare(w.invitations[a].created, w.invitations[b].created)
	})
	return page(pages, len(found), nil, func(n int) invitationBody { return w.invitationBody(found[n]) }), nil
}
