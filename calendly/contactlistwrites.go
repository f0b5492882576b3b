package calendly

import (
	"context"
	"encoding/json"
	"net/http"
)

// ContactListInput is a new list.
type ContactListInput struct {
	Name     string `json:"name" check:"required"`
	Contacts []URI  `json:"contacts"`
}

// ContactListName is what a list is called from now on.
type ContactListName struct {
	Name string `json:"name" check:"required"`
}

// ContactListContacts are contacts to be put on a list or taken off.
type ContactListContacts struct {
	Contacts []URI `json:"contacts" check:"required,size=500"`
}

// ContactListMembership is what came of putting contacts on a list, or taking
// them off. That those unknown are counted in Invalid is documented; the other
// names are an assumption, and Raw has what was sent.
type ContactListMembership struct {
	Succeeded int                  `json:"succeeded"`
	Unchanged int                  `json:"unchanged"` // were as they should be
	Invalid   int                  `json:"invalid"`   // unknown, or not accessible
	Failures  []ContactListFailure `json:"failures"`

	Raw json.RawMessage `json:"-"` // as it was sent
}

// ContactListFailure is a contact that was left alone.
type ContactListFailure struct {
	Contact URI    `json:"contact"`
	Reason  string `json:"reason"`
}

// CreatedContactList is a list that was made, and what came of its contacts.
type CreatedContactList struct {
	ContactList      ContactList            `json:"resource"`
	MembershipResult *ContactListMembership `json:"membership_result"`

	Raw json.RawMessage `json:"-"` // the whole answer
}

// Create makes a list, and then puts contacts on it, of which some may fail. It
// needs the scope contacts:write; 409 where the name is taken, 400 where there
// are 25 lists.
//
// API: POST /contact_lists
func (s *ContactListsService) Create(ctx context.Context, input ContactListInput) (*CreatedContactList, error) {
	made := new(CreatedContactList)
	err := s.client.send(ctx, http.MethodPost, "/contact_lists", nil, input, func(body []byte) error {
		var parts struct {
			Resource         json.RawMessage `json:"resource"`
			MembershipResult json.RawMessage `json:"membership_result"`
		}
		if err := json.Unmarshal(body, &parts); err != nil {
			return err
		}
		made.Raw = body
		if err := decode(parts.Resource, &made.ContactList); err != nil {
			return err
		}
		if result := new(ContactListMembership); decode(parts.MembershipResult, result) == nil {
			made.MembershipResult = result // or else Raw has it
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// Update renames a list or a view. It needs the scope contacts:write; 409 where
// the name is taken.
//
// API: PATCH /contact_lists/{uuid}
func (s *ContactListsService) Update(ctx context.Context, list URI, input ContactListName) (*ContactList, error) {
	return sendRecord[ContactList](ctx, s.client, write{
		method: http.MethodPatch, template: "/contact_lists/{list}", ids: []URI{list}, input: input,
	})
}

// AddContacts puts up to 500 contacts on a list; those that are on it stay. It
// needs the scope contacts:write; 409 for a view.
//
// API: POST /contact_lists/{uuid}/memberships
func (s *ContactListsService) AddContacts(ctx context.Context, list URI, input ContactListContacts) (*ContactListMembership, error) {
	return sendRecord[ContactListMembership](ctx, s.client, write{
		method: http.MethodPost, template: "/contact_lists/{list}/memberships", ids: []URI{list}, input: input,
	})
}

// RemoveContacts takes up to 500 contacts off a list. It needs the scope
// contacts:write; 409 for a view.
//
// API: POST /contact_lists/{uuid}/memberships/removal
func (s *ContactListsService) RemoveContacts(ctx context.Context, list URI, input ContactListContacts) (*ContactListMembership, error) {
	return sendRecord[ContactListMembership](ctx, s.client, write{
		method: http.MethodPost, template: "/contact_lists/{list}/memberships/removal", ids: []URI{list}, input: input,
	})
}
