package calendlytest

import "slices"

// profile is what a user object holds wherever it stands.
type userProfile struct {
	URI           string  `json:"uri"`
	Name          string  `json:"name"`
	Slug          string  `json:"slug"`
	Email         string  `json:"email"`
	SchedulingURL string  `json:"scheduling_url"`
	Timezone      string  `json:"timezone"`
	TimeNotation  string  `json:"time_notation"`
	AvatarURL     *string `json:"avatar_url"`
	CreatedAt     string  `json:"created_at"`
	UpdatedAt     string  `json:"updated_at"`
	Locale        string  `json:"locale"`
}

// userBody is the wire form of a user.
type userBody struct {
	userProfile

	CurrentOrganization string `json:"current_organization"`
	ResourceType        string `json:"resource_type"`
}

// membershipBody is the wire form of an organization membership.
type membershipBody struct {
	URI          string      `json:"uri"`
	Role         role        `json:"role"`
	User         userProfile `json:"user"`
	Organization string      `json:"organization"`
	CreatedAt    string      `json:"created_at"`
	UpdatedAt    string      `json:"updated_at"`
}

// userLocale returns the language of a user: those of booking pages that users
// cannot have are English.
func userLocale(locale string) string {
	if slices.Contains([]string{"en", "fr", "es", "de", "pt"}, locale) {
		return locale
	}
	return "en"
}

func (w *world) userProfile(i int) userProfile {
	m := &w.members[i]
	return userProfile{
		URI: w.uri(kindUser, i), Name: m.written, Slug: m.slug, Email: m.email, SchedulingURL: "https://calendly.com/" + m.slug,
		Timezone: m.zone, TimeNotation: m.notation, AvatarURL: m.avatar, CreatedAt: stamp(m.created), UpdatedAt: stamp(m.updated), Locale: userLocale(m.locale),
	}
}

func (w *world) userBody(i int) userBody {
	return userBody{userProfile: w.userProfile(i), CurrentOrganization: w.uri(kindOrganization, 0), ResourceType: "User"}
}

func (w *world) membershipBody(i int) membershipBody {
	m := &w.members[i]
	return membershipBody{
		URI: w.uri(kindMembership, i), Role: m.role, User: w.userProfile(i), Organization: w.uri(kindOrganization, 0),
		CreatedAt: stamp(m.created), UpdatedAt: stamp(m.updated),
	}
}

func getUser(c *call) (any, error) {
	i := c.user
	if len(c.path) > 0 && c.path[0] != "me" {
		r, err := c.mine(c.path[0], kindUser, strangerUser)
		if err != nil {
			return nil, err
		}
		i = r.index
	}
	return resource[userBody]{c.world.userBody(i)}, nil
}

func getMembership(c *call) (any, error) {
	r, err := c.mine(c.path[0], kindMembership, notInOrg)
	if err != nil {
		return nil, err
	}
	return resource[membershipBody]{c.world.membershipBody(r.index)}, nil
}

func listMemberships(c *call) (any, error) {
	p := c.params()
	user, org := p.object("user", kindUser), p.object("organization", kindOrganization)
	email, as := p.email("email"), role(p.enum("role", string(roleOwner), string(roleAdmin), string(roleUser)))
	pages := p.page(maxCount)
	p.requireOne("user", "organization")
	if err := p.err(); err != nil {
		return nil, err
	}
	if org != nil {
		if _, err := c.owned(org, noAccess); err != nil {
			return nil, err
		}
	}
	if user != nil {
		if _, err := c.owned(user, notInOrg); err != nil {
			return nil, err
		}
	} else if !c.admin() {
		return nil, forbidden(membershipListNeedsAdmin)
	}
	w := c.world
	keep := func(i int) bool {
		m := &w.members[i]
		return m.left == 0 && (user == nil || user.ref.index == i) && (email == "" || sameEmail(m.email, email)) && (as == "" || m.role == as)
	}
	return page(pages, len(w.members), keep, w.membershipBody), nil
}
