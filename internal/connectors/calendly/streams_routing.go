package calendly

import (
	"reflect"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/connect"
)

// routing are the routing forms and their answers.
func routing() []entry {
	return []entry{
		{
			name: "routing_forms", single: true, group: "routing_forms",
			record: reflect.TypeFor[api.RoutingForm](),
			needs:  connect.Needs{Scope: "routing_forms:read", Plan: planTeams},
			doc: connect.StreamDoc{
				About:     "Forms that ask before a meeting is offered.",
				Operation: []string{"GET /routing_forms"},
				Fresh:     "Every sync reads all of them.",
			},
			request: func(c *caller, _ string) request {
				return list("/routing_forms", "organization", c.organization, "sort", "created_at:asc")
			},
		},
		{
			name: "routing_form_submissions", single: true, group: "routing_forms", of: "routing_forms", parent: "routing_form",
			record: reflect.TypeFor[api.RoutingFormSubmission](),
			needs:  connect.Needs{Scope: "routing_forms:read", Plan: planTeams},
			doc: connect.StreamDoc{
				About:     "What visitors answered, and where they were sent.",
				Operation: []string{"GET /routing_form_submissions"},
				Fresh:     "Every sync reads those of every form.",
			},
			request: func(_ *caller, form string) request {
				return list("/routing_form_submissions", "form", form, "sort", "created_at:asc")
			},
		},
	}
}
