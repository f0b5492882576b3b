package calendlytest

import (
	"slices"
	"strconv"
	"strings"
)

// Assumption: what is said of contacts put on a list or taken off; that those
// unknown are counted in invalid, and failures named by URI, is documented.
type membershipResultBody struct {
	Succeeded int                     `json:"succeeded"`
	Unchanged int                     `json:"unchanged"`
	Invalid   int                     `json:"invalid"`
	Failures  []membershipFailureBody `json:"failures"`
}

type membershipFailureBody struct {
	Contact string `json:"contact"`
	Reason  string `json:"reason"`
}

// madeListBody is a list that was just made.
type madeListBody struct {
	Resource         contactListBody      `json:"resource"`
	MembershipResult membershipResultBody `json:"membership_result"`
}

const (
	maxLists   = 25
	maxListing = 500
)

func createContactList(c *call) (change, error) {
	in := c.input()
	name := strings.TrimSpace(in.filled("name", 255))
	contacts := in.texts("contacts", maxListing, func(string) bool { return true }, saysURI)
	if err := in.err(); err != nil {
		return nil, err
	}
	w := c.world
	switch {
	case w.listNamed(name, -1):
		return nil, alreadyExists(sameResource)
	case w.allLists() >= maxLists:
		return nil, invalid(detail{Parameter: "name", Message: saysTooManyLists})
	}
	return func() any {
		list := w.allLists()
		w.madeLists++
		put(&w.lists, list, &heldList{name, c.now, c.now})
		result := c.changeList(list, contacts, true)
		return madeListBody{w.contactListBody(list), result}
	}, nil
}

// listNamed reports whether a list other than this has the name.
func (w *world) listNamed(name string, other int) bool {
	for list := range w.allLists() {
		if list != other && fold(w.contactListBody(list).Name) == fold(name) {
			return true
		}
	}
	return false
}

func renameContactList(c *call) (change, error) {
	in := c.input()
	name := strings.TrimSpace(in.filled("name", 255))
	if err := in.err(); err != nil {
		return nil, err
	}
	r, err := c.mine(c.path[0], kindContactList, noAccess)
	if err != nil {
		return nil, err
	}
	w := c.world
	if w.listNamed(name, r.index) {
		return nil, alreadyExists(sameResource)
	}
	return func() any {
		created := int64(0)
		if h := w.lists[r.index]; h != nil {
			created = h.created
		}
		put(&w.lists, r.index, &heldList{name, created, c.now})
		return resource[contactListBody]{w.contactListBody(r.index)}
	}, nil
}

func addToList(c *call) (change, error)      { return c.editList(true) }
func removeFromList(c *call) (change, error) { return c.editList(false) }

// editList puts contacts on a list, or takes them off.
func (c *call) editList(on bool) (change, error) {
	in := c.input()
	in.require("contacts")
	contacts := in.texts("contacts", maxListing, func(string) bool { return true }, saysURI)
	if err := in.err(); err != nil {
		return nil, err
	}
	r, err := c.mine(c.path[0], kindContactList, noAccess)
	switch {
	case err != nil:
		return nil, err
	case isView(r.index):
		return nil, alreadyExists(saysView)
	}
	return func() any { return resource[membershipResultBody]{c.changeList(r.index, contacts, on)} }, nil
}

func (c *call) changeList(list int, contacts []string, on bool) membershipResultBody {
	result := membershipResultBody{Failures: []membershipFailureBody{}}
	for _, uri := range contacts {
		t := c.server.target(uri, []kind{kindContact})
		switch {
		case t == nil || t.world != c.world:
			result.Invalid++
			result.Failures = append(result.Failures, membershipFailureBody{uri, "invalid"})
		case c.world.list(list, t.ref.index, on):
			result.Succeeded++
		default:
			result.Unchanged++
		}
	}
	return result
}

func createField(c *call) (change, error) {
	in := c.input()
	in.only("label", "field_type", "options", "currency")
	label := strings.TrimSpace(in.filled("label", 255))
	in.require("field_type")
	f := fieldBody{Label: label, FieldType: in.enum("field_type", "text", "number", "currency", "tags", "date", "single_select")}
	selects := f.FieldType == "single_select" || f.FieldType == "tags"
	var labels []string
	for _, o := range in.each("options", 100) {
		o.only("label")
		labels = append(labels, o.filled("label", 255))
	}
	if selects != in.has("options") {
		in.refuse("options", saysIf(selects))
	}
	f.Currency = in.text("currency", 3)
	if (f.FieldType == "currency") != in.has("currency") {
		in.refuse("currency", saysIf(f.FieldType == "currency"))
	} else if in.has("currency") && (len(f.Currency) != 3 || strings.ToUpper(f.Currency) != f.Currency) {
		in.refuse("currency", saysChoice)
	}
	if err := in.err(); err != nil {
		return nil, err
	}
	w := c.world
	if slices.ContainsFunc(w.fields(), func(o fieldBody) bool { return fold(o.Label) == fold(label) }) {
		return nil, alreadyExists(sameResource)
	}
	return func() any {
		n := len(w.fields())
		f.URI, f.CreatedAt, f.UpdatedAt = w.uri(kindField, n), stamp(c.now), stamp(c.now)
		f.Options = w.options(n, labels...)
		for o := range f.Options {
			f.Options[o].IsActive = true
		}
		w.fieldsMade = append(w.fieldsMade, f)
		return resource[fieldBody]{f}
	}, nil
}

// saysIf words that a field must be there, or must not.
func saysIf(needed bool) string {
	if needed {
		return saysMissing
	}
	return saysUnknown
}

func createNote(c *call) (change, error) {
	in := c.input()
	about := in.required("contact", kindContact)
	title, body := in.text("title", 255), in.text("body", maxReasonText)
	if !in.has("title") && !in.has("body") {
		*in.wrong = append(*in.wrong, missingAll([]string{"title", "body"})...)
	}
	remind := in.time("remind_at")
	if err := in.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(about, noAccess)
	if err != nil {
		return nil, err
	}
	return func() any {
		w := c.world
		n := w.allNotes(r.index)
		b := noteBody{
			URI: w.uriSub(kindNote, r.index, n), Contact: w.uri(kindContact, r.index), RemindAt: stampOrNull(remind),
			CreatedAt: stamp(c.now), UpdatedAt: stamp(c.now),
		}
		if in.has("title") {
			b.Title = &title
		}
		if in.has("body") {
			b.Body = &body
		}
		put(&w.notesMade, r.index, append(w.notesMade[r.index], heldNote{note{c.user, c.now, c.now}, b}))
		return resource[noteBody]{b}
	}, nil
}

// holds reports whether v can be the value of a field; null clears it.
func (f *fieldBody) holds(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return f.FieldType == "text" || f.FieldType == "date" && isDate(v) || f.FieldType == "invitee_question" ||
			f.FieldType == "single_select" && slices.ContainsFunc(f.Options, func(o fieldOptionBody) bool { return o.UUID == v })
	case bool:
		return f.FieldType == "invitee_question"
	case []any:
		return f.FieldType == "tags" && !slices.ContainsFunc(v, func(tag any) bool { _, ok := tag.(string); return !ok }) || f.FieldType == "invitee_question"
	case interface{ String() string }:
		_, err := strconv.ParseInt(v.String(), 10, 64)
		return f.FieldType == "number" || f.FieldType == "currency" && err == nil
	}
	return false
}
