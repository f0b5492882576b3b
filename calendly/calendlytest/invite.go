package calendlytest

import (
	"net/http"
	"slices"
)

const (
	outOfSeats      = "You already sent all the invitations you're allotted based upon the number of seats purchased with your account. Please purchase more seats to send more invitations."
	outOfTrialSeats = "You already sent all the invitations allotted to you with a trial account."
	scimEnabled     = "You cannot perform this action for an organization with SCIM enabled."
	noRemoval       = "You do not have permission to perform this action"
	noOwnerRemoval  = "You can not change owner role"
	noSelfRemoval   = "You can not remove yourself from organization"
	noOtherRemoval  = "You cannot modify members from another organization"
)

// titled is a 400 with a title of its own.
func titled(title, message string) *apiError {
	return &apiError{status: http.StatusBadRequest, Title: title, Message: message}
}

func createInvitation(c *call) (change, error) {
	in := c.input()
	email := in.filled("email", 0)
	if err := in.err(); err != nil {
		return nil, err
	}
	if !isEmail(email) {
		return nil, titled("Invalid Email", email+" is an invalid email format")
	}
	if err := c.invitedTo(); err != nil {
		return nil, err
	}
	if err := c.mayInvite(email); err != nil {
		return nil, err
	}
	return func() any {
		w := c.world
		j := len(w.invitations)
		w.invitations = append(w.invitations, invitation{email: email, status: "pending", created: c.now, updated: c.now, sent: c.now, user: -1})
		w.log(c.now, c.user, "User", "Invite", map[string]any{"email": email})
		return resource[invitationBody]{w.invitationBody(j)}
	}, nil
}

// mayInvite refuses addresses that are members or invited, and invitations
// beyond the seats of the organization.
func (c *call) mayInvite(email string) error {
	w := c.world
	seats := 0
	for i := range w.members {
		if w.members[i].left > 0 {
			continue
		}
		seats++
		if sameEmail(w.members[i].email, email) {
			return titled("Already Organization Member", email+" is already in the organization")
		}
	}
	for j := range w.invitations {
		if v := &w.invitations[j]; v.status == "pending" && !v.revoked {
			seats++
			if sameEmail(v.email, email) {
				return titled("Already Invited", email+" has already been invited")
			}
		}
	}
	switch {
	case w.seatsPaid == 0 || seats < w.seatsPaid:
		return nil
	case w.trial:
		return forbidden(outOfTrialSeats)
	}
	return forbidden(outOfSeats)
}

func deleteInvitation(c *call) (change, error) {
	if err := c.invitedTo(); err != nil {
		return nil, err
	}
	r, err := c.mine(c.path[1], kindInvitation, noAccess)
	if err != nil {
		return nil, err
	}
	w := c.world
	v := &w.invitations[r.index]
	switch {
	case w.scim:
		return nil, forbidden(scimEnabled)
	case v.status == "accepted":
		return nil, titled("Invitation Already Accepted", "The invitation has already been accepted.")
	}
	return func() any {
		v.revoked = true
		w.log(c.now, c.user, "User", "Invitation_Revoke", map[string]any{"email": v.email})
		return nil
	}, nil
}

func deleteMembership(c *call) (change, error) {
	r, err := c.mine(c.path[0], kindMembership, noOtherRemoval)
	switch {
	case err != nil:
		return nil, err
	case !c.admin():
		return nil, forbidden(noRemoval)
	case c.world.members[r.index].role == roleOwner:
		return nil, forbidden(noOwnerRemoval)
	case r.index == c.user:
		return nil, forbidden(noSelfRemoval)
	}
	return func() any {
		w := c.world
		m := &w.members[r.index]
		m.left, m.updated = c.now, c.now
		for n := range w.webhooks { // those of the user stop; the organization's stay
			if v := &w.webhooks[n]; v.scope == scopeUser && v.subject == r.index {
				v.gone = true
			}
		}
		w.log(c.now, c.user, "User", "Remove", map[string]any{"user": w.uri(kindUser, r.index), "email": m.email})
		return nil
	}, nil
}

// present returns those of users who are still members.
func (w *world) present(users []int) []int {
	return slices.DeleteFunc(slices.Clone(users), func(i int) bool { return w.members[i].left > 0 })
}
