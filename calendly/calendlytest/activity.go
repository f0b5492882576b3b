package calendlytest

import (
	"maps"
	"slices"
	"strings"
)

// activityBody is the wire form of an activity log entry.
type activityBody struct {
	URI                string         `json:"uri"`
	OccurredAt         string         `json:"occurred_at"`
	Actor              *actorBody     `json:"actor,omitempty"`
	Details            map[string]any `json:"details"`
	FullyQualifiedName string         `json:"fully_qualified_name"`
	Namespace          string         `json:"namespace"`
	Action             string         `json:"action"`
	Organization       string         `json:"organization"`
}

type actorBody struct {
	Type                  string          `json:"type"`
	URI                   string          `json:"uri,omitempty"`
	Organization          *actorOrgBody   `json:"organization,omitempty"`
	Group                 *actorGroupBody `json:"group,omitempty"`
	DisplayName           string          `json:"display_name"`
	AlternativeIdentifier string          `json:"alternative_identifier,omitempty"`
}

type actorOrgBody struct {
	URI  string `json:"uri"`
	Role role   `json:"role"`
}

type actorGroupBody struct {
	URI  string `json:"uri"`
	Name string `json:"name"`
	Role string `json:"role"`
}

// activity is what filters and sorts need to know of an entry.
type activity struct {
	index             int
	occurred          int64
	actor             int // a member; -1 is the system
	namespace, action string
	subject           int // the member who was added
}

// activities returns how many entries the log has, the oldest first.
func (w *world) activities() int { return w.drawnActivities() + len(w.logged) }

// drawnActivities counts that members were added, and then whatever people did.
func (w *world) drawnActivities() int {
	return w.drawnMembers + min(max(200, w.events/2), 100_000)
}

// occurredAt grows with j.
func (w *world) occurredAt(j int) int64 {
	if n := j - w.drawnActivities(); n >= 0 {
		return w.logged[n].occurred
	}
	if j < w.drawnMembers {
		return w.members[w.joined[j]].created
	}
	n := int64(w.drawnActivities() - w.drawnMembers)
	step := (w.now - w.start) * micros / n
	d := w.draw(kindActivity, j, 0)
	return w.start*micros + int64(j-w.drawnMembers)*step + d.n64(step)
}

func (w *world) activity(j int) activity {
	if n := j - w.drawnActivities(); n >= 0 {
		return w.logged[n].activity
	}
	a := activity{index: j, occurred: w.occurredAt(j), namespace: "User", action: "Add"}
	if j < w.drawnMembers {
		a.subject = w.joined[j]
		return a
	}
	d := w.draw(kindActivity, j, 1)
	name := pick(&d, []string{
		"API.Token_Created", "API.Token_Revoked", "User.Login", "User.Login", "User.Login", "Event_Type.Update",
		"Event_Type.Create", "Workflow.Update", "Organization.Settings_Update", "Group.Update", "Compliance.Data_Deletion_Completed",
	})
	a.namespace, a.action, _ = strings.Cut(name, ".")
	a.actor = d.n(w.drawnMembers)
	if a.namespace == "Compliance" {
		a.actor = -1
	}
	return a
}

func (w *world) activityBody(j int) activityBody {
	a := w.activity(j)
	b := activityBody{
		URI: w.uri(kindActivity, j), OccurredAt: stamp(a.occurred), Actor: w.actorBody(a.actor), Namespace: a.namespace, Action: a.action,
		FullyQualifiedName: a.namespace + "." + a.action, Organization: w.uri(kindOrganization, 0),
	}
	if n := j - w.drawnActivities(); n >= 0 {
		b.Details = w.logged[n].details
		return b
	}
	d := w.draw(kindActivity, j, 2)
	switch a.namespace {
	case "User":
		b.Details = map[string]any{"ip_address": "203.0.113." + pick(&d, []string{"7", "42", "199"})}
		if a.action == "Add" {
			b.Details = map[string]any{"user": w.uri(kindUser, a.subject), "email": w.members[a.subject].email}
		}
	case "API":
		b.Details = map[string]any{"name": pick(&d, []string{"warehouse", "test token", "générateur"})}
	case "Compliance":
		b.Details = map[string]any{"requested_emails": 1 + d.n(5)}
	default:
		b.Details = map[string]any{"name": pick(&d, []string{"Intro call", "Standard", "Réunion"}), "changes": []string{"duration"}}
	}
	return b
}

func (w *world) actorBody(member int) *actorBody {
	if member < 0 {
		return &actorBody{Type: "System", DisplayName: "Calendly System"}
	}
	m := &w.members[member]
	b := &actorBody{
		Type: "User", URI: w.uri(kindUser, member), DisplayName: m.written, AlternativeIdentifier: m.email,
		Organization: &actorOrgBody{w.uri(kindOrganization, 0), m.role},
	}
	if m.group >= 0 {
		b.Group = &actorGroupBody{w.uri(kindGroup, m.group), w.groupBody(m.group).Name, "member"}
		if w.leads(member, m.group) {
			b.Group.Role = "admin"
		}
	}
	return b
}

// text is what a search looks through.
func (b *activityBody) text() string {
	parts := []string{b.Namespace, b.Action, b.Actor.DisplayName, b.Actor.AlternativeIdentifier}
	for _, key := range slices.Sorted(maps.Keys(b.Details)) {
		if s, ok := b.Details[key].(string); ok {
			parts = append(parts, s)
		}
	}
	return searchable(strings.Join(parts, " "))
}
