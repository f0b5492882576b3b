package calendlytest

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAnswers_of_every_operation_are_as_documented(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("much work and little beside it: the race detector would find nothing")
	}
	p := newProbe(t, Config{Seed: 67, Events: 2000, Members: 30})
	p.sweep()
	byFault := p.operations()
	if diff := cmp.Diff(p.schema.faults, byFault); diff != "" {
		t.Errorf("errors that only a fault makes (-want +got):\n%s", diff)
	}
	unseen := map[string]string{}
	for _, one := range p.schema.everything() {
		if !p.seen[one] {
			unseen[one] = p.schema.unseen[one]
		}
	}
	if diff := cmp.Diff(p.schema.unseen, unseen); diff != "" {
		t.Errorf("alternatives that no answer shows (-want +got):\n%s", diff)
	}
}

// operations tries every operation, with each documented error before it
// succeeds. It returns the errors that only a fault makes.
func (p *probe) operations() []string {
	p.t.Helper()
	table := operations(p.t)
	var byFault []string
	for _, e := range attempts(p.t, p.s) {
		o, ok := table[e.operation]
		if !ok {
			p.t.Errorf("%s is not an operation, or was tried before", e.operation)
			continue
		}
		delete(table, e.operation)
		for _, status := range o.Errors {
			if p.refuses(o, status, e) {
				continue
			}
			p.spoil(e, status)
			if status == http.StatusBadRequest || status == http.StatusNotFound {
				byFault = append(byFault, strconv.Itoa(status)+" "+e.operation)
			}
		}
		p.succeeds(o, e)
		if e.operation == "POST /invitees" {
			p.fails(http.StatusBadRequest, "owner", e) // now the time is taken
		}
	}
	for name := range table {
		p.t.Errorf("%s was not tried", name)
	}
	slices.Sort(byFault)
	return byFault
}

// refuses tries everything that should lead to a documented error, and reports
// whether there is anything.
func (p *probe) refuses(o operation, status int, e attempt) bool {
	p.t.Helper()
	switch status {
	case http.StatusUnauthorized:
		p.fails(status, "", e)
		p.fails(status, "no such token", e)
	case http.StatusForbidden:
		if title := p.fails(status, "nothing", e); title != "Insufficient scope" {
			p.t.Errorf("%s without scopes: %q", e.operation, title)
		}
		if _, named := e.ofNothing(); named {
			if title := p.fails(status, "stranger", e); title != "Permission Denied" {
				p.t.Errorf("%s by a stranger: %q", e.operation, title)
			}
		}
	default:
		bad, ok := e.spoiled(o, status, p.s)
		if ok {
			p.fails(status, "owner", bad)
		}
		return ok
	}
	return true
}

var anyID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f-]{21}`)

// ofNothing returns the request with ids that nothing has, and whether it has
// any.
func (e attempt) ofNothing() (attempt, bool) {
	const nothing = "00000000-0000-4000-8000-000000000000"
	if anyID.MatchString(e.target) {
		e.target = anyID.ReplaceAllString(e.target, nothing)
		return e, true
	}
	if text := encode(e.body); e.body != nil && anyID.Match(text) {
		e.body = json.RawMessage(anyID.ReplaceAll(text, []byte(nothing)))
		return e, true
	}
	return e, false
}

// spoiled returns the request changed so that it must get the status.
func (e attempt) spoiled(o operation, status int, s *Server) (attempt, bool) {
	path, _, asks := strings.Cut(e.target, "?")
	_, pages := o.Query["count"]
	switch {
	case status == http.StatusNotFound:
		return e.ofNothing()
	case status == http.StatusConflict:
		return conflict(e, s)
	case status != http.StatusBadRequest:
		return e, false
	case e.body != nil:
		e.body = []string{}
	case pages && asks:
		e.target += "&count=0"
	case pages:
		e.target += "?count=101"
	case e.operation == "GET /contact_lists":
		e.target += "?type=csv"
	case len(o.Query) > 0:
		e.target = path
	case e.operation == "DELETE /organizations/{org_uuid}/invitations/{uuid}":
		e.target = s.home.invitationURI(0)
	default:
		return e, false
	}
	return e, true
}

// conflict returns the request with something that is taken, or for a view.
func conflict(e attempt, s *Server) (attempt, bool) {
	taken := []object{{"email": s.home.guest(0).email, "is_primary": true}}
	view := s.home.uri(kindContactList, staticLists)
	switch e.operation {
	case "POST /contacts":
		e.body = object{"name": "n", "emails": taken}
	case "PATCH /contacts/{uuid}":
		e.body = object{"emails": taken}
	case "POST /contacts/custom_field_definitions":
		e.body = object{"label": "employees", "field_type": "number"}
	case "POST /contact_lists", "PATCH /contact_lists/{uuid}":
		e.body = object{"name": "vip"}
	case "POST /contact_lists/{uuid}/memberships":
		e.target = view + "/memberships"
	case "POST /contact_lists/{uuid}/memberships/removal":
		e.target = view + "/memberships/removal"
	case "POST /webhook_subscriptions":
		body := maps.Clone(e.body.(object))
		ours := slices.IndexFunc(s.home.webhooks, func(v webhook) bool { return v.scope == scopeOrganization && !v.gone })
		body["url"] = s.home.webhookBody(ours).CallbackURL
		e.body = body
	default:
		return e, false
	}
	return e, true
}

// spoil lets a fault give the status that nothing else does.
func (p *probe) spoil(e attempt, status int) {
	p.t.Helper()
	f := Fault{Operation: e.operation, Kind: FaultError, Status: status, Count: 1}
	switch status {
	case http.StatusTooManyRequests:
		f.Kind = FaultRateLimited
	case http.StatusInternalServerError:
		f.Kind = FaultInternal
	case http.StatusServiceUnavailable:
		f.Kind = FaultUnavailable
	default:
		titles := p.schema.errors[strconv.Itoa(status)]
		for title, message := range titles {
			f.Title, f.Message = title, message
		}
	}
	if _, err := p.s.AddFault(f); err != nil {
		p.t.Fatal(err)
	}
	p.fails(status, "owner", e)
}
