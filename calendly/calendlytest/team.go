package calendlytest

import (
	"slices"
	"strconv"
)

// teamBody is the wire form of a team: the page that owns shared event types.
type teamBody struct {
	URI           string `json:"uri"`
	Name          string `json:"name"`
	Organization  string `json:"organization"`
	SchedulingURL string `json:"scheduling_url"`
}

// teams returns how many team pages there are.
func (w *world) teams() int { return max(1, w.drawnMembers/8) }

// teamHosts returns the members on a team page.
func (w *world) teamHosts(team int) []int {
	var hosts []int
	for n := range 3 {
		hosts = append(hosts, (team*5+n)%w.drawnMembers)
	}
	return hosts
}

func (w *world) teamName(team int) string {
	return numbered([]string{"Sales", "Customer success", "Recruiting", "Solutions", "Außendienst", "サポート"}, team)
}

// numbered returns name i of a list that is used again with numbers.
func numbered(names []string, i int) string {
	name := names[i%len(names)]
	if i >= len(names) {
		name += " " + strconv.Itoa(i/len(names)+1)
	}
	return name
}

func (w *world) teamBody(team int) teamBody {
	return teamBody{
		URI: w.uri(kindTeam, team), Name: w.teamName(team), Organization: w.uri(kindOrganization, 0),
		SchedulingURL: "https://calendly.com/team-" + strconv.Itoa(team+1) + "-" + w.domain[:len(w.domain)-len(".example")],
	}
}

func getTeam(c *call) (any, error) {
	r, err := c.mine(c.path[0], kindTeam, noAccess)
	if err != nil {
		return nil, err
	}
	return resource[teamBody]{c.world.teamBody(r.index)}, nil
}

func listTeams(c *call) (any, error) {
	p := c.params()
	user := p.object("user", kindUser)
	pages := p.page(maxCount)
	if err := p.err(); err != nil {
		return nil, err
	}
	of := -1
	switch {
	case user != nil:
		r, err := c.owned(user, notInOrg)
		if err != nil {
			return nil, err
		}
		of = r.index
	case teamListIsOwn && !c.admin():
		of = c.user
	}
	keep := func(team int) bool { return of < 0 || slices.Contains(c.world.teamHosts(team), of) }
	return page(pages, c.world.teams(), keep, c.world.teamBody), nil
}
