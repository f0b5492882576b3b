package calendlytest

// group is a set of members; a member is in one group at most.
type group struct{ members []int }

// teams returns how many team pages there are.
func (w *world) teams() int { return max(1, len(w.members)/8) }

// teamHosts returns the members on a team page.
func (w *world) teamHosts(team int) []int {
	var hosts []int
	for n := range 3 {
		host := (team*5 + n) % len(w.members)
		hosts = append(hosts, host)
	}
	return hosts
}

func (w *world) teamName(team int) string {
	names := []string{"Sales", "Customer success", "Recruiting", "Solutions", "Außendienst", "サポート"}
	return names[team%len(names)]
}

// leads reports whether the member is an admin of the group.
func (w *world) leads(member, group int) bool {
	if group < 0 {
		return false
	}
	in := w.groups[group].members
	return in[len(in)-1] == member
}

// makeGroups puts most members into groups, each led by its last member.
func (w *world) makeGroups() {
	w.groups = make([]group, max(1, len(w.members)/10))
	for i := range w.members {
		if g := i % (len(w.groups) + 1); g < len(w.groups) {
			w.members[i].group = g
			w.groups[g].members = append(w.groups[g].members, i)
		}
	}
}
