package calendlytest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

const maxAddresses = 10

// alreadyExists is a 409.
func alreadyExists(message string) *apiError {
	return &apiError{status: http.StatusConflict, Title: "Already Exists", Message: message}
}

const sameResource = "The resource already exists"

func contactFieldNames() []string {
	return []string{
		"name", "emails", "phone_numbers", "timezone", "job_title", "company", "country", "state", "city", "linkedin", "custom_fields",
	}
}

// editContact lays the fields of in over b.
func (in *input) editContact(b *contactBody) {
	in.only(contactFieldNames()...)
	if in.given("name") {
		b.Name = new(in.filled("name", 255))
	}
	if in.given("emails") {
		b.Emails = in.contactEmails()
	}
	if in.given("phone_numbers") {
		b.PhoneNumbers = []contactPhoneBody{}
		for _, n := range in.each("phone_numbers", maxAddresses) {
			n.only("phone_number")
			b.PhoneNumbers = append(b.PhoneNumbers, contactPhoneBody{n.filled("phone_number", 64)})
		}
	}
	texts := map[string]**string{
		"job_title": &b.JobTitle, "company": &b.Company, "country": &b.Country, "state": &b.State, "city": &b.City, "linkedin": &b.LinkedIn,
	}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if in.given(name) {
			*texts[name] = nil
			if s := in.text(name, 255); in.has(name) {
				*texts[name] = &s
			}
		}
	}
	if in.given("timezone") {
		b.Timezone = nil
		if zone := in.zone(); in.has("timezone") {
			b.Timezone = &zone
		}
	}
	if in.given("custom_fields") {
		b.CustomFields = new(in.contactFields(b.CustomFields))
	}
}

// contactEmails reads one to ten addresses, of which one is primary.
func (in *input) contactEmails() []contactEmailBody {
	all, primaries := []contactEmailBody{}, 0
	for _, e := range in.each("emails", maxAddresses) {
		e.only("email", "is_primary")
		e.require("email")
		e.require("is_primary")
		b := contactEmailBody{Email: e.email("email")}
		if is := e.flag("is_primary"); is != nil && *is {
			b.IsPrimary = true
			primaries++
		}
		all = append(all, b)
	}
	switch {
	case len(all) == 0:
		in.refuse("emails", saysEmpty)
	case primaries != 1:
		in.refuse("emails", saysPrimary)
	}
	return all
}

// contactFields lays values over those a contact has; null clears one.
func (in *input) contactFields(had *[]contactFieldBody) []contactFieldBody {
	values := []contactFieldBody{}
	if had != nil {
		values = slices.Clone(*had)
	}
	w := in.call.world
	all := w.fields()
	for _, v := range in.each("custom_fields", 100) {
		v.only("uuid", "value")
		v.require("uuid")
		r, ok := w.codec.ref(v.text("uuid", 0))
		if !ok || r.kind != kindField || r.index >= len(all) {
			v.refuse("uuid", saysChoice)
			continue
		}
		f := &all[r.index]
		if !f.holds(v.values["value"]) {
			v.refuse("value", saysValue+f.FieldType)
		}
		values = slices.DeleteFunc(values, func(o contactFieldBody) bool { return o.URI == f.URI })
		values = append(values, contactFieldBody{f.URI, f.Label, v.values["value"]})
	}
	return values
}

// taken reports whether a contact other than j has one of the addresses.
func (w *world) taken(b *contactBody, j int) bool {
	var emails []string
	for _, e := range b.Emails {
		emails = append(emails, e.Email)
	}
	f := contactFilter{emails: emails}
	return slices.ContainsFunc(w.candidates(emails), func(o int) bool { return o != j && w.hasContact(o) && f.keep(w, o) })
}

func createContact(c *call) (change, error) {
	in := c.input()
	in.require("name")
	in.require("emails")
	b := contactBody{Emails: []contactEmailBody{}, PhoneNumbers: []contactPhoneBody{}, CustomFields: &[]contactFieldBody{}}
	in.editContact(&b)
	if err := in.err(); err != nil {
		return nil, err
	}
	w := c.world
	j := w.allContacts()
	if w.taken(&b, j) {
		return nil, alreadyExists(sameResource)
	}
	return func() any {
		b.URI = w.uri(kindContact, j)
		w.madeContacts++
		w.writeContact(j, &heldContact{body: b, created: c.now}, c.now)
		c.announceContact("contact.created", j)
		return resource[contactBody]{w.contactBody(j, true)}
	}, nil
}

func updateContact(c *call) (change, error) {
	in := c.input()
	r, lookup := c.mine(c.path[0], kindContact, noAccess)
	w := c.world
	b := contactBody{}
	var created int64
	if lookup == nil {
		b = w.contact(r.index)
		if b.CustomFields == nil {
			b.CustomFields = new(w.contactFields(r.index))
		}
		created, _ = w.contactTimes(r.index)
	}
	if len(in.values) == 0 && in.err() == nil {
		in.refuse("body", saysOneField)
	}
	in.editContact(&b)
	switch {
	case in.err() != nil:
		return nil, in.err()
	case lookup != nil:
		return nil, lookup
	case in.given("emails") && w.taken(&b, r.index):
		return nil, alreadyExists(sameResource)
	}
	return func() any {
		w.writeContact(r.index, &heldContact{body: b, created: created}, c.now)
		c.announceContact("contact.updated", r.index)
		return resource[contactBody]{w.contactBody(r.index, true)}
	}, nil
}

func deleteContact(c *call) (change, error) {
	r, err := c.mine(c.path[0], kindContact, noAccess)
	if err != nil {
		return nil, err
	}
	return func() any {
		w := c.world
		for list := range w.allLists() {
			w.list(list, r.index, false)
		}
		created, _ := w.contactTimes(r.index)
		w.writeContact(r.index, &heldContact{gone: true, created: created}, c.now)
		c.announceContact("contact.deleted", r.index)
		return nil
	}, nil
}

// fold makes names alike that differ in case, accents and outer spaces.
func fold(name string) string {
	plain := map[rune]string{'a': "àáâãäåā", 'c': "çćč", 'e': "èéêëēęě", 'i': "ìíîïī", 'n': "ñńň", 'o': "òóôõöøō", 'u': "ùúûüūů", 's': "śšş", 'y': "ýÿ", 'z': "źżž"}
	return strings.Map(func(r rune) rune {
		for letter, accented := range plain {
			if strings.ContainsRune(accented, r) {
				return letter
			}
		}
		return r
	}, strings.ToLower(strings.TrimSpace(name)))
}
