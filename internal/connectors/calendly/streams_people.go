package calendly

import (
	"reflect"
	"slices"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/connect"
)

const adminRole = "admin or owner"

// people are the organization and who is in it.
func people() []entry {
	return slices.Concat(members(), []entry{
		{
			name: "organization_invitations", single: true, group: "organization_invitations",
			record: reflect.TypeFor[api.OrganizationInvitation](),
			needs:  connect.Needs{Scope: "organizations:read", Role: adminRole},
			doc: connect.StreamDoc{
				About:     "Invitations to join the organization: pending, accepted and declined.",
				Operation: []string{"GET /organizations/{uuid}/invitations"},
				Fresh:     "Every sync reads all of them.",
			},
			request: func(c *caller, _ string) request {
				return list("/organizations/"+lastSegment(c.organization)+"/invitations", "sort", "created_at:asc")
			},
		},
		{
			name: "teams", single: true, group: "teams",
			record: reflect.TypeFor[api.Team](),
			needs:  connect.Needs{Scope: "organizations:read"},
			doc: connect.StreamDoc{
				About:     "Team pages, which own shared event types.",
				Operation: []string{"GET /teams"},
				Fresh:     "Every sync reads all of them.",
			},
			request: func(*caller, string) request { return list("/teams") },
		},
		{
			name: "groups", single: true, group: "groups",
			record: reflect.TypeFor[api.Group](),
			needs:  connect.Needs{Scope: "groups:read", Plan: planTeams},
			doc: connect.StreamDoc{
				About:     "Groups of the organization's members.",
				Operation: []string{"GET /groups"},
				Fresh:     "Every sync reads all of them.",
			},
			request: func(c *caller, _ string) request { return list("/groups", "organization", c.organization) },
		},
		{
			name: "group_relationships", single: true, group: "groups",
			record: reflect.TypeFor[api.GroupRelationship](),
			needs:  connect.Needs{Scope: "groups:read", Plan: planTeams},
			doc: connect.StreamDoc{
				About:     "Who belongs to which group, and in which role.",
				Operation: []string{"GET /group_relationships"},
				Fresh:     "Every sync reads all of them.",
			},
			request: func(c *caller, _ string) request {
				return list("/group_relationships", "organization", c.organization)
			},
		},
	})
}

// members are the streams read along with the list of members.
func members() []entry {
	const everySync = "Every sync reads all of them."
	return []entry{
		{
			name: "organization", group: "organization",
			record: reflect.TypeFor[api.Organization](),
			needs:  connect.Needs{Scope: "organizations:read"},
			doc: connect.StreamDoc{
				About:     "The organization itself, with its plan; one row.",
				Operation: []string{"GET /organizations/{uuid}"},
				Fresh:     "Every sync reads it.",
			},
			request: func(c *caller, _ string) request {
				return resource("/organizations/" + lastSegment(c.organization))
			},
		},
		{
			name: "users", single: true, group: "users", parent: "current_organization",
			record: reflect.TypeFor[api.User](),
			needs:  connect.Needs{Scope: "organizations:read", Role: adminRole},
			doc: connect.StreamDoc{
				About:     "The organization's members as people. Calendly lists users only inside their memberships.",
				Operation: []string{"GET /organization_memberships", "GET /users/me"},
				Fresh:     everySync,
			},
			request: func(c *caller, _ string) request { return memberships(c) },
		},
		{
			name: "organization_memberships", single: true, group: "users",
			record: reflect.TypeFor[api.OrganizationMembership](),
			needs:  connect.Needs{Scope: "organizations:read", Role: adminRole},
			doc: connect.StreamDoc{
				About:     "Who belongs to the organization, and in which role.",
				Operation: []string{"GET /organization_memberships"},
				Fresh:     everySync,
			},
			keep:    map[string][]string{"user": userFields()},
			request: func(c *caller, _ string) request { return memberships(c) },
		},
		{
			name: "user_availability_schedules", single: true, group: "users", of: "users", parent: "user",
			record: reflect.TypeFor[api.AvailabilitySchedule](),
			needs:  connect.Needs{Scope: "availability:read", Role: adminRole},
			doc: connect.StreamDoc{
				About:     "The weekly hours that users are available, with their exceptions by date.",
				Operation: []string{"GET /user_availability_schedules"},
				Fresh:     everySync,
			},
			request: func(_ *caller, user string) request { return whole("/user_availability_schedules", "user", user) },
		},
		{
			name: "locations", group: "users", of: "users", parent: "user", key: []string{"user", "kind"},
			record: reflect.TypeFor[api.UserLocation](),
			needs:  connect.Needs{Scope: "locations:read", Role: adminRole},
			doc: connect.StreamDoc{
				About:     "The kinds of place at which users can hold meetings.",
				Operation: []string{"GET /locations"},
				Fresh:     everySync,
			},
			request: func(_ *caller, user string) request { return whole("/locations", "user", user) },
		},
		{
			name: "user_busy_times", rolling: true, at: "start_time", group: "users", of: "users", parent: "user",
			key:    []string{"user", "type", "start_time", "end_time", "event_uri"},
			record: reflect.TypeFor[api.UserBusyTime](),
			needs:  connect.Needs{Scope: "availability:read", Role: adminRole},
			doc: connect.StreamDoc{
				About:     "When users are busy in the seven days from the time of reading. Equal entries are one row; rows of earlier readings stay.",
				Operation: []string{"GET /user_busy_times"},
				Fresh:     "Every sync reads the next seven days, which is all that Calendly tells.",
			},
			request: func(c *caller, user string) request { return between(c, "/user_busy_times", "user", user, busyDays) },
		},
		{
			name: "user_meeting_limits", group: "users", of: "users", parent: "user", key: []string{"user"},
			record: reflect.TypeFor[api.UserMeetingLimit](),
			needs:  connect.Needs{Scope: "availability:read"},
			doc: connect.StreamDoc{
				About:     "How many meetings the token's own user takes a day, week and month. Calendly tells it of no one else.",
				Operation: []string{"GET /user_meeting_limits"},
				Fresh:     "Every sync reads it.",
			},
			request: func(c *caller, _ string) request { return whole("/user_meeting_limits", "user", c.user) },
		},
	}
}

func memberships(c *caller) request { return c.scoped(list("/organization_memberships")) }
