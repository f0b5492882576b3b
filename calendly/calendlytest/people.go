package calendlytest

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// role is a member's role in the organization, in Calendly's word.
type role string

const (
	roleOwner role = "owner"
	roleAdmin role = "admin"
	roleUser  role = "user"
)

// ownerIndex is the index of the organization's owner, who is one.
const ownerIndex = 0

// minMembers leaves one member for each role.
const minMembers = 3

// member is a user of the organization. User, membership and availability
// share its index.
type member struct {
	fullName

	role     role
	slug     string
	email    string
	zone     string
	locale   string
	notation string
	avatar   *string
	created  int64 // microseconds
	updated  int64
	group    int   // the group the member is in, or -1
	left     int64 // when the member was removed, 0 while there
}

// admin returns the index of the first admin.
func (w *world) admin() int { return ownerIndex + 1 }

// member returns the index of the first who is neither admin nor owner.
func (w *world) member() int { return w.admins() + 1 }

// admins returns how many admins there are.
func (w *world) admins() int { return max(1, w.drawnMembers/20) }

// makePeople names the organization and its members, who all joined before its
// history begins.
func (w *world) makePeople(count int) {
	d := w.draw(kindOrganization, 0, 0)
	w.name = pick(&d, []string{"Northwind", "Lumière", "Kōyō", "Bluebird", "Åkerlund", "Tramontana", "Half Moon", "Fable & Finch"}) +
		pick(&d, []string{" Clinics", " Advisors", " Studio", " Robotics", " Academy", " Health"})
	w.domain = "org" + strconv.FormatUint(w.key%10000, 10) + ".example"
	w.members, w.drawnMembers = make([]member, count), count
	taken := map[string]bool{}
	for i := range w.members {
		m := w.makeMember(i)
		for n := 2; taken[m.slug]; n++ {
			m.slug = strings.TrimRight(m.slug, "0123456789") + strconv.Itoa(n)
		}
		taken[m.slug] = true
		m.email = strings.Replace(m.slug, "-", ".", 1) + "@" + w.domain
		w.members[i] = m
		w.joined = append(w.joined, i)
	}
	slices.SortFunc(w.joined, func(a, b int) int { return cmp.Compare(w.members[a].created, w.members[b].created) })
}

func (w *world) makeMember(i int) member {
	d := w.draw(kindUser, i, 0)
	name, from := w.namer.draw(&d)
	m := member{fullName: name, role: roleUser, zone: from.zone, locale: from.locale, notation: pick(&d, []string{"12h", "24h"}), group: -1}
	m.slug = strings.ReplaceAll(name.address, ".", "-")
	// The owner came first, and everybody before the first event.
	joined := w.founded() + day*int64(30+i%300)
	m.created = (joined+d.n64(day))*micros + d.n64(micros)
	m.updated = m.created + d.n64(w.now*micros-m.created)
	if d.chance(300) {
		m.avatar = new("https://d3v0px0pttie1i.cloudfront.net/uploads/user/avatar/" + strconv.Itoa(1000+i) + "/avatar.png")
	}
	switch {
	case i == ownerIndex:
		m.role, m.created = roleOwner, w.founded()*micros+d.n64(hour*micros)
	case i <= w.admins():
		m.role = roleAdmin
	}
	return m
}

// founded is when the organization was made, in seconds.
func (w *world) founded() int64 { return w.start - 400*day }

// guest is somebody who was invited: not a user, known by e-mail address.
type guest struct {
	fullName

	email string
	zone  string
	from  *splitCulture
}

// guest returns the person with that index. The index stands in the e-mail
// address, so that people are found by it.
func (w *world) guest(p int) guest {
	d := w.draw(drawGuest, p, 0)
	name, from := w.namer.draw(&d)
	domain := pick(&d, []string{"example.com", "example.org", "example.net", "mail.example", "buero.example", "corp.example"})
	return guest{fullName: name, email: name.address + "." + strconv.FormatInt(int64(p), 36) + "@" + domain, zone: from.zone, from: from}
}

// guestIndex returns the index that stands in an e-mail address.
func guestIndex(email string) (int, bool) {
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	p, err := strconv.ParseInt(local[strings.LastIndexByte(local, '.')+1:], 36, 32)
	return int(p), err == nil && p >= 0
}

// guestByEmail returns the index of the person with an e-mail address.
func (w *world) guestByEmail(email string) (int, bool) {
	p, ok := guestIndex(email)
	if !ok || p >= w.people {
		return 0, false
	}
	return p, sameEmail(w.guest(p).email, email)
}

// person returns the index of whoever takes seat k of event i, seen alone; see
// lead for reschedules.
func (w *world) person(i, k int) int { return w.guests[k].at(i) % w.people }
