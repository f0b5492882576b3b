package calendlytest

import (
	"cmp"
	"slices"
	"strings"
)

// contactFilter is what a list of contacts is narrowed to; each list of values
// is nil when the parameter was not given.
type contactFilter struct {
	emails, phones, zones, countries, states []string // whole
	names, titles, companies, cities         []string // in part
	list                                     *target
}

func (p *params) contactFilter() contactFilter {
	return contactFilter{
		emails: p.list("email"), phones: p.list("phone_number"), zones: p.list("timezone"), countries: p.list("country"), states: p.list("state"),
		names: p.list("name"), titles: p.list("job_title"), companies: p.list("company"), cities: p.list("city"),
		list: p.object("contact_list", kindContactList),
	}
}

// detailed reports whether a filter needs to look at the contact itself.
func (f *contactFilter) detailed() bool {
	return slices.ContainsFunc([][]string{f.emails, f.phones, f.zones, f.countries, f.states, f.names, f.titles, f.companies, f.cities},
		func(values []string) bool { return values != nil })
}

func (f *contactFilter) keep(w *world, j int) bool {
	if !w.hasContact(j) || f.list != nil && !w.listed(f.list.ref.index, j) {
		return false
	}
	if !f.detailed() {
		return true
	}
	b := w.contact(j)
	return is(f.zones, b.Timezone) && is(f.countries, b.Country) && is(f.states, b.State) &&
		has(f.names, b.Name) && has(f.titles, b.JobTitle) && has(f.companies, b.Company) && has(f.cities, b.City) &&
		(f.emails == nil || slices.ContainsFunc(b.Emails, func(e contactEmailBody) bool {
			return slices.ContainsFunc(f.emails, func(wanted string) bool { return sameEmail(wanted, e.Email) })
		})) &&
		(f.phones == nil || slices.ContainsFunc(b.PhoneNumbers, func(n contactPhoneBody) bool { return slices.Contains(f.phones, n.PhoneNumber) }))
}

// is reports whether value is one of wanted; nil wants anything.
func is(wanted []string, value *string) bool {
	return wanted == nil || value != nil && slices.Contains(wanted, *value)
}

// has reports whether value contains one of wanted; nil wants anything.
func has(wanted []string, value *string) bool {
	return wanted == nil || value != nil && slices.ContainsFunc(wanted, func(part string) bool {
		return strings.Contains(strings.ToLower(*value), strings.ToLower(part))
	})
}

// contactsByUpdate returns all contacts in the order of their last change.
func (w *world) contactsByUpdate() []int32 {
	all, updated := make([]int32, w.contacts()), make([]int64, w.contacts())
	for j := range all {
		all[j] = int32(j)
		_, updated[j] = w.drawnTimes(j)
	}
	slices.SortStableFunc(all, func(a, b int32) int { return cmp.Compare(updated[a], updated[b]) })
	return all
}

// candidates returns the contacts that may have one of the addresses.
func (w *world) candidates(emails []string) []int {
	var found []int
	for _, email := range emails {
		if j, ok := guestIndex(email); ok && j < w.contacts() {
			found = append(found, j)
		}
		if j, ok := w.addresses[strings.ToLower(email)]; ok {
			found = append(found, j)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func listContacts(c *call) (any, error) {
	p := c.params()
	f := p.contactFilter()
	fields := p.enum("exclude", "custom_fields") == ""
	orders := p.sort("created_at", "updated_at")
	pages := p.page(maxCount)
	if err := p.err(); err != nil {
		return nil, err
	}
	if f.list != nil {
		if _, err := c.owned(f.list, noAccess); err != nil {
			return nil, err
		}
	}
	if len(orders) == 0 {
		orders = []order{{field: contactsDefaultSort}}
	}
	w := c.world
	n, at := w.allContacts(), func(p int) int { return p }
	switch {
	case f.emails != nil:
		found := w.candidates(f.emails)
		w.sortContacts(found, orders[0])
		n, at = len(found), func(p int) int { return found[p] }
	case orders[0].field == "updated_at":
		n = w.contacts() + len(w.touched)
		at = func(p int) int { return w.byUpdateNow(turned(p, n, orders[0].desc)) }
	default:
		at = func(p int) int { return turned(p, n, orders[0].desc) }
	}
	keep := func(p int) bool { return at(p) >= 0 && f.keep(w, at(p)) }
	return page(pages, n, keep, func(p int) contactBody { return w.contactBody(at(p), fields) }), nil
}

func (w *world) sortContacts(found []int, by order) {
	slices.SortStableFunc(found, func(a, b int) int {
		if by.desc {
			a, b = b, a
		}
		createdA, updatedA := w.contactTimes(a)
		createdB, updatedB := w.contactTimes(b)
		if by.field == "updated_at" {
			return cmp.Compare(updatedA, updatedB)
		}
		return cmp.Compare(createdA, createdB)
	})
}
