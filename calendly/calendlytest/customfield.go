package calendlytest

import "fmt"

// fieldBody is the wire form of a custom field definition.
type fieldBody struct {
	URI       string            `json:"uri"`
	Label     string            `json:"label"`
	FieldType string            `json:"field_type"`
	Options   []fieldOptionBody `json:"options,omitempty"`
	Currency  string            `json:"currency,omitempty"`
	Source    *fieldSourceBody  `json:"source,omitempty"`
	CreatedAt string            `json:"created_at"`
	UpdatedAt string            `json:"updated_at"`
}

type fieldOptionBody struct {
	UUID     string `json:"uuid"`
	Label    string `json:"label"`
	Color    string `json:"color"`
	IsActive bool   `json:"is_active"`
}

type fieldSourceBody struct {
	Type         string `json:"type"`
	EventTypeURI string `json:"event_type_uri"`
	Question     string `json:"question"`
}

// fields lists the custom fields, drawn and made.
func (w *world) fields() []fieldBody { return append(w.drawnFields(), w.fieldsMade...) }

// drawnFields are one of each type.
func (w *world) drawnFields() []fieldBody {
	fields := []fieldBody{
		{Label: "Favourite colour", FieldType: "text"},
		{Label: "Employees", FieldType: "number"},
		{Label: "Budget", FieldType: "currency", Currency: "EUR"},
		{Label: "Étiquettes", FieldType: "tags", Options: w.options(3, "hot", "référence", "do not call")},
		{Label: "Customer since", FieldType: "date"},
		{Label: "Tier", FieldType: "single_select", Options: w.options(5, "Gold", "Silver", "Bronze")},
		{Label: "Company?", FieldType: "invitee_question", Source: &fieldSourceBody{"event_type_invitee_question", w.uri(kindEventType, 0), "Company"}},
	}
	for n := range fields {
		at := stampSeconds(w.start + int64(n)*10*day)
		fields[n].URI, fields[n].CreatedAt, fields[n].UpdatedAt = w.uri(kindField, n), at, at
	}
	return fields
}

func (w *world) options(field int, labels ...string) []fieldOptionBody {
	var options []fieldOptionBody
	for n, label := range labels {
		options = append(options, fieldOptionBody{w.id(kindFieldOption, field, n), label, fmt.Sprintf("#%06x", n*0x3377aa&0xffffff), n != 2})
	}
	return options
}

// contactFields returns the values a contact has; null where one was cleared.
func (w *world) contactFields(j int) []contactFieldBody {
	d := w.draw(kindField, j, 0)
	values := []contactFieldBody{}
	for _, f := range w.drawnFields() {
		if !d.chance(300) {
			continue
		}
		b := contactFieldBody{URI: f.URI, Label: f.Label}
		if !d.chance(80) {
			b.Value = fieldValue(&f, &d)
		}
		values = append(values, b)
	}
	return values
}

// fieldValue draws a value; currency is in minor units, and a selection is the
// id of an option.
func fieldValue(f *fieldBody, d *draw) any {
	switch f.FieldType {
	case "number":
		return float64(d.n(4000)) / 2
	case "currency":
		return d.n(5_000_000)
	case "tags":
		tags := []string{}
		for _, o := range f.Options[:1+d.n(len(f.Options))] {
			tags = append(tags, o.Label)
		}
		return tags
	case "date":
		return date(int64(d.n(20000)) * day)
	case "single_select":
		return pick(d, f.Options).UUID
	}
	return pick(d, []string{"blue", "zelená", "अनुबंध", "“quoted”"})
}

func getField(c *call) (any, error) {
	r, err := c.mine(c.path[0], kindField, noAccess)
	if err != nil {
		return nil, err
	}
	return resource[fieldBody]{c.world.fields()[r.index]}, nil
}

func listFields(c *call) (any, error) {
	return plain[fieldBody]{c.world.fields()}, nil
}
