package calendlytest

// group is a set of members; a member is in one group at most.
type group struct {
	members []int
	created int64
}

// groupBody is the wire form of a group.
type groupBody struct {
	URI          string `json:"uri"`
	Name         string `json:"name"`
	Organization string `json:"organization"`
	CreatedAt    string `json:"created_at"`
	UpdatedAt    string `json:"updated_at"`
	MemberCount  int    `json:"member_count"`
}

// relationship ties a member or an invitation to a group.
type relationship struct {
	group   int
	owner   ref
	created int64
}

// relationshipBody is the wire form of a group relationship.
type relationshipBody struct {
	URI          string                `json:"uri"`
	Role         string                `json:"role"`
	Owner        relationshipOwnerBody `json:"owner"`
	Organization string                `json:"organization"`
	Group        string                `json:"group"`
	CreatedAt    string                `json:"created_at"`
	UpdatedAt    string                `json:"updated_at"`
}

// leads reports whether the member is an admin of the group.
func (w *world) leads(member, group int) bool {
	if group < 0 {
		return false
	}
	in := w.groups[group].members
	for n := len(in) - 1; n >= 0; n-- {
		if w.members[in[n]].left == 0 {
			return in[n] == member
		}
	}
	return false
}

// makeGroups puts most members and some who are invited into groups, each led
// by its last member.
func (w *world) makeGroups() {
	w.groups = make([]group, max(1, w.drawnMembers/10))
	for i := range w.members {
		if g := i % (len(w.groups) + 1); g < len(w.groups) {
			w.members[i].group = g
			w.addRelationship(g, ref{kind: kindMembership, index: i}, w.members[i].created)
			w.groups[g].members = append(w.groups[g].members, i)
		}
	}
	for j, v := range w.invitations {
		if v.status == "pending" && j%2 == 0 {
			g := j / 2 % len(w.groups)
			w.addRelationship(g, ref{kind: kindInvitation, index: j}, v.created)
		}
	}
	for g := range w.groups {
		d := w.draw(kindGroup, g, 0)
		w.groups[g].created = w.founded()*micros + d.n64(20*day*micros)
	}
}

func (w *world) addRelationship(group int, owner ref, created int64) {
	w.relationships = append(w.relationships, relationship{group, owner, created})
}

func (w *world) groupBody(g int) groupBody {
	names := []string{"Development", "Vertrieb", "Équipe Sud", "Operations", "人事", "Research", "פיתוח"}
	count := 0
	for _, m := range w.groups[g].members {
		if w.members[m].left == 0 {
			count++
		}
	}
	created := stamp(w.groups[g].created)
	return groupBody{
		URI: w.uri(kindGroup, g), Name: numbered(names, g), Organization: w.uri(kindOrganization, 0),
		CreatedAt: created, UpdatedAt: created, MemberCount: count,
	}
}

// stands reports whether who is in the group is still there to be.
func (w *world) stands(r *relationship) bool {
	if r.owner.kind == kindInvitation {
		v := &w.invitations[r.owner.index]
		return !v.revoked && v.status == "pending"
	}
	return w.members[r.owner.index].left == 0
}

func (w *world) relationshipBody(i int) relationshipBody {
	r := &w.relationships[i]
	b := relationshipBody{
		URI: w.uri(kindRelationship, i), Role: "member", Organization: w.uri(kindOrganization, 0), Group: w.uri(kindGroup, r.group),
		CreatedAt: stamp(r.created), UpdatedAt: stamp(r.created), Owner: relationshipOwnerBody{Type: "OrganizationMembership"},
	}
	if r.owner.kind == kindInvitation {
		b.Owner = relationshipOwnerBody{Type: "OrganizationInvitation", URI: w.invitationURI(r.owner.index), Email: w.invitations[r.owner.index].email}
		return b
	}
	b.Owner.URI, b.Owner.User = w.uri(kindMembership, r.owner.index), new(w.userProfile(r.owner.index))
	if w.leads(r.owner.index, r.group) {
		b.Role = "admin"
	}
	return b
}

func getGroup(c *call) (any, error) {
	r, err := c.mine(c.path[0], kindGroup, noAccess)
	if err != nil {
		return nil, err
	}
	return resource[groupBody]{c.world.groupBody(r.index)}, nil
}

func listGroups(c *call) (any, error) {
	p := c.params()
	org := p.required("organization", kindOrganization)
	pages := p.page(maxCount)
	if err := p.err(); err != nil {
		return nil, err
	}
	if _, err := c.owned(org, noAccess); err != nil {
		return nil, err
	}
	return page(pages, len(c.world.groups), nil, c.world.groupBody), nil
}

func getRelationship(c *call) (any, error) {
	r, err := c.mine(c.path[0], kindRelationship, noAccess)
	if err != nil {
		return nil, err
	}
	return resource[relationshipBody]{c.world.relationshipBody(r.index)}, nil
}

func listRelationships(c *call) (any, error) {
	p := c.params()
	org, in := p.object("organization", kindOrganization), p.object("group", kindGroup)
	owner := p.object("owner", kindMembership, kindInvitation)
	pages := p.page(maxCount)
	p.requireOne("organization", "owner", "group")
	if err := p.err(); err != nil {
		return nil, err
	}
	for _, t := range []*target{org, in, owner} {
		if t == nil {
			continue
		}
		if _, err := c.owned(t, noAccess); err != nil {
			return nil, err
		}
	}
	keep := func(i int) bool {
		r := &c.world.relationships[i]
		return c.world.stands(r) && (in == nil || r.group == in.ref.index) && (owner == nil || r.owner == owner.ref)
	}
	return page(pages, len(c.world.relationships), keep, c.world.relationshipBody), nil
}
