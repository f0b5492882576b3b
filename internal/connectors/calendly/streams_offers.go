package calendly

import (
	"reflect"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/connect"
)

// offers are the event types and what belongs to them.
func offers() []entry {
	return []entry{
		{
			name: "event_types", changed: "updated_at", single: true, group: "event_types",
			record: reflect.TypeFor[api.EventType](),
			needs:  connect.Needs{Scope: "event_types:read", Role: adminRole},
			doc: connect.StreamDoc{
				About:     "What can be booked: durations, places, questions; active or not.",
				Operation: []string{"GET /event_types"},
				Fresh:     "Every sync reads all of them. Deleted ones are not listed any more; each is looked up singly, and its row marked.",
			},
			request: func(c *caller, _ string) request {
				return c.scoped(list("/event_types", "sort", "created_at:asc"))
			},
		},
		{
			name: "event_type_hosts", group: "event_types", of: "event_types", parent: "event_type_uri",
			record: reflect.TypeFor[api.EventTypeMembership](),
			needs:  connect.Needs{Scope: "event_types:read", Role: adminRole},
			doc: connect.StreamDoc{
				About:     "Who hosts an event type: Calendly's event type memberships.",
				Operation: []string{"GET /event_type_memberships"},
				Fresh:     "Every sync reads those of every event type.",
			},
			keep: map[string][]string{"event_type": {"uri", "name"}, "member": userFields()},
			request: func(_ *caller, eventType string) request {
				return list("/event_type_memberships", "event_type", eventType)
			},
		},
		{
			name: "event_type_availability_schedules", group: "event_types", of: "event_types", parent: "event_type",
			key:    []string{"event_type", "availability_rule_uri", "availability_rule_user"},
			record: reflect.TypeFor[api.EventTypeAvailability](),
			needs:  connect.Needs{Scope: "availability:read", Role: adminRole},
			doc: connect.StreamDoc{
				About:     "The hours at which an event type can be booked, by host.",
				Operation: []string{"GET /event_type_availability_schedules"},
				Fresh:     "Every sync reads those of every event type.",
			},
			request: func(_ *caller, eventType string) request {
				return whole("/event_type_availability_schedules", "event_type", eventType)
			},
		},
		{
			name: "event_type_available_times", rolling: true, at: "start_time", group: "event_types", of: "event_types", parent: "event_type", onRequest: true,
			key:    []string{"event_type", "start_time"},
			record: reflect.TypeFor[api.EventTypeAvailableTime](),
			needs:  connect.Needs{Scope: "event_types:read or availability:read", Role: adminRole},
			doc: connect.StreamDoc{
				About:     "The open slots of active event types in the 31 days from the time of reading. Rows of earlier readings stay.",
				Operation: []string{"GET /event_type_available_times"},
				Fresh:     "A sync that names it reads the next 31 days, which is all that Calendly tells.",
			},
			request: func(c *caller, eventType string) request {
				return between(c, "/event_type_available_times", "event_type", eventType, availableDays)
			},
		},
	}
}
