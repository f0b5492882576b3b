package calendly

import (
	"reflect"

	api "github.com/kalends/kalends/calendly"
	"github.com/kalends/kalends/internal/connect"
)

// customers are the contacts and what is known of them.
func customers() []entry {
	needs := connect.Needs{Scope: "contacts:read"}
	return []entry{
		{
			name: "contacts", changed: "updated_at", single: true, group: "contacts",
			record: reflect.TypeFor[api.Contact](),
			needs:  needs,
			doc: connect.StreamDoc{
				About:     "People that meetings were or could be held with.",
				Operation: []string{"GET /contacts"},
				Fresh:     "Every sync reads all of them.",
			},
			request: func(*caller, string) request { return list("/contacts", "sort", "created_at:asc") },
		},
		{
			name: "notes", single: true, group: "contacts", of: "contacts", parent: "contact",
			record: reflect.TypeFor[api.Note](),
			needs:  needs,
			doc: connect.StreamDoc{
				About:     "Notes that the token's own user wrote about contacts. Calendly tells those of no one else.",
				Operation: []string{"GET /notes"},
				Fresh:     "Every sync reads those of all contacts, ten at a time.",
			},
			request: func(_ *caller, contact string) request { return notesAbout(contact) },
		},
		{
			name: "contact_custom_fields", single: true, group: "contact_custom_fields",
			record: reflect.TypeFor[api.CustomFieldDefinition](),
			needs:  needs,
			doc: connect.StreamDoc{
				About:     "The fields that contacts have besides the usual ones: Calendly's custom field definitions.",
				Operation: []string{"GET /contacts/custom_field_definitions"},
				Fresh:     "Every sync reads all of them.",
			},
			request: func(*caller, string) request { return whole("/contacts/custom_field_definitions") },
		},
		{
			name: "contact_lists", single: true, group: "contact_lists",
			record: reflect.TypeFor[api.ContactList](),
			needs:  needs,
			doc: connect.StreamDoc{
				About:     "Lists and views of contacts, with how many are in each.",
				Operation: []string{"GET /contact_lists"},
				Fresh:     "Every sync reads all of them.",
			},
			request: func(*caller, string) request { return whole("/contact_lists") },
		},
	}
}

// notesAbout asks for the notes about up to ten contacts.
func notesAbout(contacts ...string) request {
	q := list("/notes")
	q.query["contact"] = contacts
	return q
}
