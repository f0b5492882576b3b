package calendlytest

import (
	"cmp"
	"slices"
)

// formBody is the wire form of a routing form.
type formBody struct {
	URI          string             `json:"uri"`
	Organization string             `json:"organization"`
	Name         string             `json:"name"`
	Status       string             `json:"status"`
	Questions    []formQuestionBody `json:"questions"`
	CreatedAt    string             `json:"created_at"`
	UpdatedAt    string             `json:"updated_at"`
}

type formQuestionBody struct {
	UUID          string   `json:"uuid"`
	Name          string   `json:"name"`
	Type          string   `json:"type"`
	Required      bool     `json:"required"`
	AnswerChoices []string `json:"answer_choices"`
}

// forms returns how many routing forms there are; the last is a draft that
// nobody has filled in.
func (w *world) forms() int { return min(max(3, w.drawnMembers/5), 25) }

// formBody returns form f; forms are made one after the other.
func (w *world) formBody(f int) formBody {
	d := w.draw(kindRoutingForm, f, 0)
	created := (w.start - 60*day + int64(f)*2*day) * micros
	b := formBody{
		URI: w.uri(kindRoutingForm, f), Organization: w.uri(kindOrganization, 0), Status: "published",
		Name:      numbered([]string{"Inbound", "Kontakt", "Talk to sales", "Démo", "お問い合わせ"}, f),
		Questions: w.formQuestions(f), CreatedAt: stamp(created + d.n64(day*micros)), UpdatedAt: stamp((w.now - d.n64(300*day)) * micros),
	}
	if f == w.forms()-1 {
		b.Status, b.UpdatedAt = "draft", b.CreatedAt
	}
	return b
}

// formQuestions returns one question of each type, in an order of the form's.
func (w *world) formQuestions(f int) []formQuestionBody {
	questions := []formQuestionBody{
		{Name: "Name", Type: "name", Required: true},
		{Name: "Work e-mail", Type: "email", Required: true},
		{Name: "Company", Type: "text"},
		{Name: "Téléphone", Type: "phone"},
		{Name: "What do you need?", Type: "textarea"},
		{Name: "Company size", Type: "select", Required: true, AnswerChoices: []string{"1–10", "11–100", "101–1000", "1000+"}},
		{Name: "Are you a customer?", Type: "radios", AnswerChoices: []string{"Yes", "No"}},
	}
	questions = questions[:len(questions)-f%3]
	for n := range questions {
		questions[n].UUID = w.id(kindQuestion, f, n)
		if questions[n].AnswerChoices == nil {
			questions[n].AnswerChoices = []string{}
		}
	}
	return questions
}

func getForm(c *call) (any, error) {
	r, err := c.mine(c.path[0], kindRoutingForm, noAccess)
	if err != nil {
		return nil, err
	}
	return resource[formBody]{c.world.formBody(r.index)}, nil
}

func listForms(c *call) (any, error) {
	p := c.params()
	org := p.required("organization", kindOrganization)
	descending := p.descending("created_at")
	pages := p.page(maxCount)
	if err := p.err(); err != nil {
		return nil, err
	}
	if _, err := c.owned(org, noAccess); err != nil {
		return nil, err
	}
	n := c.world.forms()
	return page(pages, n, nil, func(f int) formBody { return c.world.formBody(turned(f, n, descending)) }), nil
}

// turned returns position p of n, from the end when descending.
func turned(p, n int, descending bool) int {
	if descending {
		return n - 1 - p
	}
	return p
}

// submissionsOfForms returns the submissions of each form by creation.
func (w *world) submissionsOfForms() [][]int32 {
	created := make([]int64, w.submissions())
	of := make([][]int32, w.forms())
	for s := range created {
		v := w.submission(s)
		created[s] = v.created
		of[v.form] = append(of[v.form], int32(s))
	}
	for _, list := range of {
		slices.SortFunc(list, func(a, b int32) int {
			return cmp.Or(cmp.Compare(created[a], created[b]), cmp.Compare(a, b))
		})
	}
	return of
}

// submissionsOf returns the submissions of a form, drawn and made, by creation.
func (w *world) submissionsOf(form int) []int32 {
	found := slices.Clip(w.byForm()[form])
	for n := range w.filled {
		if w.filled[n].form == form {
			found = append(found, int32(w.submissions()+n))
		}
	}
	return found
}

func listSubmissions(c *call) (any, error) {
	p := c.params()
	form := p.required("form", kindRoutingForm)
	descending := p.descending("created_at")
	pages := p.page(maxCount)
	if err := p.err(); err != nil {
		return nil, err
	}
	r, err := c.owned(form, noAccess)
	if err != nil {
		return nil, err
	}
	found := c.world.submissionsOf(r.index)
	row := func(p int) submissionBody {
		return c.world.submissionBody(int(found[turned(p, len(found), descending)]))
	}
	return page(pages, len(found), nil, row), nil
}
