package calendlytest

import (
	"strconv"
)

// contactBody is the wire form of a contact.
type contactBody struct {
	URI                 string              `json:"uri"`
	Name                *string             `json:"name"`
	Emails              []contactEmailBody  `json:"emails"`
	PhoneNumbers        []contactPhoneBody  `json:"phone_numbers"`
	Timezone            *string             `json:"timezone"`
	JobTitle            *string             `json:"job_title"`
	Company             *string             `json:"company"`
	Country             *string             `json:"country"`
	State               *string             `json:"state"`
	City                *string             `json:"city"`
	LinkedIn            *string             `json:"linkedin"`
	CustomFields        *[]contactFieldBody `json:"custom_fields,omitempty"`
	CreatedAt           string              `json:"created_at"`
	UpdatedAt           string              `json:"updated_at"`
	FirstEmailDate      *string             `json:"first_email_date"`
	LastEmailDate       *string             `json:"last_email_date"`
	NextMeetingDate     *string             `json:"next_meeting_date"`
	LastMeetingDate     *string             `json:"last_meeting_date"`
	LastInteractionDate *string             `json:"last_interaction_date"`
}

type contactEmailBody struct {
	Email     string `json:"email"`
	IsPrimary bool   `json:"is_primary"`
}

type contactPhoneBody struct {
	PhoneNumber string `json:"phone_number"`
}

// contactFieldBody is a custom field's value: text, number, list or null.
type contactFieldBody struct {
	URI   string `json:"uri"`
	Label string `json:"label"`
	Value any    `json:"value"`
}

// contacts returns how many contacts were drawn: most of those invited, under
// the same index.
func (w *world) contacts() int {
	if w.events == 0 {
		return 0
	}
	return max(w.people*3/4, 1)
}

// contactTimes returns when a contact was made and last changed. Contacts are
// made one after the other.
func (w *world) contactTimes(j int) (created, updated int64) {
	if h := w.held[j]; h != nil {
		return h.created, h.updated
	}
	return w.drawnTimes(j)
}

func (w *world) drawnTimes(j int) (created, updated int64) {
	d := w.draw(kindContact, j, 0)
	step := (w.now - w.start) * micros / int64(max(w.contacts(), 1))
	created = w.start*micros + int64(j)*step + d.n64(step)
	if d.chance(400) {
		return created, created + d.n64(w.now*micros-created)
	}
	return created, created
}

// contact returns what filters look at, and the rest but custom fields and
// meetings.
func (w *world) contact(j int) contactBody {
	if h := w.held[j]; h != nil {
		return h.body
	}
	g := w.guest(j)
	d := w.draw(kindContact, j, 1)
	created, updated := w.contactTimes(j)
	maybe := func(chance int, value string) *string {
		if !d.chance(chance) {
			return nil
		}
		return &value
	}
	b := contactBody{
		URI: w.uri(kindContact, j), Name: &g.written, Emails: []contactEmailBody{{g.email, true}}, PhoneNumbers: []contactPhoneBody{},
		CreatedAt: stamp(created), UpdatedAt: stamp(updated),
		Timezone: maybe(800, g.zone), Country: maybe(600, g.from.country), City: maybe(500, g.from.city()),
		JobTitle: maybe(500, pick(&d, []string{"CTO", "Head of Sales", "Directrice", "Buchhalter", "Nurse", "部長"})),
		Company:  maybe(500, pick(&d, []string{"Acme", "Crème & Co", "Müller GmbH", "株式会社さくら", "Globex"})),
		State:    maybe(100, "CA"), LinkedIn: maybe(200, "https://www.linkedin.com/in/"+g.address),
	}
	if d.chance(200) {
		b.Emails = append(b.Emails, contactEmailBody{g.address + "." + strconv.FormatInt(int64(j), 36) + "@work.example", false})
	}
	for range d.n(3) {
		b.PhoneNumbers = append(b.PhoneNumbers, contactPhoneBody{phone(&d)})
	}
	if d.chance(20) {
		b.Name = nil
	}
	if d.chance(300) {
		b.FirstEmailDate, b.LastEmailDate = &b.CreatedAt, &b.UpdatedAt
	}
	return b
}

// contactBody returns the whole contact.
func (w *world) contactBody(j int, fields bool) contactBody {
	b := w.contact(j)
	switch {
	case !fields:
		b.CustomFields = nil
	case b.CustomFields == nil:
		b.CustomFields = new(w.contactFields(j))
	}
	for _, v := range w.visitsOf(primary(&b)) {
		e := w.event(v.event)
		if w.seat(&e, v.seat).canceled > 0 {
			continue
		}
		if e.start >= w.now {
			b.NextMeetingDate = new(stampSeconds(e.start))
			break
		}
		b.LastMeetingDate = new(stampSeconds(e.start))
	}
	b.LastInteractionDate = b.LastMeetingDate
	return b
}

// primary returns the main address of a contact.
func primary(b *contactBody) string {
	for _, e := range b.Emails {
		if e.IsPrimary {
			return e.Email
		}
	}
	return ""
}

func getContact(c *call) (any, error) {
	r, err := c.mine(c.path[0], kindContact, noAccess)
	if err != nil {
		return nil, err
	}
	return resource[contactBody]{c.world.contactBody(r.index, true)}, nil
}
